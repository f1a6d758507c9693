"""What a grant's terms may be: whom they name, which operations they give, and what they are constrained to."""

from __future__ import annotations

from typing import Any

import pytest

from kmscourse.sandbox.kms.grants import operations_for
from kmscourse.sandbox.model.shapes import service_model

ACCOUNT = "arn:aws:iam::123456789012"
SERVICE = "dynamodb.amazonaws.com"
SOURCE = "arn:aws:dynamodb:us-east-1:123456789012:table/Books"
TO_A_SERVICE = {
    "GranteeServicePrincipal": SERVICE,
    "RetiringPrincipal": f"{ACCOUNT}:root",
    "Constraints": {"SourceArn": SOURCE},
}
MANAGING = {"CreateGrant", "DescribeKey", "RetireGrant"}
DATA_KEYS = {
    "GenerateDataKey", "GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext",
    "GenerateDataKeyWithoutPlaintext",
}  # fmt: skip
ENCRYPTING = {"Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo"}
# Key specs and usages, and the operations that AWS's table "Grant operations" gives them beside MANAGING.
GIVES: list[tuple[str, str, set[str]]] = [
    ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", ENCRYPTING | DATA_KEYS),
    ("RSA_2048", "ENCRYPT_DECRYPT", ENCRYPTING | {"GetPublicKey"}),
    ("ECC_NIST_P256", "SIGN_VERIFY", {"Sign", "Verify", "GetPublicKey"}),
    ("ECC_NIST_P256", "KEY_AGREEMENT", {"DeriveSharedSecret", "GetPublicKey"}),
    ("ECC_NIST_EDWARDS25519", "SIGN_VERIFY", {"Sign", "Verify", "GetPublicKey"}),
    ("ML_DSA_44", "SIGN_VERIFY", {"Sign", "Verify", "GetPublicKey"}),
    ("ML_KEM_768", "ENCAPSULATE_DECAPSULATE", {"Encapsulate", "Decapsulate", "GetPublicKey"}),
    ("HMAC_256", "GENERATE_VERIFY_MAC", {"GenerateMac", "VerifyMac"}),
]


def pairs(count: int, value: str = "x") -> dict[str, str]:
    return {str(number): value for number in range(count)}


def refusal(gate: Any, key: str, **terms: Any) -> tuple[str, str]:
    """The refusal of a grant of Decrypt to the account, but for ``terms``; it leaves no grant behind."""
    whole = {"GranteePrincipal": f"{ACCOUNT}:root", "Operations": ["Decrypt"], **terms}
    given = {name: value for name, value in whole.items() if value is not None}
    error = gate.refused("kms:CreateGrant", KeyId=key, **given)
    assert gate("kms:ListGrants", KeyId=key)["Grants"] == []
    return error.code, error.message


@pytest.mark.parametrize(
    ("terms", "text"),
    [
        ({"Operations": None}, "Value null at 'operations' failed"),
        ({"Operations": []}, "at least one"),
        ({"Operations": ["Fly"]}, "Member must satisfy enum value set"),
        ({"Operations": ["decrypt"]}, "Member must satisfy enum value set"),
        ({"Operations": ["CreateGrant"]}, "Grants must not contain only the CreateGrant operation."),
        ({"Operations": ["CreateGrant", "CreateGrant"]}, "Grants must not contain only the CreateGrant operation."),
        ({"Operations": ["Decrypt", "Sign"]}, "does not support Sign in a grant"),
        ({"GranteePrincipal": None}, "You must specify either GranteePrincipal or GranteeServicePrincipal"),
        ({"GranteeServicePrincipal": SERVICE}, "You must specify either GranteePrincipal or GranteeServicePrincipal"),
        ({"RetiringPrincipal": f"{ACCOUNT}:root", "RetiringServicePrincipal": SERVICE},
         "You must specify either RetiringPrincipal or RetiringServicePrincipal"),
        ({"GranteePrincipal": "*"}, "Member must satisfy regular expression pattern"),
        ({"GranteePrincipal": "x" * 257}, "Member must have length less than or equal to 256"),
        ({"GranteeServicePrincipal": "dynamodb", "GranteePrincipal": None}, "regular expression pattern"),
        ({**TO_A_SERVICE, "GranteePrincipal": None, "Constraints": {}}, "needs a SourceArn constraint"),
        ({**TO_A_SERVICE, "GranteePrincipal": None, "RetiringPrincipal": None}, "needs a SourceArn constraint"),
        ({"Constraints": {"SourceArn": "Books"}}, "Value 'Books' at 'constraints.sourceArn' failed"),
        ({"Name": "with blanks"}, "Value 'with blanks' at 'name' failed"),
        ({"Name": ""}, "Member must have length greater than or equal to 1"),
        ({"Name": "x" * 257}, "Member must have length less than or equal to 256"),
        ({"Constraints": {"EncryptionContextEquals": pairs(9)}}, "at most 8 pairs"),
        ({"Constraints": {"EncryptionContextSubset": pairs(1, "x" * 385)}}, "at most 384 characters"),
        ({"Constraints": {"EncryptionContextEquals": pairs(2), "EncryptionContextSubset": pairs(1)}},
         "More than one constraint supplied"),
    ],
)  # fmt: skip
def test_terms_that_are_refused(gate: Any, terms: dict[str, Any], text: str) -> None:
    code, message = refusal(gate, gate.key(), **terms)
    assert code == "ValidationException"
    assert text in message


@pytest.mark.parametrize(
    "terms",
    [
        {"Constraints": {"EncryptionContextEquals": pairs(8, "x" * 384)}},
        {"Constraints": {"EncryptionContextSubset": pairs(8)}},
        {"Constraints": {"EncryptionContextEquals": pairs(2), "SourceArn": SOURCE}},
        {"Constraints": {"SourceArn": SOURCE}},
        {"Name": "a:b/c_d-E9"},
        {"GranteePrincipal": None, **TO_A_SERVICE},
        {
            "GranteePrincipal": None,
            **TO_A_SERVICE,
            "RetiringPrincipal": None,
            "RetiringServicePrincipal": SERVICE,
        },
        {"RetiringPrincipal": "arn:aws:iam::999999999999:root"},
    ],
)
def test_terms_that_are_taken(gate: Any, terms: dict[str, Any]) -> None:
    key = gate.key()
    whole = {"GranteePrincipal": f"{ACCOUNT}:root", "Operations": ["Decrypt"], **terms}
    given = {name: value for name, value in whole.items() if value is not None}
    gate("kms:CreateGrant", KeyId=key, **given)
    [grant] = gate("kms:ListGrants", KeyId=key)["Grants"]
    assert given.items() <= grant.items()


@pytest.mark.parametrize("name", ["GranteePrincipal", "RetiringPrincipal"])
@pytest.mark.parametrize(
    "principal",
    [
        f"{ACCOUNT}:user/Nobody",
        f"{ACCOUNT}:role/Nobody",
        "arn:aws:sts::123456789012:assumed-role/Nobody/session",
        "arn:aws:iam::999999999999:user/IAMLabUser",
        f"{ACCOUNT}:group/Readers",
        "arn:aws:iam::12345:root",
        SERVICE,
        "IAMLabUser",
    ],
)
def test_principals_that_are_nobody(gate: Any, name: str, principal: str) -> None:
    gate("iam:CreateGroup", GroupName="Readers")
    code, text = refusal(gate, gate.key(), **{name: principal})
    assert code == "InvalidArnException"
    assert text == f"ARN does not refer to a valid principal: {principal}"


def test_a_role_and_its_sessions_can_be_granted_to(gate: Any) -> None:
    trust = '{"Version": "2012-10-17", "Statement": []}'
    gate("iam:CreateRole", RoleName="Reader", AssumeRolePolicyDocument=trust)
    key = gate.key()
    for principal in (f"{ACCOUNT}:role/Reader", "arn:aws:sts::123456789012:assumed-role/Reader/session"):
        gate("kms:CreateGrant", KeyId=key, GranteePrincipal=principal, Operations=["Decrypt"])
    assert len(gate("kms:ListGrants", KeyId=key)["Grants"]) == 2


@pytest.mark.parametrize(("spec", "usage", "gives"), GIVES)
def test_a_key_can_be_granted_for_what_it_can_do(gate: Any, spec: str, usage: str, gives: set[str]) -> None:
    key = gate.key(KeySpec=spec, KeyUsage=usage)
    assert operations_for(gate.account.keys.find(key)) == gives | MANAGING
    everything = set(service_model("kms").shape_for("GrantOperation").enum)
    for operation in sorted(everything - gives - MANAGING):
        code, text = refusal(gate, key, Operations=[operation])
        assert (code, operation in text) == ("ValidationException", True)
    gate(
        "kms:CreateGrant",
        KeyId=key,
        GranteePrincipal=gate.arn("IAMLabUser"),
        Operations=sorted(gives | MANAGING),
    )


def test_only_a_symmetric_keys_grant_has_an_encryption_context(gate: Any) -> None:
    key = gate.key(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")
    for kind in ("EncryptionContextEquals", "EncryptionContextSubset"):
        assert refusal(gate, key, Constraints={kind: {"a": "b"}}) == (
            "ValidationException",
            "EncryptionContext is supported only when creating a grant for a symmetric encryption KMS key.",
        )


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"KeyId": "$key"},
        {"GrantId": "0" * 64},
        {"GrantToken": "x", "KeyId": "$key", "GrantId": "0" * 64},
        {"GrantToken": "x", "KeyId": "$key"},
    ],
)
def test_a_grant_to_retire_is_named_in_one_way(gate: Any, parameters: dict[str, str]) -> None:
    key = gate.key()
    filled = {name: value.replace("$key", key) for name, value in parameters.items()}
    error = gate.refused("kms:RetireGrant", **filled)
    assert (error.code, error.message) == (
        "ValidationException",
        "A grant to retire is named by its GrantToken, or by its KeyId and GrantId.",
    )


def test_a_token_to_retire_that_is_none(gate: Any) -> None:
    assert gate.refused("kms:RetireGrant", GrantToken="junk").code == "InvalidGrantTokenException"


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({}, "ValidationException"),
        (
            {"RetiringPrincipal": f"{ACCOUNT}:root", "RetiringServicePrincipal": SERVICE},
            "ValidationException",
        ),
        ({"RetiringServicePrincipal": SERVICE}, "ValidationException"),
        ({"RetiringPrincipal": "IAMLabUser"}, "InvalidArnException"),
    ],
)
def test_whose_grants_are_listed(gate: Any, parameters: dict[str, str], code: str) -> None:
    assert gate.refused("kms:ListRetirableGrants", **parameters).code == code


def test_grants_are_listed_for_one_grantee_at_most(gate: Any) -> None:
    both = {"GranteePrincipal": gate.arn("IAMLabUser"), "GranteeServicePrincipal": SERVICE}
    assert gate.refused("kms:ListGrants", KeyId=gate.key(), **both).code == "ValidationException"
