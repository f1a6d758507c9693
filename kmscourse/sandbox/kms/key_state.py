"""Which operations a KMS key allows in which state.

Source: AWS KMS Developer Guide, "Key states of AWS KMS keys", the table there and its footnotes. RotateKeyOnDemand of a
key that waits for imported material is refused as any use of it is; the table is older than such rotations.
"""

from __future__ import annotations

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.kms.views import KeyView

# Only with an enabled key. (What is not in these sets works in every state.)
_NEEDS_ENABLED = {
    "kms:Encrypt",
    "kms:Decrypt",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyPair",
    "kms:GenerateDataKeyPairWithoutPlaintext",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:CreateGrant",
    "kms:EnableKeyRotation",
    "kms:DisableKeyRotation",
    "kms:RotateKeyOnDemand",
}
# Neither without key material nor before a deletion.
_NEEDS_MATERIAL = {"kms:EnableKey", "kms:DisableKey"}
# In every state but PendingDeletion. (UpdateAlias asks it of the key that the alias goes to: ``kms.py``.)
_NOT_WHILE_PENDING = {
    "kms:CreateAlias",
    "kms:GetParametersForImport",
    "kms:ImportKeyMaterial",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateKeyDescription",
}


def check_state(action: str, key: KeyView) -> None:
    """Raises AwsError DisabledException or KMSInvalidStateException where ``key`` is in no state for ``action``."""
    if action == "kms:CancelKeyDeletion":
        if key.state != "PendingDeletion":
            raise _invalid(key, "not pending deletion")
        return
    if action in _NEEDS_ENABLED and key.state == "Disabled":
        raise AwsError("DisabledException", f"{key.arn} is disabled.")
    if action in _NEEDS_ENABLED | _NEEDS_MATERIAL and key.state == "PendingImport":
        raise _invalid(key, "pending import")
    if action in _NEEDS_ENABLED | _NEEDS_MATERIAL | _NOT_WHILE_PENDING:
        refuse_pending(key)


def refuse_pending(key: KeyView) -> None:
    """Raises AwsError KMSInvalidStateException where ``key`` waits for its deletion."""
    if key.state == "PendingDeletion":
        raise _invalid(key, "pending deletion")


def _invalid(key: KeyView, what: str) -> AwsError:
    return AwsError("KMSInvalidStateException", f"{key.arn} is {what}.")
