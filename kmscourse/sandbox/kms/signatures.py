"""Sign and Verify: signatures by RSA, ECDSA, Ed25519 and ML-DSA keys, of a message or of its digest.

A digest is signed as it is, but for ED25519_PH_SHA_512, where KMS hashes it once more.

Source: AWS KMS API Reference, "Sign", "Verify"; AWS KMS Developer Guide, "Key spec reference"; recorded answers of AWS
for digests of a wrong length and for signatures that do not verify. The texts about a MessageType that the algorithm
does not take, and about a mu of a wrong length, are as another emulator of KMS has them.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.kms import ed25519ph, private_keys
from kmscourse.sandbox.kms.key import to_base64
from kmscourse.sandbox.kms.resolve import KmsCall
from kmscourse.sandbox.operation import Answer

MU_BYTES = 64  # FIPS 204, section 6.2

_HASHES: Mapping[str, hashes.HashAlgorithm] = {
    "SHA_256": hashes.SHA256(),
    "SHA_384": hashes.SHA384(),
    "SHA_512": hashes.SHA512(),
}
# The values of MessageType that an algorithm takes, where they are not RAW and DIGEST.
_MESSAGE_TYPES: Mapping[str, tuple[str, ...]] = {
    "ED25519_SHA_512": ("RAW",),
    "ED25519_PH_SHA_512": ("DIGEST",),
    "ML_DSA_SHAKE_256": ("RAW", "EXTERNAL_MU"),
}


def sign(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html"""
    message, algorithm = _message(resolved), resolved.parameters["SigningAlgorithm"]
    private_key = private_keys.of_bytes(resolved.secret)
    signature = signature_of(private_key, algorithm, resolved.message_type, message)
    return {
        "KeyId": resolved.key_by_any_name.arn,
        "Signature": to_base64(signature),
        "SigningAlgorithm": algorithm,
    }


def verify(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_Verify.html

    Raises AwsError KMSInvalidSignatureException, whatever is wrong with the signature.
    """
    message, algorithm = _message(resolved), resolved.parameters["SigningAlgorithm"]
    public_key = private_keys.of_bytes(resolved.secret).public_key()
    signature = base64.b64decode(resolved.parameters["Signature"])
    try:
        check_signature(public_key, algorithm, resolved.message_type, message, signature)
    except InvalidSignature:
        raise AwsError("KMSInvalidSignatureException", "") from None
    return {"KeyId": resolved.key_by_any_name.arn, "SignatureValid": True, "SigningAlgorithm": algorithm}


def _message(resolved: KmsCall) -> bytes:
    """The bytes of Message. Raises AwsError ValidationException where they are not what MessageType says."""
    message, message_type = base64.b64decode(resolved.parameters["Message"]), resolved.message_type
    spec, algorithm = resolved.key_by_any_name.spec, resolved.parameters["SigningAlgorithm"]
    if message_type not in _MESSAGE_TYPES.get(algorithm, ("RAW", "DIGEST")):
        name = f"algorithm {algorithm}" if algorithm.startswith("ED25519") else f"key spec {spec}"
        raise _invalid(f"Message type {message_type} is incompatible with {name}.")
    if message_type == "DIGEST" and len(message) != hash_of(algorithm).digest_size:
        raise _invalid(f"Digest is invalid length for algorithm {algorithm}.")
    if message_type == "EXTERNAL_MU" and len(message) != MU_BYTES:
        raise _invalid(f"External Mu is invalid length for algorithm {algorithm}.")
    return message


def _invalid(text: str) -> AwsError:
    return AwsError("ValidationException", text)


# Cryptography


def hash_of(algorithm: str) -> hashes.HashAlgorithm:
    """The hash that an algorithm is named after, as in ``RSASSA_PSS_SHA_256``."""
    return _HASHES[algorithm[-len("SHA_256") :]]


def signature_of(private_key: PrivateKeyTypes, algorithm: str, message_type: str, message: bytes) -> bytes:
    """A signature: ECDSA's as a DER structure, all others as their standards have them."""
    match private_key:
        case rsa.RSAPrivateKey():
            return private_key.sign(message, _padding(algorithm), _hashing(algorithm, message_type))
        case ec.EllipticCurvePrivateKey():
            return private_key.sign(message, ec.ECDSA(_hashing(algorithm, message_type)))
        case ed25519.Ed25519PrivateKey():
            if message_type == "DIGEST":
                return ed25519ph.sign(private_key.private_bytes_raw(), message)
            return private_key.sign(message)
        case mldsa.MLDSA44PrivateKey() | mldsa.MLDSA65PrivateKey() | mldsa.MLDSA87PrivateKey():
            return (
                private_key.sign_mu(message) if message_type == "EXTERNAL_MU" else private_key.sign(message)
            )
    raise TypeError(f"{algorithm} is no algorithm of such a key")


def check_signature(
    public_key: PublicKeyTypes, algorithm: str, message_type: str, message: bytes, signature: bytes
) -> None:
    """Raises InvalidSignature where it is none of this message, by this algorithm."""
    match public_key:
        case rsa.RSAPublicKey():
            public_key.verify(signature, message, _padding(algorithm), _hashing(algorithm, message_type))
        case ec.EllipticCurvePublicKey():
            public_key.verify(signature, message, ec.ECDSA(_hashing(algorithm, message_type)))
        case ed25519.Ed25519PublicKey():
            if message_type != "DIGEST":
                public_key.verify(signature, message)
            elif not ed25519ph.verifies(public_key.public_bytes_raw(), signature, message):
                raise InvalidSignature
        case mldsa.MLDSA44PublicKey() | mldsa.MLDSA65PublicKey() | mldsa.MLDSA87PublicKey():
            check = public_key.verify_mu if message_type == "EXTERNAL_MU" else public_key.verify
            check(signature, message)
        case _:
            raise TypeError(f"{algorithm} is no algorithm of such a key")


def _hashing(algorithm: str, message_type: str) -> hashes.HashAlgorithm | Prehashed:
    hash_ = hash_of(algorithm)
    return Prehashed(hash_) if message_type == "DIGEST" else hash_


def _padding(algorithm: str) -> padding.PKCS1v15 | padding.PSS:
    """RSA's padding; PSS with a salt as long as the digest ("Key spec reference")."""
    if "_PSS_" not in algorithm:
        return padding.PKCS1v15()
    hash_ = hash_of(algorithm)
    return padding.PSS(padding.MGF1(hash_), hash_.digest_size)
