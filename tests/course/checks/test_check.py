"""What a check that isn't passed says: its goal, what was found, and one more hint at each try."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from kmscourse.account import Account
from kmscourse.course.checks import Check, Observation, run
from kmscourse.course.notes import Notes

HINTS = ("Think of the trail.", "Look under “Ask KMS”.", "Call list_keys.")


def check_that_finds(observation: Observation) -> Check:
    return Check("KMS has listed its keys", lambda account, notes: observation, "Ask KMS", HINTS)


def test_it_says_goal_found_hint_and_step(account: Account, notes: Notes) -> None:
    report = run([check_that_finds(Observation(False, "nothing in the trail"))], account, notes)
    assert repr(report).splitlines() == [
        "✗ Not yet. Goal: KMS has listed its keys.",
        "    Found: nothing in the trail.",
        "    Hint: Think of the trail.",
        "    Step: “Ask KMS”",
    ]


def test_each_try_in_vain_brings_the_next_hint_and_the_last_one_stays(account: Account, notes: Notes) -> None:
    check, tries = check_that_finds(Observation(False, "nothing")), Counter[Check]()
    shown = [run([check], account, notes, tries).results[0].hint for _ in range(4)]
    assert shown == [*HINTS, HINTS[-1]]


def test_a_near_miss_has_a_hint_of_its_own(account: Account, notes: Notes) -> None:
    near = check_that_finds(Observation(False, "ListKeys by IAMLabUser", "Ask as yourself."))
    assert "Hint: Ask as yourself." in repr(run([near], account, notes))


def test_what_is_reached_counts_as_no_try(account: Account, notes: Notes) -> None:
    tries = Counter[Check]()
    assert run([check_that_finds(Observation(True, "ListKeys"))], account, notes, tries).passed
    assert not tries


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda kms, key: kms.disable_key(KeyId=key), "DisabledException: arn:aws:kms:"),
        (lambda kms, key: kms.schedule_key_deletion(KeyId=key), "KMSInvalidStateException: arn:aws:kms:"),
        (lambda kms, key: kms.delete_alias(AliasName="alias/lock"), "NotFoundException: Alias "),
    ],
)
def test_a_key_that_cannot_be_used_now_is_what_was_found(
    account: Account, notes: Notes, change: Callable[[Any, str], object], code: str
) -> None:
    kms = account.client("kms")
    key = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/lock", TargetKeyId=key)

    def look(account: Account, _: Notes) -> Observation:
        return Observation(bool(account.client("kms").get_public_key(KeyId="alias/lock")), "it has one")

    check = Check("lock has a public key", look, "Ask KMS", HINTS)
    assert run([check], account, notes).passed
    change(kms, key)
    assert f"Found: {code}" in repr(run([check], account, notes))


def test_a_call_that_a_check_makes_wrongly_is_raised(account: Account, notes: Notes) -> None:
    def look(account: Account, _: Notes) -> Observation:
        account.client("kms").list_aliases(Marker="nowhere")
        return Observation(True, "")

    with pytest.raises(ClientError, match="InvalidMarkerException"):
        run([Check("the aliases are listed", look, "Ask KMS", HINTS)], account, notes)
