"""The keys of the sections beyond the lab: a section takes its own again, and leaves the learner's as they are."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from kmscourse import kms
from kmscourse.account import Account
from kmscourse.course import find_section, make_key, point_alias
from kmscourse.errors import CourseError

SECTION = find_section(14)
SIGNING: dict[str, Any] = {"spec": "ECC_NIST_P256", "usage": "SIGN_VERIFY"}
SYMMETRIC: dict[str, Any] = {}
WITHOUT_MATERIAL: dict[str, Any] = {"origin": "EXTERNAL"}
KINDS = [SYMMETRIC, SIGNING, WITHOUT_MATERIAL, {"spec": "HMAC_256", "usage": "GENERATE_VERIFY_MAC"}]


def state(account: Account, key: str) -> str:
    return str(account.client("kms").describe_key(KeyId=key)["KeyMetadata"]["KeyState"])


def as_it_is(account: Account, key: str) -> None: ...


def disable(account: Account, key: str) -> None:
    account.client("kms").disable_key(KeyId=key)


def schedule_deletion(account: Account, key: str) -> None:
    account.client("kms").schedule_key_deletion(KeyId=key, PendingWindowInDays=7)


STATES: list[Callable[[Account, str], None]] = [as_it_is, disable, schedule_deletion]


def snapshot(account: Account) -> list[tuple[Any, ...]]:
    """Every key with its state, policy and tags, and every alias."""
    client = account.client("kms")
    keys = [key["KeyArn"] for key in client.list_keys()["Keys"]]
    aliases = sorted((a["AliasName"], a.get("TargetKeyId")) for a in client.list_aliases()["Aliases"])
    return [
        *((key, state(account, key), kms.key_policy(client, key), kms.tags(client, key)) for key in keys),
        *aliases,
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_is_made_of_its_kind_and_taken_again(account: Account, kind: dict[str, Any]) -> None:
    made = make_key(account, SECTION, "vault", **kind)
    assert (
        make_key(account, SECTION, "alias/vault", **kind)
        == made
        == kms.find_key(account.client("kms"), "vault")
    )


@pytest.mark.parametrize("put", STATES)
def test_its_own_key_is_usable_again(account: Account, put: Callable[[Account, str], None]) -> None:
    made = make_key(account, SECTION, "vault")
    put(account, made)
    assert make_key(account, SECTION, "vault") == made
    assert state(account, made) == "Enabled"


def test_its_own_key_without_material_goes_on_waiting_for_it(account: Account) -> None:
    """CancelKeyDeletion leaves such a key PendingImport, which EnableKey refuses."""
    made = make_key(account, SECTION, "vault", **WITHOUT_MATERIAL)
    schedule_deletion(account, made)
    assert make_key(account, SECTION, "vault", **WITHOUT_MATERIAL) == made
    assert state(account, made) == "PendingImport"


@pytest.mark.parametrize("put", STATES)
@pytest.mark.parametrize("kind", KINDS)
def test_again_discards_its_own_and_makes_another(
    account: Account, put: Callable[[Account, str], None], kind: dict[str, Any]
) -> None:
    made = make_key(account, SECTION, "vault")
    put(account, made)
    other = make_key(account, SECTION, "vault", again=True, **kind)
    assert other != made
    assert state(account, made) == "PendingDeletion"
    assert kms.find_key(account.client("kms"), "vault") == other


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("put", STATES)
@pytest.mark.parametrize("kind", [SYMMETRIC, SIGNING])
def test_a_key_of_the_learners_stays_as_it_is(
    account: Account, again: bool, put: Callable[[Account, str], None], kind: dict[str, Any]
) -> None:
    put(account, kms.create_key(account.client("kms"), "vault", **kind))
    before = snapshot(account)
    with pytest.raises(CourseError, match="alias/vault was not made by this section, so nothing was changed"):
        make_key(account, SECTION, "vault", again=again)
    assert snapshot(account) == before


def test_what_the_sentence_says_helps_and_keeps_the_learners_key(account: Account) -> None:
    mine = kms.create_key(account.client("kms"), "vault")
    with pytest.raises(CourseError) as refused:
        make_key(account, SECTION, "vault")
    said = re.search(r'lab\.client\("kms"\)\.delete_alias\(AliasName="(\S+)"\)', str(refused.value))
    assert said, "the sentence names the call that frees the alias"
    account.client("kms").delete_alias(AliasName=said[1])
    assert make_key(account, SECTION, "vault") != mine
    assert state(account, mine) == "Enabled"


def test_its_own_key_of_another_kind_is_named(account: Account) -> None:
    make_key(account, SECTION, "vault", **SIGNING)
    before = snapshot(account)
    with pytest.raises(
        CourseError,
        match="is ECC_NIST_P256, SIGN_VERIFY, AWS_KMS, and not SYMMETRIC_DEFAULT, ENCRYPT_DECRYPT",
    ):
        make_key(account, SECTION, "vault")
    assert snapshot(account) == before


def test_an_alias_moves_among_the_sections_keys_alone(account: Account) -> None:
    client = account.client("kms")
    old, new = (make_key(account, SECTION, name) for name in ("letters-2025", "letters-2026"))
    for key in (old, new, old):
        point_alias(account, "letters", key)
        assert kms.find_key(client, "letters") == key
    client.update_alias(AliasName="alias/letters", TargetKeyId=kms.create_key(client, "mine"))
    before = snapshot(account)
    with pytest.raises(CourseError, match="alias/letters was not made by this section"):
        point_alias(account, "letters", old)
    assert snapshot(account) == before


def test_a_key_of_a_real_account_has_the_mark_that_clean_up_goes_by(real_account: Account) -> None:
    made = make_key(real_account, SECTION, "vault")
    assert kms.tags(real_account.client("kms"), made) == {
        "kmscourse": "remove it with: kmscourse aws cleanup"
    }
    assert make_key(real_account, SECTION, "vault") == made
