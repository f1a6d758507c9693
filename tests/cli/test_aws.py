"""``kmscourse aws``: the account in the first line, what is there, and a clean-up that asks first."""

from __future__ import annotations

from pathlib import Path

import boto3
import pytest

from kmscourse import cli
from kmscourse.account import Account
from kmscourse.cli import aws
from kmscourse.course import prepare
from kmscourse.course.notes import Notes
from kmscourse.errors import KmsCourseError
from tests.foreign import names_of_everything, take


@pytest.fixture
def target(empty_account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Account:
    """A real account that KMSCOURSE_TARGET names."""
    monkeypatch.setenv("KMSCOURSE_HOME", str(tmp_path))
    monkeypatch.setattr("kmscourse.account.open_real_account", lambda: empty_account)
    return empty_account


def answer(monkeypatch: pytest.MonkeyPatch, text: str | None) -> None:
    def typed(_: str) -> str:
        if text is None:
            raise EOFError
        return text

    monkeypatch.setattr("builtins.input", typed)


def test_status_says_the_account_first(target: Account, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["aws", "status"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"Real AWS account {target.id} · us-east-1 · signed in as {target.user_name}"
    assert said[1] == "  The course has nothing here."


def test_status_says_what_is_there_what_it_costs_and_what_is_in_the_way(
    target: Account, main: boto3.Session, notes: Notes, capsys: pytest.CaptureFixture[str]
) -> None:
    prepare(target, notes, 9)
    take("Films", main)
    assert cli.main(["aws", "status"]) == 0
    said = capsys.readouterr().out
    assert "  user IAMLabUser, access keys: 0 · free of charge\n" in said
    assert "\nTogether 1.00 USD a month" in said
    assert "\nIn the way: table Films." in said


@pytest.mark.parametrize("typed", ["", "n", "no", "maybe", None])
def test_without_a_yes_nothing_is_removed(
    target: Account,
    main: boto3.Session,
    notes: Notes,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    typed: str | None,
) -> None:
    prepare(target, notes, 9)
    capsys.readouterr()
    before = names_of_everything(main)
    answer(monkeypatch, typed)
    assert cli.main(["aws", "cleanup"]) == 1
    assert capsys.readouterr().err == "Nothing was removed.\n"
    assert names_of_everything(main) == before


@pytest.mark.parametrize("words", [["--yes"], []])
def test_with_a_yes_all_of_it_goes(
    target: Account,
    notes: Notes,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
) -> None:
    prepare(target, notes, 9)
    answer(monkeypatch, "y")
    assert cli.main(["aws", "cleanup", *words]) == 0
    assert "will be deleted on 20" in capsys.readouterr().out
    answer(monkeypatch, None)
    assert cli.main(["aws", "cleanup"]) == 0, "nothing to ask about"
    assert "There is nothing to remove." in capsys.readouterr().out


def test_what_is_left_is_said_with_exit_status_1(
    target: Account, notes: Notes, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    prepare(target, notes, 9)
    capsys.readouterr()

    def refuse(**_: object) -> None:
        raise KmsCourseError("it is not to go")

    target.client("dynamodb").meta.events.register("provide-client-params.dynamodb.DeleteTable", refuse)
    assert cli.main(["aws", "cleanup", "--yes"]) == 1
    assert capsys.readouterr().err.startswith("Could not be removed: table Books in us-east-1")


@pytest.mark.parametrize("action", [["status"], ["cleanup", "--yes"]])
def test_the_practice_account_is_never_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], action: list[str]
) -> None:
    monkeypatch.setenv("KMSCOURSE_HOME", str(tmp_path))
    monkeypatch.setenv("KMSCOURSE_TARGET", "sandbox")
    assert cli.main(["aws", *action]) == 1
    assert "KMSCOURSE_TARGET names the practice account" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [], "it was not even started"


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "127.1"])
def test_it_is_known_by_whatever_name_a_url_has_for_this_machine(name: str) -> None:
    same = aws._is_same_place
    assert same(f"http://{name}:4566/", "http://127.0.0.1:4566")
    assert not same(f"http://{name}:4567", "http://127.0.0.1:4566")
    assert not same("http://nobody.invalid:4566", "http://127.0.0.1:4566")
