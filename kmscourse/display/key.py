"""A KMS key as a card: its names, its state, what it is for, and whether it is rotated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from kmscourse.display.card import Card, Facts
from kmscourse.display.moment import moment
from kmscourse.display.table import Code
from kmscourse.kms import aliases

if TYPE_CHECKING:
    from types_boto3_kms import KMSClient
    from types_boto3_kms.type_defs import KeyMetadataTypeDef

STATES = {
    "Enabled": "✓ Enabled",
    "Disabled": "✗ Disabled: opens nothing until it is enabled again",
    "PendingDeletion": "✗ PendingDeletion: opens nothing, and is gone for good on {deletion} unless that is cancelled",
    "PendingImport": "✗ PendingImport: has no key material yet",
    "Unavailable": "✗ Unavailable: its key store can't be reached",
}
SYMMETRIC = "SYMMETRIC_DEFAULT"
SPECS = {
    SYMMETRIC: "symmetric, AES-256-GCM; it never leaves KMS",
    "HMAC": "symmetric; it never leaves KMS",
    "RSA": "a pair: the private key never leaves KMS, everybody may have the public key",
}
SPECS |= dict.fromkeys(("ECC", "ML_DSA", "ML_KEM"), SPECS["RSA"])
"""The spec, or what it begins with -> what that is."""
USAGES = {
    "ENCRYPT_DECRYPT": "encrypt and decrypt",
    "SIGN_VERIFY": "sign and verify",
    "GENERATE_VERIFY_MAC": "make and verify MACs",
    "KEY_AGREEMENT": "agree on a shared secret",
}
ORIGINS = {
    "AWS_KMS": "KMS made its key material",
    "EXTERNAL": "its key material was imported",
    "AWS_CLOUDHSM": "its key material is in a CloudHSM cluster",
    "EXTERNAL_KEY_STORE": "its key material is outside of AWS",
}
NOT_ROTATED = "never: KMS rotates only symmetric keys that encrypt"
MANAGERS = {"CUSTOMER": "you", "AWS": "AWS, for one of its services"}


class KeyCard(Card):
    """A key, by its id, ARN or alias, as DescribeKey tells it.

    Raises ClientError where KMS doesn't describe it. What else KMS doesn't tell, the card says.
    """

    def __init__(self, kms: KMSClient, key_id: str) -> None:
        key = kms.describe_key(KeyId=key_id)["KeyMetadata"]
        super().__init__(Facts(f"KMS key {key['KeyId']}", _rows(kms, key)))


def _rows(kms: KMSClient, key: KeyMetadataTypeDef) -> list[tuple[str, str]]:
    deletion = moment(key.get("DeletionDate"))
    state = STATES.get(key["KeyState"], key["KeyState"]).format(deletion=deletion)
    several = "multi-Region" if key.get("MultiRegion") else "single-Region"
    return [
        ("Aliases", _aliases(kms, key["Arn"])),
        ("Key ID", Code(key["KeyId"])),
        ("ARN", Code(key["Arn"])),
        ("Description", key.get("Description", "") or "none"),
        ("State", state),
        ("Key spec", _spec(key["KeySpec"])),
        ("Key usage", _explained(key["KeyUsage"], USAGES)),
        *_algorithms(key),
        ("Origin", _explained(key["Origin"], ORIGINS)),
        ("Regionality", several),
        ("Managed by", MANAGERS.get(key["KeyManager"], key["KeyManager"])),
        ("Created", moment(key["CreationDate"])),
        ("Rotation", _rotation(kms, key["Arn"]) if key["KeySpec"] == SYMMETRIC else NOT_ROTATED),
    ]


def _spec(spec: str) -> str:
    kind = next((words for begin, words in SPECS.items() if spec.startswith(begin)), "")
    return f"{spec} ({kind})" if kind else spec


def _algorithms(key: KeyMetadataTypeDef) -> Iterator[tuple[str, str]]:
    """A row with the algorithms of a key, unless its spec names the only one."""
    names: list[str] = [
        *key.get("SigningAlgorithms", ()),
        *key.get("EncryptionAlgorithms", ()),
        *key.get("MacAlgorithms", ()),
        *key.get("KeyAgreementAlgorithms", ()),
    ]
    if names and names != [SYMMETRIC]:
        yield "Algorithms", Code("\n".join(names))


def _explained(value: str, words: dict[str, str]) -> str:
    return f"{value} ({words[value]})" if value in words else value


def _aliases(kms: KMSClient, arn: str) -> str:
    try:
        return Code("\n".join(aliases(kms, arn))) or "none"
    except ClientError as error:
        return _not_told(error)


def _rotation(kms: KMSClient, arn: str) -> str:
    try:
        status = kms.get_key_rotation_status(KeyId=arn)
    except ClientError as error:
        return _not_told(error)
    if not status["KeyRotationEnabled"]:
        return "off"
    following = f", next on {moment(status['NextRotationDate'])}" if "NextRotationDate" in status else ""
    return f"on, every {status.get('RotationPeriodInDays', 365)} days{following}"


def _not_told(error: ClientError) -> str:
    return f"KMS doesn't say ({error.response['Error']['Code']})"
