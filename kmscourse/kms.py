"""Customer managed keys: made as the console's "Create key" page makes them, found by alias, read, changed.

Every list is read to its end, however many answers AWS gives it in.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from kmscourse.errors import KmsCourseError
from kmscourse.policy import console_key_policy, parse

if TYPE_CHECKING:
    from types_boto3_kms import KMSClient
    from types_boto3_kms.literals import KeySpecType, KeyUsageTypeType
    from types_boto3_kms.type_defs import CreateKeyRequestTypeDef, ImportKeyMaterialRequestTypeDef

__all__ = [
    "alias_name",
    "aliases",
    "aliases_by_key",
    "create_key",
    "discard_key",
    "find_key",
    "grants",
    "import_key_material",
    "key_policy",
    "make_usable",
    "put_key_policy",
    "tags",
    "wait_for_state",
]


def create_key(
    kms: KMSClient,
    alias: str,
    *,
    administrators: Sequence[str] = (),
    users: Sequence[str] = (),
    description: str = "",
    tags: Mapping[str, str] | None = None,
    policy: Mapping[str, Any] | None = None,
    origin: Literal["AWS_KMS", "EXTERNAL"] = "AWS_KMS",
    spec: KeySpecType = "SYMMETRIC_DEFAULT",
    usage: KeyUsageTypeType = "ENCRYPT_DECRYPT",
) -> str:
    """Create a key with the alias ``alias`` ("myKey" or "alias/myKey"), and return its ARN.

    It is a symmetric key, to encrypt and decrypt, unless ``spec`` and ``usage`` say otherwise: CreateKey's KeySpec and
    KeyUsage, as in RSA_3072 and SIGN_VERIFY.

    ``administrators`` and ``users`` are ARNs: of IAM users, of roles, of a role's session, or of the account's root.
    The key policy is ``policy``. Without it, the console's key-consolepolicy-3 for these people is used. Without people
    too, AWS attaches its default policy, which is the console's first statement. With the ``origin`` EXTERNAL, the key
    has no key material until you import it.

    Raises KmsCourseError, and creates no key, if the alias is taken or if an ARN or the alias can't be right. Raises
    ClientError if KMS refuses.
    """
    name = alias_name(alias)
    account = _account(administrators, users)
    if find_key(kms, alias) is not None:
        raise KmsCourseError(f"The alias {name} already names a key: take another alias, or use that key.")
    request: CreateKeyRequestTypeDef = {
        "Description": description,
        "Origin": origin,
        "KeySpec": spec,
        "KeyUsage": usage,
        "Tags": [{"TagKey": key, "TagValue": value} for key, value in (tags or {}).items()],
    }
    if policy is None and account is not None:
        policy = console_key_policy(account, administrators, users)
    if policy is not None:
        request["Policy"] = json.dumps(policy)
    arn = kms.create_key(**request)["KeyMetadata"]["Arn"]
    try:
        kms.create_alias(AliasName=name, TargetKeyId=arn)
    except ClientError as error:
        error.add_note(f"The key {arn} has been made, but has no alias yet.")
        raise
    return arn


def find_key(kms: KMSClient, alias: str) -> str | None:
    """The ARN of the key that ``alias`` names, or None. Raises ClientError where KMS won't say."""
    try:
        return kms.describe_key(KeyId=alias_name(alias))["KeyMetadata"]["Arn"]
    except kms.exceptions.NotFoundException:
        return None


def import_key_material(
    kms: KMSClient, key_id: str, material: bytes, *, valid_to: datetime | None = None
) -> None:
    """Import 32 bytes of key material into ``key_id`` (id or ARN, no alias), a symmetric key of the origin EXTERNAL.

    The bytes travel encrypted under a wrapping key of KMS. KMS deletes them at ``valid_to``, at most 365 days from now;
    without it they don't expire. Raises ClientError if KMS refuses: IncorrectKeyMaterialException for other bytes than
    the key had before. See the AWS KMS Developer Guide, "Importing key material".
    """
    parameters = kms.get_parameters_for_import(
        KeyId=key_id, WrappingAlgorithm="RSAES_OAEP_SHA_256", WrappingKeySpec="RSA_2048"
    )
    wrapping_key = load_der_public_key(parameters["PublicKey"])
    if not isinstance(wrapping_key, RSAPublicKey):
        raise TypeError(f"KMS answered with a wrapping key that is not RSA: {type(wrapping_key).__name__}.")
    request: ImportKeyMaterialRequestTypeDef = {
        "KeyId": key_id,
        "ImportToken": parameters["ImportToken"],
        "EncryptedKeyMaterial": wrapping_key.encrypt(material, OAEP(MGF1(SHA256()), SHA256(), None)),
        "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE",
    }
    if valid_to is not None:
        request |= {"ExpirationModel": "KEY_MATERIAL_EXPIRES", "ValidTo": valid_to}
    kms.import_key_material(**request)


def discard_key(kms: KMSClient, alias: str) -> None:
    """Delete ``alias`` and schedule the deletion of its key in 7 days; do nothing if there is no such alias.

    Raises ClientError if KMS refuses.
    """
    arn = find_key(kms, alias)
    if arn is None:
        return
    if kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyState"] != "PendingDeletion":
        kms.schedule_key_deletion(KeyId=arn, PendingWindowInDays=7)
    kms.delete_alias(AliasName=alias_name(alias))


def make_usable(kms: KMSClient, key: str) -> str:
    """Enable a key (id, ARN or alias/…) that is disabled or waits for its deletion, and return its ARN.

    In any other state it stays as it is. Raises ClientError if KMS refuses.
    """
    metadata = kms.describe_key(KeyId=key)["KeyMetadata"]
    arn = metadata["Arn"]
    if metadata["KeyState"] == "PendingDeletion":
        kms.cancel_key_deletion(KeyId=arn)
        metadata = kms.describe_key(KeyId=arn)["KeyMetadata"]  # one without key material then waits for that
    if metadata["KeyState"] == "Disabled":
        kms.enable_key(KeyId=arn)
    return arn


def wait_for_state(kms: KMSClient, key_id: str, state: str, *, seconds: float = 60.0) -> str:
    """The state of a key, asked twice a second until it is ``state``, as in PendingImport.

    Raises KmsCourseError if it is another one after so many seconds, ClientError if KMS refuses.
    """
    deadline = time.monotonic() + seconds
    while (now := kms.describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"]) != state:
        if time.monotonic() >= deadline:
            raise KmsCourseError(
                f"After {seconds:g} seconds the key is {now}, and not {state}: ask again later."
            )
        time.sleep(0.5)
    return now


def aliases(kms: KMSClient, key_id: str) -> list[str]:
    """The names of the aliases of ``key_id`` (id or ARN), as in alias/myKey. Raises ClientError where KMS refuses."""
    pages = kms.get_paginator("list_aliases").paginate(KeyId=key_id)
    return [alias["AliasName"] for page in pages for alias in page["Aliases"]]


def aliases_by_key(kms: KMSClient) -> dict[str, list[str]]:
    """The names of the aliases of every key of a Region: key id -> names.

    Raises ClientError where KMS refuses.
    """
    names: dict[str, list[str]] = {}
    for page in kms.get_paginator("list_aliases").paginate():
        for alias in page["Aliases"]:
            names.setdefault(alias.get("TargetKeyId", ""), []).append(alias["AliasName"])
    return names


def tags(kms: KMSClient, key_id: str) -> dict[str, str]:
    """The tags of ``key_id`` (id or ARN): name -> value. Raises ClientError where KMS refuses."""
    pages = kms.get_paginator("list_resource_tags").paginate(KeyId=key_id)
    return {tag["TagKey"]: tag["TagValue"] for page in pages for tag in page["Tags"]}


def grants(kms: KMSClient, key_id: str) -> list[dict[str, Any]]:
    """The grants on ``key_id`` (id or ARN) as ListGrants gives them. Raises ClientError where KMS refuses."""
    pages = kms.get_paginator("list_grants").paginate(KeyId=key_id)
    return [dict(grant) for page in pages for grant in page["Grants"]]


def key_policy(kms: KMSClient, key_id: str) -> dict[str, Any]:
    """The key policy of ``key_id`` (id or ARN, no alias) as a dict. Raises ClientError where KMS refuses."""
    policy: dict[str, Any] = json.loads(kms.get_key_policy(KeyId=key_id, PolicyName="default")["Policy"])
    return policy


def put_key_policy(kms: KMSClient, key_id: str, policy: Mapping[str, Any] | str) -> None:
    """Replace the key policy of ``key_id`` (id or ARN, not an alias) with ``policy``, a dict or a JSON text.

    Raises PolicyError if the policy can't be read, and ClientError if KMS refuses it.
    """
    kms.put_key_policy(KeyId=key_id, PolicyName="default", Policy=json.dumps(parse(policy)))


def alias_name(alias: str) -> str:
    """``alias`` with its prefix "alias/". Raises KmsCourseError for what no key of one's own can be called."""
    name = alias.removeprefix("alias/")
    if not re.fullmatch(r"(?!aws/)[A-Za-z0-9/_-]{1,250}", name):
        raise KmsCourseError(
            f"{alias!r} can't be an alias: it takes 1 to 250 letters, digits and / _ -, and doesn't begin with aws/."
        )
    return f"alias/{name}"


def _account(administrators: Sequence[str], users: Sequence[str]) -> str | None:
    """The account of all these principals, None where there are none."""
    accounts = set()
    for arn in (*administrators, *users):
        match = re.fullmatch(
            r"arn:aws[a-z-]*:(?:iam::(\d{12}):(?:root|(?:user|role)/\S+)|sts::(\d{12}):assumed-role/\S+/\S+)",
            arn,
        )
        if match is None:
            raise KmsCourseError(
                f"{arn!r} isn't the ARN of a user or role, which looks like arn:aws:iam::123456789012:user/NAME."
            )
        accounts.add(match[1] or match[2])
    if len(accounts) > 1:
        raise KmsCourseError(
            f"Administrators and users belong to one account, not to {', '.join(sorted(accounts))}."
        )
    return accounts.pop() if accounts else None
