"""What travels through the sandbox: a request, the call in it, who makes it, a refusal, an answer.

The stages hand these on in one direction (see ``application.py``) and refuse by raising ``AwsError``.
Only ``protocol`` knows how any of it looks in JSON, in XML or in HTTP.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


class AwsError(Exception):
    """A refusal as AWS gives it: its code, its text, its HTTP status, and further fields of the answer."""

    def __init__(
        self, code: str, message: str, status: int = 400, fields: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.fields = dict(fields or {})


@dataclass(frozen=True)
class HttpRequest:
    """An HTTP request as it came: names of headers in lower case, ``target`` is the path with its query."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class HttpResponse:
    """What goes back to the client, and whether the request was signed by somebody whom the account knows."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    authenticated: bool = False


# What stands before the colon of a service's actions, where it isn't the name that the service signs with.
_PREFIXES = {"tagging": "tag"}


@dataclass(frozen=True)
class Call:
    """One operation of one service, read from a request.

    ``service`` is the name that it signs with. ``parameters`` is the JSON body, or for IAM and STS the form as it was
    sent (``Tags.member.1.Key``); ``action`` is the call in the words of a policy, as in ``kms:Decrypt``.
    """

    service: str
    operation: str
    region: str
    parameters: Mapping[str, Any]
    access_key_id: str
    request_id: str
    http: HttpRequest
    source_ip: str = "127.0.0.1"
    user_agent: str = ""
    action: str = field(init=False)

    def __post_init__(self) -> None:
        prefix = _PREFIXES.get(self.service, self.service)
        object.__setattr__(self, "action", f"{prefix}:{self.operation}")


@dataclass(frozen=True)
class Issuer:
    """The role or user behind temporary credentials; ``kind`` is Role or IAMUser, as CloudTrail has it."""

    kind: str
    arn: str
    id: str
    name: str


@dataclass(frozen=True)
class Temporary:
    """What is known of temporary credentials: which operation gave them out, when (seconds since 1970), and for whom.

    ``made_by`` is AssumeRole, GetFederationToken, GetSessionToken, or SignIn for a console's. ``tags`` are those
    of the session alone, ``transitive`` the keys among them that go on to the next role.
    """

    made_by: str
    since: float
    issuer: Issuer
    tags: Mapping[str, str] = field(default_factory=dict)
    transitive: Sequence[str] = ()
    source_identity: str = ""


@dataclass(frozen=True)
class Caller:
    """Who signed: an IAM user, an assumed role, a federated user (or the account itself, ``arn`` ends in ``:root``).

    ``user_id`` is AIDA… for a user, AROA…:session for an assumed role, account:name for a federated user;
    ``user_name`` is empty for all but users. ``made_by`` is the operation that gave out the credentials, empty where
    they are a user's access key; ``principal_id`` the id of the user or role whose policies apply: AIDA…, AROA…
    """

    arn: str
    account: str
    user_id: str
    user_name: str
    access_key_id: str
    temporary: Temporary | None = None
    made_by: str = field(init=False)
    principal_id: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "made_by", self.temporary.made_by if self.temporary else "")
        object.__setattr__(self, "principal_id", self.temporary.issuer.id if self.temporary else self.user_id)


class Entries(dict[str, str]):
    """A map in an answer: the query protocol writes it in another way than a structure."""


@dataclass(frozen=True)
class ServiceEvent:
    """What KMS did to a key by itself, under its name in CloudTrail: DeleteKey, RotateKey, DeleteExpiredKeyMaterial."""

    name: str
    at: datetime
    key_arn: str
    details: Mapping[str, str]
