"""Every page of the course, and every button on it, pressed with the names that the course uses."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress

from botocore.exceptions import ClientError
from ipywidgets import Button

from kmscourse import Lab
from kmscourse.errors import KmsCourseError
from kmscourse.iam import LAB_USER
from kmscourse.policy import use_statement, with_statement
from kmscourse.widgets import (
    CreateKeyPage,
    CreateTablePage,
    DecisionExplorer,
    ExploreItemsPage,
    KeyActionsPage,
    KeyPage,
    KeyPolicyPage,
    KeyRotationPage,
    SignInPage,
    TablePage,
    UserPage,
)
from kmscourse.widgets.create_table import YOURS
from tests.real_account.targets import Target

PASSWORD = "Typed-by-the-learner-1"  # of the learner's own choice, and as long as any account wants it


def press_every_button(
    lab: Lab, target: Target, key_arns: list[str], tables: list[str], users: list[str]
) -> None:
    """Go through all pages: the course's own things first, then these, each handed to the page by name.

    What a page refuses, or says of a thing that isn't there, is no failure here; nor is what the target's own faults
    bring about.
    """

    def go(do: Callable[..., None], *given: object) -> None:
        with suppress(KmsCourseError, ClientError, *target.faults):
            do(lab, *given)

    go(create_key)
    for arn in [None, *key_arns]:
        for change in (let_the_reader_in, rotate_the_key, go_through_key_actions):
            go(change, arn)
    go(create_table)
    for name in tables:
        go(explore_items, name)
    for name in users:
        go(give_and_take_console_access, name)
    go(sign_in)
    go(edit_in_the_explorer)
    for name in tables:
        go(delete_table, name)
    for arn in [None, *key_arns]:
        go(use_the_key_page, arn)


def create_key(lab: Lab) -> None:
    """Create key, with the alias myKey."""
    page = CreateKeyPage(lab)
    page.alias.control.value = "myKey"
    page.tags.control.value = "CostCenter=4711"
    page.administrators.control.value = page.users.control.value = (lab.account.user_arn,)
    page.button.click()


def let_the_reader_in(lab: Lab, arn: str | None) -> None:
    """The key's policy: edited, cancelled, edited, saved."""
    page = KeyPolicyPage(lab, arn)
    page.switch.click()
    reader = f"arn:aws:iam::{lab.account.id}:user/{LAB_USER}"
    for end in (page.cancel, page.button):
        page.edit.click()
        statement = use_statement(reader, sid="Let IAMLabUser read the table")
        page.policy.control.value = json.dumps(with_statement(json.loads(page.policy.value), statement))
        end.click()
    page.refresh.click()


def use_the_key_page(lab: Lab, arn: str | None) -> None:
    """The page that has the other three as its tabs."""
    page = KeyPage(lab, arn)
    page.rotation.button.click()
    page.actions.confirmed.control.value = True
    page.actions.button.click()
    page.refresh.click()


def rotate_the_key(lab: Lab, arn: str | None) -> None:
    """Rotation on, now, and off."""
    page = KeyRotationPage(lab, arn)
    for automatic in (True, False):
        page.automatic.control.value = automatic
        page.button.click()
    page.now.click()


def go_through_key_actions(lab: Lab, arn: str | None) -> None:
    """Every action in every state that the key can be brought into."""
    for action in ("Disable", "Enable", "Schedule key deletion", "Cancel key deletion", "Enable"):
        page = KeyActionsPage(lab, arn)
        if action in page.choice.control.options:
            page.choice.control.value = action
            page.confirmed.control.value = True
            page.button.click()


def create_table(lab: Lab) -> None:
    """Create table: the course's own name, and another under the course's key."""
    for name in ("Books", "Films"):
        page = CreateTablePage(lab)
        page.name.control.value = name
        page.partition_key.control.value, page.sort_key.control.value = "Author", "Book_Title"
        page.encryption.control.value = YOURS
        page.button.click()


def explore_items(lab: Lab, name: str) -> None:
    """Items read, and the lab's book written over the one that is there."""
    page = ExploreItemsPage(lab)
    if name not in page.table.control.options:
        return
    page.table.control.value = name
    for what in ("Scan", "Query", "Create item"):
        page.what.control.value = what
        page.partition_key.control.value, page.sort_key.control.value = "Seth Godin", "The Dip"
        page.more.control.value = "Pages=96"
        page.button.click()


def give_and_take_console_access(lab: Lab, name: str) -> None:
    """A password given, another given, and console access taken."""
    page = UserPage(lab, name)
    for access, password in (("Enable", PASSWORD), ("Enable", f"{PASSWORD}2"), ("Disable", "")):
        page.access.control.value = access
        page.password.control.value = password
        page.button.click()


def sign_in(lab: Lab) -> None:
    """Somebody tries the password."""
    page = SignInPage(lab)
    page.user_name.control.value, page.password.control.value = LAB_USER, PASSWORD
    page.button.click()


def edit_in_the_explorer(lab: Lab) -> None:
    """The decision explorer works on a copy."""
    page = DecisionExplorer(lab)
    if page.policy.offered:
        page.policy.control.value = '{"Version": "2012-10-17", "Statement": []}'
    for button in _buttons(page):
        button.click()


def delete_table(lab: Lab, name: str) -> None:
    """The word typed, and the button pressed."""
    page = TablePage(lab, name)
    page.confirmation.control.value = "confirm"
    page.button.click()


def _buttons(page: DecisionExplorer) -> Iterator[Button]:
    yield page.back
    yield page.refresh
