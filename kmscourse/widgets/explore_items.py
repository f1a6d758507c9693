"""The console's page Explore items: Scan and Query a table, or create an item, as the user who is chosen."""

from __future__ import annotations

from typing import Any

import boto3
from botocore.exceptions import ClientError

from kmscourse import access
from kmscourse.account.denials import Denial, RefusedCall, is_denied
from kmscourse.display.decision import DecisionCard
from kmscourse.dynamodb import put_item
from kmscourse.errors import KmsCourseError
from kmscourse.widgets.calls import AwsCall, show_calls
from kmscourse.widgets.controls import chosen, lines, offer, one_of, text
from kmscourse.widgets.field import Field, require_value
from kmscourse.widgets.form import Form
from kmscourse.widgets.items import (
    CONDITIONS,
    Key,
    as_attribute,
    as_item,
    items_table,
    keys_of,
    query_request,
)
from kmscourse.widgets.look import cards, folded, message
from kmscourse.widgets.page import LabProtocol
from kmscourse.widgets.pairs import read_pairs

SCAN, QUERY, CREATE = "Scan", "Query", "Create item"
BUTTONS = {SCAN: "Run", QUERY: "Run", CREATE: "Create item"}


class ExploreItemsPage(Form):
    """Reads and writes the items of a table as the account's main user, or as one who is signed in.

    ``sessions`` are those of other users, as ``lab.sign_in`` returns them. A refusal is shown as AWS gives it, and
    under it, folded, how it came about.

    Raises ClientError where the account's tables may not be listed.
    """

    title = "Explore items"
    action = "Run"
    refreshes = True

    def __init__(self, lab: LabProtocol, *sessions: boto3.Session) -> None:
        self._lab = lab
        self._clients = {lab.account.user_arn: lab.client("dynamodb")}
        for session in sessions:
            self._clients[session.client("sts").get_caller_identity()["Arn"]] = session.client("dynamodb")
        people = [(arn.rpartition("/")[2], arn) for arn in self._clients]
        people[0] = (f"{people[0][0]} (you)", people[0][1])
        self._keys: list[Key] = []
        self._shown_items = ""
        self.who = Field(chosen("Signed in as", people))
        self.what = Field(one_of("What to do", [SCAN, QUERY, CREATE]))
        self.table = Field(
            chosen("Table", []),
            require_value("There is no table yet: section 6 creates one. Then choose Refresh."),
        )
        self.partition_key = Field(text("Partition key"), lambda typed: self._keys[0].typed(typed))
        self.condition = Field(chosen("Condition on the sort key", list(CONDITIONS)))
        self.sort_key = Field(text("Sort key"), lambda typed: self._keys[1].typed(typed))
        self.more = Field(
            lines("More attributes (optional)", "Pages=96", rows=2),
            read_pairs,
            note="In each line: a name, =, and a value. Every value is a string.",
        )
        self.read()
        super().__init__(
            [self.who, self.what, self.table, self.partition_key, self.condition, self.sort_key, self.more]
        )

    def read(self) -> None:
        """The account's tables, as they are now; the one that was chosen stays so."""
        pages = self._lab.client("dynamodb").get_paginator("list_tables").paginate()
        offer(self.table.control, [name for page in pages for name in page["TableNames"]])
        self._described = ""

    def preview_html(self) -> str:
        """The call that would be made, in the name of whoever is chosen."""
        self._describe()
        what, sorted_table = self.what.value, len(self._keys) > 1
        self.partition_key.offer(what != SCAN)
        self.condition.offer(what == QUERY and sorted_table)
        self.sort_key.offer(sorted_table and (what == CREATE or (what == QUERY and bool(self._operator))))
        self.more.offer(what == CREATE)
        self.button.description = BUTTONS[what]
        if self.table.value is None:
            return ""
        overwrites = "An item with the same key is replaced. " if what == CREATE else ""
        name = self.who.value.rpartition("/")[2]
        note = message("·", f"{overwrites}The call is made in the name of {name}.")
        try:
            return note + show_calls(self.call)
        except KmsCourseError:  # what is typed is no value yet: the field says so when it is asked for
            return note

    @property
    def call(self) -> AwsCall:
        """The call that the button makes."""
        if self.what.value == SCAN:
            return AwsCall("dynamodb", "scan", {"TableName": self.table.value})
        if self.what.value == QUERY:
            sort_key = self._keys[1] if self.sort_key.offered else None
            condition = (sort_key, self._operator, self.sort_key.value) if sort_key else None
            return AwsCall(
                "dynamodb",
                "query",
                query_request(self.table.value, (self._keys[0], self.partition_key.value), condition),
            )
        item = {name: as_attribute(value) for name, value in self._item().items()}
        return AwsCall("dynamodb", "put_item", {"TableName": self.table.value, "Item": item})

    def act(self) -> str:
        """Make the call in the name of whoever is chosen."""
        client = self._clients[self.who.value]
        self._shown_items = ""
        if self.what.value == CREATE:
            put_item(client, self.table.value, self._item())
            return "The item has been created."
        answer = self.call.make(client)
        items = [as_item(item) for item in answer["Items"]]
        self._shown_items = items_table(items, self._keys)
        more = (
            " There are more: one call answers with 1 MB at the most." if "LastEvaluatedKey" in answer else ""
        )
        return f"{len(items)} {'item' if len(items) == 1 else 'items'} returned.{more}"

    def result(self) -> str:
        return self._shown_items

    def refused(self, error: Exception) -> str:
        """What AWS says, and where it was a lack of permission, the decision step by step."""
        answer = super().refused(error)
        if not isinstance(error, ClientError) or not is_denied(error):
            return answer
        sentence = error.response["Error"]["Message"]
        try:
            call = RefusedCall.of(
                error.operation_name,
                self.call.request,
                region=self._lab.account.region,
                request_id=error.response["ResponseMetadata"].get("RequestId", ""),
            )
            case = access.refused_case(self._lab.account, Denial(sentence, call))
            card = DecisionCard(case.decision, case.ways_in, sentence, case.notes)
        except (KmsCourseError, ClientError) as unknown:
            return answer + folded("Why?", message("✗", f"The decision can't be taken again: {unknown}"))
        return answer + folded("Why? The decision, step by step", cards(card))

    @property
    def _operator(self) -> str:
        return CONDITIONS.get(self.condition.value, "")

    def _item(self) -> dict[str, Any]:
        """The item that is typed. Raises KmsCourseError for what can't be one."""
        typed = zip(self._keys, (self.partition_key.value, self.sort_key.value), strict=False)
        keys = {key.name: key.typed(text) for key, text in typed}
        return {**read_pairs(self.more.value), **keys}

    def _describe(self) -> None:
        """Call the key fields by the names that they have in the table."""
        if self.table.value is None or self._described == self.table.value:
            return
        self._keys = keys_of(self._lab.client("dynamodb"), self.table.value)
        self._described = self.table.value
        for field, key in zip((self.partition_key, self.sort_key), self._keys, strict=False):
            field.control.description = key.name
