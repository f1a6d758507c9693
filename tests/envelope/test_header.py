"""The encryption context as bytes, and the header that stands before every ciphertext."""

from __future__ import annotations

import io
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.envelope.header import NONCE_SIZE, context_bytes, read_header, write_header
from kmscourse.errors import EnvelopeError, KmsCourseError

texts = st.text(st.characters(exclude_categories=["Cs"]))
contexts = st.dictionaries(texts, texts, max_size=5)
few = st.text("ab", max_size=3)  # from two letters, so that concatenations do collide


@given(contexts, contexts)
def test_two_contexts_never_read_the_same(one, other):
    assert (context_bytes(one) == context_bytes(other)) == (one == other)


@given(st.dictionaries(few, few, max_size=3), st.dictionaries(few, few, max_size=3))
def test_two_contexts_of_the_same_letters_never_read_the_same(one, other):
    assert (context_bytes(one) == context_bytes(other)) == (one == other)


def test_moving_a_letter_changes_the_bytes():
    alike = [{"ab": "c"}, {"a": "bc"}, {"abc": ""}, {"": "abc"}, {"a": "", "bc": ""}, {"a": "b", "c": ""}]
    assert len({context_bytes(context) for context in alike}) == len(alike)


@given(contexts)
def test_the_order_of_the_pairs_does_not_matter(context):
    orders = itertools.islice(itertools.permutations(context.items()), 24)
    assert {context_bytes(dict(pairs)) for pairs in orders} == {context_bytes(context)}


def test_no_context_is_an_empty_one():
    assert context_bytes(None) == context_bytes({}) == bytes(4)


@given(contexts, st.binary(max_size=40))
def test_nothing_after_a_context_makes_it_another_one(context, more):
    """So that header, context and what follows can't be split in two ways."""
    for other in ({}, {"a": "b"}):
        assert context_bytes(other) + more != context_bytes(context) or (context == other and not more)


@pytest.mark.parametrize(
    "context", [{"a": 1}, {1: "a"}, {"a": None}, {"a": b"b"}, {"a": "\ud800"}, ["a"], "a"]
)
def test_what_is_not_text_is_one_sentence(context):
    with pytest.raises(KmsCourseError, match=r"^An encryption context maps text to text, .+\.$"):
        context_bytes(context)


@given(st.sampled_from(sorted(NONCE_SIZE)), st.binary(min_size=1, max_size=300), st.binary(max_size=50))
def test_a_header_comes_back_and_what_follows_stays(kind, encrypted, rest):
    nonce = bytes(range(NONCE_SIZE[kind]))
    stream = io.BytesIO(write_header(kind, encrypted, nonce) + rest)
    assert read_header(kind, stream, "It") == (encrypted, nonce)
    assert stream.read() == rest


@given(st.binary(max_size=400))
def test_anything_else_is_refused(data):
    with pytest.raises(EnvelopeError, match=r"^It can't be opened: .+\.$"):
        read_header(b"KMSE", io.BytesIO(data), "It")


@pytest.mark.parametrize("cut", range(60))
def test_a_header_that_was_cut_is_refused(cut):
    header = write_header(b"KMSF", bytes(45), bytes(7))
    with pytest.raises(EnvelopeError):
        read_header(b"KMSF", io.BytesIO(header[:cut]), "It")


@pytest.mark.parametrize("length", [0, 6145])
def test_an_encrypted_key_of_a_length_that_kms_refuses_is_refused_first(length):
    with pytest.raises(EnvelopeError):
        read_header(b"KMSE", io.BytesIO(write_header(b"KMSE", bytes(length), bytes(12))), "It")
