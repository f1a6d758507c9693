"""The console's page of a key, its tab Key policy: default view, policy view, and Edit."""

from __future__ import annotations

import difflib
from typing import Any

from kmscourse.access import Snapshot
from kmscourse.display.policy import PolicyCard
from kmscourse.errors import KmsCourseError
from kmscourse.kms import key_policy, put_key_policy
from kmscourse.policy import (
    DELETION_ACTIONS,
    Layers,
    action_matcher,
    list_values,
    parse,
    parse_principal,
    principals_of,
    statements_of,
)
from kmscourse.widgets.calls import AwsCall, NamedValue, show_calls
from kmscourse.widgets.controls import focus_on, show
from kmscourse.widgets.form import Form
from kmscourse.widgets.look import cards, code, facts, folded, message
from kmscourse.widgets.opens import opens_and_closes
from kmscourse.widgets.page import LabProtocol, button
from kmscourse.widgets.policy_field import PolicyField, text_of

ADMINISTRATORS, USERS = "Allow access for Key Administrators", "Allow use of the key"
CONSOLES = {
    "Enable IAM User Permissions",
    ADMINISTRATORS,
    USERS,
    "Allow attachment of persistent resources",
}
"""The statements of the console's policy, by Sid."""


class KeyPolicyPage(Form):
    """Shows the key policy of the course's key, or of ``key_arn``, and changes it.

    While one types, mistakes are said with their line; before one saves, the difference is shown, and what it opens
    and closes. A policy that can be read is linted as well; a remark keeps nobody from saving.

    Raises CourseError where there is no such key yet, ClientError where its policy may not be read.
    """

    title = "Key policy"
    action = "Save changes"
    refreshes = True

    def __init__(self, lab: LabProtocol, key_arn: str | None = None) -> None:
        self._lab, self._arn = lab, key_arn or lab.key_arn
        self._snapshot: Snapshot | None = None
        self.editing, self.as_text = False, False
        self.policy = PolicyField("Key policy", account=lab.account.id)
        self.read()
        self.switch = button("Switch to policy view")
        self.edit = button("Edit", "Edit the policy as text")
        self.cancel = button("Cancel", "Drop the changes")
        super().__init__(
            [self.policy], before=[self.switch, self.edit], after=[self.cancel], body=[self.policy.view]
        )
        self.switch.on_click(lambda _: self._show(as_text=not self.as_text, editing=False))
        self.edit.on_click(self._edit)
        self.cancel.on_click(self._cancel)
        self._show(as_text=False, editing=False)

    def read(self) -> None:
        """The key's policy as it is now. What is being typed stays, and the difference is to the policy as it is."""
        self._before = key_policy(self._lab.client("kms"), self._arn)
        if self.editing:
            self._snapshot = Snapshot(self._lab.account)
        else:
            self.policy.control.value = text_of(self._before)

    def preview_html(self) -> str:
        """One of the two views; while one edits, the remarks, the difference, and the call that would be made."""
        if self.editing:
            return self.policy.shown_remarks(self._before) + self._difference()
        if self.as_text:
            return code("Key policy", text_of(self._before))
        return default_view(self._before)

    def act(self) -> str:
        """Put the policy, unless somebody else has changed it in the meantime: what they did would be lost."""
        if not self.editing:
            raise KmsCourseError("Nothing has been changed yet: choose Edit first.")
        kms, new_policy = self._lab.client("kms"), parse(self.policy.value)
        if key_policy(kms, self._arn) != self._before:
            raise KmsCourseError(
                "The key's policy is no longer the one that this page began with: somebody else has changed it. "
                "Choose Refresh, look at the difference again, and take over what they did."
            )
        if new_policy == self._before:
            raise KmsCourseError("There is nothing to save: this is the policy as it is.")
        put_key_policy(kms, self._arn, new_policy)
        self._before = new_policy
        self._show(as_text=True, editing=False)
        return "The key policy has been saved."

    def rows(self) -> list[tuple[str, str]]:
        return [self.policy.row()]

    def _show(self, *, as_text: bool, editing: bool) -> None:
        self.as_text, self.editing = as_text, editing
        self.policy.offer(editing)
        self.switch.description = "Switch to default view" if as_text else "Switch to policy view"
        for at_rest in (self.switch, self.edit):
            show(at_rest, not editing)
        for at_work in (self.button, self.cancel):
            show(at_work, editing)
        self._update_preview(None)

    def _edit(self, _: object) -> None:
        with self.answering():
            self._snapshot = Snapshot(self._lab.account)
            self.policy.control.value = text_of(self._before)
            self.outcome.value = ""
            self._show(as_text=True, editing=True)
            focus_on(self.policy.control)

    def _cancel(self, _: object) -> None:
        self._show(as_text=True, editing=False)
        self.policy.control.value = text_of(self._before)
        self.outcome.value = message("·", "Nothing has been changed.")
        self.settle()

    def settle(self) -> None:
        focus_on(self.button, self.edit)

    def _difference(self) -> str:
        new_policy = self.policy.policy
        after = text_of(new_policy) if new_policy is not None else self.policy.value
        lines = list(
            difflib.unified_diff(
                text_of(self._before).splitlines(),
                after.splitlines(),
                "as it is",
                "as you want it",
                lineterm="",
                n=2,
            )
        )
        if not lines:
            return message("·", "No difference yet from the policy as it is.")
        put = AwsCall(
            "kms",
            "put_key_policy",
            {
                "KeyId": self._arn,
                "PolicyName": "default",
                "Policy": NamedValue("text", "file://policy.json", after),
            },
        )
        return "".join(
            [
                code("The difference (+ comes, - goes)", "\n".join(lines)),
                self._effect(new_policy) if new_policy is not None else "",
                show_calls(put),
            ]
        )

    def _effect(self, new_policy: dict[str, Any]) -> str:
        snapshot = self._snapshot or Snapshot(self._lab.account)

        def change(who: str, key: str) -> Layers:
            return {**snapshot.layers(who, key), "resource_policy": new_policy}

        return opens_and_closes(snapshot, [self._arn], change)


def default_view(policy: dict[str, Any]) -> str:
    """Who manages the key and who uses it, where the policy has the console's form; every other statement below.

    AWS KMS Developer Guide, "Changing a key policy": the default view is there for the console's policy only.
    """
    all_statements = statements_of(policy)
    by_sid = {statement.get("Sid"): statement for statement in all_statements}
    if ADMINISTRATORS not in by_sid and USERS not in by_sid:
        return _card(all_statements, "Key policy")
    may_delete = _may_delete(by_sid.get(ADMINISTRATORS, {}))
    rows = [
        ("Key administrators", _names(by_sid.get(ADMINISTRATORS, {}))),
        ("Key deletion", "Key administrators may delete this key" if may_delete else "Not by this policy"),
        ("Key users", _names(by_sid.get(USERS, {}))),
    ]
    others = [statement for statement in all_statements if statement.get("Sid") not in CONSOLES]
    return (
        facts(rows)
        + (_card(others, "Statements beside the console's") if others else "")
        + folded("Every statement, in words", _card(all_statements, "Key policy"))
    )


def _card(policy_statements: list[dict[str, Any]], title: str) -> str:
    return cards(PolicyCard({"Statement": policy_statements}, title=title))


def _names(statement: dict[str, Any]) -> str:
    names = ["everyone" if name == "*" else parse_principal(name).name for name in principals_of(statement)]
    return ", ".join(names) or "-"


def _may_delete(statement: dict[str, Any]) -> bool:
    """Does its Action cover what the console's tick "Allow key administrators to delete this key" stands for?"""
    covers = action_matcher(list_values(statement.get("Action")))
    return all(covers(action.lower()) for action in DELETION_ACTIONS)
