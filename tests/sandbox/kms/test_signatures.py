"""Sign and Verify: what is signed verifies, here and elsewhere with the public key, and nothing else does."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSAMuHasher
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key
from hypothesis import given, settings
from hypothesis import strategies as st

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.kms.specs import SPECS
from tests.sandbox.conftest import Gate

HASHES = {"SHA_256": hashes.SHA256(), "SHA_384": hashes.SHA384(), "SHA_512": hashes.SHA512()}
CASES = [
    (spec, algorithm)
    for spec, usages in SPECS.items()
    if "SIGN_VERIFY" in usages and spec not in ("RSA_3072", "RSA_4096")  # They take seconds to make.
    for algorithm in usages["SIGN_VERIFY"].names
]
MESSAGES = st.binary(min_size=1, max_size=4096)


class Signing:
    """An account with two keys of each spec, made when they are asked for."""

    def __init__(self) -> None:
        self.gate = Gate()
        self._keys: dict[tuple[str, int], str] = {}

    def key(self, spec: str, number: int = 0) -> str:
        """The first or the second key of a spec."""
        if (spec, number) not in self._keys:
            self._keys[spec, number] = self.gate.key(KeySpec=spec, KeyUsage="SIGN_VERIFY")
        return self._keys[spec, number]

    def public_key(self, spec: str) -> Any:
        """The public key of the first one."""
        answer = self.gate("kms:GetPublicKey", KeyId=self.key(spec))
        return load_der_public_key(base64.b64decode(answer["PublicKey"]))

    def sign(self, spec: str, algorithm: str, message: bytes, message_type: str) -> bytes:
        """The signature of a message."""
        answer = self.gate("kms:Sign", **self.asked(spec, algorithm, message, message_type))
        assert answer.keys() == {"KeyId", "Signature", "SigningAlgorithm"}
        assert (answer["KeyId"], answer["SigningAlgorithm"]) == (self.key(spec), algorithm)
        return base64.b64decode(answer["Signature"])

    def asked(self, spec: str, algorithm: str, message: bytes, message_type: str, number: int = 0) -> Any:
        """The parameters of Sign."""
        return {
            "KeyId": self.key(spec, number),
            "Message": base64.b64encode(message).decode(),
            "MessageType": message_type,
            "SigningAlgorithm": algorithm,
        }

    def verify(self, signature: bytes, *asked: Any, **more: Any) -> str:
        """Empty where the signature verifies; else the code of the refusal."""
        parameters = {
            **self.asked(*asked, **more),
            "Signature": base64.b64encode(signature).decode(),
        }
        try:
            answer = self.gate("kms:Verify", **parameters)
        except AwsError as error:
            # The text is empty, as recorded from AWS.
            return error.code + error.message
        assert answer == {
            "KeyId": parameters["KeyId"],
            "SignatureValid": True,
            "SigningAlgorithm": parameters["SigningAlgorithm"],
        }
        return ""


@pytest.fixture(scope="module")
def signing() -> Iterator[Signing]:
    made = Signing()
    yield made
    made.gate.application.close()


def message_type_of(algorithm: str) -> str:
    """One that the algorithm takes."""
    return "DIGEST" if algorithm == "ED25519_PH_SHA_512" else "RAW"


def message_for(algorithm: str, message: bytes) -> bytes:
    """The message, or its digest where the algorithm takes nothing else."""
    return hashlib.sha512(message).digest() if algorithm == "ED25519_PH_SHA_512" else message


def check_elsewhere(public_key: Any, algorithm: str, message: bytes, signature: bytes) -> None:
    """Verify a message's signature with the public key alone. Raises InvalidSignature."""
    digest = HASHES.get(algorithm[-7:])
    if isinstance(public_key, rsa.RSAPublicKey):
        assert digest is not None
        scheme: Any = padding.PKCS1v15()
        if "PSS" in algorithm:
            scheme = padding.PSS(padding.MGF1(digest), padding.PSS.DIGEST_LENGTH)
        public_key.verify(signature, message, scheme, digest)
    elif isinstance(public_key, ec.EllipticCurvePublicKey):
        assert digest is not None
        public_key.verify(signature, message, ec.ECDSA(digest))
    else:
        public_key.verify(signature, message)


@pytest.mark.parametrize(("spec", "algorithm"), CASES)
def test_what_is_signed_verifies_and_nothing_else_does(signing: Signing, spec: str, algorithm: str) -> None:
    message_type = message_type_of(algorithm)

    @settings(max_examples=5, deadline=None)
    @given(MESSAGES, MESSAGES, st.integers(0), st.integers(1, 255))
    def signed(text: bytes, another: bytes, place: int, difference: int) -> None:
        message, other = message_for(algorithm, text), message_for(algorithm, another)
        signature = signing.sign(spec, algorithm, message, message_type)
        assert signing.verify(signature, spec, algorithm, message, message_type) == ""
        if algorithm != "ED25519_PH_SHA_512":
            check_elsewhere(signing.public_key(spec), algorithm, message, signature)
        if message != other:
            code = signing.verify(signature, spec, algorithm, other, message_type)
            assert code == "KMSInvalidSignatureException"
        code = signing.verify(signature, spec, algorithm, message, message_type, number=1)
        assert code == "KMSInvalidSignatureException", "another key"
        changed = bytearray(signature)
        changed[place % len(signature)] ^= difference
        code = signing.verify(bytes(changed), spec, algorithm, message, message_type)
        assert code == "KMSInvalidSignatureException"
        for name in SPECS[spec]["SIGN_VERIFY"].names:
            if name != algorithm and not name.startswith("ED25519"):
                code = signing.verify(signature, spec, name, message, message_type)
                assert code == "KMSInvalidSignatureException", name

    signed()


@pytest.mark.parametrize(
    ("spec", "algorithm"), [case for case in CASES if not case[0].startswith(("ML_DSA", "ECC_NIST_ED"))]
)
def test_a_message_and_its_digest_are_the_same_message(signing: Signing, spec: str, algorithm: str) -> None:
    @settings(max_examples=5, deadline=None)
    @given(MESSAGES)
    def signed(message: bytes) -> None:
        digest = hashlib.new(algorithm[-7:].replace("_", ""), message).digest()
        of_message = signing.sign(spec, algorithm, message, "RAW")
        of_digest = signing.sign(spec, algorithm, digest, "DIGEST")
        check_elsewhere(signing.public_key(spec), algorithm, message, of_digest)
        for signature in (of_message, of_digest):
            assert signing.verify(signature, spec, algorithm, message, "RAW") == ""
            assert signing.verify(signature, spec, algorithm, digest, "DIGEST") == ""
            # As a message of its own the digest would be hashed again.
            code = signing.verify(signature, spec, algorithm, digest, "RAW")
            assert code == "KMSInvalidSignatureException"

    signed()


@pytest.mark.parametrize("spec", ["ML_DSA_44", "ML_DSA_65", "ML_DSA_87"])
def test_an_external_mu_stands_for_its_message(signing: Signing, spec: str) -> None:
    hasher = MLDSAMuHasher(signing.public_key(spec))
    hasher.update(b"attack at dawn")
    mu, algorithm = hasher.finalize(), "ML_DSA_SHAKE_256"
    signature = signing.sign(spec, algorithm, mu, "EXTERNAL_MU")
    signing.public_key(spec).verify(signature, b"attack at dawn")
    assert signing.verify(signature, spec, algorithm, b"attack at dawn", "RAW") == ""
    signature = signing.sign(spec, algorithm, b"attack at dawn", "RAW")
    assert signing.verify(signature, spec, algorithm, mu, "EXTERNAL_MU") == ""
    assert signing.verify(signature, spec, algorithm, mu, "RAW") == "KMSInvalidSignatureException"


@pytest.mark.parametrize(
    ("spec", "size"),
    # FIPS 204, table 2; RFC 8032; RFC 8017: as long as the modulus.
    [
        ("ML_DSA_44", 2420),
        ("ML_DSA_65", 3309),
        ("ML_DSA_87", 4627),
        ("ECC_NIST_EDWARDS25519", 64),
        ("RSA_2048", 256),
    ],
)
def test_how_long_a_signature_is(signing: Signing, spec: str, size: int) -> None:
    algorithm = SPECS[spec]["SIGN_VERIFY"].names[0]
    assert len(signing.sign(spec, algorithm, b"hello", "RAW")) == size


def test_ecdsas_signatures_are_two_numbers_in_der(signing: Signing) -> None:
    r, s = decode_dss_signature(signing.sign("ECC_SECG_P256K1", "ECDSA_SHA_256", b"hello", "RAW"))
    assert 0 < r < 2**256
    assert 0 < s < 2**256


def test_the_two_algorithms_of_ed25519_have_nothing_in_common(signing: Signing) -> None:
    spec, digest = "ECC_NIST_EDWARDS25519", hashlib.sha512(b"hello").digest()
    pure = signing.sign(spec, "ED25519_SHA_512", digest, "RAW")
    prehashed = signing.sign(spec, "ED25519_PH_SHA_512", digest, "DIGEST")
    assert len(pure) == len(prehashed) == 64
    code = signing.verify(prehashed, spec, "ED25519_SHA_512", digest, "RAW")
    assert code == "KMSInvalidSignatureException"
    code = signing.verify(pure, spec, "ED25519_PH_SHA_512", digest, "DIGEST")
    assert code == "KMSInvalidSignatureException"
    public_key = signing.public_key(spec)
    assert isinstance(public_key, ed25519.Ed25519PublicKey)
    with pytest.raises(InvalidSignature):
        public_key.verify(prehashed, digest)


USAGE = "InvalidKeyUsageException"
REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    # Recorded from AWS: a digest of another length; the same form for an algorithm that the key has not.
    (
        "ECC_NIST_P256",
        {"MessageType": "DIGEST", "SigningAlgorithm": "ECDSA_SHA_256"},
        "ValidationException",
        "Digest is invalid length for algorithm ECDSA_SHA_256.",
    ),
    (
        "RSA_2048",
        {"MessageType": "DIGEST", "SigningAlgorithm": "RSASSA_PSS_SHA_512"},
        "ValidationException",
        "Digest is invalid length for algorithm RSASSA_PSS_SHA_512.",
    ),
    (
        "ECC_NIST_P256",
        {"SigningAlgorithm": "ECDSA_SHA_384"},
        USAGE,
        "Algorithm ECDSA_SHA_384 is incompatible with key spec ECC_NIST_P256.",
    ),
    (
        "ECC_NIST_EDWARDS25519",
        {"SigningAlgorithm": "ECDSA_SHA_512"},
        USAGE,
        "Algorithm ECDSA_SHA_512 is incompatible with key spec ECC_NIST_EDWARDS25519.",
    ),
    # As another emulator has them.
    (
        "ECC_NIST_EDWARDS25519",
        {"MessageType": "DIGEST", "SigningAlgorithm": "ED25519_SHA_512"},
        "ValidationException",
        "Message type DIGEST is incompatible with algorithm ED25519_SHA_512.",
    ),
    (
        "ECC_NIST_EDWARDS25519",
        {"SigningAlgorithm": "ED25519_PH_SHA_512"},
        "ValidationException",
        "Message type RAW is incompatible with algorithm ED25519_PH_SHA_512.",
    ),
    (
        "ECC_NIST_EDWARDS25519",
        {"MessageType": "DIGEST", "SigningAlgorithm": "ED25519_PH_SHA_512"},
        "ValidationException",
        "Digest is invalid length for algorithm ED25519_PH_SHA_512.",
    ),
    (
        "ML_DSA_44",
        {"MessageType": "DIGEST", "SigningAlgorithm": "ML_DSA_SHAKE_256"},
        "ValidationException",
        "Message type DIGEST is incompatible with key spec ML_DSA_44.",
    ),
    (
        "ML_DSA_44",
        {"MessageType": "EXTERNAL_MU", "SigningAlgorithm": "ML_DSA_SHAKE_256"},
        "ValidationException",
        "External Mu is invalid length for algorithm ML_DSA_SHAKE_256.",
    ),
    (
        "RSA_2048",
        {"MessageType": "EXTERNAL_MU", "SigningAlgorithm": "RSASSA_PSS_SHA_512"},
        "ValidationException",
        "Message type EXTERNAL_MU is incompatible with key spec RSA_2048.",
    ),
    # The model's own limits: 4,096 bytes.
    (
        "ECC_NIST_P256",
        {"Message": base64.b64encode(bytes(4097)).decode(), "SigningAlgorithm": "ECDSA_SHA_256"},
        "ValidationException",
        "1 validation error detected: Value at 'message' failed to satisfy constraint: Member must have length less "
        "than or equal to 4096",
    ),
]


@pytest.mark.parametrize("operation", ["Sign", "Verify"])
@pytest.mark.parametrize(("spec", "parameters", "code", "text"), REFUSED)
def test_what_is_refused(
    signing: Signing, operation: str, spec: str, parameters: dict[str, Any], code: str, text: str
) -> None:
    asked = {"KeyId": signing.key(spec), "Message": "aGVsbG8=", **parameters}
    asked |= {"Signature": "AAAA"} if operation == "Verify" else {}
    refusal = signing.gate.refused(f"kms:{operation}", **asked)
    assert (refusal.code, refusal.message, refusal.status) == (code, text, 400)


@pytest.mark.parametrize("operation", ["Sign", "Verify"])
@pytest.mark.parametrize("kind", [{}, {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"}])
def test_a_key_of_another_usage(gate: Any, operation: str, kind: dict[str, str]) -> None:
    """Recorded from AWS."""
    key = gate.key(**kind)
    asked = {
        "KeyId": key,
        "Message": "aGVsbG8=",
        "SigningAlgorithm": "RSASSA_PSS_SHA_256",
        "Signature": "AAAA",
    }
    refusal = gate.refused(f"kms:{operation}", **asked)
    usage = kind.get("KeyUsage", "ENCRYPT_DECRYPT")
    text = f"{key} key usage is {usage} which is not valid for {operation}."
    assert (refusal.code, refusal.message) == (USAGE, text)


def test_a_dry_run_signs_nothing(gate: Any) -> None:
    key = gate.key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    asked = {"KeyId": key, "Message": "aGVsbG8=", "SigningAlgorithm": "ECDSA_SHA_256"}
    assert gate.refused("kms:Sign", **asked, DryRun=True).code == "DryRunOperationException"
    signature = gate("kms:Sign", **asked)["Signature"]
    refusal = gate.refused("kms:Verify", **asked, Signature=signature, DryRun=True)
    assert refusal.code == "DryRunOperationException"
