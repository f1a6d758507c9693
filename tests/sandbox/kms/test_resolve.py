"""Every way to name a key, in every parameter that names one: what leads to it, and how the rest is refused."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.kms.operations import OPERATIONS
from tests.sandbox.kms.other_kinds import OTHER_KINDS, parameters_for

UNKNOWN = "1234abcd-12ab-34cd-56ef-1234567890ab"
MATERIAL = bytes(range(32))
FOR_EVER = {"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}
SIZE, PAIR, WORD = {"KeySpec": "AES_256"}, {"KeyPairSpec": "ECC_NIST_P256"}, {"Plaintext": "aGVsbG8="}
WRAPPING = {"WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"}

# Operation, the parameter that names a key, whether an alias may, and what else the operation needs.
TABLE: list[tuple[str, str, bool, dict[str, Any]]] = [
    ("DescribeKey", "KeyId", True, {}),
    ("Encrypt", "KeyId", True, WORD),
    ("Decrypt", "KeyId", True, {"CiphertextBlob": "$blob"}),
    ("ReEncrypt", "SourceKeyId", True, {"CiphertextBlob": "$blob", "DestinationKeyId": "$key"}),
    ("ReEncrypt", "DestinationKeyId", True, {"CiphertextBlob": "$blob"}),
    ("GenerateDataKey", "KeyId", True, SIZE),
    ("GenerateDataKeyWithoutPlaintext", "KeyId", True, SIZE),
    ("GenerateDataKeyPair", "KeyId", True, PAIR),
    ("GenerateDataKeyPairWithoutPlaintext", "KeyId", True, PAIR),
    ("EnableKey", "KeyId", False, {}),
    ("DisableKey", "KeyId", False, {}),
    ("ScheduleKeyDeletion", "KeyId", False, {}),
    ("CancelKeyDeletion", "KeyId", False, {"$before": "ScheduleKeyDeletion"}),
    ("UpdateKeyDescription", "KeyId", False, {"Description": "x"}),
    ("GetKeyPolicy", "KeyId", False, {}),
    ("PutKeyPolicy", "KeyId", False, {"Policy": "$policy"}),
    ("ListKeyPolicies", "KeyId", False, {}),
    ("EnableKeyRotation", "KeyId", False, {}),
    ("DisableKeyRotation", "KeyId", False, {}),
    ("GetKeyLastUsage", "KeyId", False, {}),
    ("GetKeyRotationStatus", "KeyId", False, {}),
    ("RotateKeyOnDemand", "KeyId", False, {}),
    ("ListKeyRotations", "KeyId", False, {}),
    ("GetParametersForImport", "KeyId", False, WRAPPING),
    ("ImportKeyMaterial", "KeyId", False, FOR_EVER),
    ("DeleteImportedKeyMaterial", "KeyId", False, {}),
    ("TagResource", "KeyId", False, {"Tags": [{"TagKey": "a", "TagValue": "b"}]}),
    ("UntagResource", "KeyId", False, {"TagKeys": ["a"]}),
    ("ListResourceTags", "KeyId", False, {}),
    ("CreateAlias", "TargetKeyId", False, {"AliasName": "alias/new"}),
    ("UpdateAlias", "TargetKeyId", False, {"AliasName": "alias/other"}),
    ("ListAliases", "KeyId", False, {}),
    ("CreateGrant", "KeyId", False, {"GranteePrincipal": "$user", "Operations": ["Decrypt"]}),
    ("ListGrants", "KeyId", False, {}),
    ("RevokeGrant", "KeyId", False, {"GrantId": "$grant"}),
    ("RetireGrant", "KeyId", False, {"GrantId": "$grant"}),
    *((operation, "KeyId", True, {}) for operation in OTHER_KINDS),
]
ROWS = pytest.mark.parametrize("row", TABLE, ids=[f"{row[0]}-{row[1]}" for row in TABLE])
Row = tuple[str, str, bool, dict[str, Any]]


def prepared(gate: Any, row: Row) -> tuple[str, dict[str, Any]]:
    """The ARN of a key with the alias alias/mine, and the row's parameters but for the key's name."""
    operation, _, _, parameters = row
    imported = operation in ("GetParametersForImport", "ImportKeyMaterial", "DeleteImportedKeyMaterial")
    kind, _ = OTHER_KINDS.get(operation, ({"Origin": "EXTERNAL"} if imported else {}, {}))
    key = gate.key(**kind)
    for name, target in (("mine", key), ("other", gate.key())):
        gate("kms:CreateAlias", AliasName=f"alias/{name}", TargetKeyId=target)
    ready = dict(parameters)
    if operation in OTHER_KINDS:
        ready |= parameters_for(gate, operation, key)
    if operation == "ImportKeyMaterial":
        ready |= gate.wrapped_for(key, MATERIAL)
    before = ready.pop("$before", None)
    if before:
        gate(f"kms:{before}", KeyId=key)
    for name, value in parameters.items():
        match value:
            case "$key":
                ready[name] = key
            case "$blob":
                ready[name] = gate("kms:Encrypt", KeyId=key, **WORD)["CiphertextBlob"]
            case "$policy":
                ready[name] = gate("kms:GetKeyPolicy", KeyId=key)["Policy"]
            case "$user":
                ready[name] = gate.arn("IAMLabUser")
            case "$grant":
                ready[name] = gate(
                    "kms:CreateGrant",
                    KeyId=key,
                    GranteePrincipal=gate.arn(gate.main),
                    RetiringPrincipal=gate.arn(gate.main),
                    Operations=["Decrypt"],
                )["GrantId"]
    return key, ready


def test_the_table_has_every_parameter_that_names_a_key_and_awss_word_on_aliases() -> None:
    wanted = set()
    model = ServiceModel(Loader().load_service_model("kms", "service-2"))  # with the prose of it
    for operation in OPERATIONS:
        shape = model.operation_model(operation).input_shape
        described = model.operation_model(operation).documentation
        for name, member in shape.members.items() if shape else ():
            if member.name == "KeyIdType" or (name == "KeyId" and member.name == "NullableKeyIdType"):
                # Of MACs the operation's description alone says it.
                takes_alias = (
                    "Alias name: <code>alias/" in member.documentation or "alias ARN in" in described
                )
                wanted.add((operation, name, takes_alias))
    assert {row[:3] for row in TABLE} == wanted


@pytest.mark.parametrize("kind", ["id", "ARN", "alias", "alias ARN"])
@ROWS
def test_what_names_a_key(gate: Any, row: Row, kind: str) -> None:
    operation, parameter, takes_alias, _ = row
    key, ready = prepared(gate, row)
    alias_arn = f"arn:aws:kms:us-east-1:{gate.account_id}:alias/mine"
    name = {"id": key.rpartition("/")[2], "ARN": key, "alias": "alias/mine", "alias ARN": alias_arn}[kind]
    if takes_alias or "alias" not in kind:
        answer = gate(f"kms:{operation}", **{**ready, parameter: name})
        # AWS tells the key's ARN, whatever named it, as its records do; GetKeyLastUsage tells the id, as its page does.
        told = key.rpartition("/")[2] if operation == "GetKeyLastUsage" else key
        assert answer.get("KeyId", told) == told
    else:
        assert refusal(gate, row, ready, name) == (
            ("ValidationException", "Aliases must refer to keys. Not aliases")
            if parameter == "TargetKeyId"
            else ("InvalidArnException", "Key Aliases are not supported for this operation.")
        )


def refusal(gate: Any, row: Row, ready: dict[str, Any], name: str) -> tuple[str, str]:
    """Code and text, where the key is named so."""
    error: AwsError = gate.refused(f"kms:{row[0]}", **{**ready, row[1]: name})
    assert error.status == 400
    return error.code, error.message


@ROWS
def test_what_names_no_key(gate: Any, row: Row) -> None:
    _, ready = prepared(gate, row)
    here = f"arn:aws:kms:us-east-1:{gate.account_id}:"
    for name, text in (
        (UNKNOWN, f"Key '{here}key/{UNKNOWN}' does not exist"),
        (f"{here}key/{UNKNOWN}", f"Key '{here}key/{UNKNOWN}' does not exist"),
        (f"mrk-{UNKNOWN.replace('-', '')}", f"Key '{here}key/mrk-{UNKNOWN.replace('-', '')}' does not exist"),
        ("fake-key-id", "Invalid keyId 'fake-key-id'"),
        ("mrk-fake-key-id", "Invalid keyId 'mrk-fake-key-id'"),
        (UNKNOWN.replace("-", ""), f"Invalid keyId '{UNKNOWN.replace('-', '')}'"),
        (f"arn:aws:kms:eu-west-1:{gate.account_id}:key/{UNKNOWN}", "Invalid arn eu-west-1"),
    ):
        assert refusal(gate, row, ready, name) == ("NotFoundException", text), name


@ROWS
def test_of_another_accounts_key_nothing_is_said(gate: Any, row: Row) -> None:
    _, ready = prepared(gate, row)
    action = {"SourceKeyId": "ReEncryptFrom", "DestinationKeyId": "ReEncryptTo"}.get(row[1], row[0])
    code, text = refusal(gate, row, ready, f"arn:aws:kms:us-east-1:999999999999:key/{UNKNOWN}")
    assert code == "AccessDeniedException"
    assert text == (
        f"User: {gate.arn(gate.main)} is not authorized to perform: kms:{action} on this resource because the "
        "resource does not exist in this Region, no resource-based policies allow access, or a resource-based "
        "policy explicitly denies access"
    )


@pytest.mark.parametrize("row", [row for row in TABLE if row[2]], ids=lambda row: f"{row[0]}-{row[1]}")
def test_an_alias_that_stands_for_no_key(gate: Any, row: Row) -> None:
    _, ready = prepared(gate, row)
    here = f"arn:aws:kms:us-east-1:{gate.account_id}:"
    for name in ("alias/none", f"{here}alias/none"):
        wanted = ("NotFoundException", f"Alias {here}alias/none is not found.")
        assert refusal(gate, row, ready, name) == wanted
