"""Rightly signed requests that no SDK would send: unknown operations, bytes, depth, size. Each is answered soon."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmscourse.sandbox.call import HttpResponse
from kmscourse.sandbox.protocol.services import PROTOCOLS
from tests.sandbox.fuzz.account import ALLOW, Furnished
from tests.sandbox.fuzz.drawing import anything


@pytest.fixture(scope="module")
def furnished() -> Iterator[Furnished]:
    """One account for all of them."""
    made = Furnished()
    yield made
    made.close()


def answered(response: HttpResponse) -> bool:
    return 200 <= response.status < 500 and b"Traceback" not in response.body


@given(
    service=st.sampled_from(sorted(PROTOCOLS)),
    target=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=60)
    | st.sampled_from(["TrentService.Nothing", "DynamoDB_20120810.CreateBackup", "KmsCourse.Nothing"]),
    body=st.binary(max_size=200) | anything.map(lambda value: json.dumps(value).encode()),
)
@settings(deadline=None)
def test_no_signed_bytes_make_it_fail(furnished: Furnished, service: str, target: str, body: bytes) -> None:
    assert answered(furnished.send(service, {"X-Amz-Target": target}, body))


@pytest.mark.parametrize(
    "action",
    [
        "kms:CreateCustomKeyStore",
        "dynamodb:CreateGlobalTable",
        "iam:CreateSAMLProvider",
        "cloudtrail:CreateTrail",
    ],
)
def test_every_known_operation_that_is_not_offered_says_so(furnished: Furnished, action: str) -> None:
    response = furnished.call(action, {})
    assert 400 <= response.status < 500
    assert f"The practice account does not offer {action}".encode() in response.body


@pytest.mark.parametrize("depth", [10, 63, 200, 5000])
def test_depth_is_bounded(furnished: Furnished, depth: int) -> None:
    nested = b'{"L":[' * depth + b'{"S":"a"}' + b"]}" * depth
    body = b'{"TableName":"Books","Item":{"Author":{"S":"a"},"Deep":' + nested + b"}}"
    response = furnished.send("dynamodb", {"X-Amz-Target": "DynamoDB_20120810.PutItem"}, body)
    assert answered(response), response.body


MILLIONS = "x" * 5_000_000
ITEM = {"Author": {"S": "x"}}
SCAN = {"TableName": "Books", "ExpressionAttributeValues": {":a": {"S": "x"}}}
HUGE: dict[str, tuple[str, dict[str, Any]]] = {
    "a long text in an item": ("dynamodb:PutItem", {"Item": {**ITEM, "Long": {"S": MILLIONS}}}),
    "a long list in an item": ("dynamodb:PutItem", {"Item": {**ITEM, "Long": {"L": [{"S": "a"}] * 200_000}}}),
    "a list at the limit": ("dynamodb:PutItem", {"Item": {**ITEM, "Long": {"L": [{"S": "a"}] * 20_000}}}),
    "many attributes": (
        "dynamodb:PutItem",
        {"Item": {**ITEM, **{f"a{n}": {"S": "b"} for n in range(10_000)}}},
    ),
    "many keys": ("dynamodb:BatchGetItem", {"RequestItems": {"Books": {"Keys": [ITEM] * 10_000}}}),
    "many tables": (
        "dynamodb:BatchGetItem",
        {"RequestItems": {f"T{n}": {"Keys": [ITEM]} for n in range(5_000)}},
    ),
    "a long expression": ("dynamodb:Scan", {**SCAN, "FilterExpression": "NOT " * 100_000 + "a = :a"}),
    "a deep expression": (
        "dynamodb:Scan",
        {**SCAN, "FilterExpression": "(" * 1_000 + "a = :a" + ")" * 1_000},
    ),
    "a number beyond all": ("dynamodb:PutItem", {"Item": {**ITEM, "N": {"N": "1e999999999"}}}),
    "a number of many digits": ("dynamodb:PutItem", {"Item": {**ITEM, "N": {"N": "9" * 1_000_000}}}),
    "a long plaintext": ("kms:Encrypt", {"KeyId": "$key", "Plaintext": MILLIONS[: 4 * 1_000_000]}),
    "a long ciphertext": ("kms:Decrypt", {"CiphertextBlob": "A" * 4_000_000}),
    "a long name of a key": ("kms:DescribeKey", {"KeyId": "arn:aws:kms:" + "a:" * 1_000_000}),
    "many pairs of a context": (
        "kms:Encrypt",
        {"KeyId": "$key", "Plaintext": "AAAA", "EncryptionContext": {f"k{n}": "v" for n in range(40_000)}},
    ),
    "many tags": ("kms:TagResource", {"KeyId": "$key", "Tags": [{"TagKey": "a", "TagValue": "b"}] * 15_000}),
    "a deep policy": ("kms:PutKeyPolicy", {"KeyId": "$key", "Policy": '{"Statement":' * 2_000}),
    "a policy of many stars": (
        "kms:PutKeyPolicy",
        {"KeyId": "$key", "Policy": ALLOW.replace("kms:*", "*a" * 10_000)},
    ),
    "a deep policy of a user": (
        "iam:PutUserPolicy",
        {"UserName": "IAMLabUser", "PolicyName": "p", "PolicyDocument": "[" * 100_000},
    ),
    "a long name of a user": ("iam:CreateUser", {"UserName": MILLIONS}),
    "a path of slashes": ("iam:CreateUser", {"UserName": "u", "Path": "/" * 400_000}),
    "a long token": ("cloudtrail:LookupEvents", {"NextToken": MILLIONS}),
}


@pytest.mark.parametrize("what", HUGE)
def test_what_is_huge_is_answered_soon(furnished: Furnished, what: str) -> None:
    action, parameters = HUGE[what]
    named = {"TableName": "Books"} if action.endswith("Item") and "RequestItems" not in parameters else {}
    start = time.process_time()
    response = furnished.call(action, {**named, **parameters})
    spent = time.process_time() - start
    assert answered(response), response.body[:300]
    assert len(response.body) < 100_000, "an answer is not as huge as the question"
    assert spent < 10, f"{what} took {spent:.1f} s of the processor"
