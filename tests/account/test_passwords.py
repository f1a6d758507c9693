"""A password for a real account suits its policy, is shown once, and stands in nothing that is kept."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from ipywidgets import HTML, Button

from kmscourse.account import passwords
from kmscourse.account.passwords import CLASSES, LENGTH, make_password, show_once


@pytest.fixture
def iam(main: boto3.Session) -> Any:
    return main.client("iam")


def test_it_has_letters_of_both_kinds_digits_and_symbols(iam: Any) -> None:
    for _ in range(50):
        password = make_password(iam)
        assert len(password) == LENGTH
        assert all(set(characters) & set(password) for characters in CLASSES)
        assert set(password) <= set("".join(CLASSES))


def test_no_two_are_alike(iam: Any) -> None:
    assert len({make_password(iam) for _ in range(50)}) == 50


def test_a_cell_that_ends_with_it_does_not_print_it(iam: Any) -> None:
    password = make_password(iam)
    assert str(password) not in repr(password)
    assert str(password) not in repr([password])


@pytest.mark.parametrize("length", [6, 20, 21, 128])
def test_it_suits_the_accounts_password_policy(iam: Any, length: int) -> None:
    iam.update_account_password_policy(
        MinimumPasswordLength=length,
        **{
            f"Require{kind}": True
            for kind in ("Symbols", "Numbers", "UppercaseCharacters", "LowercaseCharacters")
        },
    )
    iam.create_user(UserName="Ours")
    password = make_password(iam)
    assert len(password) == max(length, LENGTH)
    iam.create_login_profile(UserName="Ours", Password=password)


@pytest.mark.parametrize(("terminal", "shown"), [(True, True), (False, False)])
def test_it_is_shown_to_people_and_not_to_logs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], terminal: bool, shown: bool
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal)
    show_once("Ours", "the-password")
    said = capsys.readouterr()
    assert said.out == ""
    assert ("the-password" in said.err) == shown
    assert "A password was made for Ours" in said.err


def test_in_a_notebook_it_stands_behind_a_button_that_works_once(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Any] = []
    monkeypatch.setattr(passwords, "_in_notebook", lambda: True)
    monkeypatch.setattr("IPython.display.display", shown.append)
    show_once("Ours", "<the-password>")
    text, button = shown[0].children
    assert isinstance(text, HTML)
    assert isinstance(button, Button)
    assert "the-password" not in str(shown[0].get_state()) + text.value, "nothing to save yet"
    button.click()
    assert text.value == "<code>&lt;the-password&gt;</code>"
    button.click()
    assert "the-password" not in text.value
    button.click()
    assert "the-password" not in text.value
