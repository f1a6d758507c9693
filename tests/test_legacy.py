"""Node's createCipher, against what Node printed."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.errors import KmsCourseError
from kmscourse.legacy import ecb_encrypt, evp_bytes_to_key, node_decrypt, node_encrypt

PASSWORD = "044e28c891aa585244aa15f478e7f9b198f84e2db0541f2fa06af4e2a0955c61"
TEXT = "Hello, this is my sensitive data."
CIPHERTEXT = "URVttKe0BmFvvFuvLZJKAEw0nQllDST5GfF+WsoD3HuYOpxY8QPWZnt7NEJ40hWz"


def test_encrypts_as_node_did():
    assert node_encrypt(PASSWORD, TEXT) == CIPHERTEXT


def test_decrypts_what_node_encrypted():
    assert node_decrypt(PASSWORD, CIPHERTEXT) == TEXT


@pytest.mark.parametrize(
    ("password", "text", "ciphertext"),
    [
        ("secret", "", "DCWFNorP0vq3m2b2R4uWVw=="),
        ("secret", "sixteen bytes ok", "XYTjb88F5jeVODz3yL1SFgwlhTaKz9L6t5tm9keLllc="),
        ("pässword", "Grüße, 世界", "vijjWeTY2Wlz237z7V1pVg=="),
        ("", "no password", "9QLFuzQ3aQ1tgilRMnoOaw=="),
    ],
)
def test_agrees_with_what_node_20_printed(password: str, text: str, ciphertext: str):
    assert node_encrypt(password, text) == ciphertext
    assert node_decrypt(password, ciphertext) == text


@given(st.text(), st.text())
def test_any_text_comes_back(password: str, text: str):
    assert node_decrypt(password, node_encrypt(password, text)) == text


def test_a_password_becomes_a_key_as_openssl_does_it():
    """`openssl enc -aes-256-ecb -md md5 -nosalt -P -pass pass:secret` prints this key."""
    assert (
        evp_bytes_to_key(b"secret").hex()
        == "5ebe2294ecd0e0f08eab7690d2a6ee6926ae5cc854e36b6bdfca366848dea6bb"
    )


@pytest.mark.parametrize("size", [0, 1, 16, 17, 32, 33, 100])
def test_a_shorter_key_begins_the_longer_one(size: int):
    assert evp_bytes_to_key(b"password", size) == evp_bytes_to_key(b"password", 128)[:size]


@pytest.mark.parametrize(
    "ciphertext",
    [
        "",
        "not base64!",
        "QUJD",
        CIPHERTEXT[:-4],
        base64.b64encode(bytes(16)).decode(),
        base64.b64encode(base64.b64decode(CIPHERTEXT)[:-16]).decode(),
    ],
)
def test_what_does_not_decrypt_is_one_sentence(ciphertext: str):
    with pytest.raises(KmsCourseError, match=r"^This text can't be decrypted: .+\.$"):
        node_decrypt(PASSWORD, ciphertext)


def test_a_wrong_password_is_one_sentence():
    with pytest.raises(KmsCourseError, match=r"^This text can't be decrypted: .+\.$"):
        node_decrypt(PASSWORD[:-1] + "2", CIPHERTEXT)


def test_ecb_encrypts_equal_blocks_alike():
    first, second, third = _blocks(ecb_encrypt(bytes(32), b"a" * 16 + b"b" * 16 + b"a" * 16))
    assert first == third != second


def test_ecb_agrees_with_nist():
    """NIST SP 800-38A, F.1.5, the first block of ECB-AES256."""
    key = bytes.fromhex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4")
    block = bytes.fromhex("6bc1bee22e409f96e93d7e117393172a")
    assert ecb_encrypt(key, block).hex() == "f3eed1bdb5d2a03c064b5a7e3db181f8"


def test_ecb_takes_whole_blocks_only():
    with pytest.raises(KmsCourseError, match=r"^AES takes blocks of 16 bytes; 17 bytes don't fill them\.$"):
        ecb_encrypt(bytes(32), bytes(17))


def _blocks(data: bytes) -> list[bytes]:
    return [data[start : start + 16] for start in range(0, len(data), 16)]
