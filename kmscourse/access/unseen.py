"""What nobody can read from here: policies, in whose place a refusal's sentence stands, and what a key is."""

from __future__ import annotations

from typing import Any

from kmscourse.access.facts import Facts
from kmscourse.access.refusal import Refusal
from kmscourse.policy import Layer, Layers, Principal

_WHY = {
    Layer.IDENTITY: "What the IAM policies behind {who} say can't be seen: they are in another account, or those of a "
    "user whom the audit trail doesn't show.",
    Layer.RESOURCE: "The policy of the resource itself can't be read, as AWS doesn't show it to you.",
    Layer.SESSION: "A session may have a policy of its own. It can't be read afterwards, and the audit trail doesn't "
    "show the call that made this session (AWS takes up to fifteen minutes, and forgets after ninety days).",
    Layer.SERVICE_CONTROL: "The policies of the organisation above the account can't be read from inside it.",
}
BEYOND = ("resource control policy", "VPC endpoint policy")
"""Kinds of policy that AWS's sentence can name, and that nothing here decides by."""
_STANDS_IN = "In its place stands what AWS's sentence tells of it."


def note(layer: Layer, caller: Principal) -> str:
    """Why the policies of that kind can't be seen, and what is taken in their place."""
    return f"{_WHY[layer].format(who=caller.name)} {_STANDS_IN}"


def notes_on_facts(facts: Facts) -> tuple[str, ...]:
    """That a key brings more into the call than can be read, where it does: one note, or none."""
    if not facts.unread:
        return ()
    operations = dict.fromkeys(error.operation_name for error in facts.unread.values())
    return (
        f"The policies ask about {' and '.join(facts.unread)}. Of this key that can't be read, as AWS doesn't "
        f"answer your {' and '.join(operations)}. The request is decided without it here, and AWS may decide "
        "otherwise.",
    )


def stand_in(layers: Layers, layer: Layer, refusal: Refusal, caller: Principal) -> Layers:
    """The layers with what the sentence tells of the one that can't be seen: it refused, or it let the call pass."""
    allows: dict[str, Any] = {"Effect": "Allow", "Action": refusal.action, "Resource": "*"}
    denies: dict[str, Any] = {**allows, "Sid": "(not shown by AWS)", "Effect": "Deny"}
    if layer is Layer.RESOURCE:
        allows["Principal"] = {"AWS": f"arn:aws:iam::{caller.account}:root"}
        denies["Principal"] = "*"
    refused_here = refusal.policy_type == layer.noun or (
        refusal.policy_type is None and layer is Layer.RESOURCE
    )
    allowing = [] if refused_here and not refusal.explicit else [allows]
    policy = {
        "Version": "2012-10-17",
        "Statement": [*allowing, denies] if refused_here and refusal.explicit else allowing,
    }
    match layer:
        case Layer.IDENTITY:
            return {**layers, "identity_policies": [policy]}
        case Layer.RESOURCE:
            return {**layers, "resource_policy": policy}
        case Layer.SESSION:
            return {**layers, "session_policy": policy}
        case _:
            return {**layers, "service_control_policies": [[policy]]}
