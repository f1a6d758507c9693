"""Which kinds of key CreateKey makes: a spec, the usages that it can have, and where its material comes from.

Source: AWS KMS Developer Guide, "Key spec reference"; AWS KMS API Reference, "CreateKey".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kmscourse.sandbox.call import AwsError

_ENCRYPT, _SIGN, _MAC, _AGREE = "ENCRYPT_DECRYPT", "SIGN_VERIFY", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT"

USAGES: Mapping[str, tuple[str, ...]] = {
    "SYMMETRIC_DEFAULT": (_ENCRYPT,),
    "RSA_2048": (_ENCRYPT, _SIGN),
    "RSA_3072": (_ENCRYPT, _SIGN),
    "RSA_4096": (_ENCRYPT, _SIGN),
    "ECC_NIST_P256": (_SIGN, _AGREE),
    "ECC_NIST_P384": (_SIGN, _AGREE),
    "ECC_NIST_P521": (_SIGN, _AGREE),
    "ECC_SECG_P256K1": (_SIGN,),
    "HMAC_224": (_MAC,),
    "HMAC_256": (_MAC,),
    "HMAC_384": (_MAC,),
    "HMAC_512": (_MAC,),
}


def check_key_spec(parameters: Mapping[str, Any]) -> None:
    """Raises AwsError ValidationException, or UnsupportedOperationException for what only AWS offers."""
    spec, older = parameters.get("KeySpec"), parameters.get("CustomerMasterKeySpec")
    if spec is not None and older is not None:
        raise AwsError(
            "ValidationException", "You cannot specify KeySpec and CustomerMasterKeySpec in the same request."
        )
    spec = spec or older or "SYMMETRIC_DEFAULT"
    if spec not in USAGES:
        raise AwsError("UnsupportedOperationException", f"The practice account makes no keys of spec {spec}.")
    usage = parameters.get("KeyUsage")
    if usage is None and spec != "SYMMETRIC_DEFAULT":
        raise AwsError(
            "ValidationException",
            "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.",
        )
    if usage is not None and usage not in USAGES[spec]:
        raise AwsError("ValidationException", f"KeyUsage {usage} is not compatible with KeySpec {spec}")
    origin = parameters.get("Origin") or "AWS_KMS"
    if origin not in ("AWS_KMS", "EXTERNAL"):
        raise AwsError(
            "UnsupportedOperationException", f"The practice account has no key store for Origin {origin}."
        )
    if origin == "EXTERNAL" and spec != "SYMMETRIC_DEFAULT":
        raise AwsError(
            "UnsupportedOperationException",
            f"The practice account imports key material into symmetric encryption keys only, not into {spec}.",
        )
