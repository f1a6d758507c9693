"""What a console does and no AWS API offers: signing a user in, and managing the practice account itself.

Among it are the two settings that a notebook changes for a while: the quota and the delay of grants.

The operations of the private service ``kmscourse``. No policy speaks of them: only the account's main user may call
them, with an access key of its own. The key that it began with opens the console in whatever state IAM has it, as it
is the learner's way into a process of the learner's own; AWS's services go by IAM alone.
"""

from __future__ import annotations

import base64
import ipaddress
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from kmscourse.sandbox.auth.credentials import Credentials
from kmscourse.sandbox.call import AwsError, Call, Caller, HttpRequest, HttpResponse
from kmscourse.sandbox.iam import passwords
from kmscourse.sandbox.kms import grant_delay, request_quota
from kmscourse.sandbox.operation import Answer, Members, Operation, ResolvedCall, Service, no_permission

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account

SERVICE = "kmscourse"
MAX_AGE = timedelta(days=90)  # as far as CloudTrail's event history goes back


class HostProtocol(Protocol):
    """What the account runs in: the application."""

    def stop(self) -> None:
        """End the process once this call is answered."""

    def reset(self) -> None:
        """Start the account over; the main user and its access key stay."""

    def status(self) -> Mapping[str, Any]:
        """Account, Region, User, UserArn, Keys, Tables, Since, what there is to say about it (Notices) …"""

    def perform_as_of(
        self, request: HttpRequest, at: datetime, source_ip: str, user_agent: str
    ) -> HttpResponse:
        """The answer to a signed request, as if it had come ``at`` that time, from there."""

    def take_notices(self) -> list[str]:
        """What there is to say about the account; what was told once is forgotten."""


class ConsoleKeys:
    """The access keys that open the console (a ``signature.KeyRing``)."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def credentials(self, access_key_id: str) -> Credentials | None:
        """The main user's access key as it was at the start; of every other one, what IAM knows."""
        main = self._account.main_user.credentials()
        if access_key_id == main.caller.access_key_id:
            return main
        return self._account.identities.credentials(access_key_id)


class ConsoleCall(ResolvedCall):
    """A call of the console."""

    def text(self, name: str) -> str:
        """A parameter that must be a text. Raises AwsError ValidationException where it is none, or empty."""
        value = self.parameters.get(name)
        if not isinstance(value, str) or not value:
            raise AwsError("ValidationException", f"{name} must be a text that is not empty.")
        return value

    def number(self, name: str, low: float, high: float, *, whole: bool = False, otherwise: Any) -> Any:
        """A parameter that must be a number in these bounds; ``otherwise`` where it is left out.

        Raises AwsError ValidationException.
        """
        value = self.parameters.get(name)
        if value is None:
            return otherwise
        is_number = isinstance(value, int if whole else int | float) and not isinstance(value, bool)
        if not is_number or not low <= value <= high:
            raise AwsError(
                "ValidationException",
                f"{name} must be a {'whole ' if whole else ''}number from {low} to {high:.0f}.",
            )
        return value


def resolve(call: Call, caller: Caller, account: Account, now: datetime, changes: bool) -> ConsoleCall:
    """The call of the main user; its operations read their parameters themselves: no model of AWS's describes them.

    Raises AwsError AccessDeniedException for anybody else. The main user is known by its id, as a name can be somebody
    else's by now; a session of it may have fewer rights than the user.
    """
    if caller.user_id != account.main_user.id or caller.temporary is not None:
        raise AwsError(
            "AccessDeniedException",
            f"Only {account.main_user.name}, the main user of the practice account, may do that, with its own access "
            "key.",
        )
    return ConsoleCall(call, caller, account, now, changes)


def sign_in(resolved: ConsoleCall, host: HostProtocol) -> Answer:
    """The console's sign-in page: a user name and a password for temporary credentials.

    Where AWS would ask for a new password at this point, NewPassword is it.
    """
    new = resolved.text("NewPassword") if "NewPassword" in resolved.parameters else None
    name, password = resolved.text("UserName"), resolved.text("Password")
    return _printed(passwords.sign_in(resolved.account.identities, name, password, new))


def session_for(resolved: ConsoleCall, host: HostProtocol) -> Answer:
    """Temporary credentials of a user without asking for the password."""
    return _printed(resolved.account.identities.session_for(resolved.text("UserName")))


def stop(resolved: ConsoleCall, host: HostProtocol) -> Answer:
    """The practice account ends; what is in it stays."""
    host.stop()
    return {}


def reset(resolved: ConsoleCall, host: HostProtocol) -> Answer:
    """The practice account starts over."""
    host.reset()
    return {}


def status(resolved: ConsoleCall, host: HostProtocol) -> Answer:
    """What the account is and how much is in it."""
    return dict(host.status())


def set_kms_quota(resolved: ConsoleCall, host: HostProtocol) -> Answer:
    """Another quota of cryptographic operations; without Requests that of the start. The former one is returned."""
    account = resolved.account
    former = account.keys.quota.requests
    most = request_quota.MAX_REQUESTS
    account.keys.quota.set(
        resolved.number("Requests", 1, most, whole=True, otherwise=account.settings.kms_quota)
    )
    return {} if former is None else {"Requests": former}


def set_grant_delay(resolved: ConsoleCall, host: HostProtocol) -> Answer:
    """Another delay of grants; without Seconds that of the start. The former one is returned."""
    account = resolved.account
    former = account.keys.grant_delay.seconds
    seconds = resolved.number("Seconds", 0, grant_delay.MAX_SECONDS, otherwise=account.settings.grant_delay)
    account.keys.grant_delay.seconds = seconds
    return {"Seconds": former}


def perform_as_of(resolved: ConsoleCall, host: HostProtocol) -> Answer:
    """A request to one of AWS's services, performed as if it had come at an earlier time and from another address.

    At is in seconds since 1970. The request is as it would have been sent: signed by whom it comes from, with Headers,
    Body in base64. So is the answer.
    """
    now = resolved.now.timestamp()
    at = resolved.number("At", int(now - MAX_AGE.total_seconds()), now, otherwise=now)
    headers = resolved.parameters.get("Headers")
    if not isinstance(headers, dict) or not all(isinstance(value, str) for value in headers.values()):
        raise AwsError("ValidationException", "Headers must be an object of texts.")
    try:
        body = base64.b64decode(resolved.text("Body"), validate=True)
    except ValueError:
        raise AwsError("ValidationException", "Body must be in base64.") from None
    source_ip = resolved.text("SourceIp")
    try:
        ipaddress.ip_address(source_ip)
    except ValueError:
        raise AwsError("ValidationException", "SourceIp must be an IP address.") from None
    request = HttpRequest("POST", "/", headers, body)
    response = host.perform_as_of(
        request, datetime.fromtimestamp(at, UTC), source_ip, resolved.text("UserAgent")
    )
    return {
        "Status": response.status,
        "Headers": dict(response.headers),
        "Body": base64.b64encode(response.body).decode(),
    }


def take_notices(resolved: ConsoleCall, host: HostProtocol) -> Answer:
    """What the learner is to be told when a notebook is opened."""
    return {"Notices": host.take_notices()}


OPERATIONS: Mapping[str, Callable[[ConsoleCall, HostProtocol], Answer]] = {
    "SignIn": sign_in,
    "SessionFor": session_for,
    "Stop": stop,
    "Reset": reset,
    "Status": status,
    "TakeNotices": take_notices,
    "PerformAsOf": perform_as_of,
    "SetKmsQuota": set_kms_quota,
    "SetGrantDelay": set_grant_delay,
}
MEMBERS = Members(
    {
        "SignIn": "UserName Password NewPassword",
        "SessionFor": "UserName",
        "PerformAsOf": "At SourceIp UserAgent Headers Body",
        "SetKmsQuota": "Requests",
        "SetGrantDelay": "Seconds",
    }
)


def service(host: HostProtocol) -> Service[ConsoleCall]:
    """The console as a service of the application that it runs in."""

    def operation(perform: Callable[[ConsoleCall, HostProtocol], Answer]) -> Operation[ConsoleCall]:
        return Operation(
            no_permission, lambda resolved: perform(resolved, host), changes=perform is not status
        )

    return Service(
        SERVICE, resolve, {name: operation(perform) for name, perform in OPERATIONS.items()}, MEMBERS
    )


def _printed(credentials: Credentials) -> dict[str, Any]:
    return {
        "AccessKeyId": credentials.caller.access_key_id,
        "SecretAccessKey": credentials.secret,
        "SessionToken": credentials.token,
        "UserArn": credentials.caller.arn,
    }
