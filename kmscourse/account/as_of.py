"""A session whose calls reach the practice account as if they had come at an earlier time, and from elsewhere.

The calls are signed and answered like all others, so that what is there and what the audit trail tells agree.
"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders

from kmscourse.account.aws_session import session_bound_to

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmscourse.account.account import Account


@dataclass
class Origin:
    """Whence calls come, and when: ``at`` is in UTC, at most 90 days ago."""

    source_ip: str
    user_agent: str
    at: datetime


def session_as_of(account: Account, origin: Origin, access_key_id: str, secret: str) -> boto3.Session:
    """A session with this access key; each call comes from where ``origin`` says at that moment.

    Its calls raise CourseError in another account than the practice account.
    """
    # Nothing is sent to the URL: each request is put into a call of the console's.
    session = session_bound_to("http://127.0.0.1", account.region, access_key_id, secret)

    def answer(request: AWSPreparedRequest, **_: object) -> Any:
        body: Any = request.body or b""
        parameters = {
            "At": origin.at.timestamp(),
            "SourceIp": origin.source_ip,
            "UserAgent": origin.user_agent,
            "Headers": {"host": request.url.split("/")[2], **_headers(request)},
            "Body": base64.b64encode(body.encode() if isinstance(body, str) else bytes(body)).decode(),
        }
        said = account.ask_console("PerformAsOf", parameters)
        headers = HTTPHeaders.from_dict(said["Headers"])
        return AWSResponse(request.url, said["Status"], headers, _Body(base64.b64decode(said["Body"])))

    session.events.register("before-send", answer)
    return session


def _headers(request: AWSPreparedRequest) -> dict[str, str]:
    return {
        name.lower(): value.decode() if isinstance(value, bytes) else str(value)
        for name, value in request.headers.items()
    }


class _Body(io.BytesIO):
    """An answer's body in the shape that botocore reads from urllib3."""

    def stream(self, **_: object) -> Iterator[bytes]:
        yield self.read()
