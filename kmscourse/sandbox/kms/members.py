"""The members of KMS's inputs that are honoured; whatever else AWS's model has is refused by its name.

By operation, and for the structures within by the name of a structure's shape. ``offered.py`` refuses the rest.
"""

from __future__ import annotations

from kmscourse.sandbox.operation import Members

OPERATIONS = {
    "CreateKey": (
        "Policy Description KeyUsage CustomerMasterKeySpec KeySpec Origin BypassPolicyLockoutSafetyCheck Tags "
        "MultiRegion"
    ),
    "DescribeKey": "KeyId GrantTokens",
    "ListKeys": "Limit Marker ResourceOwners",
    "UpdateKeyDescription": "KeyId Description",
    "EnableKey": "KeyId",
    "DisableKey": "KeyId",
    "ScheduleKeyDeletion": "KeyId PendingWindowInDays",
    "CancelKeyDeletion": "KeyId",
    "TagResource": "KeyId Tags",
    "UntagResource": "KeyId TagKeys",
    "ListResourceTags": "KeyId Limit Marker",
    "GetKeyPolicy": "KeyId PolicyName",
    "PutKeyPolicy": "KeyId PolicyName Policy BypassPolicyLockoutSafetyCheck",
    "ListKeyPolicies": "KeyId Limit Marker",
    "EnableKeyRotation": "KeyId RotationPeriodInDays",
    "DisableKeyRotation": "KeyId",
    "RotateKeyOnDemand": "KeyId",
    "GetKeyRotationStatus": "KeyId",
    "GetKeyLastUsage": "KeyId",
    "ListKeyRotations": "KeyId IncludeKeyMaterial Limit Marker",
    "GetParametersForImport": "KeyId WrappingAlgorithm WrappingKeySpec",
    "ImportKeyMaterial": (
        "KeyId ImportToken EncryptedKeyMaterial ValidTo ExpirationModel ImportType KeyMaterialDescription "
        "KeyMaterialId"
    ),
    "DeleteImportedKeyMaterial": "KeyId KeyMaterialId",
    "Encrypt": "KeyId Plaintext EncryptionContext GrantTokens EncryptionAlgorithm DryRun",
    "Decrypt": (
        "CiphertextBlob EncryptionContext GrantTokens KeyId EncryptionAlgorithm DryRun DryRunModifiers"
    ),
    "ReEncrypt": (
        "CiphertextBlob SourceEncryptionContext SourceKeyId DestinationKeyId DestinationEncryptionContext "
        "SourceEncryptionAlgorithm DestinationEncryptionAlgorithm GrantTokens DryRun DryRunModifiers"
    ),
    "GenerateDataKey": "KeyId EncryptionContext NumberOfBytes KeySpec GrantTokens DryRun",
    "GenerateDataKeyWithoutPlaintext": "KeyId EncryptionContext KeySpec NumberOfBytes GrantTokens DryRun",
    "GenerateDataKeyPair": "EncryptionContext KeyId KeyPairSpec GrantTokens DryRun",
    "GenerateDataKeyPairWithoutPlaintext": "EncryptionContext KeyId KeyPairSpec GrantTokens DryRun",
    "GenerateRandom": "NumberOfBytes",
    "GetPublicKey": "KeyId GrantTokens",
    "Sign": "KeyId Message MessageType GrantTokens SigningAlgorithm DryRun",
    "Verify": "KeyId Message MessageType Signature SigningAlgorithm GrantTokens DryRun",
    "GenerateMac": "Message KeyId MacAlgorithm GrantTokens DryRun",
    "VerifyMac": "Message KeyId MacAlgorithm Mac GrantTokens DryRun",
    "DeriveSharedSecret": "KeyId KeyAgreementAlgorithm PublicKey GrantTokens DryRun",
    "Encapsulate": "KeyId EncapsulationAlgorithm GrantTokens DryRun",
    "Decapsulate": "KeyId SharedSecretCiphertextBlob EncapsulationAlgorithm GrantTokens DryRun",
    "CreateAlias": "AliasName TargetKeyId",
    "UpdateAlias": "AliasName TargetKeyId",
    "DeleteAlias": "AliasName",
    "ListAliases": "KeyId Limit Marker",
    "CreateGrant": (
        "KeyId GranteePrincipal RetiringPrincipal Operations Constraints GrantTokens Name DryRun "
        "GranteeServicePrincipal RetiringServicePrincipal"
    ),
    "ListGrants": "Limit Marker KeyId GrantId GranteePrincipal GranteeServicePrincipal",
    "ListRetirableGrants": "Limit Marker RetiringPrincipal RetiringServicePrincipal",
    "RetireGrant": "GrantToken KeyId GrantId DryRun",
    "RevokeGrant": "KeyId GrantId DryRun",
}

STRUCTURES = {
    "GrantConstraints": "EncryptionContextSubset EncryptionContextEquals SourceArn",
    "Tag": "TagKey TagValue",
}

MEMBERS = Members(OPERATIONS, STRUCTURES)
