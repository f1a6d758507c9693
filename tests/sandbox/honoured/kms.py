"""KMS: two keys and what hangs on them, and for each member of each input a call in which it counts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.frozen.replay import Step
from tests.sandbox.honoured.account import step
from tests.sandbox.honoured.proofs import NOT_OFFERED, Operation, Proof, differs, refused

KEY, OTHER = "<<key/KeyMetadata/Arn>>", "<<other/KeyMetadata/Arn>>"
EMPTY, FULL = "<<empty/KeyMetadata/Arn>>", "<<full/KeyMetadata/Arn>>"
BLOB, OTHER_BLOB = "<<blob/CiphertextBlob>>", "<<other_blob/CiphertextBlob>>"
MAC, OTHER_MAC = "<<mac/KeyMetadata/Arn>>", "<<other_mac/KeyMetadata/Arn>>"
RSA, SIGNING, OTHER_SIGNING = (f"<<{name}/KeyMetadata/Arn>>" for name in ("rsa", "signing", "other_signing"))
AGREEMENT, OTHER_AGREEMENT = "<<agreement/KeyMetadata/Arn>>", "<<other_agreement/KeyMetadata/Arn>>"
ENCAPSULATION, OTHER_ENCAPSULATION = (
    f"<<{name}/KeyMetadata/Arn>>" for name in ("encapsulation", "other_encapsulation")
)
OAEP = "RSAES_OAEP_SHA_256"
MESSAGE, OTHER_MESSAGE = {"Message": f"{'aGVs' * 10}aGU="}, f"{'aGVs' * 10}aGU9"
AGREED = {"KeyAgreementAlgorithm": "ECDH", "PublicKey": "<<public/PublicKey>>"}
MAC_ALGORITHM = {"MacAlgorithm": "HMAC_SHA_256"}
# The message has the length of a digest. PKCS #1 v1.5 has nothing random in it, so that another message shows.
SIGNED = {"SigningAlgorithm": "RSASSA_PKCS1_V1_5_SHA_256"}
NEW = "<<answer/KeyMetadata/KeyId>>"
PAIR, OTHER_PAIR = {"a": "b"}, {"a": "c"}
MAIN_USER, LAB_USER = (f"arn:aws:iam::<<account>>:user/{name}" for name in ("<<main>>", "IAMLabUser"))
TABLE = "arn:aws:dynamodb:us-east-1:<<account>>:table/Books"
FOREVER = "KEY_MATERIAL_DOES_NOT_EXPIRE"


def policy(principal: str) -> str:
    """A key policy that gives everything to one principal."""
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "kms:*", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


OPEN, LOCKED_OUT = policy("*"), policy(LAB_USER)


def tags(*keys: str) -> list[dict[str, str]]:
    """Tags with these keys, and the same for their values."""
    return [{"TagKey": key, "TagValue": key} for key in keys]


def wrapping(key: str) -> Step:
    """The step that asks for what wraps key material for a key."""
    return step(
        "kms:GetParametersForImport",
        KeyId=key,
        WrappingAlgorithm="RSAES_OAEP_SHA_256",
        WrappingKeySpec="RSA_2048",
    )


def material(key: str, parameters: str, name: str, **more: Any) -> dict[str, Any]:
    """The parameters that import the material of a name, wrapped with what a step of the name ``parameters`` gave."""
    return {
        "KeyId": key,
        "ImportToken": f"<<{parameters}/ImportToken>>",
        "EncryptedKeyMaterial": f"<<wrap {parameters}/PublicKey {name} 32 sha256>>",
        "ExpirationModel": FOREVER,
        **more,
    }


def pair(name: str, spec: str, usage: str) -> dict[str, Step]:
    """The steps that make a key of a spec, and another, ``other_…``."""
    return {each: step("kms:CreateKey", KeySpec=spec, KeyUsage=usage) for each in (name, f"other_{name}")}


def grant(**more: Any) -> dict[str, Any]:
    """The parameters of a grant to the lab user."""
    return {"KeyId": KEY, "GranteePrincipal": LAB_USER, "Operations": ["Encrypt"], **more}


PREPARED = {
    "key": step("kms:CreateKey", Description="one", Tags=tags("a", "b")),
    "other": step("kms:CreateKey", Description="other"),
    "mac": step("kms:CreateKey", KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC"),
    "other_mac": step("kms:CreateKey", KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC"),
    "code": step("kms:GenerateMac", KeyId=MAC, **MESSAGE, **MAC_ALGORITHM),
    **pair("rsa", "RSA_2048", "ENCRYPT_DECRYPT"),
    **pair("signing", "RSA_2048", "SIGN_VERIFY"),
    **pair("agreement", "ECC_NIST_P256", "KEY_AGREEMENT"),
    **pair("encapsulation", "ML_KEM_768", "ENCAPSULATE_DECAPSULATE"),
    "rsa_blob": step("kms:Encrypt", KeyId=RSA, Plaintext="aGVsbG8=", EncryptionAlgorithm=OAEP),
    "signature": step("kms:Sign", KeyId=SIGNING, **MESSAGE, **SIGNED),
    "public": step("kms:GetPublicKey", KeyId=AGREEMENT),
    "other_public": step("kms:GetPublicKey", KeyId=OTHER_AGREEMENT),
    "shared": step("kms:DeriveSharedSecret", KeyId=AGREEMENT, **AGREED),
    "secret": step("kms:Encapsulate", KeyId=ENCAPSULATION, EncapsulationAlgorithm="ML_KEM"),
    "other_secret": step("kms:Encapsulate", KeyId=ENCAPSULATION, EncapsulationAlgorithm="ML_KEM"),
    "alias": step("kms:CreateAlias", AliasName="alias/one", TargetKeyId=KEY),
    "other_alias": step("kms:CreateAlias", AliasName="alias/other", TargetKeyId=OTHER),
    "third_alias": step("kms:CreateAlias", AliasName="alias/third", TargetKeyId=KEY),
    "blob": step("kms:Encrypt", KeyId=KEY, Plaintext="aGVsbG8=", EncryptionContext=PAIR),
    "other_blob": step("kms:Encrypt", KeyId=OTHER, Plaintext="aGVsbG8=", EncryptionContext=PAIR),
    "pending": step("kms:CreateKey", Description="pending"),
    "deletion": step("kms:ScheduleKeyDeletion", KeyId="<<pending/KeyMetadata/Arn>>"),
    "other_pending": step("kms:CreateKey", Description="other, pending"),
    "other_deletion": step("kms:ScheduleKeyDeletion", KeyId="<<other_pending/KeyMetadata/Arn>>"),
    "disabled": step("kms:CreateKey", Description="disabled"),
    "disabling": step("kms:DisableKey", KeyId="<<disabled/KeyMetadata/Arn>>"),
    "rotated": step("kms:CreateKey", Description="rotated"),
    "rotation": step("kms:RotateKeyOnDemand", KeyId="<<rotated/KeyMetadata/Arn>>"),
    "second_rotation": step("kms:RotateKeyOnDemand", KeyId="<<rotated/KeyMetadata/Arn>>"),
    "schedule": step("kms:EnableKeyRotation", KeyId="<<rotated/KeyMetadata/Arn>>"),
    "empty": step("kms:CreateKey", Origin="EXTERNAL", Description="without material"),
    "full": step("kms:CreateKey", Origin="EXTERNAL", Description="with material"),
    "for_empty": wrapping(EMPTY),
    "for_full": wrapping(FULL),
    "first_import": step("kms:ImportKeyMaterial", **material(FULL, "for_full", "first")),
    "second_import": step(
        "kms:ImportKeyMaterial", **material(FULL, "for_full", "second", ImportType="NEW_KEY_MATERIAL")
    ),
    "grant": step("kms:CreateGrant", **grant(Name="one", RetiringPrincipal=MAIN_USER)),
    "other_grant": step(
        "kms:CreateGrant",
        **grant(GranteePrincipal=MAIN_USER, RetiringPrincipal=MAIN_USER, Operations=["Decrypt"]),
    ),
    "grant_on_other": step("kms:CreateGrant", **grant(KeyId=OTHER, RetiringPrincipal=LAB_USER)),
}

DESCRIBED = step("kms:DescribeKey", KeyId=KEY)
LISTED_TAGS = step("kms:ListResourceTags", KeyId=KEY)
SHOWN_POLICY = step("kms:GetKeyPolicy", KeyId=KEY)
LISTED_GRANTS = step("kms:ListGrants", KeyId=KEY)
LISTED_ALIASES = step("kms:ListAliases")

OTHER_KEY = {"KeyId": differs(OTHER)}
TOKENS = {"GrantTokens": refused("InvalidGrantTokenException", ["AAAA"])}
TRIED = {"DryRun": refused("DryRunOperationException", True)}
MODIFIERS = ["IGNORE_CIPHERTEXT"]
ENCLAVE = {"Recipient": NOT_OFFERED}


def pages(action: str, **base: Any) -> Mapping[str, Proof]:
    """The proofs for Limit and Marker of a list."""
    first_page = {"page": step(action, **base, Limit=1)}
    return {"Limit": differs(1), "Marker": differs("<<page/NextMarker>>", first=first_page)}


def encrypting(read: str = "CiphertextBlob") -> Mapping[str, Proof]:
    """The proof for the encryption context of what makes a ciphertext: with another it does not open."""
    opened = step("kms:Decrypt", CiphertextBlob=f"<<answer/{read}>>", EncryptionContext=PAIR)
    return {"EncryptionContext": differs(OTHER_PAIR, read=opened)}


OPERATIONS = {
    "CreateKey": Operation(
        {},
        {
            "Policy": differs(OPEN, read=step("kms:GetKeyPolicy", KeyId=NEW)),
            "Description": differs("another"),
            "KeyUsage": differs(
                "KEY_AGREEMENT", beside={"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"}
            ),
            "CustomerMasterKeySpec": differs("RSA_2048", beside={"KeyUsage": "ENCRYPT_DECRYPT"}),
            "KeySpec": differs("RSA_2048", beside={"KeyUsage": "ENCRYPT_DECRYPT"}),
            "Origin": differs("EXTERNAL"),
            "CustomKeyStoreId": NOT_OFFERED,
            "BypassPolicyLockoutSafetyCheck": refused(
                "MalformedPolicyDocumentException",
                False,
                beside={"Policy": LOCKED_OUT, "BypassPolicyLockoutSafetyCheck": True},
            ),
            "Tags[].TagKey": differs(
                "b", beside={"Tags": tags("a")}, read=step("kms:ListResourceTags", KeyId=NEW)
            ),
            "Tags[].TagValue": differs(
                "b", beside={"Tags": tags("a")}, read=step("kms:ListResourceTags", KeyId=NEW)
            ),
            "MultiRegion": differs(True),
            "XksKeyId": NOT_OFFERED,
        },
    ),
    "DescribeKey": Operation({"KeyId": KEY}, {**OTHER_KEY, **TOKENS}),
    "ListKeys": Operation(
        {}, {**pages("kms:ListKeys"), "ResourceOwners": differs(["OTHER_ACCOUNTS_VIA_RAM"])}
    ),
    "UpdateKeyDescription": Operation(
        {"KeyId": KEY, "Description": "new"}, {**OTHER_KEY, "Description": differs("newer")}, read=DESCRIBED
    ),
    "EnableKey": Operation(
        {"KeyId": "<<disabled/KeyMetadata/Arn>>"},
        OTHER_KEY,
        read=step("kms:DescribeKey", KeyId="<<disabled/KeyMetadata/Arn>>"),
    ),
    "DisableKey": Operation({"KeyId": KEY}, OTHER_KEY, read=DESCRIBED),
    "ScheduleKeyDeletion": Operation({"KeyId": KEY}, {**OTHER_KEY, "PendingWindowInDays": differs(7)}),
    "CancelKeyDeletion": Operation(
        {"KeyId": "<<pending/KeyMetadata/Arn>>"}, {"KeyId": differs("<<other_pending/KeyMetadata/Arn>>")}
    ),
    "TagResource": Operation(
        {"KeyId": KEY, "Tags": tags("new")},
        {**OTHER_KEY, "Tags[].TagKey": differs("newer"), "Tags[].TagValue": differs("newer")},
        read=LISTED_TAGS,
    ),
    "UntagResource": Operation(
        {"KeyId": KEY, "TagKeys": ["a"]}, {**OTHER_KEY, "TagKeys": differs(["b"])}, read=LISTED_TAGS
    ),
    "ListResourceTags": Operation({"KeyId": KEY}, {**OTHER_KEY, **pages("kms:ListResourceTags", KeyId=KEY)}),
    "GetKeyPolicy": Operation(
        {"KeyId": KEY},
        {
            "KeyId": differs(OTHER, first={"policy": step("kms:PutKeyPolicy", KeyId=OTHER, Policy=OPEN)}),
            "PolicyName": refused("NotFoundException", "other"),
        },
    ),
    "PutKeyPolicy": Operation(
        {"KeyId": KEY, "Policy": OPEN},
        {
            **OTHER_KEY,
            "PolicyName": refused("NotFoundException", "other"),
            "Policy": differs(policy(MAIN_USER)),
            "BypassPolicyLockoutSafetyCheck": refused(
                "MalformedPolicyDocumentException",
                False,
                beside={"Policy": LOCKED_OUT, "BypassPolicyLockoutSafetyCheck": True},
            ),
        },
        read=SHOWN_POLICY,
    ),
    # A key has one policy, so that no page ever follows.
    "ListKeyPolicies": Operation(
        {"KeyId": KEY},
        {
            "KeyId": refused("NotFoundException", "1234abcd-12ab-34cd-56ef-1234567890ab"),
            "Limit": refused("ValidationException", 1001, text="at 'limit'"),
            "Marker": refused("InvalidMarkerException", "AAAA"),
        },
    ),
    "EnableKeyRotation": Operation(
        {"KeyId": KEY},
        {**OTHER_KEY, "RotationPeriodInDays": differs(90)},
        read=step("kms:GetKeyRotationStatus", KeyId=KEY),
    ),
    "DisableKeyRotation": Operation(
        {"KeyId": "<<rotated/KeyMetadata/Arn>>"},
        OTHER_KEY,
        read=step("kms:GetKeyRotationStatus", KeyId="<<rotated/KeyMetadata/Arn>>"),
    ),
    "RotateKeyOnDemand": Operation({"KeyId": KEY}, OTHER_KEY),
    "GetKeyRotationStatus": Operation({"KeyId": KEY}, OTHER_KEY),
    "GetKeyLastUsage": Operation({"KeyId": KEY}, OTHER_KEY),
    "ListKeyRotations": Operation(
        {"KeyId": "<<rotated/KeyMetadata/Arn>>"},
        {
            **OTHER_KEY,
            "IncludeKeyMaterial": differs("ALL_KEY_MATERIAL"),
            **pages("kms:ListKeyRotations", KeyId="<<rotated/KeyMetadata/Arn>>"),
        },
    ),
    "GetParametersForImport": Operation(
        wrapping(EMPTY)["with"],
        {
            "KeyId": differs(FULL),
            "WrappingAlgorithm": differs(
                "RSAES_OAEP_SHA_1", read=step("kms:ImportKeyMaterial", **material(EMPTY, "answer", "first"))
            ),
            "WrappingKeySpec": differs("RSA_3072"),
        },
    ),
    "ImportKeyMaterial": Operation(
        material(EMPTY, "for_empty", "first"),
        {
            "KeyId": refused("InvalidImportTokenException", FULL),
            "ImportToken": refused("InvalidImportTokenException", "<<for_full/ImportToken>>"),
            "EncryptedKeyMaterial": differs(
                "<<wrap for_full/PublicKey second 32 sha256>>", beside=material(FULL, "for_full", "first")
            ),
            "ValidTo": differs(
                "<<time +7200>>",
                beside={"ExpirationModel": "KEY_MATERIAL_EXPIRES", "ValidTo": "<<time +3600>>"},
            ),
            "ExpirationModel": refused("ValidationException", "KEY_MATERIAL_EXPIRES", text="validTo date"),
            "ImportType": refused("IncorrectKeyMaterialException", "EXISTING_KEY_MATERIAL"),
            "KeyMaterialDescription": differs("another"),
            "KeyMaterialId": refused(
                "IncorrectKeyMaterialException",
                "<<second_import/KeyMaterialId>>",
                beside={"ImportType": "EXISTING_KEY_MATERIAL", **material(FULL, "for_full", "first")},
            ),
        },
        read=step("kms:ListKeyRotations", KeyId=EMPTY, IncludeKeyMaterial="ALL_KEY_MATERIAL"),
    ),
    "DeleteImportedKeyMaterial": Operation(
        {"KeyId": FULL},
        {"KeyId": differs(EMPTY), "KeyMaterialId": differs("<<second_import/KeyMaterialId>>")},
    ),
    "Encrypt": Operation(
        {"KeyId": KEY, "Plaintext": "aGVsbG8=", "EncryptionContext": PAIR},
        {
            **OTHER_KEY,
            **encrypting(),
            **TOKENS,
            **TRIED,
            "Plaintext": differs("aGVsbG8h"),
            "EncryptionAlgorithm": refused("InvalidKeyUsageException", "RSAES_OAEP_SHA_256"),
        },
    ),
    "Decrypt": Operation(
        {"CiphertextBlob": BLOB, "EncryptionContext": PAIR},
        {
            **TOKENS,
            **TRIED,
            **ENCLAVE,
            "CiphertextBlob": differs(OTHER_BLOB),
            "EncryptionContext": refused("InvalidCiphertextException", OTHER_PAIR),
            "KeyId": refused("IncorrectKeyException", OTHER),
            "EncryptionAlgorithm": refused("InvalidKeyUsageException", OAEP, beside={"KeyId": KEY}),
            "DryRunModifiers": refused(
                "DryRunOperationException",
                MODIFIERS,
                otherwise="IncorrectKeyException",
                beside={"KeyId": OTHER, "DryRun": True},
            ),
        },
    ),
    "ReEncrypt": Operation(
        {"CiphertextBlob": BLOB, "SourceEncryptionContext": PAIR, "DestinationKeyId": KEY},
        {
            **TOKENS,
            **TRIED,
            "CiphertextBlob": differs(OTHER_BLOB),
            "SourceEncryptionContext": refused("InvalidCiphertextException", OTHER_PAIR),
            "SourceKeyId": refused("IncorrectKeyException", OTHER),
            "DestinationKeyId": differs(OTHER),
            "DestinationEncryptionContext": differs(
                PAIR, read=step("kms:Decrypt", CiphertextBlob="<<answer/CiphertextBlob>>")
            ),
            "SourceEncryptionAlgorithm": refused(
                "InvalidKeyUsageException", OAEP, beside={"SourceKeyId": KEY}
            ),
            "DestinationEncryptionAlgorithm": refused("InvalidKeyUsageException", OAEP),
            "DryRunModifiers": refused(
                "DryRunOperationException",
                MODIFIERS,
                otherwise="IncorrectKeyException",
                beside={"SourceKeyId": OTHER, "DryRun": True},
            ),
        },
    ),
    **{
        operation: Operation(
            {"KeyId": KEY, "KeySpec": "AES_256", "EncryptionContext": PAIR},
            {
                **OTHER_KEY,
                **encrypting(),
                **TOKENS,
                **TRIED,
                **more,
                "KeySpec": differs("AES_128"),
                "NumberOfBytes": differs(16, beside={"KeySpec": None, "NumberOfBytes": 32}),
            },
        )
        for operation, more in {"GenerateDataKey": ENCLAVE, "GenerateDataKeyWithoutPlaintext": {}}.items()
    },
    **{
        operation: Operation(
            {"KeyId": KEY, "KeyPairSpec": "ECC_NIST_P256", "EncryptionContext": PAIR},
            {
                **OTHER_KEY,
                **encrypting("PrivateKeyCiphertextBlob"),
                **TOKENS,
                **TRIED,
                **more,
                "KeyPairSpec": differs("ECC_NIST_P384"),
            },
        )
        for operation, more in {
            "GenerateDataKeyPair": ENCLAVE,
            "GenerateDataKeyPairWithoutPlaintext": {},
        }.items()
    },
    "GenerateRandom": Operation(
        {"NumberOfBytes": 16}, {**ENCLAVE, "NumberOfBytes": differs(32), "CustomKeyStoreId": NOT_OFFERED}
    ),
    "GetPublicKey": Operation({"KeyId": SIGNING}, {"KeyId": differs(OTHER_SIGNING), **TOKENS}),
    "Sign": Operation(
        {"KeyId": SIGNING, **MESSAGE, **SIGNED},
        {
            **TOKENS,
            **TRIED,
            "KeyId": differs(OTHER_SIGNING),
            "Message": differs(OTHER_MESSAGE),
            "MessageType": differs("DIGEST"),
            "SigningAlgorithm": differs("RSASSA_PKCS1_V1_5_SHA_512"),
        },
    ),
    "Verify": Operation(
        {"KeyId": SIGNING, **MESSAGE, **SIGNED, "Signature": "<<signature/Signature>>"},
        {
            **TOKENS,
            **TRIED,
            "KeyId": refused("KMSInvalidSignatureException", OTHER_SIGNING),
            "Message": refused("KMSInvalidSignatureException", OTHER_MESSAGE),
            "MessageType": refused("KMSInvalidSignatureException", "DIGEST"),
            "Signature": refused("KMSInvalidSignatureException", "<<flip signature/Signature 7 1>>"),
            "SigningAlgorithm": refused("KMSInvalidSignatureException", "RSASSA_PKCS1_V1_5_SHA_512"),
        },
    ),
    "GenerateMac": Operation(
        {"KeyId": MAC, **MESSAGE, **MAC_ALGORITHM},
        {
            **TOKENS,
            **TRIED,
            "KeyId": differs(OTHER_MAC),
            "Message": differs(OTHER_MESSAGE),
            "MacAlgorithm": refused("InvalidKeyUsageException", "HMAC_SHA_512"),
        },
    ),
    "VerifyMac": Operation(
        {"KeyId": MAC, **MESSAGE, **MAC_ALGORITHM, "Mac": "<<code/Mac>>"},
        {
            **TOKENS,
            **TRIED,
            "KeyId": refused("KMSInvalidMacException", OTHER_MAC),
            "Message": refused("KMSInvalidMacException", OTHER_MESSAGE),
            "MacAlgorithm": refused("InvalidKeyUsageException", "HMAC_SHA_512"),
            "Mac": refused("KMSInvalidMacException", "<<flip code/Mac 7 1>>"),
        },
    ),
    "DeriveSharedSecret": Operation(
        {"KeyId": AGREEMENT, **AGREED},
        {
            **TOKENS,
            **TRIED,
            **ENCLAVE,
            "KeyId": differs(OTHER_AGREEMENT),
            "KeyAgreementAlgorithm": refused("ValidationException", "RSA", text="at 'keyAgreementAlgorithm'"),
            "PublicKey": differs("<<other_public/PublicKey>>"),
        },
    ),
    "Encapsulate": Operation(
        {"KeyId": ENCAPSULATION, "EncapsulationAlgorithm": "ML_KEM"},
        {
            **TOKENS,
            **TRIED,
            "KeyId": differs(OTHER_ENCAPSULATION),
            "EncapsulationAlgorithm": refused(
                "ValidationException", "RSA", text="at 'encapsulationAlgorithm'"
            ),
        },
    ),
    "Decapsulate": Operation(
        {
            "KeyId": ENCAPSULATION,
            "EncapsulationAlgorithm": "ML_KEM",
            "SharedSecretCiphertextBlob": "<<secret/SharedSecretCiphertextBlob>>",
        },
        {
            **TOKENS,
            **TRIED,
            "KeyId": differs(OTHER_ENCAPSULATION),
            "EncapsulationAlgorithm": refused(
                "ValidationException", "RSA", text="at 'encapsulationAlgorithm'"
            ),
            "SharedSecretCiphertextBlob": differs("<<other_secret/SharedSecretCiphertextBlob>>"),
        },
    ),
    "CreateAlias": Operation(
        {"AliasName": "alias/new", "TargetKeyId": KEY},
        {"AliasName": differs("alias/newer"), "TargetKeyId": differs(OTHER)},
        read=LISTED_ALIASES,
    ),
    "UpdateAlias": Operation(
        {"AliasName": "alias/one", "TargetKeyId": KEY},
        {"AliasName": differs("alias/other"), "TargetKeyId": differs(OTHER)},
        read=LISTED_ALIASES,
    ),
    "DeleteAlias": Operation(
        {"AliasName": "alias/one"}, {"AliasName": differs("alias/other")}, read=LISTED_ALIASES
    ),
    "ListAliases": Operation({"KeyId": KEY}, {**OTHER_KEY, **pages("kms:ListAliases", KeyId=KEY)}),
    "CreateGrant": Operation(
        grant(),
        {
            **OTHER_KEY,
            **TOKENS,
            **TRIED,
            "GranteePrincipal": differs(MAIN_USER),
            "RetiringPrincipal": differs(LAB_USER),
            "Operations": differs(["Decrypt"]),
            "Constraints.EncryptionContextSubset": differs(PAIR),
            "Constraints.EncryptionContextEquals": differs(PAIR),
            "Constraints.SourceArn": differs(TABLE),
            "Name": differs("another"),
            "GranteeServicePrincipal": differs(
                "ec2.us-east-1.amazonaws.com",
                beside={
                    "GranteePrincipal": None,
                    "GranteeServicePrincipal": "dynamodb.us-east-1.amazonaws.com",
                    "RetiringPrincipal": MAIN_USER,
                    "Constraints": {"SourceArn": TABLE},
                },
            ),
            "RetiringServicePrincipal": differs("dynamodb.us-east-1.amazonaws.com"),
        },
        read=LISTED_GRANTS,
    ),
    "ListGrants": Operation(
        {"KeyId": KEY},
        {
            **OTHER_KEY,
            **pages("kms:ListGrants", KeyId=KEY),
            "GrantId": differs("<<grant/GrantId>>"),
            "GranteePrincipal": differs(LAB_USER),
            "GranteeServicePrincipal": differs("dynamodb.us-east-1.amazonaws.com"),
        },
    ),
    "ListRetirableGrants": Operation(
        {"RetiringPrincipal": MAIN_USER},
        {
            **pages("kms:ListRetirableGrants", RetiringPrincipal=MAIN_USER),
            "RetiringPrincipal": differs(LAB_USER),
            "RetiringServicePrincipal": refused(
                "ValidationException",
                "dynamodb.us-east-1.amazonaws.com",
                text="RetiringServicePrincipal",
            ),
        },
    ),
    "RetireGrant": Operation(
        {"KeyId": KEY, "GrantId": "<<grant/GrantId>>"},
        {
            **TRIED,
            "GrantToken": differs(
                "<<other_grant/GrantToken>>",
                beside={"KeyId": None, "GrantId": None, "GrantToken": "<<grant/GrantToken>>"},
            ),
            "KeyId": refused("NotFoundException", OTHER),
            "GrantId": differs("<<other_grant/GrantId>>"),
        },
        read=LISTED_GRANTS,
    ),
    "RevokeGrant": Operation(
        {"KeyId": KEY, "GrantId": "<<grant/GrantId>>"},
        {
            **TRIED,
            "KeyId": refused("NotFoundException", OTHER),
            "GrantId": differs("<<other_grant/GrantId>>"),
        },
        read=LISTED_GRANTS,
    ),
}
