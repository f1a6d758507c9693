"""The operations of AWS KMS: for each the permissions that it needs, what it refuses, and what it does.

keys.py              keys made, described, tagged, enabled and disabled, deleted
key_policy.py        their policies
rotation.py          automatic and on demand
import_material.py   key material from outside
encryption.py        Encrypt, Decrypt, ReEncrypt, GenerateRandom
data_keys.py         data keys and data key pairs
aliases.py           names of keys
grants.py            permissions that hang on keys
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kmscourse.sandbox.kms import (
    aliases,
    data_keys,
    encryption,
    grants,
    import_material,
    key_policy,
    keys,
    permissions,
    rotation,
    validation,
)
from kmscourse.sandbox.kms.resolve import KmsCall, resolve
from kmscourse.sandbox.operation import Answer, Operation, Service, anywhere


def _operation(
    needs: permissions.Permissions,
    perform: Callable[[KmsCall], Answer],
    *checks: Callable[[KmsCall], None],
    changes: bool = False,
) -> Operation[KmsCall]:
    """An operation with what all of KMS have in common: parameters that are not offered, and dry runs."""

    def validate(resolved: KmsCall) -> None:
        validation.check_every_call(resolved)
        for check in checks:
            check(resolved)

    def answer(resolved: KmsCall) -> Answer:
        answered = perform(resolved)
        resolved.end_dry_run()
        return answered

    return Operation(needs, answer, validate, changes)


_on_key = permissions.on_key()

OPERATIONS: Mapping[str, Operation[KmsCall]] = {
    "CreateKey": _operation(
        permissions.create_key,
        keys.create_key,
        keys.check_new_key,
        key_policy.check_policy_of_new_key,
        changes=True,
    ),
    "DescribeKey": _operation(permissions.on_key_by_any_name, keys.describe_key),
    "ListKeys": _operation(anywhere, keys.list_keys),
    "UpdateKeyDescription": _operation(_on_key, keys.update_key_description, changes=True),
    "EnableKey": _operation(_on_key, keys.enable_key, changes=True),
    "DisableKey": _operation(_on_key, keys.disable_key, changes=True),
    "ScheduleKeyDeletion": _operation(
        permissions.schedule_key_deletion,
        keys.schedule_key_deletion,
        validation.check_waiting_period,
        changes=True,
    ),
    "CancelKeyDeletion": _operation(_on_key, keys.cancel_key_deletion, changes=True),
    "TagResource": _operation(
        permissions.tag_resource, keys.tag_resource, keys.check_added_tags, changes=True
    ),
    "UntagResource": _operation(
        permissions.untag_resource, keys.untag_resource, keys.check_removed_tags, changes=True
    ),
    "ListResourceTags": _operation(_on_key, keys.list_resource_tags),
    "GetKeyPolicy": _operation(_on_key, key_policy.get_key_policy, key_policy.check_name),
    "PutKeyPolicy": _operation(
        permissions.put_key_policy, key_policy.put_key_policy, key_policy.check_new_policy, changes=True
    ),
    "ListKeyPolicies": _operation(_on_key, key_policy.list_key_policies),
    "EnableKeyRotation": _operation(
        permissions.enable_key_rotation, rotation.enable_key_rotation, changes=True
    ),
    "DisableKeyRotation": _operation(_on_key, rotation.disable_key_rotation, changes=True),
    "RotateKeyOnDemand": _operation(_on_key, rotation.rotate_key_on_demand, changes=True),
    "GetKeyRotationStatus": _operation(_on_key, rotation.get_key_rotation_status),
    "ListKeyRotations": _operation(_on_key, rotation.list_key_rotations),
    "GetParametersForImport": _operation(
        permissions.get_parameters_for_import,
        import_material.get_parameters_for_import,
        import_material.check_wrapping,
    ),
    "ImportKeyMaterial": _operation(
        permissions.import_key_material,
        import_material.import_key_material,
        import_material.check_import,
        changes=True,
    ),
    "DeleteImportedKeyMaterial": _operation(
        _on_key, import_material.delete_imported_key_material, changes=True
    ),
    "Encrypt": _operation(permissions.encrypt, encryption.encrypt),
    "Decrypt": _operation(permissions.decrypt, encryption.decrypt, validation.check_named_key),
    "ReEncrypt": _operation(permissions.re_encrypt, encryption.re_encrypt, validation.check_named_source_key),
    "GenerateDataKey": _operation(
        permissions.encrypt, data_keys.generate_data_key, validation.check_data_key_size
    ),
    "GenerateDataKeyWithoutPlaintext": _operation(
        permissions.encrypt, data_keys.generate_data_key_without_plaintext, validation.check_data_key_size
    ),
    "GenerateDataKeyPair": _operation(
        permissions.encrypt, data_keys.generate_data_key_pair, data_keys.check_pair_spec
    ),
    "GenerateDataKeyPairWithoutPlaintext": _operation(
        permissions.encrypt, data_keys.generate_data_key_pair_without_plaintext, data_keys.check_pair_spec
    ),
    "GenerateRandom": _operation(anywhere, encryption.generate_random, validation.check_random_size),
    "CreateAlias": _operation(permissions.create_alias, aliases.create_alias, changes=True),
    "UpdateAlias": _operation(
        permissions.update_alias, aliases.update_alias, aliases.check_target, changes=True
    ),
    "DeleteAlias": _operation(permissions.delete_alias, aliases.delete_alias, changes=True),
    "ListAliases": _operation(permissions.list_aliases, aliases.list_aliases),
    "CreateGrant": _operation(
        permissions.create_grant, grants.create_grant, grants.check_terms, changes=True
    ),
    "ListGrants": _operation(permissions.on_grant, grants.list_grants),
    "ListRetirableGrants": _operation(permissions.list_retirable_grants, grants.list_retirable_grants),
    "RetireGrant": _operation(permissions.retire_grant, grants.retire_grant, changes=True),
    "RevokeGrant": _operation(permissions.on_grant, grants.revoke_grant, changes=True),
}

SERVICE = Service("kms", resolve, OPERATIONS)
