"""What a section adds to the architecture is new at its end, and nothing is at its start."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.account import Account
from kmscourse.course import LAB_SECTIONS, artifacts, prepare
from kmscourse.course.notes import Notes
from kmscourse.display.architecture import Architecture, Component
from kmscourse.display.growth import architecture_before, describe_changes, find_changes

ALL = Architecture("Enabled", ("the account's IAM",), True, True, True, "myKey", True, True, True, True)
ANY = st.builds(
    Architecture,
    st.sampled_from([None, "Enabled", "Disabled", "PendingDeletion"]),
    st.lists(st.sampled_from(["the administrator", "IAMLabUser", "everyone"]), unique=True).map(tuple),
    *[st.booleans()] * 3,
    st.sampled_from([None, "myKey", "another KMS key"]),
    *[st.booleans()] * 2,
    *[st.sampled_from([None, True, False])] * 2,
    st.lists(st.sampled_from(["IAMLabUser", "everyone"]), unique=True).map(tuple),
)


def test_at_a_sections_start_nothing_is_new(account: Account, notes: Notes) -> None:
    """Taken from one section to the next, as the course does: ``architecture_before`` says how each starts."""
    for section in LAB_SECTIONS:
        prepare(account, notes, section.number)
        for artifact in artifacts.ARTIFACTS:  # what earlier sections leave beside what this one needs
            if artifact.section < section.number and not artifact.is_ready(account, notes):
                artifact.make(account, notes)
        now = Architecture.of(account, notes)
        assert find_changes(now, architecture_before(now, section.number)) == {}, f"section {section.number}"


@pytest.mark.parametrize(
    ("section", "new"),
    [
        (1, {Component.KEY, Component.POLICY}),
        (2, {Component.ENCRYPTED, Component.PLAINTEXT}),
        (4, {Component.DECRYPT}),
        (
            6,
            {
                Component.TABLE,
                Component.TABLE_KEY,
                Component.GRANT,
                Component.AT_TABLE,
                Component.AT_KEY,
            },
        ),
        (7, {Component.READER, Component.AT_TABLE, Component.AT_KEY}),
    ],
)
def test_what_a_section_makes_is_new(section: int, new: set[Component]) -> None:
    assert find_changes(ALL, architecture_before(ALL, section)) == dict.fromkeys(
        [part for part in Component if part in new], "new"
    )


def test_section_three_makes_a_message_with_a_data_key_of_its_own() -> None:
    assert find_changes(ALL, architecture_before(ALL, 3)) == {
        Component.MESSAGE: "new",
        Component.ENCRYPTED: "changed",
    }


def test_section_eight_changes_the_policy_and_the_answer() -> None:
    now = replace(ALL, lets_in=("the account's IAM", "IAMLabUser"), keeps_out=("IAMLabUser",))
    assert find_changes(now, architecture_before(now, 8)) == {
        Component.POLICY: "changed",
        Component.AT_KEY: "changed",
    }


def test_at_the_end_of_section_nine_the_table_is_gone_and_the_key_rests() -> None:
    now = Architecture("Disabled", ("the account's IAM", "IAMLabUser"), data_key=True)
    changed = find_changes(now, architecture_before(now, 9))
    assert changed[Component.KEY] == "changed"
    assert {part for part, kind in changed.items() if kind == "gone"} == {
        Component.TABLE, Component.TABLE_KEY, Component.GRANT, Component.READER, Component.AT_TABLE, Component.AT_KEY,
    }  # fmt: skip


@pytest.mark.parametrize("section", [0, 5])
@given(now=ANY)
def test_a_section_that_makes_nothing_changes_nothing(section: int, now: Architecture) -> None:
    assert architecture_before(now, section) == now


@given(now=ANY, earlier=ANY)
def test_the_changes_lead_from_one_to_the_other(now: Architecture, earlier: Architecture) -> None:
    changed, here, there = find_changes(now, earlier), now.sentences(), earlier.sentences()
    for part in Component:
        kind = changed.get(part)
        assert (part in here) == (kind in ("new", "changed") or (kind is None and part in there))
        assert (part in there) == (kind in ("gone", "changed") or (kind is None and part in here))
    assert all(any(part.value in sentence for sentence in describe_changes(changed)) for part in changed)


def test_changes_are_told_by_their_kind() -> None:
    changed = {
        Component.KEY: "changed",
        Component.TABLE: "new",
        Component.GRANT: "new",
        Component.READER: "gone",
    }
    assert describe_changes(changed) == [
        "New here: the table Books and the grant for DynamoDB.",
        "Changed here: the KMS key myKey.",
        "Gone: the sign-in of IAMLabUser.",
    ]
