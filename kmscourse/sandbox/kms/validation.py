"""What KMS checks of a call once it is permitted, beyond what the subject's own file does.

Source: AWS KMS API Reference, each operation's parameters and errors; recorded answers of AWS.
"""

from __future__ import annotations

from collections.abc import Collection

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.kms.resolve import KmsCall

MAX_CONTEXT_CHARACTERS = 8151
_CONTEXTS = ("EncryptionContext", "SourceEncryptionContext", "DestinationEncryptionContext")

# Parameters that ask for what the practice account has not got.
_NOT_OFFERED = ("CustomKeyStoreId", "XksKeyId", "Recipient")


def check_every_call(resolved: KmsCall) -> None:
    """Raises AwsError for a parameter that is not offered, and for an encryption context that is too long.

    An encryption context has at most 8,151 characters, with one between each name and its value. The limit is in the
    developer guide; which code AWS refuses it with is not.
    """
    parameters = resolved.parameters
    for name in _NOT_OFFERED:
        if parameters.get(name) is not None:
            raise AwsError(
                "UnsupportedOperationException",
                f"The practice account does not offer {name} in {resolved.call.operation}.",
            )
    for name in _CONTEXTS:
        context = parameters.get(name)
        if (
            context
            and sum(len(key) + 1 + len(value) for key, value in context.items()) > MAX_CONTEXT_CHARACTERS
        ):
            raise AwsError(
                "ValidationException", f"{name} has more than {MAX_CONTEXT_CHARACTERS} characters."
            )


def check_waiting_period(resolved: KmsCall) -> None:
    """A key waits for its deletion for 7 to 30 days."""
    days = resolved.parameters.get("PendingWindowInDays")
    if days is not None and not 7 <= days <= 30:
        limit = "greater than or equal to 7" if days < 7 else "less than or equal to 30"
        raise AwsError(
            "ValidationException",
            f"1 validation error detected: Value '{days}' at 'pendingWindowInDays' failed to satisfy constraint: "
            f"Member must have value {limit}",
        )


def check_named_key(resolved: KmsCall) -> None:
    """The key that opens the ciphertext of Decrypt must be the one in KeyId, where there is one."""
    if resolved.parameters.get("KeyId") is not None:
        _require_same(resolved.key_by_any_name.arn, resolved.decryption_key.arn)


def check_named_source_key(resolved: KmsCall) -> None:
    """The key that opens the ciphertext of ReEncrypt must be the one in SourceKeyId, where there is one."""
    if resolved.named_source_key is not None:
        _require_same(resolved.named_source_key.arn, resolved.source_key.arn)


def _require_same(named: str, opening: str) -> None:
    if named != opening:
        raise AwsError(
            "IncorrectKeyException",
            "The key ID in the request does not identify a CMK that can perform this operation.",
        )


def check_data_key_size(resolved: KmsCall) -> None:
    """A data key has a spec or a number of bytes."""
    sizes = [name for name in ("KeySpec", "NumberOfBytes") if resolved.parameters.get(name) is not None]
    if len(sizes) != 1:
        raise AwsError("ValidationException", "Please specify either number of bytes or key spec.")


def check_random_size(resolved: KmsCall) -> None:
    """Random bytes need a number."""
    if resolved.parameters.get("NumberOfBytes") is None:
        raise AwsError("ValidationException", "NumberOfBytes is required.")


def require_offered(resolved: KmsCall, name: str, offered: Collection[str]) -> None:
    """Raises AwsError UnsupportedOperationException for a value of a parameter that only AWS offers."""
    value = resolved.parameters[name]
    if value not in offered:
        raise AwsError(
            "UnsupportedOperationException",
            f"The practice account does not offer {value} as {name}, but {', '.join(offered)}.",
        )
