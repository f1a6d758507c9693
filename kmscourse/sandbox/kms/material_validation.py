"""What KMS checks of requests for data key pairs and of imports of key material, before it looks at the key.

Source: AWS KMS API Reference, "GenerateDataKeyPair", "GetParametersForImport", "ImportKeyMaterial"; recorded answers
of AWS. Texts about ValidTo other than that for a missing one are the practice account's own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.kms.data_keys import PAIRS
from kmscourse.sandbox.kms.import_material import WRAPPING, WRAPPING_BITS

LONGEST_LIFE = timedelta(days=365)  # of imported key material that expires


def check_pair_spec(parameters: Mapping[str, Any]) -> None:
    """Raises AwsError UnsupportedOperationException for a data key pair that only AWS makes."""
    _check_offered(parameters, "KeyPairSpec", PAIRS)


def check_wrapping(parameters: Mapping[str, Any]) -> None:
    """Raises AwsError UnsupportedOperationException for a wrapping that is not for symmetric keys, or only AWS's."""
    _check_offered(parameters, "WrappingAlgorithm", WRAPPING)
    _check_offered(parameters, "WrappingKeySpec", WRAPPING_BITS)


def check_import(parameters: Mapping[str, Any], now: datetime) -> None:
    """Raises AwsError ValidationException where expiry, kind and id of imported material contradict one another."""
    valid_to = parameters.get("ValidTo")
    expires = (parameters.get("ExpirationModel") or "KEY_MATERIAL_EXPIRES") == "KEY_MATERIAL_EXPIRES"
    if expires and valid_to is None:
        raise _invalid("A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES")
    if not expires and valid_to is not None:
        raise _invalid("A validTo date can't be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE")
    if valid_to is not None and not now.timestamp() < valid_to <= (now + LONGEST_LIFE).timestamp():
        raise _invalid(f"The validTo date must be in the future, and at most {LONGEST_LIFE.days} days away")
    if parameters.get("ImportType") == "NEW_KEY_MATERIAL" and parameters.get("KeyMaterialId"):
        raise _invalid("A keyMaterialId can't be given for an ImportType of NEW_KEY_MATERIAL")


def _check_offered(parameters: Mapping[str, Any], name: str, offered: Collection[str]) -> None:
    if parameters[name] not in offered:
        raise AwsError(
            "UnsupportedOperationException",
            f"The practice account does not offer {parameters[name]} as {name}, but {', '.join(offered)}.",
        )


def _invalid(text: str) -> AwsError:
    return AwsError("ValidationException", text)
