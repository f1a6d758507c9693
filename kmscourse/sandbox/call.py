"""What travels through the sandbox: a request, the call in it, who makes it, what it touches, an answer.

The stages hand these on in one direction (see ``application.py``) and refuse by raising ``AwsError``.
Only ``wire`` knows how any of it looks in JSON, in XML or in HTTP.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Context = Mapping[str, str | Sequence[str]]


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
    """What goes back to the client."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Call:
    """One operation of one service, read from a request.

    ``parameters`` is the JSON body, or for IAM and STS the form as it was sent (``Tags.member.1.Key``).
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

    @property
    def action(self) -> str:
        """The call in the words of a policy, as in ``kms:Decrypt``."""
        return f"{self.service}:{self.operation}"


@dataclass(frozen=True)
class Caller:
    """Who signed: an IAM user (or the account itself, where ``arn`` ends in ``:root``)."""

    arn: str
    account: str
    user_id: str
    user_name: str
    access_key_id: str


@dataclass(frozen=True)
class Access:
    """One thing that a call does to one resource; the policy decision is made for each.

    ``via`` is the service that does it for the caller (``dynamodb.amazonaws.com``), ``context`` the
    condition keys that belong to this access alone (``kms:EncryptionContext:…``, ``kms:ViaService``).
    """

    action: str
    resource: str
    context: Context = field(default_factory=dict)
    via: str | None = None
