"""KMS ciphertext blobs: what Encrypt and GenerateDataKey return, sealed so that any changed byte is noticed.

AWS documents the blob as opaque. The layout here is a model drawn from public observation (byte-by-byte
comparison of blobs, awsteele.com "Cursory KMS research", 2020) and from the scheme that AWS describes in
"AWS KMS Cryptographic Details" and in Campagna and Gueron, "Key Management Systems at the Cloud Scale",
Cryptography 3(3), 2019: each message has its own key, derived from the key material and a random 128-bit
nonce. Programs must not rely on the layout, neither here nor on AWS.

    header    01 02 02 00 78                            5 bytes
    token     names the key material, not the key      32 bytes
    kdf       01                                        1 byte
    nonce     makes the message's own key              16 bytes
    length    of what follows, big-endian               4 bytes
    DER       PKCS #7 EncryptedData, aes256-GCM: initialisation vector, ciphertext, tag

A blob is 152 bytes longer than its plaintext as long as DER's lengths fit one byte: 184 bytes for a
32-byte data key. The encryption context is not in it; it is authenticated along with the header.
"""

from __future__ import annotations

import hmac
import os
import struct
from collections.abc import Callable, Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.kbkdf import KBKDFHMAC, CounterLocation, Mode

TOKEN_BYTES = 32
NONCE_BYTES = 16
IV_BYTES = 12
TAG_BYTES = 16

_HEADER = bytes.fromhex("0102020078")
_KDF = b"\x01"  # SP 800-108 counter mode with HMAC-SHA-256
_TOKEN = slice(len(_HEADER), len(_HEADER) + TOKEN_BYTES)
_NONCE = slice(_TOKEN.stop + len(_KDF), _TOKEN.stop + len(_KDF) + NONCE_BYTES)
_DER_START = _NONCE.stop + 4

# AWS's blobs are 11 bytes longer than header, IV, tag and plaintext explain; what stands there is not known.
_FRAME = b"\x01plaintext:"

_ENCRYPTED_DATA = bytes.fromhex("06092a864886f70d010706")  # 1.2.840.113549.1.7.6
_DATA = bytes.fromhex("06092a864886f70d010701")  # 1.2.840.113549.1.7.1
_AES256_GCM = bytes.fromhex("060960864801650304012e")  # 2.16.840.1.101.3.4.1.46
_VERSION_0, _TAG_LENGTH = b"\x02\x01\x00", bytes((2, 1, TAG_BYTES))
_SEQUENCE, _CONTAINER, _CONTENT, _OCTETS = b"\x30", b"\xa0", b"\x80", b"\x04"

Context = Mapping[str, str]
Random = Callable[[int], bytes]


class InvalidCiphertextError(Exception):
    """The blob is damaged, was not made with this key material, or not for this encryption context."""


def material_token(material: bytes) -> bytes:
    """The 32-byte name that a key's material has in its blobs; it tells nothing about the material."""
    return hmac.digest(material, b"kmscourse: token of key material", "sha256")


def material_id(material: bytes) -> str:
    """KeyMaterialId as the KMS API shows it: 64 hex digits."""
    return hmac.digest(material, b"kmscourse: id of key material", "sha256").hex()


def token_of(blob: bytes) -> bytes:
    """The name of the material that made ``blob``. Raises InvalidCiphertextError where it can't be a blob."""
    if len(blob) <= _DER_START or not blob.startswith(_HEADER):
        raise InvalidCiphertextError
    return blob[_TOKEN]


def seal(material: bytes, plaintext: bytes, context: Context, random: Random = os.urandom) -> bytes:
    """A blob that ``unseal`` opens with the same material (32 bytes) and the same encryption context."""
    nonce, iv = random(NONCE_BYTES), random(IV_BYTES)
    header = _HEADER + material_token(material) + _KDF + nonce
    sealed = _cipher(material, nonce).encrypt(iv, _FRAME + plaintext, header + canonical(context))
    der = _encrypted_data(iv, sealed)
    return header + struct.pack(">I", len(der)) + der


def unseal(material: bytes, blob: bytes, context: Context) -> bytes:
    """The plaintext of ``blob``. Raises InvalidCiphertextError, whatever the reason."""
    if not hmac.compare_digest(token_of(blob), material_token(material)):
        raise InvalidCiphertextError
    header, (length,), der = (
        blob[: _NONCE.stop],
        struct.unpack(">I", blob[_NONCE.stop : _DER_START]),
        blob[_DER_START:],
    )
    iv, sealed = _iv_and_sealed(der)
    # GCM authenticates neither the DER around the ciphertext nor the IV's place in it: hold them to the one right form.
    if length != len(der) or _encrypted_data(iv, sealed) != der:
        raise InvalidCiphertextError
    try:
        framed = _cipher(material, blob[_NONCE]).decrypt(iv, sealed, header + canonical(context))
    except InvalidTag:
        raise InvalidCiphertextError from None
    if not framed.startswith(_FRAME):
        raise InvalidCiphertextError
    return framed[len(_FRAME) :]


def canonical(context: Context) -> bytes:
    """An encryption context as bytes: the same for the same pairs in any order, different for different pairs.

    Each name and value carries its length, so {"ab": "c"} and {"a": "bc"} differ.
    """
    pairs = sorted((_text(name), _text(value)) for name, value in context.items())
    return b"".join(name + value for name, value in pairs)


def _text(text: str) -> bytes:
    encoded = text.encode("utf-8", "surrogatepass")
    return struct.pack(">I", len(encoded)) + encoded


def _cipher(material: bytes, nonce: bytes) -> AESGCM:
    """The cipher of one message: its key is derived from the material and the message's nonce (SP 800-108)."""
    derivation = KBKDFHMAC(
        algorithm=hashes.SHA256(),
        mode=Mode.CounterMode,
        length=32,
        rlen=4,
        llen=4,
        location=CounterLocation.BeforeFixed,
        label=b"kmscourse: key of one message",
        context=nonce,
        fixed=None,
    )
    return AESGCM(derivation.derive(material))


def _encrypted_data(iv: bytes, sealed: bytes) -> bytes:
    """PKCS #7 ContentInfo with EncryptedData (RFC 2315, section 13), its parameters as in RFC 5084."""
    parameters = _der(_SEQUENCE, _der(_OCTETS, iv) + _TAG_LENGTH)
    content = _DATA + _der(_SEQUENCE, _AES256_GCM + parameters) + _der(_CONTENT, sealed)
    data = _der(_SEQUENCE, _VERSION_0 + _der(_SEQUENCE, content))
    return _der(_SEQUENCE, _ENCRYPTED_DATA + _der(_CONTAINER, data))


def _iv_and_sealed(der: bytes) -> tuple[bytes, bytes]:
    """What ``_encrypted_data`` was made from; nonsense for nonsense (the caller builds it again and compares)."""
    within = _inside(_inside(_inside(_inside(der)[len(_ENCRYPTED_DATA) :]))[len(_VERSION_0) :])
    after_iv = within[len(_DATA) + 2 + len(_AES256_GCM) + 4 :]
    return after_iv[:IV_BYTES], _inside(after_iv[IV_BYTES + len(_TAG_LENGTH) :])


def _der(tag: bytes, content: bytes) -> bytes:
    """One DER element: tag, length (ITU-T X.690, section 8.1.3), content."""
    if len(content) < 128:
        return tag + bytes((len(content),)) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return tag + bytes((0x80 | len(length),)) + length + content


def _inside(element: bytes) -> bytes:
    """What follows the tag and the length of a DER element that reaches to the end."""
    length_bytes = element[1] & 0x7F if len(element) > 1 and element[1] & 0x80 else 0
    return element[2 + length_bytes :]
