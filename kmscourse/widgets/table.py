"""The console's page of a DynamoDB table: what it is, and Delete."""

from __future__ import annotations

from typing import Any

from ipywidgets import HTML

from kmscourse.dynamodb import delete_table
from kmscourse.errors import KmsCourseError
from kmscourse.widgets.calls import AwsCall, show_calls
from kmscourse.widgets.controls import show, text
from kmscourse.widgets.field import Field
from kmscourse.widgets.form import Form
from kmscourse.widgets.look import facts, message
from kmscourse.widgets.page import LabProtocol

CONFIRM = "confirm"


class TablePage(Form):
    """Shows a table of the account, and deletes it. A table that isn't there is said."""

    title = "Table"
    action = "Delete table"
    refreshes = True

    def __init__(self, lab: LabProtocol, name: str = "Books") -> None:
        self._lab, self.name = lab, name
        self.general = HTML()
        self.confirmation = Field(
            text(f'To delete the table with all its items, type "{CONFIRM}"', CONFIRM), _confirmed
        )
        self.read()
        super().__init__([self.confirmation], body=[self.general, self.confirmation.view])

    def read(self) -> None:
        """The table, as it is now."""
        dynamodb = self._lab.client("dynamodb")
        self._facts: list[tuple[str, str]] = []
        try:
            described = dynamodb.describe_table(TableName=self.name)["Table"]
        except dynamodb.exceptions.ResourceNotFoundException:
            self.general.value = message("·", f"There is no table {self.name}.")
            return
        self._facts = described_facts(described)
        self.general.value = f"<h4>General information</h4>{facts(self._facts)}"

    def preview_html(self) -> str:
        """The call that would be made."""
        exists = bool(self._facts)
        self.confirmation.offer(exists)
        show(self.button, exists)
        return show_calls(AwsCall("dynamodb", "delete_table", {"TableName": self.name})) if exists else ""

    def act(self) -> str:
        """Delete the table and wait until it is gone."""
        delete_table(self._lab.client("dynamodb"), self.name)
        self.confirmation.control.value = ""
        self.confirmation.say("")
        self.read()
        self._update_preview(None)
        return f"The table {self.name} has been deleted."

    def rows(self) -> list[tuple[str, str]]:
        return [*(self._facts or [("Table", self.name)]), *super().rows()]


def described_facts(described: dict[str, Any]) -> list[tuple[str, str]]:
    """What the console says of a table, from DescribeTable's answer."""
    names = {key["KeyType"]: key["AttributeName"] for key in described["KeySchema"]}
    kinds = {each["AttributeName"]: each["AttributeType"] for each in described["AttributeDefinitions"]}
    encryption = described.get("SSEDescription", {})
    key_arn = encryption.get("KMSMasterKeyArn")
    return [
        ("Table", described["TableName"]),
        ("Status", described["TableStatus"]),
        ("Partition key", f"{names['HASH']} ({kinds[names['HASH']]})"),
        ("Sort key", f"{names['RANGE']} ({kinds[names['RANGE']]})" if "RANGE" in names else "-"),
        ("Encryption", "A key of your own" if key_arn else "Owned by Amazon DynamoDB"),
        *([("KMS key", key_arn)] if key_arn else []),
        ("ARN", described["TableArn"]),
    ]


def _confirmed(typed: str) -> None:
    if typed != CONFIRM:
        raise KmsCourseError(f'Type "{CONFIRM}" first: what is deleted does not come back.')
