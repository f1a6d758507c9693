"""The tests of a policy that a learner keeps: written down, run by pytest, red for a policy that is wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kmscourse.account import Account
from kmscourse.course.notes import Notes
from kmscourse.course.policy_tests import PolicyTests, Row
from kmscourse.errors import CourseError, PolicyError
from kmscourse.policy import console_key_policy, use_statement, with_statement

ROLF = "arn:aws:iam::123456789012:user/Rolf"
NEWS = {"topic": "news"}
TABLE: list[Row] = [
    ("Rolf", "kms:Decrypt", NEWS, "allowed"),
    ("Rolf", "kms:Decrypt", {"topic": "board"}, "refused"),
    ("Rolf", "kms:Encrypt", NEWS, "refused"),
]


def reading(*actions: str, **condition: Any) -> dict[str, Any]:
    statement = use_statement(ROLF, actions or ("kms:Decrypt",), sid="Read")
    return with_statement(console_key_policy("123456789012"), statement | condition)


RIGHT = reading(Condition={"StringEquals": {"kms:EncryptionContext:topic": "news"}})


@pytest.fixture
def kept(account: Account, notes: Notes) -> PolicyTests:
    return PolicyTests(notes.folder, account, "reports")


def test_what_is_kept_is_there_for_the_next_notebook(
    kept: PolicyTests, account: Account, notes: Notes
) -> None:
    kept.keep(RIGHT, TABLE)
    again = PolicyTests(notes.folder, account, "reports")
    assert (again.policy, again.requests) == (RIGHT, TABLE)
    assert kept.folder.parent.parent == notes.folder, "it lies beside the notes"


def test_another_policy_keeps_its_own_files(kept: PolicyTests, account: Account, notes: Notes) -> None:
    kept.keep(RIGHT, TABLE)
    PolicyTests(notes.folder, account, "parcels").keep(reading(), TABLE[:1])
    assert (kept.policy, kept.requests) == (RIGHT, TABLE)


def test_the_table_stays_where_only_the_policy_is_new(kept: PolicyTests) -> None:
    kept.keep(reading(), TABLE)
    kept.keep(RIGHT)
    assert (kept.policy, kept.requests) == (RIGHT, TABLE)


def test_pytest_is_green_for_the_right_policy_and_red_for_another(
    kept: PolicyTests, capsys: pytest.CaptureFixture[str]
) -> None:
    kept.keep(RIGHT, TABLE)
    kept.run()
    assert capsys.readouterr().out.splitlines()[-1] == "3 passed", "nothing that differs from run to run"
    kept.keep(reading("kms:*"))
    with pytest.raises(CourseError, match="The tests of reports are red: 2 failed, 1 passed"):
        kept.run()
    said = capsys.readouterr().out
    assert "[Rolf kms:Decrypt topic=board is refused]" in said
    assert "[Rolf kms:Encrypt topic=news is refused]" in said
    assert "[Rolf kms:Decrypt topic=news is allowed]" not in said


def test_a_copy_is_tried_and_nothing_is_changed(kept: PolicyTests) -> None:
    kept.keep(RIGHT, TABLE)
    before = {file.name: file.read_bytes() for file in kept.folder.iterdir()}
    assert [kept.is_green(), kept.is_green(reading())] == [True, False]
    assert {file.name: file.read_bytes() for file in kept.folder.iterdir()} == before


def test_a_pytest_file_that_the_learner_has_changed_stays(kept: PolicyTests) -> None:
    kept.keep(RIGHT, TABLE)
    own = "def test_mine():\n    assert False\n"
    kept.test_file.write_text(own)
    kept.keep(RIGHT, TABLE)
    assert kept.test_file.read_text() == own
    assert not kept.is_green()


def test_what_pytest_says_is_read_whatever_the_encoding_of_a_pipe_is(
    kept: PolicyTests, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On Windows it is another one than UTF-8."""
    monkeypatch.setenv("PYTHONIOENCODING", "cp1252")
    kept.keep(RIGHT, TABLE)
    kept.test_file.write_text('def test_mine():\n    assert False, "Größe"\n', encoding="utf-8")
    with pytest.raises(CourseError, match="are red: 1 failed"):
        kept.run()
    assert "Größe" in capsys.readouterr().out


def test_settings_of_pytest_that_the_learner_has_changed_stay(kept: PolicyTests) -> None:
    kept.keep(RIGHT, TABLE)
    settings = kept.folder / "pytest.ini"
    settings.write_text("[pytest]\naddopts = -x\n")
    kept.keep(kept.policy)
    assert settings.read_text() == "[pytest]\naddopts = -x\n"


def test_a_table_without_requests_is_not_green(kept: PolicyTests) -> None:
    """Pytest skips a test that has no parameters, and takes that for a success."""
    with pytest.raises(CourseError, match="has one at least: without any, nothing is tested"):
        kept.keep(RIGHT, [])
    kept.keep(RIGHT, TABLE)
    kept.requests_file.write_text("[]")
    assert not kept.is_green()


def test_without_any_files_it_is_said_what_to_do(kept: PolicyTests) -> None:
    with pytest.raises(
        CourseError, match=r"There is no test_reports\.py yet: keep a policy and its requests"
    ):
        kept.run()
    with pytest.raises(CourseError, match=r"There is no reports-requests\.json yet"):
        kept.keep(RIGHT)


@pytest.mark.parametrize(
    "row",
    [
        ("Rolf", "kms:Decrypt", NEWS),
        ("Rolf", "Decrypt", NEWS, "allowed"),
        ("Rolf", "kms:Decrypt", "topic=news", "allowed"),
        ("Rolf", "kms:Decrypt", {"topic": 1}, "allowed"),
        ("Rolf", "kms:Decrypt", NEWS, True),
        "Rolf",
    ],
)
def test_a_row_that_is_no_request_is_one_sentence_and_loses_nothing(kept: PolicyTests, row: Any) -> None:
    kept.keep(RIGHT, TABLE)
    with pytest.raises(CourseError, match="is no request: it is written as"):
        kept.keep(reading(), [*TABLE, row])
    assert (kept.policy, kept.requests) == (RIGHT, TABLE)


def test_a_policy_that_cannot_be_read_loses_nothing(kept: PolicyTests) -> None:
    kept.keep(RIGHT, TABLE)
    with pytest.raises(PolicyError):
        kept.keep("{", TABLE)
    assert kept.policy == RIGHT


@pytest.mark.parametrize("text", ["{", '{"who": "Rolf"}', '[["Rolf"]]'])
def test_a_table_that_somebody_has_damaged_is_said(kept: PolicyTests, text: str) -> None:
    kept.keep(RIGHT, TABLE)
    kept.requests_file.write_text(text)
    with pytest.raises(CourseError):
        _ = kept.requests


def test_the_wrong_answers_are_named(kept: PolicyTests) -> None:
    kept.keep(reading(), TABLE)
    assert kept.wrong(TABLE) == [TABLE[1]]


@pytest.mark.parametrize("name", ["", "Reports", "../reports", "a b", "reports2", None, 5, b"reports"])
def test_a_name_that_is_no_name_is_one_sentence(account: Account, notes: Notes, name: Any) -> None:
    with pytest.raises(CourseError, match="is no name for tests"):
        PolicyTests(notes.folder, account, name)


def test_the_files_are_plain_json(kept: PolicyTests) -> None:
    kept.keep(RIGHT, TABLE)
    assert json.loads(kept.policy_file.read_text()) == RIGHT
    assert json.loads(kept.requests_file.read_text()) == [list(row) for row in TABLE]
