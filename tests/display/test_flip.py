"""One bit turned over, wherever it is, is noticed; the card says by whom."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.display.flip import FlipCard, flip
from kmscourse.envelope import Envelope, seal
from kmscourse.errors import EnvelopeError, KmsCourseError


@given(st.binary(min_size=1, max_size=50), st.data())
def test_one_bit_is_turned_over_and_back(data: bytes, draw: st.DataObject) -> None:
    offset, bit = draw.draw(st.integers(-len(data), len(data) - 1)), draw.draw(st.integers(0, 7))
    changed = flip(data, offset, bit)
    assert [a ^ b for a, b in zip(data, changed, strict=True) if a != b] == [1 << bit]
    assert flip(changed, offset, bit) == data


@pytest.mark.parametrize(("offset", "bit"), [(3, 0), (-4, 0), (0, 8), (0, -1)])
def test_a_bit_that_is_not_there_is_said(offset: int, bit: int) -> None:
    with pytest.raises(KmsCourseError, match="There is no bit"):
        flip(b"abc", offset, bit)


def test_an_envelope_is_taken_as_its_bytes() -> None:
    envelope = Envelope(b"key", bytes(12), bytes(16))
    assert flip(envelope, -1) == envelope.to_bytes()[:-1] + b"\1"


def test_every_part_is_guarded_by_somebody(kms: Any, key_id: str) -> None:
    envelope = seal(kms, key_id, b"Hello, this is my sensitive data.", {"purpose": "test"})
    _, _, *rows = repr(FlipCard(kms, envelope, {"purpose": "test"})).splitlines()
    noticed = [(row.split("  ")[0], row.rpartition("  ")[2]) for row in rows]
    assert noticed == [
        ("kind", "the envelope's format"),
        ("version", "the envelope's format"),
        ("algorithm", "the envelope's format"),
        ("length", "KMS"),
        ("encrypted data key", "KMS"),
        ("nonce", "AES-GCM, in the application"),
        ("ciphertext", "AES-GCM, in the application"),
        ("tag", "AES-GCM, in the application"),
    ]
    assert all("✗" in row for row in rows)


def test_an_empty_message_has_no_byte_to_change(pocket_kms: Any) -> None:
    shown = repr(FlipCard(pocket_kms, seal(pocket_kms, pocket_kms.key_id, b"")))
    assert "ciphertext" not in shown
    assert "tag" in shown


def test_what_does_not_open_unchanged_proves_nothing(pocket_kms: Any) -> None:
    envelope = seal(pocket_kms, pocket_kms.key_id, b"message")
    with pytest.raises(EnvelopeError):
        FlipCard(pocket_kms, flip(envelope, -1))
