"""Who may sign, compute codes and agree on secrets: permissions, their condition keys, grants, and the trail of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sandbox.kms.other_kinds import AGREEMENT, MAC, OTHER_KINDS, SIGNED, SIGNING, parameters_for

# Service Authorization Reference, AWS KMS: the condition keys of each action beside those that every one has.
CONDITION_KEYS: dict[str, dict[str, str]] = {
    "Sign": {"kms:SigningAlgorithm": "ECDSA_SHA_256", "kms:MessageType": "RAW"},
    "Verify": {"kms:SigningAlgorithm": "ECDSA_SHA_256", "kms:MessageType": "RAW"},
    "GenerateMac": {"kms:MacAlgorithm": "HMAC_SHA_256"},
    "VerifyMac": {"kms:MacAlgorithm": "HMAC_SHA_256"},
    "DeriveSharedSecret": {"kms:KeyAgreementAlgorithm": "ECDH"},
    "GetPublicKey": {},
    "Encapsulate": {},
    "Decapsulate": {},
}
# What the developer guide's examples of log entries show of each request ("Examples of AWS KMS log entries"); of
# DeriveSharedSecret, Encapsulate and Decapsulate it has none.
RECORDED: dict[str, dict[str, str]] = {
    "Sign": {"signingAlgorithm": "ECDSA_SHA_256", "messageType": "RAW"},
    "Verify": {"signingAlgorithm": "ECDSA_SHA_256", "messageType": "RAW"},
    "GenerateMac": {"macAlgorithm": "HMAC_SHA_256"},
    "VerifyMac": {"macAlgorithm": "HMAC_SHA_256"},
    "DeriveSharedSecret": {"keyAgreementAlgorithm": "ECDH"},
    "GetPublicKey": {},
    "Encapsulate": {"encapsulationAlgorithm": "ML_KEM"},
    "Decapsulate": {"encapsulationAlgorithm": "ML_KEM"},
}
USES = set(OTHER_KINDS) - {"GetPublicKey"}
EACH = pytest.mark.parametrize("operation", OTHER_KINDS)


def prepared(gate: Any, operation: str) -> tuple[str, dict[str, Any]]:
    """A key, and all parameters of the operation on it."""
    key = gate.key(**OTHER_KINDS[operation][0])
    return key, {"KeyId": key, **parameters_for(gate, operation, key)}


@EACH
def test_the_condition_keys(gate: Any, operation: str) -> None:
    key, asked = prepared(gate, operation)
    gate("kms:CreateAlias", AliasName="alias/mine", TargetKeyId=key)
    [check] = gate.checks(f"kms:{operation}", **{**asked, "KeyId": "alias/mine"})
    kind = OTHER_KINDS[operation][0]
    assert (check.action, check.resource) == (f"kms:{operation}", key)
    assert check.context == {
        "kms:CallerAccount": gate.account_id,
        "kms:KeySpec": kind["KeySpec"],
        "kms:KeyUsage": kind["KeyUsage"],
        "kms:KeyOrigin": "AWS_KMS",
        "kms:MultiRegion": "false",
        "kms:ResourceAliases": ["alias/mine"],
        "kms:RequestAlias": "alias/mine",
        **CONDITION_KEYS[operation],
    }


def test_a_policy_may_ask_for_an_algorithm_and_a_message_type(gate: Any) -> None:
    key = gate.key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")
    statement = {
        "Effect": "Allow",
        "Action": "kms:Sign",
        "Resource": key,
        "Condition": {
            "StringEquals": {"kms:SigningAlgorithm": "RSASSA_PSS_SHA_256", "kms:MessageType": "DIGEST"}
        },
    }
    user = gate.user("signer", statement)
    digest = "A" * 43 + "="
    asked = {"KeyId": key, "Message": digest, "SigningAlgorithm": "RSASSA_PSS_SHA_256"}
    gate("kms:Sign", by=user, **asked, MessageType="DIGEST")
    for other in (
        {},
        {"MessageType": "RAW"},
        {"MessageType": "DIGEST", "SigningAlgorithm": "RSASSA_PSS_SHA_384"},
    ):
        assert gate.refused("kms:Sign", by=user, **{**asked, **other}).code == "AccessDeniedException"


@EACH
def test_a_grant_gives_it_and_its_token_is_taken(gate: Any, operation: str) -> None:
    key, asked = prepared(gate, operation)
    assert gate.refused(f"kms:{operation}", by="IAMLabUser", **asked).code == "AccessDeniedException"
    grant = gate(
        "kms:CreateGrant", KeyId=key, GranteePrincipal=gate.arn("IAMLabUser"), Operations=[operation]
    )
    gate(f"kms:{operation}", by="IAMLabUser", **asked, GrantTokens=[grant["GrantToken"]])
    gate("kms:RevokeGrant", KeyId=key, GrantId=grant["GrantId"])
    assert gate.refused(f"kms:{operation}", by="IAMLabUser", **asked).code == "AccessDeniedException"


@EACH
def test_the_trail_keeps_the_request_without_what_is_signed_or_shared(gate: Any, operation: str) -> None:
    key, asked = prepared(gate, operation)
    answer = gate(f"kms:{operation}", **asked)
    event = gate.events(EventName=operation)[0]
    assert event["requestParameters"] == {"keyId": key, **RECORDED[operation]}
    assert (event["responseElements"], event["readOnly"]) == (None, True)
    assert event["resources"] == [{"accountId": gate.account_id, "type": "AWS::KMS::Key", "ARN": key}]
    assert "additionalEventData" not in event
    secret = {"Message", "Signature", "Mac", "SharedSecret", "SharedSecretCiphertextBlob", "PublicKey"}
    for name, value in (asked | answer).items():
        assert name not in secret or str(value) not in json.dumps(event), name


@EACH
def test_what_counts_as_a_use_of_the_key(gate: Any, operation: str) -> None:
    """The operations of KeyLastUsageData in the API reference; GetPublicKey is none of them."""
    key, asked = prepared(gate, operation)
    before = gate("kms:GetKeyLastUsage", KeyId=key)["KeyLastUsage"]
    gate.later(hours=1)
    gate(f"kms:{operation}", **asked)
    after = gate("kms:GetKeyLastUsage", KeyId=key)["KeyLastUsage"]
    assert after.get("Operation") == (operation if operation in USES else before.get("Operation"))


def test_a_signature_that_does_not_verify_leaves_its_event(gate: Any) -> None:
    key = gate.key(**SIGNING)
    gate.refused("kms:Verify", KeyId=key, **SIGNED, Signature="AAAA")
    event = gate.events(EventName="Verify")[0]
    assert event["errorCode"] == "KMSInvalidSignatureException"
    assert "errorMessage" not in event
    assert event["requestParameters"] == {"keyId": key, **RECORDED["Verify"]}


@pytest.mark.parametrize("kind", [SIGNING, MAC, AGREEMENT])
def test_no_table_lies_under_such_a_key(gate: Any, kind: dict[str, str]) -> None:
    key = gate.key(**kind)
    refusal = gate.refused(
        "dynamodb:CreateTable",
        TableName="Books",
        KeySchema=[{"AttributeName": "Author", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "Author", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
    )
    assert "EncryptionContext is supported only when creating a grant" in refusal.message
