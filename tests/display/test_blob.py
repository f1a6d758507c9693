"""KMS's ciphertext blobs, dissected: the source lab's, the practice account's, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.display.blob import BlobCard, dissect
from kmscourse.display.layout import Known
from kmscourse.errors import KmsCourseError
from kmscourse.legacy import LAB_ENCRYPTED_DATA_KEY
from kmscourse.sandbox.kms import ciphertext

LAB = bytes.fromhex(LAB_ENCRYPTED_DATA_KEY)
OLDER = b"\x01\x01" + LAB[2:37] + LAB[54:]  # as AWS's documents show one: without the message's own nonce


def test_the_source_labs_blob_is_laid_out_byte_by_byte() -> None:
    found = {(piece.offset, len(piece.data)): piece for piece in dissect(LAB)}
    assert {place: piece.name for place, piece in found.items()} == {
        (0, 1): "format",
        (1, 1): "kind",
        (2, 1): "(not known)",
        (3, 2): "(not known)",
        (5, 32): "token of the key material",
        (37, 1): "key derivation",
        (38, 16): "nonce",
        (54, 4): "length",
        (58, 2): "SEQUENCE ContentInfo",
        (60, 11): "OBJECT IDENTIFIER pkcs7-encryptedData",
        (71, 2): "[0] content",
        (73, 2): "SEQUENCE EncryptedData",
        (75, 3): "INTEGER version",
        (78, 2): "SEQUENCE EncryptedContentInfo",
        (80, 11): "OBJECT IDENTIFIER pkcs7-data",
        (91, 2): "SEQUENCE AlgorithmIdentifier",
        (93, 11): "OBJECT IDENTIFIER aes256-GCM",
        (104, 2): "SEQUENCE GCMParameters",
        (106, 14): "OCTET STRING initialisation vector",
        (120, 3): "INTEGER length of the tag",
        (123, 2): "[0] encryptedContent",
        (125, 43): "ciphertext",
        (168, 16): "tag",
    }
    assert found[106, 14].data[2:].hex() == "4bcdaa0ac0f78e3b1722b47a"
    assert found[168, 16].data.hex() == "d2d7eafc4b7c9600f2beebed6f2113c6"
    assert "32 bytes of plaintext" in found[125, 43].meaning


def test_what_is_inference_says_so() -> None:
    known = {piece.name: piece.known for piece in dissect(LAB)}
    for name in ("kind", "token of the key material", "key derivation", "nonce", "ciphertext", "tag"):
        assert known[name] is Known.INFERENCE
    assert known["(not known)"] is Known.UNKNOWN
    assert {piece.known for piece in dissect(LAB) if "SEQUENCE" in piece.name} == {Known.DOCUMENTED}
    shown = repr(BlobCard(LAB))
    assert shown.count("inference") == 6 + 1  # and once where the word is explained
    assert "AWS documents this blob as opaque" in shown
    assert "The encryption context is not in it" in shown


def test_the_card_shows_every_byte() -> None:
    html = BlobCard(LAB)._repr_html_()
    assert "<summary>All 184 bytes</summary>" in html
    for start in range(0, len(LAB), 16):
        assert LAB[start : start + 16].hex(" ") in html


@pytest.mark.parametrize("blob", [LAB, OLDER], ids=["with a nonce", "without"])
def test_together_the_parts_are_the_blob(blob: bytes) -> None:
    pieces = dissect(blob)
    assert b"".join(piece.data for piece in pieces) == blob
    assert [piece.offset for piece in pieces] == [
        sum(len(earlier.data) for earlier in pieces[:number]) for number in range(len(pieces))
    ]
    assert ("nonce" in {piece.name for piece in pieces}) == (blob is LAB)


@given(plaintext=st.binary(max_size=4096), context=st.dictionaries(st.text(), st.text(), max_size=2))
def test_a_blob_of_the_practice_account_is_dissected_too(plaintext: bytes, context: dict[str, str]) -> None:
    blob = ciphertext.seal(bytes(32), plaintext, context)
    pieces = dissect(blob)
    assert b"".join(piece.data for piece in pieces) == blob
    assert f"{len(plaintext)} bytes of plaintext" in pieces[-2].meaning


def test_what_generate_data_key_returns_is_such_a_blob(kms: Any, key_id: str) -> None:
    blob = kms.generate_data_key(KeyId=key_id, KeySpec="AES_256")["CiphertextBlob"]
    assert repr(BlobCard(blob)).startswith("A ciphertext blob of 184 bytes, dissected")


@pytest.mark.parametrize(
    ("blob", "why"),
    [
        (b"", "it doesn't begin as one"),
        (b"KMSE", "it doesn't begin as one"),
        (LAB[:5], "it isn't as long as it says"),
        (LAB[:-1], "it isn't as long as it says"),
        (LAB + b"\0", "it isn't as long as it says"),
        (LAB[:58] + b"\x31" + LAB[59:], "PKCS #7"),
        (LAB[:70] + b"\x05" + LAB[71:], "PKCS #7"),
        (LAB[:103] + b"\x2d" + LAB[104:], "PKCS #7"),
        (LAB[:107] + b"\x0d" + LAB[108:], "DER element"),
    ],
)
def test_other_bytes_are_refused_with_the_reason(blob: bytes, why: str) -> None:
    with pytest.raises(
        KmsCourseError, match=rf"^These bytes are no ciphertext blob of a symmetric KMS key: .*{why}.*\.$"
    ):
        BlobCard(blob)


@given(st.binary(max_size=300))
def test_any_bytes_are_dissected_in_whole_or_refused(data: bytes) -> None:
    for blob in (data, LAB[:5] + data, LAB[:58] + data):
        try:
            pieces = dissect(blob)
        except KmsCourseError:
            continue
        assert b"".join(piece.data for piece in pieces) == blob


@given(st.integers(0, len(LAB) - 1), st.integers(1, 255))
def test_a_changed_byte_leaves_a_blob_or_a_reason(offset: int, change: int) -> None:
    blob = LAB[:offset] + bytes([LAB[offset] ^ change]) + LAB[offset + 1 :]
    try:
        pieces = dissect(blob)
    except KmsCourseError:
        return
    assert b"".join(piece.data for piece in pieces) == blob
