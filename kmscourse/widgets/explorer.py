"""The decision explorer: choose who asks for what, edit the policies, and watch the decision change.

It works on a copy of the account's policies. Nothing is ever written to the account.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from ipywidgets import HTML, Combobox, HBox

from kmscourse.access import DIRECTLY, KEY_ACTIONS, TABLE_ACTIONS, Snapshot, table_key, ways
from kmscourse.display.decision import DecisionCard
from kmscourse.errors import CourseError, KmsCourseError
from kmscourse.policy import (
    ANONYMOUS,
    Decision,
    Request,
    action_exists,
    evaluate,
    suggest_action,
    what_would_allow,
)
from kmscourse.widgets.controls import chosen, lines, offer
from kmscourse.widgets.field import Field
from kmscourse.widgets.look import cards, message
from kmscourse.widgets.opens import opens_and_closes
from kmscourse.widgets.page import LabProtocol, Page, button
from kmscourse.widgets.pairs import read_pairs
from kmscourse.widgets.policy_field import PolicyField
from kmscourse.widgets.what_if import STRANGER, Sheet, WhatIf

SERVED = ("dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan", "dynamodb:PutItem", "dynamodb:UpdateItem")


class DecisionExplorer(Page):
    """Who may do what, and what if a policy were another: decided anew at every change.

    Raises ClientError where the account's users or keys may not be listed.
    """

    title = "Decision explorer"

    def __init__(self, lab: LabProtocol) -> None:
        self._lab = lab
        self._busy = False
        self._what_if = WhatIf(Snapshot(lab.account))
        self.who = Field(chosen("Who", []))
        self.what = Field(_action_box(), _action, live=True)
        self.resource = Field(chosen("To what", []))
        self.way = Field(chosen("How", [DIRECTLY]))
        self.context = Field(
            lines("More about the call (optional)", "kms:EncryptionContext:course=kms", rows=2),
            read_pairs,
            live=True,
            note="One condition key in each line, as in kms:EncryptionContext:course=kms or aws:SourceIp=203.0.113.7.",
        )
        self.sheet = Field(chosen("Policy to edit", []))
        self.policy = PolicyField("What it says, to be edited", account=lab.account.id)
        self.verdict, self.effect, self.steps = HTML(), HTML(), HTML()
        self.back = button("Put the policy back", "Make the policy on this page what it is in the account")
        self.refresh = button("Refresh", "Read the account again; what was edited here stays")
        question = HBox([field.view for field in (self.who, self.what, self.resource, self.way)])
        question.add_class("kms-asked")
        super().__init__(
            [
                question,
                self.context.view,
                self.verdict,
                self.sheet.view,
                self.policy.view,
                HBox([self.back, self.refresh]),
                self.effect,
                self.steps,
            ]
        )
        self._offer_people_and_resources()
        with suppress(CourseError):  # there is none yet
            self.resource.control.value = lab.key_arn
        for field in (self.who, self.what, self.resource, self.way, self.context, self.sheet, self.policy):
            field.control.observe(self._changed, "value")
        self.back.on_click(self._put_back)
        self.refresh.on_click(self._refreshed)
        self._update()

    def rows(self) -> list[tuple[str, str]]:
        fields = (self.who, self.what, self.resource, self.way, self.context, self.sheet, self.policy)
        return [field.row() for field in fields]

    @property
    def request(self) -> Request:
        """What is asked, as it is chosen on the page."""
        context = ways(self._what_if.snapshot, self.resource.value).get(self.way.value, {})
        more = read_pairs(self.context.value) if self.context.passes() else {}
        return self._what_if.snapshot.request(
            self.who.value, self.what.value, self.resource.value, {**context, **more}
        )

    @property
    def decision(self) -> Decision:
        """What the policies say to it, as they are typed on the page."""
        return evaluate(self.request, **self._what_if.layers(self.who.value, self.resource.value))

    def _changed(self, change: Any) -> None:
        if self._busy:
            return
        if change["owner"] is self.policy.control and self.sheet.value is not None:
            self._what_if.type(self.sheet.value, self.policy.value)
        if change["owner"] is self.what.control:
            self._fit_resource()
        self._update()

    def _update(self) -> None:
        """Offer what there is to choose from now, and decide anew."""
        self._busy = True
        try:
            if self.resource.value is None:
                self.verdict.value = message(
                    "·", "There is no key and no table yet: section 1 creates a key. Then choose Refresh."
                )
                return
            self._offer_ways_and_sheets()
            self._decide()
        except (KmsCourseError, ClientError, BotoCoreError) as error:
            self.verdict.value = self.refused(error)
        finally:
            self._busy = False

    def _decide(self) -> None:
        if not self.what.passes():
            self.verdict.value = message("·", "What is asked has to be an action first.")
            return
        verdicts, decisions = [], []
        for request in self._requests():
            layers = self._what_if.layers(request.principal, request.resource)
            decision = evaluate(request, **layers)
            decisions.append(DecisionCard(decision, what_would_allow(request, **layers)))
            verdicts.append(message("✓" if decision.allowed else "✗", decision.reason, loud=False))
        to_serve = message("·", "To serve the call DynamoDB opens the table's key, in the caller's name:")
        self.verdict.value = to_serve.join(verdicts)
        self.steps.value = cards(*decisions)
        remarks = self.policy.shown_remarks(self._what_if.saved(self.sheet.value)) if self.sheet.value else ""
        self.effect.value = remarks + self._effect()

    def _effect(self) -> str:
        if not self._what_if.edited:
            return message(
                "·", "Every policy is as it is in the account. Change one, and see who gains and who loses."
            )
        what_if = self._what_if
        return opens_and_closes(what_if.snapshot, what_if.bears_on(self.resource.value), what_if.layers)

    def _requests(self) -> Iterator[Request]:
        """What is asked; and of a call that DynamoDB serves with a key of the account's own, what that is asked."""
        request = self.request
        yield request
        table = self._what_if.snapshot.tables.get(request.resource)
        if table is not None and table.key_arn is not None and request.action in SERVED:
            context = table_key(self._lab.account, table.name)
            yield self._what_if.snapshot.request(request.principal, "kms:Decrypt", table.key_arn, context)

    def _offer_people_and_resources(self) -> None:
        snapshot = self._what_if.snapshot
        people = [(person.name, arn) for arn, person in snapshot.people.items()]
        others = [
            ("The account's root user", f"arn:aws:iam::{self._lab.account.id}:root"),
            ("A visitor from another account", STRANGER),
            ("Anonymous: a call without a signature", ANONYMOUS),
        ]
        keys = [(f"Key {alias}", arn) for arn, alias in snapshot.keys.items()]
        tables = [(f"Table {table.name}", arn) for arn, table in snapshot.tables.items()]
        offer(self.who.control, [*people, *others])
        offer(self.resource.control, [*keys, *tables])

    def _offer_ways_and_sheets(self) -> None:
        offer(self.way.control, [(way, way) for way in ways(self._what_if.snapshot, self.resource.value)])
        sheets = self._what_if.sheets(self.who.value, self.resource.value)
        offer(self.sheet.control, [(name, sheet) for sheet, name in sheets.items()])
        sheet: Sheet | None = self.sheet.value
        self.policy.offer(sheet is not None)
        if sheet is not None:
            self.policy.kind = sheet.kind
            if self.policy.value != self._what_if.text(sheet):
                self.policy.control.value = self._what_if.text(sheet)

    def _fit_resource(self) -> None:
        """A key is asked for KMS's actions, a table for DynamoDB's: choose one that fits, where the other kind is."""
        kind = ":table/" if self.what.value.startswith("dynamodb:") else ":key/"
        fitting = [arn for _, arn in self.resource.control.options if kind in arn]
        if fitting and self.resource.value not in fitting:
            self._busy = True
            self.resource.control.value = fitting[0]
            self._busy = False

    def _put_back(self, _: object) -> None:
        if self.sheet.value is not None:
            self._what_if.put_back(self.sheet.value)
        self._update()

    def _refreshed(self, _: object) -> None:
        with self.answering():
            self._what_if.snapshot = Snapshot(self._lab.account)
            self._busy = True
            self._offer_people_and_resources()
            self._busy = False
            self._update()
            self.outcome.value = message("✓", "This is the account as it is now. What was edited here stays.")


def _action_box() -> Combobox:
    return Combobox(
        value="kms:Decrypt",
        description="Does what",
        options=[*KEY_ACTIONS, *TABLE_ACTIONS],
        tooltip="Does what: an action, as in kms:Decrypt",
        continuous_update=False,
        layout={"width": "auto"},
    )


def _action(action: str) -> None:
    """Raises KmsCourseError for what is no action, with the one that was most likely meant."""
    if ":" in action and "*" not in action and "?" not in action and action_exists(action):
        return
    like = suggest_action(action)
    meant = f" Did you mean {like}?" if like else " Type one as in kms:Decrypt."
    raise KmsCourseError(f"{action or 'Nothing'} is no action that AWS knows.{meant}")
