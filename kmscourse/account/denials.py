"""Refusals as they happen: AWS's sentence, and of the refused call what a policy can ask about, nothing else.

Plaintexts, ciphertexts, items, passwords, policies and tokens of a call are never kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from botocore.handlers import BUILTIN_HANDLERS

from kmscourse.account.table_names import table_names

if TYPE_CHECKING:
    import boto3

REMEMBERED_PARAMETERS = frozenset({
    "BypassPolicyLockoutSafetyCheck", "Constraints", "CustomerMasterKeySpec", "DestinationEncryptionAlgorithm",
    "DestinationEncryptionContext", "DestinationKeyId", "EncryptionAlgorithm", "EncryptionContext",
    "ExpirationModel", "GrantId", "GranteePrincipal", "GranteeServicePrincipal", "KeyAgreementAlgorithm", "KeyId",
    "KeyPairSpec", "KeySpec", "KeyUsage", "MacAlgorithm", "MessageType", "MultiRegion", "Operations", "Origin",
    "PendingWindowInDays", "PermissionsBoundary", "PolicyArn", "RetiringPrincipal", "RetiringServicePrincipal",
    "RoleSessionName", "RotationPeriodInDays", "SigningAlgorithm", "SourceEncryptionAlgorithm",
    "SourceEncryptionContext", "SourceKeyId", "TagKeys", "Tags", "WrappingAlgorithm", "WrappingKeySpec",
})  # fmt: skip
"""The parameters that condition keys are made of (Service Authorization Reference: AWS KMS, IAM, STS)."""
_PARAMETERS, _IGNORED = "kmscourse.parameters", "kmscourse.ignored"


@dataclass(frozen=True)
class RefusedCall:
    """The call behind a refusal; what isn't known of it is empty.

    ``parameters`` are those of ``REMEMBERED_PARAMETERS``, ``tables`` the DynamoDB tables that it names.
    """

    operation: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    tables: tuple[str, ...] = ()
    region: str = ""
    request_id: str = ""
    access_key_id: str = ""

    @classmethod
    def of(cls, operation: str, parameters: Mapping[str, Any], **more: str) -> RefusedCall:
        """A call with all its parameters, of which only what may be kept is kept."""
        remembered = {
            name: deepcopy(value) for name, value in parameters.items() if name in REMEMBERED_PARAMETERS
        }
        tables = dict.fromkeys(name.rpartition("/")[2] for name in table_names(parameters))
        return cls(operation, remembered, tuple(tables), **more)


class Denial(str):
    """AWS's sentence, and the call that it refused."""

    call: RefusedCall

    def __new__(cls, sentence: str, call: RefusedCall) -> Denial:
        """A text like any other, which knows its call."""
        denial = super().__new__(cls, sentence)
        denial.call = call
        return denial


def watch(session: boto3.Session, denials: list[str]) -> None:
    """Add every refusal that clients of the session, made from now on, meet to ``denials``."""
    watch = _Watch({"": denials}, session)
    # With an id, watching a session twice adds its refusals once.
    session.events.register("before-parameter-build", watch.before, unique_id=f"{_PARAMETERS}.before")
    session.events.register("after-call", watch.after, unique_id=f"{_PARAMETERS}.after")


def watch_new_sessions(denials: list[str], account_id: str) -> None:
    """The same of every session that anybody in this process makes from now on, as of plain ``boto3.client(…)``.

    What is refused in another account than ``account_id`` is left out. An account that is opened again is watched once,
    for the list that was given last: botocore has each handler take part in each call.
    """
    _new_sessions.lists[account_id] = denials
    for handler in (
        ("before-parameter-build", _new_sessions.before),
        ("after-call", _new_sessions.after),
    ):
        if handler not in BUILTIN_HANDLERS:
            BUILTIN_HANDLERS.append(handler)


def ignore(client: Any) -> None:
    """Let what one client is refused be remembered nowhere: it asks what nobody has asked for."""
    client.meta.events.register(
        "before-parameter-build", lambda context, **_: context.update({_IGNORED: True})
    )


@contextmanager
def unremembered(denials: list[str]) -> Iterator[None]:
    """What the course itself asks meanwhile, and is refused, is no refusal of the learner's."""
    count_before = len(denials)
    try:
        yield
    finally:
        del denials[count_before:]


def is_denied(error: ClientError) -> bool:
    """Did AWS refuse the call for lack of a permission? Services spell the code in two ways."""
    return _is_denial(error.response["Error"]["Code"])


def _is_denial(code: object) -> bool:
    return str(code).startswith("AccessDenied")


class _Watch:
    """Handlers of botocore's events that add refusals to lists, each once.

    ``lists`` has one for each account, by its number, which stands in the sentence of a refusal; "" stands in any.
    """

    def __init__(self, lists: dict[str, list[str]], session: boto3.Session | None = None) -> None:
        self.lists, self._session = lists, session

    def before(self, params: object, context: dict[str, Any], **_: object) -> None:
        """Keep the parameters at hand for as long as the call takes."""
        context[_PARAMETERS] = params

    def after(self, parsed: dict[str, Any], model: Any, context: dict[str, Any], **_: object) -> None:
        """Remember the call, where it has been refused."""
        error = parsed.get("Error", {})
        if not _is_denial(error.get("Code")) or _IGNORED in context:
            return
        sentence = str(error.get("Message", ""))
        parameters = context.get(_PARAMETERS)
        credentials = self._session.get_credentials() if self._session else None
        call = RefusedCall.of(
            model.name,
            parameters if isinstance(parameters, Mapping) else {},
            region=str(context.get("client_region") or ""),
            request_id=str(parsed.get("ResponseMetadata", {}).get("RequestId", "")),
            access_key_id=str(credentials.access_key) if credentials else "",
        )
        for account_id, denials in self.lists.items():
            if account_id in sentence:
                _add(denials, Denial(sentence, call))


def _add(denials: list[str], denial: Denial) -> None:
    call = denial.call
    last = denials[-1] if denials else None
    if not (isinstance(last, Denial) and call.request_id and last.call.request_id == call.request_id):
        denials.append(denial)
    elif call.access_key_id:  # two handlers have heard of it, and this one knows more
        denials[-1] = denial


_new_sessions = _Watch({})
"""Watches what anybody in this process makes."""
