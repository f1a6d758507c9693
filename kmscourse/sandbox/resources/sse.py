"""The SSESpecification of a table: which key it asks for, refused as DynamoDB refuses one that makes no sense.

Source: DynamoDB API Reference, "SSESpecification"; DynamoDB Developer Guide, "Encryption at rest usage notes".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kmscourse.sandbox.call import AwsError


def named_key(parameters: Mapping[str, Any]) -> str | None:
    """The KMSMasterKeyId that CreateTable or UpdateTable asks for; None where DynamoDB is to choose a key itself.

    Raises AwsError ValidationException where the specification contradicts itself.
    """
    specification = parameters.get("SSESpecification") or {}
    kind, key_id = specification.get("SSEType"), specification.get("KMSMasterKeyId")
    if not specification.get("Enabled"):
        if kind is not None:
            raise _invalid("SSEType can not be specified if Enabled is false")
        if key_id is not None:
            raise _invalid("KMSMasterKeyId can not be specified if Enabled is false")
    if kind not in (None, "KMS"):
        raise _invalid(f"SSEType {kind} is not supported")
    if key_id is not None and kind is None:
        raise _invalid("SSEType KMS is required if KMSMasterKeyId is specified")
    return key_id


def _invalid(fault: str) -> AwsError:
    return AwsError("ValidationException", f"One or more parameter values were invalid: {fault}")
