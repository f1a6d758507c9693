"""GenerateMac and VerifyMac: message authentication codes by HMAC keys.

Source: AWS KMS API Reference, "GenerateMac", "VerifyMac"; RFC 2104; recorded answers of AWS for codes that do not
verify.
"""

from __future__ import annotations

import base64
import hmac

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.kms.key import to_base64
from kmscourse.sandbox.kms.resolve import KmsCall
from kmscourse.sandbox.operation import Answer


def generate_mac(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateMac.html"""
    return {"Mac": to_base64(_mac(resolved)), **_key_and_algorithm(resolved)}


def verify_mac(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_VerifyMac.html

    Raises AwsError KMSInvalidMacException.
    """
    if not hmac.compare_digest(_mac(resolved), base64.b64decode(resolved.parameters["Mac"])):
        raise AwsError("KMSInvalidMacException", "")
    return {"MacValid": True, **_key_and_algorithm(resolved)}


def _mac(resolved: KmsCall) -> bytes:
    message = base64.b64decode(resolved.parameters["Message"])
    digest_name = resolved.parameters["MacAlgorithm"].removeprefix("HMAC_SHA_")  # 224, 256, 384, 512
    return hmac.digest(resolved.secret, message, f"sha{digest_name}")


def _key_and_algorithm(resolved: KmsCall) -> dict[str, str]:
    return {"MacAlgorithm": resolved.parameters["MacAlgorithm"], "KeyId": resolved.key_by_any_name.arn}
