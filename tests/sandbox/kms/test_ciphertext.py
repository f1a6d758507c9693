"""Ciphertext blobs open again, only unchanged, only with their material, only for their encryption context."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmscourse.sandbox.kms.ciphertext import (
    InvalidCiphertextError,
    canonical,
    material_id,
    material_token,
    seal,
    token_of,
    unseal,
)

MATERIAL = bytes(range(32))
texts = st.text(max_size=20)
contexts = st.dictionaries(texts, texts, max_size=4)


@given(st.binary(max_size=4096), contexts, st.binary(min_size=32, max_size=32))
def test_what_is_sealed_opens_again(plaintext: bytes, context: dict[str, str], material: bytes) -> None:
    blob = seal(material, plaintext, context)
    assert unseal(material, blob, dict(reversed(context.items()))) == plaintext


@pytest.mark.parametrize("length", [0, 32, 120, 127, 128, 4096])
def test_every_single_changed_bit_is_refused(length: int) -> None:
    blob = seal(MATERIAL, bytes(length), {"purpose": "test"})
    bits = (
        range(len(blob) * 8) if length <= 128 else [*range(2000), *range((len(blob) - 40) * 8, len(blob) * 8)]
    )
    for bit in bits:
        changed = bytearray(blob)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(InvalidCiphertextError):
            unseal(MATERIAL, bytes(changed), {"purpose": "test"})


@pytest.mark.parametrize("length", [0, 32, 200])
def test_a_blob_cut_short_or_made_longer_is_refused(length: int) -> None:
    blob = seal(MATERIAL, bytes(length), {})
    for wrong in [*(blob[:end] for end in range(len(blob))), blob + b"\0", blob + blob]:
        with pytest.raises(InvalidCiphertextError):
            unseal(MATERIAL, wrong, {})


@given(st.binary(max_size=300))
def test_noise_is_refused(noise: bytes) -> None:
    blob = seal(MATERIAL, b"", {})
    for wrong in (noise, blob[:58] + noise):
        with pytest.raises(InvalidCiphertextError):
            unseal(MATERIAL, wrong, {})


@given(contexts, contexts)
def test_a_blob_opens_for_its_own_context_only(one: dict[str, str], other: dict[str, str]) -> None:
    blob = seal(MATERIAL, b"x", one)
    if one == other:
        assert unseal(MATERIAL, blob, other) == b"x"
    else:
        with pytest.raises(InvalidCiphertextError):
            unseal(MATERIAL, blob, other)


@settings(max_examples=300)
@given(contexts, contexts)
def test_contexts_have_the_same_bytes_only_if_they_are_the_same(
    one: dict[str, str], other: dict[str, str]
) -> None:
    assert (canonical(one) == canonical(other)) == (one == other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"ab": "c"}, {"a": "bc"}),
        ({"a": "1", "b": "2"}, {"a1b": "2"}),
        ({"a": ""}, {}),
        ({"": "a"}, {"a": ""}),
        ({"a": "b"}, {"b": "a"}),
    ],
)
def test_contexts_that_run_together_alike_differ(one: dict[str, str], other: dict[str, str]) -> None:
    assert canonical(one) != canonical(other)


def test_other_material_opens_nothing() -> None:
    blob = seal(MATERIAL, b"x", {})
    with pytest.raises(InvalidCiphertextError):
        unseal(bytes(32), blob, {})


def test_the_layout_is_the_one_observed_on_aws() -> None:
    blob = seal(MATERIAL, bytes(32), {})
    assert len(blob) == 184, "a 32-byte data key makes a blob of 184 bytes"
    assert blob[:5].hex() == "0102020078"
    assert blob[5:37] == material_token(MATERIAL) == token_of(blob)
    assert blob[37] == 1
    assert blob[54:58] == (126).to_bytes(4, "big"), "the length of the DER that follows"
    assert blob[58:71].hex() == "307c06092a864886f70d010706"
    assert blob[106:108].hex() == "040c"
    assert blob[120:125].hex() == "020110803b"


def test_nothing_in_a_blob_but_the_token_repeats() -> None:
    one, other = (seal(MATERIAL, bytes(32), {}) for _ in range(2))
    assert one[38:54] != other[38:54], "each message has its own nonce"
    assert one[108:120] != other[108:120], "and its own initialisation vector"
    assert one[125:] != other[125:]


def test_names_of_material_tell_it_apart_and_do_not_contain_it() -> None:
    other = bytes(32)
    assert material_token(MATERIAL) != material_token(other)
    assert material_id(MATERIAL) != material_id(other)
    assert len(material_id(MATERIAL)) == 64
    assert material_token(MATERIAL).hex() != material_id(MATERIAL)
    assert MATERIAL[:8] not in material_token(MATERIAL) + bytes.fromhex(material_id(MATERIAL))
