"""What KMS checks of parameters once it knows the keys: sizes, keys that don't fit, specs, tags, grants."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.rules import tags
from kmscourse.sandbox.rules.key_spec import USAGES, check_key_spec

INCORRECT = "The key ID in the request does not identify a CMK that can perform this operation."


def sealed(gate: Any, key: str) -> str:
    return str(gate("kms:Encrypt", KeyId=key, Plaintext="aGVsbG8=")["CiphertextBlob"])


def test_a_decrypt_that_names_another_key(gate: Any) -> None:
    key, other = gate.key(), gate.key()
    refusal = gate.refused("kms:Decrypt", CiphertextBlob=sealed(gate, key), KeyId=other)
    assert (refusal.code, refusal.message) == ("IncorrectKeyException", INCORRECT)
    refusal = gate.refused(
        "kms:ReEncrypt", CiphertextBlob=sealed(gate, key), SourceKeyId=other, DestinationKeyId=key
    )
    assert (refusal.code, refusal.message) == ("IncorrectKeyException", INCORRECT)


def test_an_incorrect_key_comes_before_its_state(gate: Any) -> None:
    key, other = gate.key(), gate.key()
    blob = sealed(gate, key)
    gate("kms:DisableKey", KeyId=key)
    assert gate.refused("kms:Decrypt", CiphertextBlob=blob, KeyId=other).code == "IncorrectKeyException"


def test_a_decrypt_may_name_its_key_by_alias(gate: Any) -> None:
    key = gate.key()
    gate("kms:CreateAlias", AliasName="alias/myKey", TargetKeyId=key)
    assert gate("kms:Decrypt", CiphertextBlob=sealed(gate, key), KeyId="alias/myKey")["KeyId"] == key


@pytest.mark.parametrize(
    "size", [{}, {"KeySpec": "AES_256", "NumberOfBytes": 32}, {"KeySpec": None, "NumberOfBytes": None}]
)
@pytest.mark.parametrize("operation", ["GenerateDataKey", "GenerateDataKeyWithoutPlaintext"])
def test_a_data_key_has_one_size(gate: Any, operation: str, size: dict[str, Any]) -> None:
    refusal = gate.refused(f"kms:{operation}", KeyId=gate.key(), **size)
    assert (refusal.code, refusal.message) == (
        "ValidationException",
        "Please specify either number of bytes or key spec.",
    )


def test_random_bytes_have_a_number(gate: Any) -> None:
    refusal = gate.refused("kms:GenerateRandom")
    assert (refusal.code, refusal.message) == ("ValidationException", "NumberOfBytes is required.")


@pytest.mark.parametrize(
    ("days", "limit"),
    [(1, "greater than or equal to 7"), (6, "greater than or equal to 7"), (31, "less than or equal to 30")],
)
def test_deletion_waits_seven_to_thirty_days(gate: Any, days: int, limit: str) -> None:
    key = gate.key()
    refusal = gate.refused("kms:ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=days)
    assert refusal.code == "ValidationException"
    assert refusal.message.endswith(f"Member must have value {limit}")
    assert gate("kms:DescribeKey", KeyId=key)["KeyMetadata"]["KeyState"] == "Enabled"


@pytest.mark.parametrize("days", [7, 30])
def test_deletion_at_the_edges(gate: Any, days: int) -> None:
    answer = gate("kms:ScheduleKeyDeletion", KeyId=gate.key(), PendingWindowInDays=days)
    assert (answer["KeyState"], answer["PendingWindowInDays"]) == ("PendingDeletion", days)


def test_a_signing_key_does_not_encrypt(gate: Any) -> None:
    key = gate.key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    refusal = gate.refused("kms:Encrypt", KeyId=key, Plaintext="aGVsbG8=")
    assert (refusal.code, refusal.message) == (
        "InvalidKeyUsageException",
        f"{key} key usage is SIGN_VERIFY which is not valid for Encrypt.",
    )


def test_an_asymmetric_key_is_not_encrypted_under(gate: Any) -> None:
    key = gate.key(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")
    refusal = gate.refused(
        "kms:Encrypt", KeyId=key, Plaintext="aGVsbG8=", EncryptionAlgorithm="RSAES_OAEP_SHA_256"
    )
    assert refusal.code == "UnsupportedOperationException"
    assert (
        gate.refused("kms:GenerateDataKey", KeyId=key, KeySpec="AES_256").code == "InvalidKeyUsageException"
    )
    assert gate.refused("kms:EnableKeyRotation", KeyId=key).code == "UnsupportedOperationException"


def test_a_symmetric_key_has_one_algorithm(gate: Any) -> None:
    refusal = gate.refused(
        "kms:Encrypt", KeyId=gate.key(), Plaintext="aGVsbG8=", EncryptionAlgorithm="RSAES_OAEP_SHA_1"
    )
    assert (refusal.code, refusal.message) == (
        "InvalidKeyUsageException",
        "Algorithm RSAES_OAEP_SHA_1 is incompatible with key spec SYMMETRIC_DEFAULT.",
    )


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("CreateKey", {"Origin": "AWS_CLOUDHSM"}),
        ("CreateKey", {"Origin": "EXTERNAL", "KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"}),
        ("CreateKey", {"CustomKeyStoreId": "cks-1"}),
        ("CreateKey", {"KeySpec": "ML_DSA_44", "KeyUsage": "SIGN_VERIFY"}),
        ("GenerateRandom", {"NumberOfBytes": 8, "CustomKeyStoreId": "cks-1"}),
    ],
)
def test_what_only_aws_offers_is_said_so(gate: Any, operation: str, parameters: dict[str, Any]) -> None:
    refusal = gate.refused(f"kms:{operation}", **parameters)
    assert refusal.code == "UnsupportedOperationException"
    assert "practice account" in refusal.message


@given(
    st.sampled_from(sorted(USAGES)),
    st.sampled_from([None, *sorted({u for us in USAGES.values() for u in us})]),
)
def test_specs_and_usages(spec: str, usage: str | None) -> None:
    allowed = usage in USAGES[spec] or (usage is None and spec == "SYMMETRIC_DEFAULT")
    parameters = {"KeySpec": spec, "KeyUsage": usage}
    if allowed:
        check_key_spec(parameters)
    else:
        with pytest.raises(AwsError, match="ValidationException"):
            check_key_spec(parameters)


def test_a_spec_is_given_under_one_name() -> None:
    check_key_spec({"CustomerMasterKeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"})
    with pytest.raises(AwsError, match="CustomerMasterKeySpec"):
        check_key_spec(
            {"CustomerMasterKeySpec": "RSA_2048", "KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"}
        )


@pytest.mark.parametrize(
    ("given_tags", "present", "message"),
    [
        (["a", "a"], [], "Duplicate tag keys"),
        ([str(number) for number in range(51)], [], "Too many tags"),
        (["new"], [str(number) for number in range(50)], "Too many tags"),
        (["aws:mine"], [], "Tags beginning with aws: are reserved"),
        (["AWS:mine"], [], "Tags beginning with aws: are reserved"),
    ],
)
def test_tags_that_are_refused(given_tags: list[str], present: list[str], message: str) -> None:
    with pytest.raises(AwsError) as refusal:
        tags.check([{"TagKey": tag, "TagValue": ""} for tag in given_tags], dict.fromkeys(present, ""))
    assert (refusal.value.code, refusal.value.message) == ("TagException", message)


def test_tags_that_are_awss_own_stay(gate: Any) -> None:
    key = gate.key()
    for operation, parameters in (
        ("TagResource", {"Tags": [{"TagKey": "aws:mine", "TagValue": ""}]}),
        ("UntagResource", {"TagKeys": ["aws:mine"]}),
    ):
        refusal = gate.refused(f"kms:{operation}", KeyId=key, **parameters)
        assert (refusal.code, refusal.message) == ("TagException", "Tags beginning with aws: are reserved")


def test_tags_come_and_go_by_permission(gate: Any) -> None:
    key = gate.key()
    tagged = {"KeyId": key, "Tags": [{"TagKey": "team", "TagValue": "blue"}]}
    for action, parameters in (
        ("kms:TagResource", tagged),
        ("kms:ListResourceTags", {"KeyId": key}),
        ("kms:UntagResource", {"KeyId": key, "TagKeys": ["team", "none"]}),
    ):
        assert gate.refused(action, by="IAMLabUser", **parameters).code == "AccessDeniedException"
    gate.allow(key, "IAMLabUser", "kms:TagResource", "kms:UntagResource", "kms:ListResourceTags")
    gate("kms:TagResource", by="IAMLabUser", **tagged)
    assert gate("kms:ListResourceTags", by="IAMLabUser", KeyId=key)["Tags"] == tagged["Tags"]
    gate("kms:UntagResource", by="IAMLabUser", KeyId=key, TagKeys=["team", "none"])
    assert gate("kms:ListResourceTags", KeyId=key) == {"Tags": [], "Truncated": False}


def test_a_tag_may_take_anothers_place(gate: Any) -> None:
    tags.check([{"TagKey": "0", "TagValue": ""}], {str(number): "" for number in range(50)})
    refusal = gate.refused("kms:CreateKey", Tags=[{"TagKey": "a", "TagValue": "b"}] * 2)
    assert refusal.code == "TagException"
