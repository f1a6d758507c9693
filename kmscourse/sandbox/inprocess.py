"""boto3 straight into an ``Application``, without a socket: for unit tests and for an account in memory.

A botocore ``before-send`` handler takes the request that the client has built and signed, and answers it.
What the client does before and after stays botocore's own.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders

from kmscourse.sandbox.auth.credentials import Credentials
from kmscourse.sandbox.call import HttpRequest

if TYPE_CHECKING:
    from kmscourse.sandbox.application import Application


def session(application: Application, credentials: Credentials | None = None) -> boto3.Session:
    """A boto3 session whose every client reaches ``application``; without credentials, as its main user."""
    access_key = credentials or application.main_access_key
    boto_session = boto3.Session(
        aws_access_key_id=access_key.caller.access_key_id,
        aws_secret_access_key=access_key.secret,
        aws_session_token=access_key.token,
        region_name=application.home_region,
    )
    attach(boto_session, application)
    return boto_session


def attach(boto_session: boto3.Session, application: Application) -> None:
    """Let the clients that the session makes from now on reach ``application`` instead of the network."""

    def answer(request: AWSPreparedRequest, **_: object) -> Any:
        response = application.handle(to_request(request))
        headers = HTTPHeaders.from_dict(response.headers)
        return AWSResponse(request.url, response.status, headers, _Body(response.body))

    boto_session.events.register("before-send", answer)


def to_request(prepared: AWSPreparedRequest) -> HttpRequest:
    """The request as it would have arrived over HTTP."""
    parts = urlsplit(prepared.url)
    headers = {"host": parts.netloc}
    for name, value in prepared.headers.items():
        headers[name.lower()] = value.decode() if isinstance(value, bytes) else str(value)
    body: Any = prepared.body or b""
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return HttpRequest(
        prepared.method, target, headers, body.encode() if isinstance(body, str) else bytes(body)
    )


class _Body(io.BytesIO):
    """An answer's body in the shape that botocore reads from urllib3."""

    def stream(self, **_: object) -> Iterator[bytes]:
        while chunk := self.read(65536):
            yield chunk
