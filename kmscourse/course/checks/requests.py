"""A table of requests: who may call what, and who may not. Each is decided from the policies and grants of the account.

Nothing is called, so the learner's audit trail stays their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kmscourse import access
from kmscourse.account import Account
from kmscourse.course.checks.check import Observation, Observer
from kmscourse.course.notes import Notes
from kmscourse.errors import KmsCourseError
from kmscourse.kms import find_key

MAX_NAMED = 2  # of the requests that are answered otherwise than they should be
YOU = "you"
_CONTEXTS = ("EncryptionContext", "SourceEncryptionContext", "DestinationEncryptionContext")


@dataclass(frozen=True)
class Request:
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


def requests_answered(table: Sequence[Request]) -> Observer:
    """Is each request of the table answered as it should be? The first that are not are named."""

    def look(account: Account, _: Notes) -> Observation:
        snapshot = access.Snapshot(account)
        kms = account.client("kms")
        keys = {alias: find_key(kms, alias) for alias in {request.alias for request in table}}
        wrong = [said for request in table if (said := _difference(snapshot, request, keys[request.alias]))]
        right = len(table) - len(wrong)
        text = f"{right} of {len(table)} requests are answered as they should be"
        if wrong:
            text += f"; not so: {'; '.join(wrong[:MAX_NAMED])}{'; …' if len(wrong) > MAX_NAMED else ''}"
        return Observation(not wrong, text)

    return look


def _difference(snapshot: access.Snapshot, request: Request, key: str | None) -> str:
    """How a request on a key is answered otherwise than it should be; "" where it is not."""
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
        context = access.context_of_call(
            account, request.action, {name: dict(request.context) for name in _CONTEXTS}
        )
    allowed = access.case(snapshot, arn, request.action, key, context).decision.allowed
    return "" if allowed == request.allowed else f"{request} is {'allowed' if allowed else 'refused'}"


def _arn(snapshot: access.Snapshot, name: str) -> str:
    """The ARN of the user of that name, else of the role. Raises KmsCourseError where there is neither."""
    arns = (arn for arn, identity in snapshot.people.items() if identity.name == name)
    return access.find_identity(snapshot.identities, next(arns, name)).arn
