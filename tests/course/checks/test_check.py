"""What a check that isn't passed says: its goal, what was found, and one more hint at each try."""

from __future__ import annotations

from collections import Counter

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
