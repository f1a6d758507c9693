"""Requests as AWS's clients send them, but for their signatures."""

from __future__ import annotations

import json
from typing import Any

from kmscourse.sandbox.call import HttpRequest

SCOPE = (
    "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20260301/eu-west-1/{}/aws4_request, "
    "SignedHeaders=host, Signature=0"
)


def json_request(target: str, body: bytes | dict[str, Any], service: str = "kms") -> HttpRequest:
    content = json.dumps(body).encode() if isinstance(body, dict) else body
    headers = {"x-amz-target": target, "authorization": SCOPE.format(service), "user-agent": "test"}
    return HttpRequest("POST", "/", headers, content)


def form_request(body: str, service: str = "iam") -> HttpRequest:
    return HttpRequest("POST", "/", {"authorization": SCOPE.format(service)}, body.encode())


def rest_request(method: str, target: str, service: str, body: bytes = b"") -> HttpRequest:
    return HttpRequest(method, target, {"authorization": SCOPE.format(service)}, body)


def cbor_request(name: str, operation: str, service: str) -> HttpRequest:
    headers = {
        "smithy-protocol": "rpc-v2-cbor",
        "content-type": "application/cbor",
        "authorization": SCOPE.format(service),
    }
    return HttpRequest("POST", f"/service/{name}/operation/{operation}", headers, b"\xa0")
