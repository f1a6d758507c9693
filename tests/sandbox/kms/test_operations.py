"""What KMS checks of parameters once it knows the keys: sizes, keys that don't fit, specs, grants."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.kms.keys import check_key_spec
from kmscourse.sandbox.kms.specs import SPECS

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


@pytest.mark.parametrize("parameter", ["EncryptionContext", "DestinationEncryptionContext"])
def test_an_encryption_context_has_a_longest_length(gate: Any, parameter: str) -> None:
    key = gate.key()
    operation, more = "Encrypt", {"KeyId": key, "Plaintext": "aGVsbG8="}
    if parameter != "EncryptionContext":
        operation, more = "ReEncrypt", {"DestinationKeyId": key, "CiphertextBlob": sealed(gate, key)}
    longest = {"a": "x" * 4000, "b": "x" * (8151 - 4000 - 4)}
    gate(f"kms:{operation}", **more, **{parameter: longest})
    refusal = gate.refused(f"kms:{operation}", **more, **{parameter: {**longest, "a": "x" * 4001}})
    assert refusal.code == "ValidationException"


@pytest.mark.parametrize(
    ("parameters", "length"),
    [
        (
            {"Description": "x" * 8193},
            "'description' failed to satisfy constraint: Member must have length less than or equal to 8192",
        ),
        (
            {"Tags": [{"TagKey": "x" * 129, "TagValue": ""}]},
            "'tags.1.member.tagKey' failed to satisfy constraint: Member must have length less than or equal to 128",
        ),
        (
            {"Tags": [{"TagKey": "", "TagValue": ""}]},
            "'tags.1.member.tagKey' failed to satisfy constraint: Member must have length greater than or equal to 1",
        ),
        (
            {"Tags": [{"TagKey": "a", "TagValue": "x" * 257}]},
            "'tags.1.member.tagValue' failed to satisfy constraint: Member must have length less than or equal to 256",
        ),
        (
            {"Policy": ""},
            "'policy' failed to satisfy constraint: Member must have length greater than or equal to 1",
        ),
    ],
)
def test_what_describes_a_key_has_a_longest_length(
    gate: Any, parameters: dict[str, Any], length: str
) -> None:
    refusal = gate.refused("kms:CreateKey", **parameters)
    assert refusal.code == "ValidationException"
    assert length in refusal.message
    assert gate("kms:ListKeys")["Keys"] == []


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


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("Encrypt", {"Plaintext": "aGVsbG8="}),
        ("GenerateDataKey", {"KeySpec": "AES_256"}),
        ("GenerateDataKeyWithoutPlaintext", {"KeySpec": "AES_256"}),
        ("GenerateDataKeyPair", {"KeyPairSpec": "ECC_NIST_P256"}),
        ("GenerateDataKeyPairWithoutPlaintext", {"KeyPairSpec": "ECC_NIST_P256"}),
    ],
)
def test_the_algorithm_of_symmetric_keys_is_not_for_others(
    gate: Any, operation: str, parameters: dict[str, Any]
) -> None:
    # Recorded by a user of Encrypt, with RSA_4096.
    key = gate.key(KeySpec="RSA_4096", KeyUsage="ENCRYPT_DECRYPT")
    refusal = gate.refused(f"kms:{operation}", KeyId=key, **parameters)
    assert (refusal.code, refusal.message) == (
        "InvalidKeyUsageException",
        "Algorithm SYMMETRIC_DEFAULT is incompatible with key spec RSA_4096.",
    )


def test_an_asymmetric_key_does_not_rotate(gate: Any) -> None:
    key = gate.key(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")
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
        ("CreateKey", {"Origin": "EXTERNAL", "KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"}),
        ("CreateKey", {"CustomKeyStoreId": "cks-1"}),
        ("CreateKey", {"KeySpec": "SM2", "KeyUsage": "SIGN_VERIFY"}),
        ("CreateKey", {"KeySpec": "ML_KEM_512", "KeyUsage": "ENCAPSULATE_DECAPSULATE"}),
        ("GenerateRandom", {"NumberOfBytes": 8, "CustomKeyStoreId": "cks-1"}),
    ],
)
def test_what_only_aws_offers_is_said_so(gate: Any, operation: str, parameters: dict[str, Any]) -> None:
    refusal = gate.refused(f"kms:{operation}", **parameters)
    assert refusal.code == "UnsupportedOperationException"
    assert "practice account" in refusal.message


@given(
    st.sampled_from(sorted(SPECS)),
    st.sampled_from([None, *sorted({u for us in SPECS.values() for u in us})]),
)
def test_specs_and_usages(spec: str, usage: str | None) -> None:
    allowed = usage in SPECS[spec] or (usage is None and spec == "SYMMETRIC_DEFAULT")
    parameters = {"KeySpec": spec, "KeyUsage": usage}
    if allowed:
        check_key_spec(parameters)
    else:
        with pytest.raises(AwsError, match="ValidationException"):
            check_key_spec(parameters)


def test_a_spec_is_given_under_one_name() -> None:
    check_key_spec({"CustomerMasterKeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"})
    # As two users of AWS quote it.
    text = "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is depre"
    with pytest.raises(AwsError, match=f"ValidationException: {text}"):
        check_key_spec(
            {"CustomerMasterKeySpec": "RSA_2048", "KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"}
        )
