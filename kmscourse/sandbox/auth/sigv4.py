"""Signature Version 4, the arithmetic: what of a request is signed, and with which key.

Source: AWS IAM User Guide, "Create a signed AWS API request". A property test holds it to botocore's own signer.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from functools import lru_cache
from urllib.parse import quote

from kmscourse.sandbox.call import HttpRequest

ALGORITHM = "AWS4-HMAC-SHA256"
TERMINATOR = "aws4_request"


def signature(
    request: HttpRequest, signed: Iterable[str], secret: str, timestamp: str, region: str, service: str
) -> str:
    """The signature (64 hex digits) that ``secret`` gives a request over the headers in ``signed``.

    ``timestamp`` is the time of signing, as in 20260301T120000Z.
    """
    date = timestamp[:8]
    hashed = hashlib.sha256(canonical_request(request, sorted(signed)).encode()).hexdigest()
    string = f"{ALGORITHM}\n{timestamp}\n{date}/{region}/{service}/{TERMINATOR}\n{hashed}"
    return hmac.digest(_signing_key(secret, date, region, service), string.encode(), "sha256").hex()


def canonical_request(request: HttpRequest, signed: Iterable[str]) -> str:
    """The request as the signature sees it."""
    path, _, query = request.target.partition("?")
    names = list(signed)
    values = ((name, " ".join(request.headers[name].split())) for name in names)
    return "\n".join(
        [
            request.method,
            quote(path, safe="/~"),
            _sorted(query),
            *(f"{name}:{value}" for name, value in values),
            "",
            ";".join(names),
            _payload(request.headers, names, request.body),
        ]
    )


def _sorted(query: str) -> str:
    """The query's pairs, already encoded, in their order."""
    if not query:
        return ""
    pairs = sorted(pair.partition("=")[::2] for pair in query.split("&"))
    return "&".join(f"{name}={value}" for name, value in pairs)


def _payload(headers: Mapping[str, str], signed: Iterable[str], body: bytes) -> str:
    if "x-amz-content-sha256" in signed:  # It must be the body's own: ``signature.py`` has seen to that.
        return headers["x-amz-content-sha256"]
    return hashlib.sha256(body).hexdigest()


@lru_cache(maxsize=256)
def _signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    """The key of one day, region and service. The same few are asked for all day long."""
    key = f"AWS4{secret}".encode()
    for part in (date, region, service, TERMINATOR):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
