"""Signed requests bent on their way, and requests that nobody signed, over a real socket: nothing is changed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given, settings
from hypothesis import strategies as st

from kmscourse.sandbox.protocol.services import PROTOCOLS
from tests.sandbox.fuzz.account import Furnished
from tests.sandbox.fuzz.drawing import anything
from tests.sandbox.loopback import exchange, serving, status_of

EXAMPLES = int(os.environ.get("KMSCOURSE_FUZZ", "60"))
many = settings(max_examples=EXAMPLES, deadline=None)

NAMES = [
    "X-Amz-Target", "X-Amz-Date", "X-Amz-Security-Token", "X-Amz-Content-Sha256", "Authorization", "Content-Type",
    "Smithy-Protocol", "X-Amzn-Query-Mode", "Content-Encoding", "X-Forwarded-For", "Cookie", "Range", "Expect",
]  # fmt: skip

headers = st.dictionaries(
    st.sampled_from(NAMES),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60)
    | st.sampled_from(
        [
            "TrentService.ListKeys",
            "DynamoDB_20120810.DeleteTable",
            "KmsCourse.Reset",
            "rpc-v2-cbor",
            "gzip",
            "application/x-www-form-urlencoded",
            "AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0",
            "AWS4-HMAC-SHA256 Credential=" + "/" * 200 + ", SignedHeaders=" + ";" * 200 + ", Signature=é",
            "AWS4-ECDSA-P256-SHA256 Credential=AKIA/20260101/s3/aws4_request, SignedHeaders=host, Signature=0",
            "Bearer token",
        ]
    ),
    max_size=5,
)
targets = st.sampled_from(
    ["/", "//", "/bucket/key", "/?Action=ListUsers&Version=2010-05-08", "/service/A/operation/B"]
) | st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=80).map(lambda text: f"/{text}")


@pytest.fixture(scope="module")
def furnished() -> Iterator[Furnished]:
    made = Furnished()
    yield made
    made.close()


@pytest.fixture(scope="module")
def port(furnished: Furnished) -> Iterator[int]:
    with serving(handler=furnished.application.handle) as port:
        yield port


def refused(furnished: Furnished, port: int, sent: bytes) -> None:
    """``sent`` is answered with 4xx or not at all, and changes nothing; who asks rightly is answered still."""
    before = furnished.state()
    answer = exchange(port, sent)
    assert answer == b"" or 400 <= status_of(answer) < 500, answer
    assert b"Traceback" not in answer
    assert furnished.state(afresh=True) == before
    assert status_of(exchange(port, signed(furnished, port, "kms", "ListKeys"))) == 200


def signed(furnished: Furnished, port: int, service: str, operation: str, body: bytes = b"{}") -> bytes:
    """A right request, byte for byte."""
    key = furnished.application.main_access_key
    described = PROTOCOLS[service]
    named = {"X-Amz-Target": f"{described.target}.{operation}"} if described.is_json else {}
    body = body if described.is_json else f"Action={operation}&Version={described.version}".encode()
    request = AWSRequest("POST", f"http://127.0.0.1:{port}/", {"Host": f"127.0.0.1:{port}", **named}, body)
    SigV4Auth(Credentials(key.caller.access_key_id, key.secret), service, "us-east-1").add_auth(request)
    return written("POST", "/", dict(request.headers.items()), body)


def written(method: str, target: str, sent: dict[str, str], body: bytes) -> bytes:
    lines = [f"{name}: {value}" for name, value in sent.items()]
    head = [f"{method} {target} HTTP/1.1", *lines, "Connection: close", f"Content-Length: {len(body)}"]
    return "\r\n".join(head).encode("utf-8") + b"\r\n\r\n" + body


@given(
    method=st.sampled_from(["GET", "PUT", "POST", "DELETE", "HEAD", "PATCH"]),
    target=targets,
    sent=headers,
    body=st.binary(max_size=100) | anything.map(lambda value: json.dumps(value).encode()),
)
@many
def test_nobody_gets_in_unsigned(
    furnished: Furnished, port: int, method: str, target: str, sent: dict[str, str], body: bytes
) -> None:
    host = {"Host": f"127.0.0.1:{port}", "X-Amz-Date": datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")}
    refused(furnished, port, written(method, target, {**host, **sent}, body))


@given(data=st.data(), service=st.sampled_from(["kms", "dynamodb", "iam", "sts", "cloudtrail", "kmscourse"]))
@many
def test_a_signed_request_that_was_bent_on_its_way_changes_nothing(
    furnished: Furnished, port: int, data: st.DataObject, service: str
) -> None:
    operation = {
        "kms": "CreateKey",
        "dynamodb": "DeleteTable",
        "iam": "CreateAccessKey",
        "kmscourse": "Reset",
    }
    whole = signed(
        furnished, port, service, operation.get(service, "Any"), b'{"TableName": "Books", "Description": "x"}'
    )
    at = data.draw(st.integers(0, len(whole) - 1))
    new = data.draw(st.binary(max_size=3))
    length = data.draw(st.integers(0, 3))
    bent = whole[:at] + new + whole[at + length :]
    before = furnished.state()
    answer = exchange(port, bent)
    assert b"Traceback" not in answer
    if answer.startswith(b"HTTP/1.1 200"):
        # What is not signed may change on its way: the case of a name, a header of no meaning, a gap.
        furnished.state(afresh=True)
        assert same_call(whole, bent), bent
    else:
        assert answer == b"" or 400 <= status_of(answer) < 500, answer
        assert furnished.state(afresh=True) == before


def same_call(whole: bytes, bent: bytes) -> bool:
    """Whether the two differ at most in what means nothing."""
    return parts(whole) == parts(bent)


def parts(sent: bytes) -> tuple[bytes, set[tuple[bytes, bytes]], bytes]:
    head, _, body = sent.partition(b"\r\n\r\n")
    line, *rest = head.split(b"\r\n")
    pairs = {
        (name.lower(), b" ".join(value.split())) for name, _, value in (each.partition(b":") for each in rest)
    }
    return line, {pair for pair in pairs if pair[0] in SIGNED}, body


SIGNED = {b"host", b"x-amz-date", b"x-amz-target", b"authorization"}
