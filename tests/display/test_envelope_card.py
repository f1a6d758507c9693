"""An envelope byte by byte: the parts are the envelope, and each is what the format says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.display.envelope import EnvelopeCard, parts
from kmscourse.envelope import Envelope, seal
from kmscourse.errors import EnvelopeError

ENVELOPES = st.builds(
    Envelope,
    st.binary(min_size=1, max_size=300),
    st.binary(min_size=12, max_size=12),
    st.binary(min_size=16, max_size=100),
)


@given(ENVELOPES)
def test_together_the_parts_are_the_envelope(envelope: Envelope) -> None:
    found = parts(envelope.to_bytes())
    named = {piece.name: piece.data for piece in found}
    assert b"".join(piece.data for piece in found) == envelope.to_bytes()
    assert (named["kind"], named["version"], named["algorithm"]) == (b"KMSE", b"\1", b"\1")
    assert named["encrypted data key"] == envelope.encrypted_data_key
    assert int.from_bytes(named["length"], "big") == len(envelope.encrypted_data_key)
    assert named["nonce"] == envelope.nonce
    assert named["ciphertext"] + named["tag"] == envelope.ciphertext
    for piece in found:
        assert envelope.to_bytes()[piece.offset :].startswith(piece.data)


@given(ENVELOPES)
def test_an_envelope_and_its_bytes_are_the_same_card(envelope: Envelope) -> None:
    assert repr(EnvelopeCard(envelope)) == repr(EnvelopeCard(envelope.to_bytes()))


@given(st.binary(max_size=400))
def test_other_bytes_are_no_envelope(data: bytes) -> None:
    try:
        card = EnvelopeCard(data)
    except EnvelopeError:
        return
    assert repr(card)


def test_it_says_who_can_open_it_and_shows_no_plaintext(pocket_kms: Any) -> None:
    card = EnvelopeCard(seal(pocket_kms, pocket_kms.key_id, b"a secret message", {"purpose": "test"}))
    (data_key,) = pocket_kms.plaintexts
    for shown in (repr(card), card._repr_html_()):
        assert "Who can open it" in shown
        assert "The encryption context" in shown
        for secret in (data_key, b"a secret message"):
            assert secret.hex() not in shown
            assert secret.hex(" ") not in shown
    with pytest.raises(EnvelopeError):
        EnvelopeCard(b"a secret message")
