"""The kinds of keys: which usages the keys of a spec can have, and with which algorithms they are used.

Source: AWS KMS Developer Guide, "Key spec reference"; AWS KMS API Reference, "CreateKey", "KeyMetadata".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

SYMMETRIC = "SYMMETRIC_DEFAULT"
"""The spec of symmetric encryption keys, and the name of their algorithm."""


class Algorithms(NamedTuple):
    """The algorithms of a key of some spec and usage: the member of KeyMetadata that shows them, and which they are."""

    member: str
    names: tuple[str, ...]


def _signing(*names: str) -> dict[str, Algorithms]:
    return {"SIGN_VERIFY": Algorithms("SigningAlgorithms", names)}


_RSA = {
    "ENCRYPT_DECRYPT": Algorithms("EncryptionAlgorithms", ("RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256")),
    **_signing(
        *(f"RSASSA_{scheme}_SHA_{bits}" for scheme in ("PKCS1_V1_5", "PSS") for bits in (256, 384, 512))
    ),
}
_AGREEMENT = {"KEY_AGREEMENT": Algorithms("KeyAgreementAlgorithms", ("ECDH",))}
_ENCAPSULATION = {"ENCAPSULATE_DECAPSULATE": Algorithms("EncapsulationAlgorithms", ("ML_KEM",))}

# AWS has more: SM2 in its Chinese regions, ML_KEM_512.
SPECS: Mapping[str, Mapping[str, Algorithms]] = {
    SYMMETRIC: {"ENCRYPT_DECRYPT": Algorithms("EncryptionAlgorithms", (SYMMETRIC,))},
    **dict.fromkeys(("RSA_2048", "RSA_3072", "RSA_4096"), _RSA),
    "ECC_NIST_P256": {**_signing("ECDSA_SHA_256"), **_AGREEMENT},
    "ECC_NIST_P384": {**_signing("ECDSA_SHA_384"), **_AGREEMENT},
    "ECC_NIST_P521": {**_signing("ECDSA_SHA_512"), **_AGREEMENT},
    "ECC_SECG_P256K1": _signing("ECDSA_SHA_256"),
    "ECC_NIST_EDWARDS25519": _signing("ED25519_SHA_512", "ED25519_PH_SHA_512"),
    **dict.fromkeys(("ML_DSA_44", "ML_DSA_65", "ML_DSA_87"), _signing("ML_DSA_SHAKE_256")),
    **dict.fromkeys(("ML_KEM_768", "ML_KEM_1024"), _ENCAPSULATION),
    **{
        f"HMAC_{bits}": {"GENERATE_VERIFY_MAC": Algorithms("MacAlgorithms", (f"HMAC_SHA_{bits}",))}
        for bits in (224, 256, 384, 512)
    },
}
"""The specs of keys that CreateKey makes, and for each its usages."""
