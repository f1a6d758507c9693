"""A table of requests: who may call what, and who may not. Each is decided from the policies and grants of the account.

Nothing is called, so the learner's audit trail stays their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from kmscourse import access
from kmscourse.account import Account
from kmscourse.course.checks.check import Observation, Observer
from kmscourse.course.notes import Notes
from kmscourse.errors import KmsCourseError
from kmscourse.kms import find_key
from kmscourse.policy import PrincipalKind

MAX_NAMED = 2  # of the requests that are answered otherwise than they should be
YOU = "you"
HARMFUL = tuple(
    action
    for action in access.KEY_ACTIONS
    if not action.startswith(("kms:Describe", "kms:Get", "kms:List", "kms:Verify"))
)
"""What can be asked of a key and does more than tell of it: what too wide a change opens."""
_CONTEXTS = ("EncryptionContext", "SourceEncryptionContext", "DestinationEncryptionContext")


@dataclass(frozen=True)
class ExpectedRequest:
    """One request on the key behind ``alias``. ``who`` is a user, a role or YOU; ``action`` as in kms:Decrypt.

    ``context`` is its encryption context, of ReEncrypt that of the side which the action is about; ``via_table`` names
    the table for which DynamoDB asks in the caller's name, "" where the caller asks directly.
    """

    who: str
    action: str
    alias: str
    allowed: bool
    context: Mapping[str, str] = field(default_factory=dict)
    via_table: str = ""

    def __str__(self) -> str:
        pairs = ", ".join(f"{name}={value}" for name, value in self.context.items())
        where = f" through the table {self.via_table}" if self.via_table else ""
        return f"{self.action} by {self.who}{where}" + (f" with {pairs}" if pairs else "")


def requests_answered(table: Sequence[ExpectedRequest]) -> Observer:
    """Is each request of the table answered as it should be? The first that are not are named."""

    def look(account: Account, _: Notes) -> Observation:
        snapshot = access.Snapshot(account)
        kms = account.client("kms")
        keys = {alias: find_key(kms, alias) for alias in {request.alias for request in table}}
        wrong = [
            said
            for request in table
            if (said := _difference(snapshot, request, keys[request.alias], tell_key=len(keys) > 1))
        ]
        right = len(table) - len(wrong)
        text = f"{right} of {len(table)} requests are answered as they should be"
        if wrong:
            text += f"; not so: {'; '.join(wrong[:MAX_NAMED])}{'; …' if len(wrong) > MAX_NAMED else ''}"
        return Observation(not wrong, text)

    return look


def refused_beside(
    allowed: Sequence[ExpectedRequest],
    *,
    who: Iterable[str] = (),
    aliases: Iterable[str] = (),
    contexts: Iterable[Mapping[str, str]] = (),
) -> list[ExpectedRequest]:
    """All that must be refused, so that nobody of them may do more than is ``allowed``: a table for requests_answered.

    It is what is HARMFUL, by each caller, on each key, with each encryption context: those of ``allowed``, and these.
    """
    may = [(request.who, request.action, request.alias, dict(request.context)) for request in allowed]
    callers = dict.fromkeys([*(request.who for request in allowed), *who])
    keys = dict.fromkeys([*(request.alias for request in allowed), *aliases])
    tried: list[dict[str, str]] = [{}]
    for context in (*(request.context for request in allowed), *contexts):
        if dict(context) not in tried:
            tried.append(dict(context))
    return [
        ExpectedRequest(caller, action, alias, False, context)
        for caller, action, alias, context in product(callers, HARMFUL, keys, tried)
        if (caller, action, alias, context) not in may
    ]


def nobody_else_let_in(alias: str, *names: str) -> Observer:
    """Do the key policy and the grants of a key let nobody in but you, services of AWS, and these users and roles?

    Somebody of another account would be one more. Who is let in by an IAM policy alone is not looked at: it can be
    older than the section.
    """

    def look(account: Account, _: Notes) -> Observation:
        snapshot = access.Snapshot(account)
        if (key := find_key(account.client("kms"), alias)) is None:
            return Observation(False, f"there is no key {alias}")
        usage = account.client("kms").describe_key(KeyId=key)["KeyMetadata"]["KeyUsage"]
        others = [
            f"{reach.name} may {use}, by {by}"
            for reach in access.who_may(snapshot, key, usage)
            if reach.name not in (YOU, *names) and reach.kind is not PrincipalKind.OUTSIDER
            for use, by in reach.uses.items()
            if by.startswith(("key policy", "grant"))
        ]
        told = f"{alias.removeprefix('alias/')} lets in"
        return Observation(not others, f"{told} nobody else" if not others else f"{told} more: {others[0]}")

    return look


def all_of(*looks: Observer) -> Observer:
    """Is it as each of them asks? The first that is not is told, else the last."""

    def look(account: Account, notes: Notes) -> Observation:
        observation = Observation(False, "")
        for each in looks:
            observation = each(account, notes)
            if not observation.passed:
                break
        return observation

    return look


def _difference(
    snapshot: access.Snapshot, request: ExpectedRequest, key: str | None, *, tell_key: bool
) -> str:
    """How a request on a key is answered otherwise than it should be, and on which; "" where it is not."""
    account = snapshot.account
    if key is None:
        return f"there is no key {request.alias}"
    try:
        arn = account.user_arn if request.who == YOU else _arn(snapshot, request.who)
    except KmsCourseError:
        return "" if not request.allowed else f"there is no user or role {request.who}"
    if request.via_table:
        context = access.table_key(account, request.via_table, request.action)
    else:
        context = access.context_of_call(account, request.action, _parameters(request))
    allowed = access.case(snapshot, arn, request.action, key, context).decision.allowed
    if allowed == request.allowed:
        return ""
    return f"{request}{f' on {request.alias}' if tell_key else ''} is {'allowed' if allowed else 'refused'}"


def _parameters(request: ExpectedRequest) -> dict[str, Any]:
    """Those of a call with the request's context; a grant is one for Decrypt with it."""
    if request.action == "kms:CreateGrant":
        return {"Operations": ["Decrypt"], "Constraints": {"EncryptionContextSubset": dict(request.context)}}
    return {name: dict(request.context) for name in _CONTEXTS}


def _arn(snapshot: access.Snapshot, name: str) -> str:
    """The ARN of the user of that name, else of the role. Raises KmsCourseError where there is neither."""
    arns = (arn for arn, identity in snapshot.people.items() if identity.name == name)
    return access.find_identity(snapshot.identities, next(arns, name)).arn
