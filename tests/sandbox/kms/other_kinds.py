"""The operations on keys that are not symmetric: for each a kind of key that it can be called on, and how."""

from __future__ import annotations

from typing import Any

MESSAGE = {"Message": "aGVsbG8="}
SIGNED = {**MESSAGE, "SigningAlgorithm": "ECDSA_SHA_256"}
CODED = {**MESSAGE, "MacAlgorithm": "HMAC_SHA_256"}
ENCAPSULATED = {"EncapsulationAlgorithm": "ML_KEM"}
SIGNING = {"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"}
MAC = {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"}
AGREEMENT = {"KeySpec": "ECC_NIST_P256", "KeyUsage": "KEY_AGREEMENT"}
ENCAPSULATION = {"KeySpec": "ML_KEM_768", "KeyUsage": "ENCAPSULATE_DECAPSULATE"}

# By operation: the parameters of CreateKey, and its own; "$Sign/Signature" is what Sign with this key has answered.
OTHER_KINDS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "Sign": (SIGNING, SIGNED),
    "Verify": (SIGNING, {**SIGNED, "Signature": "$Sign/Signature"}),
    "GetPublicKey": (SIGNING, {}),
    "GenerateMac": (MAC, CODED),
    "VerifyMac": (MAC, {**CODED, "Mac": "$GenerateMac/Mac"}),
    "DeriveSharedSecret": (
        AGREEMENT,
        {"KeyAgreementAlgorithm": "ECDH", "PublicKey": "$GetPublicKey/PublicKey"},
    ),
    "Encapsulate": (ENCAPSULATION, ENCAPSULATED),
    "Decapsulate": (
        ENCAPSULATION,
        {**ENCAPSULATED, "SharedSecretCiphertextBlob": "$Encapsulate/SharedSecretCiphertextBlob"},
    ),
}


def parameters_for(gate: Any, operation: str, key: str) -> dict[str, Any]:
    """The parameters of an operation on a key of its kind, but for the key's name."""
    return {
        name: _answered(gate, key, value[1:]) if value.startswith("$") else value
        for name, value in OTHER_KINDS[operation][1].items()
    }


def _answered(gate: Any, key: str, reference: str) -> Any:
    operation, _, member = reference.partition("/")
    return gate(f"kms:{operation}", KeyId=key, **OTHER_KINDS[operation][1])[member]
