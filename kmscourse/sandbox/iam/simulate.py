"""IAM's policy simulator: what would be decided, and by which statements, if somebody called something.

Decided by ``kmscourse.policy.evaluate``, as every call is. Source: IAM API Reference, "SimulateCustomPolicy",
"SimulatePrincipalPolicy", "EvaluationResult", "GetContextKeysForCustomPolicy"; the shape of results with and
without ResourceArns, the names of sources and the positions as in results that users of AWS have published.
Where an inference is made, its line says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kmscourse.errors import PolicyError
from kmscourse.policy import (
    Policy,
    Request,
    applies,
    compile_policy,
    context_keys,
    evaluate,
    line_and_column,
    locate_statements,
    parse,
)
from kmscourse.sandbox.call import AwsError, Call, Entries
from kmscourse.sandbox.iam.views import EntityView
from kmscourse.sandbox.model.shapes import parameters_of

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account

OPERATIONS = (
    "SimulateCustomPolicy",
    "SimulatePrincipalPolicy",
    "GetContextKeysForCustomPolicy",
    "GetContextKeysForPrincipalPolicy",
)
_PAGE = 100
_ACTION = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9]+")
_USER = re.compile(r"arn:aws:iam::\d{12}:user/.+")
_ENTITY = re.compile(r"arn:aws:iam::\d{12}:(user|group|role)/(?:[^/]+/)*([^/]+)")
_IDENTITY, _RESOURCE, _BOUNDARY = "IAM Policy", "Resource Policy", "Permissions Boundary Policy"


@dataclass(frozen=True)
class Source:
    """A policy that takes part: where it is from, its text, and what it says."""

    id: str
    type: str
    text: str
    policy: Policy


@dataclass(frozen=True)
class Scene:
    """What stays the same over the actions and resources of one simulation. ``owner`` is the account of resources."""

    caller: str
    identity: Sequence[Source]
    boundary: Sequence[Source]
    resource: Sequence[Source]
    owner: str | None
    context: Mapping[str, str | list[str]]

    @property
    def account(self) -> str:
        """The caller's account."""
        return self.caller.split(":")[4]

    @property
    def sources(self) -> list[Source]:
        """Every policy."""
        return [*self.identity, *self.boundary, *self.resource]


def perform(call: Call, account: Account) -> Mapping[str, Any]:
    """The answer to one of ``OPERATIONS``. Raises AwsError InvalidInput, NoSuchEntity (404)."""
    asked = parameters_of(call)
    principal = _principal(asked["PolicySourceArn"], account) if "PolicySourceArn" in asked else None
    identity = [*_of_principal(principal, account), *_given(asked, "PolicyInputList", _IDENTITY)]
    if call.operation.startswith("GetContextKeys"):
        return {"ContextKeyNames": context_keys(source.policy for source in identity)}
    scene = _scene(asked, principal, identity, account)
    actions = asked["ActionNames"]
    for action in actions:
        if not _ACTION.fullmatch(action):
            raise AwsError("InvalidInput", f"Invalid Input Action: {action}")  # inference
    start = int(asked.get("Marker") or 0)
    end = start + int(asked.get("MaxItems") or _PAGE)
    results = [_result(action, asked.get("ResourceArns", ["*"]), scene) for action in actions[start:end]]
    more = {"Marker": str(end)} if end < len(actions) else {}
    return {"EvaluationResults": results, "IsTruncated": bool(more), **more}


# What takes part


def _principal(arn: str, account: Account) -> EntityView:
    named = _ENTITY.fullmatch(arn)
    if named is None:
        raise AwsError(
            "InvalidInput", f"Invalid Entity Arn: {arn} does not clearly define entity type and name."
        )
    found = account.entity_of(arn)
    if found is None:
        raise AwsError("NoSuchEntity", f"The {named[1]} with name {named[2]} cannot be found.", 404)
    return found


def _of_principal(principal: EntityView | None, account: Account) -> Iterator[Source]:
    for found in account.policy_sources(principal) if principal else ():
        yield _source(found.id, _IDENTITY, found.text)


def _given(asked: Mapping[str, Any], name: str, kind: str) -> list[Source]:
    return [_source(f"{name}.{number}", kind, text) for number, text in enumerate(asked.get(name, ()), 1)]


def _source(name: str, kind: str, text: str) -> Source:
    try:
        return Source(name, kind, text, compile_policy(parse(text)))
    except PolicyError as error:
        raise AwsError("InvalidInput", f"{name}: {error}") from None  # inference


def _scene(
    asked: Mapping[str, Any], principal: EntityView | None, identity: Sequence[Source], account: Account
) -> Scene:
    boundary = _given(asked, "PermissionsBoundaryPolicyInputList", _BOUNDARY)
    if not boundary and principal is not None and principal.boundary:
        name = principal.boundary.rpartition("/")[2]
        boundary = [_source(name, _BOUNDARY, account.policy_text(principal.boundary) or "")]
    resource = [_source("ResourcePolicy", _RESOURCE, text) for text in [asked.get("ResourcePolicy")] if text]
    caller = asked.get("CallerArn") or (principal.arn if principal and principal.kind != "group" else "")
    if not _USER.fullmatch(caller) and (resource or asked.get("CallerArn")):
        raise AwsError("InvalidInput", "Invalid caller - Caller must be an IAM user in this context.")
    context: dict[str, str | list[str]] = dict(_known(caller, account))
    for entry in asked.get("ContextEntries", ()):
        context[entry.get("ContextKeyName", "")] = list(entry.get("ContextKeyValues", ()))
    owner = re.search(r"\d{12}", asked.get("ResourceOwner", ""))
    return Scene(
        caller or f"arn:aws:iam::{account.account_id}:user/nobody",
        identity,
        boundary,
        resource,
        owner[0] if owner else None,
        {name.lower(): values for name, values in context.items() if name},
    )


def _known(caller: str, account: Account) -> Iterator[tuple[str, str]]:
    """What is known of the simulated caller by its ARN. (That AWS's simulator fills these in is an inference.)"""
    if not caller:
        return
    yield from (("aws:PrincipalArn", caller), ("aws:PrincipalAccount", caller.split(":")[4]))
    user = account.entity_of(caller)
    if user is not None and user.kind == "user":
        yield from (("aws:username", user.name), ("aws:userid", user.id), ("aws:PrincipalType", "User"))


# What comes out


def _result(action: str, resources: Sequence[str], scene: Scene) -> dict[str, Any]:
    """The result for one action: of every resource together, and of each where they were named."""
    found = [_on_resource(action, resource, scene) for resource in resources]
    alone = found[0] if len(found) == 1 else {}
    result = {
        "EvalActionName": action,
        "EvalResourceName": resources[0] if alone else "*",  # of several AWS names what their ARNs look like
        "EvalDecision": _strictest(one["EvalResourceDecision"] for one in found),
        "MatchedStatements": alone.get("MatchedStatements", []),
        "MissingContextValues": [],
    }
    if list(resources) == ["*"]:
        boundary = {name: alone[name] for name in alone if name == "PermissionsBoundaryDecisionDetail"}
        return {**result, "MissingContextValues": alone["MissingContextValues"], **boundary}
    details = [one["PermissionsBoundaryDecisionDetail"] for one in found if scene.boundary]
    if details:
        all_within = all(detail["AllowedByPermissionsBoundary"] for detail in details)
        result["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": all_within}
    return {
        **result,
        "EvalDecisionDetails": alone.get("EvalDecisionDetails", Entries()),
        "ResourceSpecificResults": found,
    }


def _on_resource(action: str, resource: str, scene: Scene) -> dict[str, Any]:
    request = Request(scene.caller, action, resource, scene.context, _owner(resource, scene))
    policy: Mapping[str, Any] | None = scene.resource[0].policy.source if scene.resource else None
    if policy is None and request.policy_is_root_of_trust:
        policy = _leaves_it_to_iam(scene.account)  # the simulator asks no key policy that it was not given
    decision = evaluate(
        request,
        identity_policies=[source.policy.source for source in scene.identity],
        permissions_boundaries=[source.policy.source for source in scene.boundary],
        resource_policy=policy,
    )
    verdict = "allowed" if decision.allowed else "explicitDeny" if decision.explicit else "implicitDeny"
    result: dict[str, Any] = {
        "EvalResourceName": resource,
        "EvalResourceDecision": verdict,
        "MatchedStatements": list(_matched(request, scene, verdict)),
        "MissingContextValues": [
            key
            for key in context_keys((source.policy for source in scene.sources), request.action)
            if key.lower() not in request.values
        ],
        "EvalDecisionDetails": Entries(),
    }
    if scene.resource and request.across_accounts:
        result["EvalDecisionDetails"] = Entries(
            {_IDENTITY: _alone(scene.identity, request), _RESOURCE: _alone(scene.resource, request)}
        )
    if scene.boundary:
        within = _alone(scene.boundary, request) == "allowed"
        result["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": within}
    return result


def _owner(resource: str, scene: Scene) -> str:
    """The account of a resource. Without its policy only the caller's own account is asked."""
    if not scene.resource:
        return scene.account
    named = resource.split(":")[4] if resource.count(":") >= 5 else ""
    return named if named.isdigit() else scene.owner or scene.account


def _matched(request: Request, scene: Scene, verdict: str) -> Iterator[dict[str, Any]]:
    """The statements that decided: every Allow that applies, or every Deny; none, where nothing allowed."""
    for source in scene.sources if verdict != "implicitDeny" else ():
        denies = verdict == "explicitDeny"
        if source.type == _BOUNDARY and not denies:
            continue  # it gives nothing
        places = locate_statements(source.text)
        for statement in source.policy.denies if denies else source.policy.allows:
            if applies(statement, request):
                start, end = places[statement.number - 1]
                yield {
                    "SourcePolicyId": source.id,
                    "SourcePolicyType": source.type,
                    "StartPosition": _position(source.text, start),
                    "EndPosition": _position(source.text, end),
                }


def _position(text: str, at: int) -> dict[str, int]:
    line, column = line_and_column(text, at)
    return {"Line": line, "Column": column}


def _alone(sources: Iterable[Source], request: Request) -> str:
    """What these policies say, if they were the only ones."""
    applying = [
        statement
        for source in sources
        for statement in source.policy.statements
        if applies(statement, request)
    ]
    if any(statement.denies for statement in applying):
        return "explicitDeny"
    return "allowed" if applying else "implicitDeny"


def _strictest(verdicts: Iterable[str]) -> str:
    return max(verdicts, key=("allowed", "implicitDeny", "explicitDeny").index)


def _leaves_it_to_iam(account: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "*", "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}
