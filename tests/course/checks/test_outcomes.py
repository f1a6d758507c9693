"""The checks tell a section that is done from one that is not, and say what was found, what to do and where."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest

from kmscourse.account import Account
from kmscourse.course import SECTIONS, artifacts, find_section, prepare
from kmscourse.course.checks import CHECKS, EXERCISES, Check, run
from kmscourse.course.notes import Notes

NOTEBOOKS = Path(__file__).parents[3] / "notebooks"


def headings(number: int) -> set[str]:
    """The headings in a section's notebook."""
    cells = nbformat.read(NOTEBOOKS / find_section(number).notebook, as_version=4).cells
    prose = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return set(re.findall(r"^##+ (.+)$", prose, re.MULTILINE))


def checks_of(number: int) -> list[Check]:
    return [*CHECKS[number], *(check for exercise in EXERCISES[number] for check in exercise)]


@pytest.mark.parametrize("number", range(len(SECTIONS)))
def test_a_hint_goes_on_after_its_colon(number: int) -> None:
    """It begins with a small letter, a quotation, or a name: of a service, a call or a parameter."""
    for check in checks_of(number):
        for hint in check.hints:
            first = hint.split()[0]
            assert first[0].islower() or first[0] == "“" or re.search(r"[A-Z_(=].*[A-Z_(=]", first), (
                f"Hint: {hint}"
            )


def test_every_section_has_checks() -> None:
    assert set(CHECKS) == {section.number for section in SECTIONS}


@pytest.mark.parametrize("number", range(len(SECTIONS)))
def test_each_check_leads_to_a_step_that_is_there(number: int) -> None:
    missing = {check.step for check in checks_of(number)} - headings(number)
    assert not missing, f"no such heading in {find_section(number).notebook}: {missing}"


@pytest.mark.parametrize("number", range(1, len(SECTIONS)))
def test_a_section_that_is_only_opened_is_not_done(account: Account, notes: Notes, number: int) -> None:
    prepare(account, notes, number)
    report = run(CHECKS[number], account, notes)
    if number in {2, 5}:  # their pieces are notes, which catching up for another section may leave
        return
    assert not report.passed
    for word in ("Not yet. Goal: ", "Found: ", "Hint: ", "Step: "):
        assert word in repr(report)


@pytest.mark.parametrize("number", range(len(SECTIONS)))
def test_checks_look_at_an_empty_account_without_failing(account: Account, notes: Notes, number: int) -> None:
    said = repr(run(checks_of(number), account, notes))
    assert said.count("✗ Not yet") == said.count("Hint: ") > 0


@pytest.mark.parametrize("number", range(len(SECTIONS)))
def test_checks_look_at_a_key_that_waits_for_its_deletion_without_failing(
    account: Account, notes: Notes, number: int
) -> None:
    prepare(account, notes, 9)
    account.client("kms").schedule_key_deletion(KeyId=artifacts.key_arn(account), PendingWindowInDays=7)
    run(checks_of(number), account, notes)


def test_checks_name_what_is_still_missing(account: Account, notes: Notes) -> None:
    prepare(account, notes, 9)
    account.client("dynamodb").delete_table(TableName=artifacts.TABLE)
    assert repr(run(CHECKS[9], account, notes)).splitlines() == [
        "✓ the table Books is gone (there is no table Books)",
        "✗ Not yet. Goal: myKey is disabled, or waits for its deletion.",
        "    Found: myKey is Enabled.",
        "    Hint: nobody should be able to use the key at the end.",
        "    Step: “Disable the key”",
    ]


@pytest.mark.parametrize(
    ("sort_key", "found"),
    [
        ("Title", "Books has the keys Author, Title"),
        (artifacts.SORT_KEY, "Books is under another key than myKey"),
    ],
)
def test_a_table_that_was_made_otherwise_makes_way_when_the_section_starts_over(
    account: Account, notes: Notes, sort_key: str, found: str
) -> None:
    prepare(account, notes, 6)
    account.client("dynamodb").create_table(
        TableName=artifacts.TABLE,
        AttributeDefinitions=[
            {"AttributeName": n, "AttributeType": "S"} for n in (artifacts.PARTITION_KEY, sort_key)
        ],
        KeySchema=[
            {"AttributeName": artifacts.PARTITION_KEY, "KeyType": "HASH"},
            {"AttributeName": sort_key, "KeyType": "RANGE"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    said = repr(run(CHECKS[6], account, notes))
    assert found in said
    assert "start over first: Lab.open(section=6, again=True)" in said
    prepare(account, notes, 6, again=True)
    assert not artifacts.table_exists(account, notes), "it makes way for the cells that create the table"
