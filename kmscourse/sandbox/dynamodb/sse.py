"""The SSESpecification of a table: which key it asks for, refused as DynamoDB refuses one that makes no sense.

A specification without ``Enabled`` says nothing where it is empty, and turns encryption under a KMS key on where it
names KMS.

Source: DynamoDB API Reference, "SSESpecification"; DynamoDB Developer Guide, "Encryption at rest usage notes";
recorded answers of AWS.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kmscourse.sandbox.call import AwsError

AWS_MANAGED = "alias/aws/dynamodb"


def named_key(parameters: Mapping[str, Any]) -> str | None:
    """The KMS key that CreateTable or UpdateTable asks for, as it is named; None for DynamoDB's own key.

    Raises AwsError ValidationException where the specification contradicts itself.
    """
    specification = parameters.get("SSESpecification") or {}
    enabled, kind = specification.get("Enabled"), specification.get("SSEType")
    key_id: str | None = specification.get("KMSMasterKeyId")
    if enabled is False:
        if kind is not None:
            raise _invalid("SSEType can not be specified if Enabled is false")
        if key_id is not None:
            raise _invalid("KMSMasterKeyId can not be specified if Enabled is false")
    if kind not in (None, "KMS"):
        raise _invalid(f"SSEType {kind} is not supported")
    if key_id is not None and kind is None:
        raise _invalid("SSEType KMS is required if KMSMasterKeyId is specified")
    return key_id or AWS_MANAGED if enabled or kind else None


def _invalid(fault: str) -> AwsError:
    return AwsError("ValidationException", f"One or more parameter values were invalid: {fault}")
