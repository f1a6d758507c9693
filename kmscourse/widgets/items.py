"""A table's items, shown; the values of its keys, typed; and the parameters of the Query that finds some items."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, DecimalException
from typing import Any

from boto3.dynamodb.types import DYNAMODB_CONTEXT, Binary, TypeDeserializer, TypeSerializer

from kmscourse.errors import KmsCourseError
from kmscourse.widgets.look import message, table

CONDITIONS = {
    "None": "",
    "Equal to": "=",
    "Begins with": "begins_with",
    "Less than": "<",
    "Less than or equal to": "<=",
    "Greater than": ">",
    "Greater than or equal to": ">=",
}
"""What can be asked of a sort key, in the console's words, and DynamoDB's operator for it."""

MAX_ROWS = 100  # rows of a table that are shown


@dataclass(frozen=True)
class Key:
    """A key attribute of a table: its name, and its type S (string), N (number) or B (bytes)."""

    name: str
    kind: str

    def typed(self, text: str) -> str | Decimal:
        """What is typed, as a value of this key. Raises KmsCourseError for what can't be one."""
        if not text:
            raise KmsCourseError(f"Type a value for {self.name}: every item has one.")
        if self.kind == "N":
            return self._number(text)
        if self.kind == "B":
            raise KmsCourseError(f"{self.name} holds bytes, which can't be typed on this page.")
        return text

    def _number(self, text: str) -> Decimal:
        try:
            number = Decimal(text)
            if number.is_finite():
                return DYNAMODB_CONTEXT.create_decimal(number)
        except DecimalException:
            pass  # no number, or one with more digits than DynamoDB keeps
        raise KmsCourseError(f"{self.name} is a number: type one, with 38 digits at the most.")


def keys_of(dynamodb: Any, name: str) -> list[Key]:
    """The table's partition key, and its sort key where it has one. Raises ClientError."""
    described = dynamodb.describe_table(TableName=name)["Table"]
    kinds = {each["AttributeName"]: each["AttributeType"] for each in described["AttributeDefinitions"]}
    schema = sorted(described["KeySchema"], key=lambda key: str(key["KeyType"]))  # HASH, then RANGE
    return [Key(key["AttributeName"], kinds[key["AttributeName"]]) for key in schema]


def query_request(
    name: str, partition: tuple[Key, str], condition: tuple[Key, str, str] | None
) -> dict[str, Any]:
    """The parameters of a Query: the partition key and what is typed for it; of the sort key the operator as well.

    Names are given apart, as any of them may be one of DynamoDB's reserved words. Raises KmsCourseError for what
    can't be a key's value.
    """
    expression = "#p = :p"
    names, values = {"#p": partition[0].name}, {":p": as_attribute(partition[0].typed(partition[1]))}
    if condition is not None:
        key, operator, text = condition
        expression += " AND " + ("begins_with(#s, :s)" if operator == "begins_with" else f"#s {operator} :s")
        names["#s"], values[":s"] = key.name, as_attribute(key.typed(text))
    return {
        "TableName": name,
        "KeyConditionExpression": expression,
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": values,
    }


def as_attribute(value: Any) -> dict[str, Any]:
    """A plain value in DynamoDB's JSON, as in {"S": "The Dip"}."""
    return dict(TypeSerializer().serialize(value))


def as_item(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """An item of DynamoDB's JSON as plain values."""
    return {name: TypeDeserializer().deserialize(value) for name, value in attributes.items()}


def items_table(items: Sequence[Mapping[str, Any]], keys: Iterable[Key]) -> str:
    """The items as a table: a column for each attribute, those of the key first."""
    names = [key.name for key in keys]
    columns = list(dict.fromkeys([*names, *(name for item in items for name in sorted(item))]))
    rows = [[_text(item[name]) if name in item else "" for name in columns] for item in items[:MAX_ROWS]]
    left_out = len(items) - len(rows)
    return table("Items returned", columns, rows) + (
        message("·", f"{left_out} more are not shown.") if left_out else ""
    )


def _text(value: Any) -> str:
    if isinstance(value, Binary):
        raw: Any = value  # its types don't say that it is bytes
        return bytes(raw).hex()
    if isinstance(value, set):
        return ", ".join(sorted(map(_text, value)))
    return str(value)
