"""Which operations a KMS key allows in which state.

Source: AWS KMS Developer Guide, "Key states of AWS KMS keys", the table there and its footnotes.
"""

from __future__ import annotations

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.views import KeyView

# Only with an enabled key.
_NEEDS_ENABLED = {
    "kms:Encrypt",
    "kms:Decrypt",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:CreateGrant",
    "kms:EnableKeyRotation",
    "kms:DisableKeyRotation",
    "kms:RotateKeyOnDemand",
}
# In every state but PendingDeletion. (UpdateAlias asks it of the key that the alias goes to: ``kms.py``.)
_NOT_WHILE_PENDING = {
    "kms:CreateAlias",
    "kms:EnableKey",
    "kms:DisableKey",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateKeyDescription",
    "kms:ScheduleKeyDeletion",
}


def check_state(action: str, key: KeyView) -> None:
    """Raises AwsError DisabledException or KMSInvalidStateException where ``key`` is in no state for ``action``."""
    if action == "kms:CancelKeyDeletion":
        if key.state != "PendingDeletion":
            raise _invalid(key, "not pending deletion")
    elif action in _NEEDS_ENABLED:
        if key.state == "Disabled":
            raise AwsError("DisabledException", f"{key.arn} is disabled.")
        if key.state == "PendingImport":
            raise _invalid(key, "pending import")
        refuse_pending(key)
    elif action in _NOT_WHILE_PENDING:
        refuse_pending(key)


def refuse_pending(key: KeyView) -> None:
    """Raises AwsError KMSInvalidStateException where ``key`` waits for its deletion."""
    if key.state == "PendingDeletion":
        raise _invalid(key, "pending deletion")


def _invalid(key: KeyView, what: str) -> AwsError:
    return AwsError("KMSInvalidStateException", f"{key.arn} is {what}.")
