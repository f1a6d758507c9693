"""The operations of AWS KMS: for each the permissions that it needs, what it refuses, and what it does.

keys.py          keys made, described, tagged, enabled and disabled, deleted; public keys; aliases, the names of keys
key_policy.py    their policies
last_usage.py    when they were last used
key_material.py  rotation, automatic and on demand; key material from outside
encryption.py    Encrypt, Decrypt, ReEncrypt, GenerateRandom; data keys and data key pairs
signatures.py    Sign and Verify
macs.py          GenerateMac and VerifyMac
key_agreement.py DeriveSharedSecret, Encapsulate and Decapsulate
grants.py        permissions that hang on keys

Source: AWS KMS API Reference, each operation's parameters and errors; recorded answers of AWS.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.kms import (
    encryption,
    grants,
    key_agreement,
    key_material,
    key_policy,
    keys,
    last_usage,
    macs,
    permissions,
    signatures,
)
from kmscourse.sandbox.kms.members import MEMBERS
from kmscourse.sandbox.kms.resolve import KmsCall, resolve
from kmscourse.sandbox.operation import Answer, Operation, Service, anywhere

MAX_CONTEXT_CHARACTERS = 8151
_CONTEXTS = ("EncryptionContext", "SourceEncryptionContext", "DestinationEncryptionContext")


def check_encryption_contexts(resolved: KmsCall) -> None:
    """Raises AwsError ValidationException for an encryption context that is too long.

    An encryption context has at most 8,151 characters, with one between each name and its value. The limit is in the
    developer guide; which code AWS refuses it with is not.
    """
    for name in _CONTEXTS:
        pairs = (resolved.parameters.get(name) or {}).items()
        if sum(len(key) + 1 + len(value) for key, value in pairs) > MAX_CONTEXT_CHARACTERS:
            raise AwsError(
                "ValidationException", f"{name} has more than {MAX_CONTEXT_CHARACTERS} characters."
            )


def _operation(
    needs: permissions.Permissions,
    perform: Callable[[KmsCall], Answer],
    *checks: Callable[[KmsCall], None],
    changes: bool = False,
) -> Operation[KmsCall]:
    """An operation with what all of KMS have in common: encryption contexts, and dry runs."""

    def validate(resolved: KmsCall) -> None:
        check_encryption_contexts(resolved)
        for check in checks:
            check(resolved)

    def answer(resolved: KmsCall) -> Answer:
        answered = perform(resolved)
        resolved.end_dry_run()
        return answered

    return Operation(needs, answer, validate, changes)


_changing = partial(_operation, changes=True)
_on_key, _on_key_by_any_name = permissions.on_key(), permissions.on_key_by_any_name()

OPERATIONS: Mapping[str, Operation[KmsCall]] = {
    "CreateKey": _changing(
        permissions.create_key, keys.create_key, keys.check_new_key, key_policy.check_policy_of_new_key
    ),
    "DescribeKey": _operation(_on_key_by_any_name, keys.describe_key),
    "GetPublicKey": _operation(_on_key_by_any_name, keys.get_public_key),
    "ListKeys": _operation(anywhere, keys.list_keys),
    "GetKeyLastUsage": _operation(_on_key, last_usage.get_key_last_usage),
    "UpdateKeyDescription": _changing(_on_key, keys.update_key_description),
    "EnableKey": _changing(_on_key, keys.enable_key),
    "DisableKey": _changing(permissions.disable_key, keys.disable_key),
    "ScheduleKeyDeletion": _changing(
        permissions.schedule_key_deletion, keys.schedule_key_deletion, keys.check_waiting_period
    ),
    "CancelKeyDeletion": _changing(_on_key, keys.cancel_key_deletion),
    "TagResource": _changing(permissions.tag_resource, keys.tag_resource, keys.check_added_tags),
    "UntagResource": _changing(permissions.untag_resource, keys.untag_resource, keys.check_removed_tags),
    "ListResourceTags": _operation(_on_key, keys.list_resource_tags),
    "GetKeyPolicy": _operation(_on_key, key_policy.get_key_policy, key_policy.check_name),
    "PutKeyPolicy": _changing(
        permissions.put_key_policy, key_policy.put_key_policy, key_policy.check_new_policy
    ),
    "ListKeyPolicies": _operation(_on_key, key_policy.list_key_policies),
    "EnableKeyRotation": _changing(permissions.enable_key_rotation, key_material.enable_key_rotation),
    "DisableKeyRotation": _changing(_on_key, key_material.disable_key_rotation),
    "RotateKeyOnDemand": _changing(_on_key, key_material.rotate_key_on_demand),
    "GetKeyRotationStatus": _operation(_on_key, key_material.get_key_rotation_status),
    "ListKeyRotations": _operation(_on_key, key_material.list_key_rotations),
    "GetParametersForImport": _operation(
        permissions.get_parameters_for_import,
        key_material.get_parameters_for_import,
        key_material.check_wrapping,
    ),
    "ImportKeyMaterial": _changing(
        permissions.import_key_material, key_material.import_key_material, key_material.check_import
    ),
    "DeleteImportedKeyMaterial": _changing(_on_key, key_material.delete_imported_key_material),
    "Encrypt": _operation(permissions.encrypt, encryption.encrypt),
    "Decrypt": _operation(permissions.decrypt, encryption.decrypt, encryption.check_named_key),
    "ReEncrypt": _operation(permissions.re_encrypt, encryption.re_encrypt, encryption.check_named_source_key),
    "GenerateDataKey": _operation(
        permissions.encrypt, encryption.generate_data_key, encryption.check_data_key_size
    ),
    "GenerateDataKeyWithoutPlaintext": _operation(
        permissions.encrypt, encryption.generate_data_key_without_plaintext, encryption.check_data_key_size
    ),
    "GenerateDataKeyPair": _operation(
        permissions.encrypt, encryption.generate_data_key_pair, encryption.check_pair_spec
    ),
    "GenerateDataKeyPairWithoutPlaintext": _operation(
        permissions.encrypt, encryption.generate_data_key_pair_without_plaintext, encryption.check_pair_spec
    ),
    "GenerateRandom": _operation(
        permissions.generate_random, encryption.generate_random, encryption.check_random_size
    ),
    "Sign": _operation(permissions.sign, signatures.sign),
    "Verify": _operation(permissions.sign, signatures.verify),
    "GenerateMac": _operation(permissions.mac, macs.generate_mac),
    "VerifyMac": _operation(permissions.mac, macs.verify_mac),
    "DeriveSharedSecret": _operation(permissions.derive_shared_secret, key_agreement.derive_shared_secret),
    "Encapsulate": _operation(_on_key_by_any_name, key_agreement.encapsulate),
    "Decapsulate": _operation(_on_key_by_any_name, key_agreement.decapsulate),
    "CreateAlias": _changing(permissions.create_alias, keys.create_alias),
    "UpdateAlias": _changing(permissions.update_alias, keys.update_alias, keys.check_target_of_alias),
    "DeleteAlias": _changing(permissions.delete_alias, keys.delete_alias),
    "ListAliases": _operation(permissions.list_aliases, keys.list_aliases),
    "CreateGrant": _changing(permissions.create_grant, grants.create_grant, grants.check_terms),
    "ListGrants": _operation(permissions.on_grant, grants.list_grants),
    "ListRetirableGrants": _operation(permissions.list_retirable_grants, grants.list_retirable_grants),
    "RetireGrant": _changing(permissions.retire_grant, grants.retire_grant),
    "RevokeGrant": _changing(permissions.on_grant, grants.revoke_grant),
}

SERVICE = Service("kms", resolve, OPERATIONS, MEMBERS)
