"""The console's page DynamoDB, Tables, Create table, as far as the course goes."""

from __future__ import annotations

import re

from kmscourse.account.ownership import MARK
from kmscourse.dynamodb import create_encrypted_table
from kmscourse.errors import KmsCourseError
from kmscourse.widgets.calls import AwsCall, show_calls
from kmscourse.widgets.controls import chosen, offer, one_of, text
from kmscourse.widgets.field import Field, require_value
from kmscourse.widgets.form import Form
from kmscourse.widgets.look import facts, message
from kmscourse.widgets.page import LabProtocol

YOURS = "Stored in your account, and owned and managed by you"
WHOSE = {
    "Owned by Amazon DynamoDB": "AWS decides who may use the key.",
    "AWS managed key": "You can read the key's policy, but not change it.",
    YOURS: "",
}


class CreateTablePage(Form):
    """Creates a table whose keys are strings, encrypted under a customer managed key of the account.

    Raises ClientError where the account's aliases may not be listed.
    """

    title = "Create table"
    action = "Create table"
    refreshes = True

    def __init__(self, lab: LabProtocol) -> None:
        self._lab = lab
        self._arn = ""
        self.name = Field(text("Table name", "Books"), _table_name)
        self.partition_key = Field(text("Partition key (String)", "Author"), _attribute_name)
        self.sort_key = Field(text("Sort key (String)", "Book_Title, or nothing"), self._other_attribute)
        self.encryption = Field(one_of("Encryption at rest", list(WHOSE)), _yours)
        self.key = Field(
            chosen("KMS key", []),
            require_value("There is no key of your own yet: section 1 creates one. Then choose Refresh."),
        )
        self.read()
        super().__init__([self.name, self.partition_key, self.sort_key, self.encryption, self.key])

    def read(self) -> None:
        """The aliases of the account's own keys, as they are now; the one that was chosen stays so."""
        pages = self._lab.client("kms").get_paginator("list_aliases").paginate()
        names = sorted(alias["AliasName"] for page in pages for alias in page["Aliases"])
        own = [name for name in names if not name.startswith("alias/aws/")]
        offer(self.key.control, own)

    def preview_html(self) -> str:
        """What the encryption chosen means, and the call that would be made."""
        whose = WHOSE[self.encryption.value]
        self.key.offer(not whose)
        if whose:
            return message("·", f"{whose} For a key of your own, choose the third.")
        return self.really(
            f"the table also gets the tag {MARK}, by which the course knows it again, and costs by the request."
        ) + show_calls(AwsCall("dynamodb", "create_table", self.request()))

    def request(self) -> dict[str, object]:
        """The parameters of CreateTable, as create_encrypted_table sends them."""
        keys = [(self.partition_key.value, "HASH")]
        if self.sort_key.value:
            keys.append((self.sort_key.value, "RANGE"))
        return {
            "TableName": self.name.value,
            "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name, _ in keys],
            "KeySchema": [{"AttributeName": name, "KeyType": kind} for name, kind in keys],
            "BillingMode": "PAY_PER_REQUEST",
            "SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": self.key.value},
        }

    def act(self) -> str:
        """Create the table and wait until it is active."""
        self._arn = create_encrypted_table(
            self._lab.client("dynamodb"),
            self.name.value,
            self.key.value,
            partition_key=self.partition_key.value,
            sort_key=self.sort_key.value or None,
        )
        return "The table has been created, and is active."

    def result(self) -> str:
        return facts([("ARN", self._arn)])

    def _other_attribute(self, name: str) -> None:
        if name:
            _attribute_name(name)
        if name and name == self.partition_key.value:
            raise KmsCourseError(
                "The partition key has this name already: the sort key is another attribute."
            )


def _table_name(name: str) -> None:
    if not re.fullmatch(r"[A-Za-z0-9_.-]{3,255}", name):
        raise KmsCourseError("A table's name has 3 to 255 letters, digits and _ . - and no space.")


def _attribute_name(name: str) -> None:
    if not 1 <= len(name.encode()) <= 255:
        raise KmsCourseError("An attribute's name has 1 to 255 characters.")


def _yours(chosen: str) -> None:
    if chosen != YOURS:
        raise KmsCourseError(f"{WHOSE[chosen]} Here you want the second say: choose the third.")
