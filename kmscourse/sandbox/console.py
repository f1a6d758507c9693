"""What a console does and no AWS API offers: signing a user in, and managing the practice account itself.

The operations of the private service ``kmscourse``. No policy speaks of them: only the account's main user may call
them, with an access key of its own. The key that it began with opens the console in whatever state IAM has it, as it
is the learner's way into a process of the learner's own; AWS's services go by IAM alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from kmscourse.sandbox.auth.credentials import Credentials
from kmscourse.sandbox.call import AwsError, Call, Caller
from kmscourse.sandbox.operation import Answer, Operation, ResolvedCall, Service, no_permission

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account

SERVICE = "kmscourse"


class Host(Protocol):
    """What the account runs in: the application."""

    def stop(self) -> None:
        """End the process once this call is answered."""

    def reset(self) -> None:
        """Start the account over; the main user and its access key stay."""

    def status(self) -> Mapping[str, Any]:
        """Account, Region, User, UserArn, Keys, Tables, Since, what there is to say about it (Notices) …"""

    def take_notices(self) -> list[str]:
        """What there is to say about the account; what was told once is forgotten."""


class ConsoleKeys:
    """The access keys that open the console (a ``signature.KeyRing``)."""

    def __init__(self, account: Account) -> None:
        self._backend = account

    def credentials(self, access_key_id: str) -> Credentials | None:
        """The main user's access key as it was at the start; of every other one, what IAM knows."""
        main = self._backend.main_credentials()
        return (
            main if access_key_id == main.caller.access_key_id else self._backend.credentials(access_key_id)
        )


def service(host: Host) -> Service[ResolvedCall]:
    """The console's own service, of the application that it runs in."""

    def resolve(call: Call, caller: Caller, account: Account, now: datetime, changes: bool) -> ResolvedCall:
        return ResolvedCall(call, caller, account, now, changes)

    return Service(
        SERVICE,
        resolve,
        {
            name: Operation(no_permission, _performed(operation, host))
            for name, operation in OPERATIONS.items()
        },
    )


def _performed(operation: ConsoleOperation, host: Host) -> Callable[[ResolvedCall], Answer]:
    return lambda resolved: operation(resolved.parameters, resolved.account, host)


def require_main_user(caller: Caller, account: Account) -> None:
    """Raises AwsError AccessDeniedException for anybody but the main user.

    It is known by its id, as a name can be somebody else's by now; a session of it may have fewer rights than the user.
    """
    if caller.user_id != account.main_user_id or caller.temporary is not None:
        raise AwsError(
            "AccessDeniedException",
            f"Only {account.main_user}, the main user of the practice account, may do that, with its own access key.",
        )


def sign_in(parameters: Mapping[str, Any], account: Account, host: Host) -> dict[str, Any]:
    """The console's sign-in page: a user name and a password for temporary credentials.

    Where AWS would ask for a new password at this point, NewPassword is it.
    """
    new = _text(parameters, "NewPassword") if "NewPassword" in parameters else None
    return _session(account.sign_in(_text(parameters, "UserName"), _text(parameters, "Password"), new))


def session_for(parameters: Mapping[str, Any], account: Account, host: Host) -> dict[str, Any]:
    """Temporary credentials of a user without asking for the password."""
    return _session(account.session_for(_text(parameters, "UserName")))


def stop(parameters: Mapping[str, Any], account: Account, host: Host) -> dict[str, Any]:
    """The practice account ends; what is in it stays."""
    host.stop()
    return {}


def reset(parameters: Mapping[str, Any], account: Account, host: Host) -> dict[str, Any]:
    """The practice account starts over."""
    host.reset()
    return {}


def status(parameters: Mapping[str, Any], account: Account, host: Host) -> dict[str, Any]:
    """What the account is and how much is in it."""
    return dict(host.status())


def take_notices(parameters: Mapping[str, Any], account: Account, host: Host) -> dict[str, Any]:
    """What the learner is to be told when a notebook is opened."""
    return {"Notices": host.take_notices()}


ConsoleOperation: TypeAlias = "Callable[[Mapping[str, Any], Account, Host], dict[str, Any]]"

OPERATIONS: Mapping[str, ConsoleOperation] = {
    "SignIn": sign_in,
    "SessionFor": session_for,
    "Stop": stop,
    "Reset": reset,
    "Status": status,
    "TakeNotices": take_notices,
}


def _session(credentials: Credentials) -> dict[str, Any]:
    return {
        "AccessKeyId": credentials.caller.access_key_id,
        "SecretAccessKey": credentials.secret,
        "SessionToken": credentials.token,
        "UserArn": credentials.caller.arn,
    }


def _text(parameters: Mapping[str, Any], name: str) -> str:
    value = parameters.get(name)
    if not isinstance(value, str) or not value:
        raise AwsError("ValidationException", f"{name} must be a text that is not empty.")
    return value
