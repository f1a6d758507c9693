"""A cache of data keys seals what anybody can open, asks KMS as seldom as its bounds allow, and no less."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.envelope import DataKeyCache, seal, unseal
from kmscourse.errors import EnvelopeError, KmsCourseError
from tests.conftest import PocketKms

CONTEXT, OTHER = {"for": "Seth"}, {"for": "Ada"}


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def cache(kms: Any, clock: Clock, max_uses: int = 10, max_age: float = 60) -> DataKeyCache:
    return DataKeyCache(kms, kms.key_id, max_uses=max_uses, max_age=max_age, clock=clock)


@given(messages=st.integers(1, 60), max_uses=st.integers(1, 70))
def test_no_data_key_seals_more_messages_than_it_may(messages: int, max_uses: int) -> None:
    kms = PocketKms()
    cached = cache(kms, Clock(), max_uses)
    sealed = [cached.seal(bytes([number]), CONTEXT) for number in range(messages)]
    uses = Counter(envelope.encrypted_data_key for envelope in sealed)
    assert max(uses.values()) <= max_uses
    assert len(uses) == -(-messages // max_uses), "and no more data keys than that takes"
    assert len({envelope.nonce for envelope in sealed}) == messages, "a nonce never comes twice"


def test_what_it_seals_opens_without_it_and_the_other_way_round(pocket_kms: Any) -> None:
    cached = cache(pocket_kms, Clock())
    assert unseal(pocket_kms, cached.seal(b"one", CONTEXT), CONTEXT) == b"one"
    assert cached.unseal(seal(pocket_kms, pocket_kms.key_id, b"two", CONTEXT), CONTEXT) == b"two"


def test_a_data_key_is_for_one_encryption_context(pocket_kms: Any) -> None:
    cached = cache(pocket_kms, Clock())
    ours, theirs = cached.seal(b"x", CONTEXT), cached.seal(b"x", OTHER)
    assert ours.encrypted_data_key != theirs.encrypted_data_key
    assert cached.unseal(ours, CONTEXT) == b"x"
    with pytest.raises(ClientError):  # also where the data key is kept, for the context that it belongs to
        cached.unseal(ours, OTHER)


def test_a_data_key_that_is_too_old_is_not_used(pocket_kms: Any) -> None:
    clock = Clock()
    cached = cache(pocket_kms, clock, max_age=5)
    first = cached.seal(b"x", CONTEXT)
    clock.now = 4.9
    assert cached.seal(b"x", CONTEXT).encrypted_data_key == first.encrypted_data_key
    clock.now = 5
    assert cached.seal(b"x", CONTEXT).encrypted_data_key != first.encrypted_data_key


def test_whoever_is_locked_out_reads_on_for_as_long_as_a_data_key_is_kept(
    pocket_kms: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    cached = cache(pocket_kms, clock, max_age=5)
    envelope = seal(pocket_kms, pocket_kms.key_id, b"x", CONTEXT)
    assert cached.unseal(envelope, CONTEXT) == b"x"

    def refuse(**_: object) -> None:
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": ""}}, "Decrypt")

    monkeypatch.setattr(pocket_kms, "decrypt", refuse)
    clock.now = 4.9
    assert cached.unseal(envelope, CONTEXT) == b"x"
    clock.now = 5
    for _ in range(2):
        with pytest.raises(ClientError):
            cached.unseal(envelope, CONTEXT)


def test_what_was_changed_does_not_open_with_a_kept_data_key_either(pocket_kms: Any) -> None:
    cached = cache(pocket_kms, Clock())
    one, two = cached.seal(b"one", CONTEXT), cached.seal(b"two", CONTEXT)
    cached.unseal(one, CONTEXT)
    mixed = type(one)(one.encrypted_data_key, two.nonce, one.ciphertext)
    with pytest.raises(EnvelopeError):
        cached.unseal(mixed, CONTEXT)


@pytest.mark.parametrize(("max_uses", "max_age"), [(0, 1), (2**32 + 1, 1), (1, 0), (1, -1)])
def test_bounds_that_cannot_be_are_refused(pocket_kms: Any, max_uses: int, max_age: float) -> None:
    with pytest.raises(KmsCourseError, match="seals 1 to 4,294,967,296 messages"):
        cache(pocket_kms, Clock(), max_uses, max_age)


def test_only_bytes_are_sealed_and_nothing_is_asked_of_kms_before(pocket_kms: Any) -> None:
    text: Any = "text"
    with pytest.raises(KmsCourseError, match="takes bytes"):
        cache(pocket_kms, Clock()).seal(text)
