"""Requests as AWS's clients write them: JSON or form, signed with Signature Version 4 at a given time.

A signer of the tests' own, so that it stays as it is whatever becomes of the account's. Source: AWS IAM User Guide,
"Create a signed AWS API request"; the Smithy specification, "AWS JSON" and "AWS Query" protocols.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain
from typing import Any
from urllib.parse import quote, urlencode

from tests.frozen.account import Credentials

TARGETS = {
    "kms": "TrentService",
    "dynamodb": "DynamoDB_20120810",
    "cloudtrail": "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101",
    "tagging": "ResourceGroupsTaggingAPI_20170126",
    "kmscourse": "KmsCourse",
}
VERSIONS = {"iam": "2010-05-08", "sts": "2011-06-15"}
USER_AGENT = "frozen"
_FORM = "application/x-www-form-urlencoded; charset=utf-8"


@dataclass(frozen=True)
class Request:
    """An HTTP request, names of headers in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Signing:
    """How a request is signed: ``place`` is header, query or nowhere; ``skew`` are seconds that the clock is off.

    ``secret`` replaces the right one, ``left_out`` are headers that are not signed, ``changes`` replace texts in what
    the signature says of itself, ``body`` is put in after signing.
    """

    place: str = "header"
    skew: float = 0
    service: str = ""
    secret: str = ""
    left_out: Sequence[str] = ()
    changes: Mapping[str, str] | None = None
    body: str | None = None


def content_type(service: str) -> str:
    """In which form a service is asked and answers; XML where it is asked with a form."""
    return (
        f"application/x-amz-json-1.{0 if service == 'dynamodb' else 1}" if service in TARGETS else "text/xml"
    )


def of_operation(service: str, operation: str, region: str, parameters: Mapping[str, Any]) -> Request:
    """The request of one operation, not yet signed. A form's parameters can be given as it writes them."""
    headers = {"host": f"{service}.{region}.amazonaws.com", "user-agent": USER_AGENT}
    if service in TARGETS:
        headers["x-amz-target"] = f"{TARGETS[service]}.{operation}"
        headers["content-type"] = content_type(service)
        return Request("POST", "/", headers, json.dumps(parameters).encode())
    fields = (flattened(value, name).items() for name, value in parameters.items())
    form = {"Action": operation, "Version": VERSIONS[service], **dict(chain.from_iterable(fields))}
    return Request("POST", "/", {**headers, "content-type": _FORM}, urlencode(form).encode())


def flattened(value: Any, prefix: str) -> dict[str, str]:
    """A value as the query protocol spells it: ``Tags.member.1.Key``."""
    if isinstance(value, Mapping):
        inner = [(f"{prefix}.{name}", each) for name, each in value.items()]
    elif isinstance(value, list):
        inner = [(f"{prefix}.member.{number}", each) for number, each in enumerate(value, 1)]
    else:
        return {prefix: str(value).lower() if isinstance(value, bool) else str(value)}
    return {name: text for path, each in inner for name, text in flattened(each, path).items()}


def signed(
    request: Request, by: Credentials, service: str, region: str, at: datetime, how: Signing | None = None
) -> Request:
    """The request with a signature that is right, but for what ``how`` says otherwise."""
    how = how or Signing()
    if how.place == "nowhere":
        return request
    time = (at + timedelta(seconds=how.skew)).strftime("%Y%m%dT%H%M%SZ")
    scope = f"{time[:8]}/{region}/{how.service or service}/aws4_request"
    own = {"X-Amz-Date": time, **({"X-Amz-Security-Token": by.token} if by.token else {})}
    headers, target = dict(request.headers), request.target
    if how.place == "header":
        headers |= {name.lower(): text for name, text in own.items()}
    names = sorted(
        name for name in headers if (name == "host" or name.startswith("x-amz-")) and name not in how.left_out
    )
    if how.place == "query":
        own |= {
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "X-Amz-Credential": f"{by.access_key_id}/{scope}",
            "X-Amz-Expires": "300",
            "X-Amz-SignedHeaders": ";".join(names),
        }
        target += ("&" if "?" in target else "?") + "&".join(
            f"{name}={quote(own[name], safe='')}" for name in own
        )
    path, _, query = target.partition("?")
    canonical = "\n".join([
        request.method,
        path,
        "&".join(sorted(query.split("&"))),
        *(f"{name}:{headers[name]}" for name in names),
        "",
        ";".join(names),
        hashlib.sha256(request.body).hexdigest(),
    ])  # fmt: skip
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    key = f"AWS4{how.secret or by.secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    proof = hmac.digest(key, f"AWS4-HMAC-SHA256\n{time}\n{scope}\n{hashed}".encode(), "sha256").hex()
    if how.place == "query":
        target += f"&X-Amz-Signature={proof}"
    else:
        headers["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={by.access_key_id}/{scope}, SignedHeaders={';'.join(names)}, "
            f"Signature={proof}"
        )
    for old, new in (how.changes or {}).items():
        target = target.replace(old, new)
        headers = {name: text.replace(old, new) for name, text in headers.items()}
    body = request.body if how.body is None else how.body.encode()
    return replace(request, target=target, headers=headers, body=body)
