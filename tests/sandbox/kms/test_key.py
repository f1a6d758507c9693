"""Key material over time: whatever is done to a key, what it has sealed opens as long as the key is there."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.kms.encryption import material_of, seal, unseal
from kmscourse.sandbox.kms.key import Alias, Key, KeyMaterial

START = datetime(2026, 1, 1, tzinfo=UTC)
REGION = "us-east-1"

steps = st.one_of(
    st.sampled_from(["EnableKey", "DisableKey", "DisableKeyRotation", "RotateKeyOnDemand"]),
    st.sampled_from(["ScheduleKeyDeletion", "CancelKeyDeletion", "restart"]),
    st.integers(90, 400).map(lambda days: ("EnableKeyRotation", days)),
    st.floats(0.01, 200).map(lambda days: ("time", days)),
)


class Life:
    """One key in an account whose clock is set by hand, and all that it has sealed."""

    def __init__(self, account: Any) -> None:
        self.account, self.now = account, START
        account.account.now = self.clock
        self.arn = account.key()
        self.sealed: list[tuple[bytes, str]] = []

    def clock(self) -> datetime:
        return self.now

    def step(self, name: str, days: float = 0) -> None:
        """Perform an operation, or what the state of the key leaves of it."""
        if name == "time":
            self.now += timedelta(days=days)
            self.account.account.keys.apply_due_changes(self.account.account.now())
            self.account.account.commit()
        elif name == "restart":
            self.account.restart()
            self.account.account.now = self.clock
        elif (name == "CancelKeyDeletion") == (self.key().state == "PendingDeletion"):
            more = {"RotationPeriodInDays": days} if days else {}
            with contextlib.suppress(AwsError):  # RotateKeyOnDemand has its limits.
                self.account(f"kms:{name}", KeyId=self.arn, **more)

    def key(self) -> Any:
        return self.account.account.keys.find(self.arn)

    def check(self) -> None:
        """All that the key has sealed opens, with the material that sealed it; its history is in order."""
        keys, key = self.account.account.keys, self.key()
        self.sealed.append((seal(key, b"word", {}), key.materials[-1].id))
        for blob, material_id in self.sealed:
            assert keys.of_ciphertext(REGION, blob).arn == self.arn
            assert unseal(key, blob, {}) == b"word"
            assert material_of(key, blob).id == material_id
        dates = [material.rotated for material in key.materials[1:]]
        assert dates == sorted(dates)
        assert all(date <= self.now for date in dates), "nothing happens before its time"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(steps, max_size=25))
def test_what_a_key_has_sealed_opens_while_it_is_there(
    tmp_path_factory: pytest.TempPathFactory, open_account: Any, life_of_a_key: list[Any]
) -> None:
    life = Life(open_account(tmp_path_factory.mktemp("life") / "account.db"))
    for step in life_of_a_key:
        life.step(*(step if isinstance(step, tuple) else (step,)))
        if life.key() is None:
            break
        life.check()
    if life.key() is None:
        for blob, _ in life.sealed:
            with pytest.raises(AwsError, match="InvalidCiphertextException"):
                life.account.account.keys.of_ciphertext(REGION, blob)


def test_a_piece_of_material_does_not_show_its_secret() -> None:
    secret = bytes(range(32))
    material = KeyMaterial.of_secret(secret)
    assert repr(secret) not in repr(material)
    assert material.id in repr(material)


def test_imported_material_is_bound_to_its_key() -> None:
    given_material = bytes(32)
    one, other = (KeyMaterial.imported(key_id, given_material) for key_id in ("one", "other"))
    assert one == KeyMaterial.imported("one", given_material)
    assert {one.id, one.token, one.secret}.isdisjoint({other.id, other.token, other.secret})
    assert one.secret != given_material


dates = st.none() | st.datetimes(timezones=st.just(UTC))
materials = st.builds(
    KeyMaterial,
    id=st.text(),
    token=st.binary(),
    secret=st.none() | st.binary(),
    rotated=dates,
    rotation_type=st.none() | st.text(),
    expires=dates,
    description=st.text(),
)
keys = st.builds(
    Key,
    id=st.text(),
    created=st.floats(allow_nan=False),
    description=st.text(),
    policy_text=st.dictionaries(st.text(), st.text()).map(json.dumps),
    deletion_date=dates,
    next_rotation=dates,
    tags=st.dictionaries(st.text(), st.text()),
    aliases=st.dictionaries(st.text(), st.builds(Alias, st.floats(0, 1e10), st.floats(0, 1e10))),
    materials=st.lists(materials, max_size=3),
    pending_material=st.none() | materials,
    import_secret=st.none() | st.binary(),
)


@given(keys)
def test_a_key_comes_back_from_its_json_as_it_was(key: Key) -> None:
    assert Key.from_json(json.loads(json.dumps(key.to_json()))) == key


def test_a_key_of_another_version_of_the_course_is_not_guessed_at(practice: Any) -> None:
    document = practice.account.keys.find(practice.key()).to_json()
    with pytest.raises(ValueError, match="version 2"):
        Key.from_json({**document, "version": 2})


def test_a_key_does_not_show_its_secrets(practice: Any) -> None:
    key = practice.account.keys.find(practice.key(Origin="EXTERNAL"))
    assert repr(key.import_secret) not in repr(key)
