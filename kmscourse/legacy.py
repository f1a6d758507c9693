"""The cipher of Node's ``crypto.createCipher('aes-256-ecb', password)``, rebuilt so that it can be taken apart.

Node deprecated ``createCipher`` in version 10 and removed it in 22. Nothing here protects anything: equal blocks
encrypt alike, nothing notices a change, and a password becomes a key in one step of MD5. Seal with
``kmscourse.envelope`` instead.
"""

from __future__ import annotations

import base64
import binascii
import hashlib

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from kmscourse.errors import KmsCourseError

__all__ = [
    "BLOCK_SIZE",
    "KEY_SIZE",
    "LAB_ENCRYPTED_DATA_KEY",
    "ecb_encrypt",
    "evp_bytes_to_key",
    "node_decrypt",
    "node_encrypt",
]

KEY_SIZE = 32  # bytes: AES-256
BLOCK_SIZE = 16  # bytes: one AES block

# What the source lab printed for everyone to read. It protects nothing.
LAB_ENCRYPTED_DATA_KEY = (
    "01020300781b246a72782122be6712ed666938bb1430f97d73b572311722fcf871885189f9014db31cb324b75ca9"
    "23840d13a9d8cf160000007e307c06092a864886f70d010706a06f306d020100306806092a864886f70d01070130"
    "1e060960864801650304012e3011040c4bcdaa0ac0f78e3b1722b47a020110803b3f699a94cd415b63b745be13bc"
    "9c37e6b7aa9c9f5e48ffb01bdfaceb323b47f3c6bcc7c0c4ed69884fca32d2d7eafc4b7c9600f2beebed6f2113c6"
)


def evp_bytes_to_key(password: bytes, size: int = KEY_SIZE) -> bytes:
    """Make a key as OpenSSL's EVP_BytesToKey does, with MD5, no salt and one iteration.

    It is the first ``size`` bytes of D1 D2 D3 …: D1 is MD5(password), and D2 is MD5(D1 + password).
    """
    key = digest = b""
    while len(key) < size:
        digest = hashlib.md5(digest + password, usedforsecurity=False).digest()
        key += digest
    return key[:size]


def node_encrypt(password: str, text: str) -> str:
    """What ``createCipher('aes-256-ecb', password)`` makes of ``text``, in base64."""
    padder = PKCS7(BLOCK_SIZE * 8).padder()
    padded = padder.update(text.encode()) + padder.finalize()
    return base64.b64encode(ecb_encrypt(evp_bytes_to_key(password.encode()), padded)).decode()


def node_decrypt(password: str, ciphertext: str) -> str:
    """The text of what ``node_encrypt`` made: base64 in, text out.

    Raises KmsCourseError where padding or text come out wrong. Not every wrong password is noticed: about one in
    256 happens to leave a padding that looks right.
    """
    decryptor = _ecb(evp_bytes_to_key(password.encode())).decryptor()
    unpadder = PKCS7(BLOCK_SIZE * 8).unpadder()
    try:
        padded = decryptor.update(base64.b64decode(ciphertext, validate=True)) + decryptor.finalize()
        return (unpadder.update(padded) + unpadder.finalize()).decode()
    except (binascii.Error, ValueError):
        raise KmsCourseError(
            "This text can't be decrypted: the password is another one, or the ciphertext isn't whole."
        ) from None


def ecb_encrypt(key: bytes, blocks: bytes) -> bytes:
    """AES-ECB over whole blocks of 16 bytes, without padding: for showing what it gives away, and for nothing else.

    ``key`` has 16, 24 or 32 bytes. Raises KmsCourseError where the last block isn't full.
    """
    if len(blocks) % BLOCK_SIZE:
        raise KmsCourseError(f"AES takes blocks of {BLOCK_SIZE} bytes; {len(blocks)} bytes don't fill them.")
    encryptor = _ecb(key).encryptor()
    return encryptor.update(blocks) + encryptor.finalize()


def _ecb(key: bytes) -> Cipher[modes.ECB]:
    return Cipher(algorithms.AES(key), modes.ECB())  # noqa: S305  this module exists to show why not
