"""Parameters against AWS's public models: presence, types, limits, in AWS's words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.sandbox.call import AwsError, Call, HttpRequest
from kmscourse.sandbox.model import shapes
from tests.sandbox.conftest import OFFERED

HTTP = HttpRequest("POST", "/", {}, b"")


def made(action: str, parameters: Any) -> Call:
    service, operation = action.split(":")
    return Call(service, operation, "us-east-1", parameters, "AKIA", "1", HTTP)


def check(action: str, parameters: Any) -> AwsError | None:
    """The refusal of parameters, None where they pass."""
    try:
        shapes.check(made(action, parameters))
    except AwsError as refusal:
        return refusal
    return None


def sentence(*faults: str) -> str:
    count = f"{len(faults)} validation error{'s' if len(faults) > 1 else ''} detected: "
    return count + "; ".join(faults)


@pytest.mark.parametrize(
    ("action", "parameters", "message"),
    [
        (
            "kms:Encrypt",
            {"KeyId": "k", "Plaintext": "A" * 5464},
            sentence(
                "Value at 'plaintext' failed to satisfy constraint: Member must have length less than or equal "
                "to 4096"
            ),
        ),
        (
            "kms:GenerateRandom",
            {"NumberOfBytes": 0},
            sentence(
                "Value '0' at 'numberOfBytes' failed to satisfy constraint: Member must have value greater than "
                "or equal to 1"
            ),
        ),
        (
            "kms:GenerateRandom",
            {"NumberOfBytes": 1025},
            sentence(
                "Value '1025' at 'numberOfBytes' failed to satisfy constraint: Member must have value less than "
                "or equal to 1024"
            ),
        ),
        (
            "kms:GenerateDataKey",
            {"KeyId": "k", "KeySpec": "AES_512"},
            sentence(
                "Value 'AES_512' at 'keySpec' failed to satisfy constraint: Member must satisfy enum value set: "
                "[AES_256, AES_128]"
            ),
        ),
        (
            "kms:DescribeKey",
            {},
            sentence("Value null at 'keyId' failed to satisfy constraint: Member must not be null"),
        ),
        (
            "kms:TagResource",
            {"Tags": [{"TagKey": "", "TagValue": "x"}]},
            sentence(
                "Value null at 'keyId' failed to satisfy constraint: Member must not be null",
                "Value '' at 'tags.1.member.tagKey' failed to satisfy constraint: Member must have length "
                "greater than or equal to 1",
            ),
        ),
        (
            "kms:CreateAlias",
            {"AliasName": "alias/ä", "TargetKeyId": "k"},
            sentence(
                "Value 'alias/ä' at 'aliasName' failed to satisfy constraint: Member must satisfy regular "
                "expression pattern: ^[a-zA-Z0-9:/_-]+$"
            ),
        ),
        (
            "dynamodb:ListTables",
            {"Limit": 0},
            sentence(
                "Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal "
                "to 1"
            ),
        ),
        (
            "dynamodb:BatchGetItem",
            {"RequestItems": {"Books": {}}},
            sentence(
                "Value null at 'requestItems.Books.member.keys' failed to satisfy constraint: Member must not "
                "be null"
            ),
        ),
    ],
)
def test_constraints_in_aws_words(action: str, parameters: dict[str, Any], message: str) -> None:
    refusal = check(action, parameters)
    assert refusal is not None
    assert (refusal.code, refusal.status, refusal.message) == ("ValidationException", 400, message)


@pytest.mark.parametrize(
    ("action", "parameters"),
    [
        ("kms:DescribeKey", {"KeyId": 5}),
        ("kms:DescribeKey", {"KeyId": True}),
        ("kms:DescribeKey", {"KeyId": ["k"]}),
        ("kms:DescribeKey", {"KeyId": {"a": "b"}}),
        ("kms:Encrypt", {"KeyId": "k", "Plaintext": "not base64!"}),
        ("kms:Encrypt", {"KeyId": "k", "Plaintext": "AA=="[:-1]}),
        ("kms:Encrypt", {"KeyId": "k", "Plaintext": "AAAA", "EncryptionContext": {"a": 1}}),
        ("kms:Encrypt", {"KeyId": "k", "Plaintext": "AAAA", "EncryptionContext": {"a": None}}),
        ("kms:Encrypt", {"KeyId": "k", "Plaintext": "AAAA", "EncryptionContext": ["a"]}),
        ("kms:Encrypt", {"KeyId": "k", "Plaintext": "AAAA", "DryRun": "true"}),
        ("kms:GenerateRandom", {"NumberOfBytes": "16"}),
        ("kms:GenerateRandom", {"NumberOfBytes": True}),
        ("kms:GenerateRandom", {"NumberOfBytes": 1.5}),
        ("kms:GenerateRandom", {"NumberOfBytes": 16.0}),
        ("kms:GenerateRandom", {"NumberOfBytes": 1 << 31}),
        ("kms:GenerateRandom", {"NumberOfBytes": float("inf")}),
        ("kms:TagResource", {"KeyId": "k", "Tags": [None]}),
        ("dynamodb:GetItem", {"TableName": "Books", "Key": {"Id": {"N": 5}}}),
        ("dynamodb:GetItem", {"TableName": "Books", "Key": {"Id": "x"}}),
        ("dynamodb:Scan", {"TableName": 5}),
        ("cloudtrail:LookupEvents", {"MaxResults": "many"}),
    ],
)
def test_a_wrong_type_is_a_serialization_exception(action: str, parameters: dict[str, Any]) -> None:
    refusal = check(action, parameters)
    assert refusal is not None
    assert (refusal.code, refusal.status) == ("SerializationException", 400)


def test_a_service_looks_at_its_own_structures() -> None:
    looked_at: list[tuple[Any, str]] = []
    item = {"Id": {"L": [{"S": "x"}]}}
    call = made("dynamodb:PutItem", {"TableName": "Books", "Item": item})
    shapes.check(call, {"AttributeValue": lambda value, path: looked_at.append((value, path))})
    assert looked_at == [
        ({"L": [{"S": "x"}]}, "item.Id.member"),
        ({"S": "x"}, "item.Id.member.l.1.member"),
    ]


@pytest.mark.parametrize(
    ("action", "form", "code"),
    [
        ("iam:CreateUser", {}, "ValidationError"),
        ("iam:CreateUser", {"UserName": ""}, "ValidationError"),
        ("iam:CreateUser", {"UserName": "a b"}, "ValidationError"),
        ("iam:CreateUser", {"UserName": "x" * 65}, "ValidationError"),
        ("iam:ListUsers", {"MaxItems": "many"}, "MalformedInput"),
        ("iam:ListUsers", {"MaxItems": "2147483648"}, "MalformedInput"),
        ("iam:ListUsers", {"MaxItems": "1.0"}, "MalformedInput"),
        ("iam:ListUsers", {"MaxItems": "0"}, "ValidationError"),
        ("iam:TagUser", {"UserName": "x", "Tags.member.1.Key": "a"}, "ValidationError"),
        ("iam:TagUser", {"UserName": "x"}, "ValidationError"),
    ],
)
def test_forms_are_checked_too(action: str, form: dict[str, str], code: str) -> None:
    refusal = check(action, form)
    assert refusal is not None
    assert (refusal.code, refusal.status) == (code, 400)


@pytest.mark.parametrize(
    ("action", "parameters"),
    [
        ("kms:ListKeys", {"Limit": None}),
        ("kms:DescribeKey", {"KeyId": "k", "SomethingNew": 1}),
        ("kms:CreateKey", {}),
        ("iam:CreateUser", {"UserName": "ed-user-1", "Tags.member.1.Key": "a", "Tags.member.1.Value": "b"}),
        ("iam:ListUsers", {"MaxItems": "10"}),
        ("sts:GetCallerIdentity", {}),
        ("cloudtrail:LookupEvents", {"StartTime": 1.5e9, "MaxResults": 0}),
    ],
)
def test_what_aws_takes_is_taken(action: str, parameters: dict[str, Any]) -> None:
    assert check(action, parameters) is None


def test_a_plaintext_is_not_quoted_back() -> None:
    refusal = check("iam:CreateLoginProfile", {"UserName": "x", "Password": "hush" * 60})
    assert refusal is not None
    assert "hush" not in refusal.message


def test_every_pattern_of_the_models_can_be_compiled() -> None:
    def walk(shape: Any, seen: set[str]) -> None:
        if shape.name in seen:
            return
        seen.add(shape.name)
        if shape.metadata.get("pattern"):
            shapes._compiled(shape.metadata["pattern"])
        inner = [*getattr(shape, "members", {}).values()] if shape.type_name == "structure" else []
        for name in ("member", "key", "value"):
            if shape.type_name in ("list", "map") and hasattr(shape, name):
                inner.append(getattr(shape, name))
        for member in inner:
            walk(member, seen)

    for service, operations in OFFERED.items():
        for operation in operations:
            shape = shapes.input_shape(service, operation)
            if shape is not None:
                walk(shape, set())


ACTIONS = [f"{service}:{name}" for service, operations in OFFERED.items() for name in operations]
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@given(st.sampled_from(ACTIONS), st.data())
def test_no_parameters_break_the_check(action: str, data: st.DataObject) -> None:
    service, operation = action.split(":")
    shape = shapes.input_shape(service, operation)
    known = st.sampled_from(sorted(shape.members)) if shape and shape.members else st.nothing()
    is_form = service in ("iam", "sts")
    values = st.text(max_size=8) if is_form else json_values
    parameters = data.draw(st.dictionaries(known | st.text(max_size=5), values, max_size=6))
    refusal = check(action, parameters)
    assert refusal is None or refusal.status == 400
