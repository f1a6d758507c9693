"""Scenarios of what the account's tests try inside it only: expressions, pages of items, key policies, searches."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.frozen.replay import Scenario, Step

_VALUES = {":a": {"S": "Seth Godin"}, ":b": {"N": "7"}, ":t": {"S": "T"}}
_NAMES = {"#a": "Author", "#p": "Pages"}
_CONDITIONS = (
    "Author = :a", "attribute_not_exists(Author) AND NOT (Pages BETWEEN :b AND :b)", "NOT :a <> Author", "",
    "(size(#a.b[0]) > :b OR contains(Tags, :a)) and begins_with ( Title,:a )", "Pages IN (:a, :b, Other)",
    "attribute_type(Pages, :a)", "attribute_exists(#p) AND #p >= :b", "Author = = :a", "Author = :a AND", "Author :a",
    "(Author = :a", "Author = :a)", "Author", "my-attribute = :a", "is_empty(Author)", "contains(Author)",
    "Author = :c", "#b = :a", "Author = :a OR " * 300 + "Author = :a", "((Author = :a))", "size(:a) = :b",
    "begins_with(Pages, :b)", "Tags[0] = :a", "Tags[x] = :a", ":a = :a", "Pages < :a", "contains(Title, :t)",
)  # fmt: skip
_UPDATES = (
    "SET Pages = :b", "SET Pages = Pages + :b", "SET #p = if_not_exists(#p, :b)", "REMOVE Pages", "ADD Pages :b",
    "SET Tags = list_append(Tags, :a)", "DELETE Tags :a", "SET Pages = :b, Pages = :b", "SET Author = :a", "PUT x :a",
    "SET Pages = :c", "SET", "SET x = :a SET y = :b", "SET a.b = :a", "ADD Title :a", "SET Pages = missing + :b",
    "SET x = :a REMOVE y ADD z :b", "SET x = :a - :b", "REMOVE Tags[0]", "SET x = nothing(:a)", "",
)  # fmt: skip
_PROJECTIONS = (
    "Author",
    "#a, Pages",
    "Author, Author",
    "Tags[0]",
    "a.b",
    "Author,",
    "",
    "#b",
    "Author Title",
)
_KEY_CONDITIONS = (
    "Author = :a", "#a=:a and Title>=:t", "(Title < :t)AND(#a = :a)", "(Author = :a AND Title between :t AND :t)",
    "Author = :a AND begins_with ( Title , :t )", "Author = :a AND Author = :t", "Author = :a AND #a = :t",
    "Author = :a OR Title = :t", "Author IN (:a)", "Author <> :a", "Author = :c", "contains(Author, :a)",
    "Author = Title", "Author = :a AND", "Author.x = :a", "(" * 500, "Title = :t", "Author > :a", "Pages = :b",
    "Author = :a AND Title = :b", "Author = :a AND Pages = :b", "",
)  # fmt: skip
_POLICIES: tuple[Any, ...] = (
    "no JSON", [], {}, {"Version": "2011", "Statement": [{}]}, {"Statement": []}, {"Statement": [7]},
    {"Statement": [{"Effect": "Perhaps"}]}, {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]},
    *({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": principal}]} for principal in (
        "*", "somebody", {}, [], {"AWS": "*"}, {"AWS": "<<account>>"}, {"AWS": "111122223333"}, {"AWS": ["nobody"]},
        {"AWS": "arn:aws:iam::<<account>>:user/none"}, {"AWS": 7}, {"Service": "dynamodb.amazonaws.com"},
        {"Service": "none"}, {"Federated": "x"}, {"Moon": "x"},
    )),
)  # fmt: skip
_SEARCHES: tuple[dict[str, Any], ...] = (
    {"MaxResults": 0}, {"MaxResults": 51}, {"MaxResults": 1}, {"StartTime": 200, "EndTime": 100}, {"StartTime": 100},
    {"EndTime": 100}, {"EventCategory": "management"}, {"EventCategory": "insight"}, {"NextToken": "x"},
    {"NextToken": "MA=="}, {"LookupAttributes": [{"AttributeKey": "Moon", "AttributeValue": "full"}]},
    {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "CreateKey"}] * 2},
    *({"LookupAttributes": [{"AttributeKey": name, "AttributeValue": value}]} for name, value in (
        ("EventName", "CreateKey"), ("EventSource", "kms.amazonaws.com"), ("Username", "<<main>>"),
        ("ReadOnly", "false"), ("AccessKeyId", "<<main_key>>"), ("ResourceType", "AWS::KMS::Key"),
        ("ResourceName", "<<CreateKey/KeyMetadata/Arn>>"), ("EventId", "none"),
    )),
)  # fmt: skip
_BOOKS: dict[str, Any] = {
    "TableName": "Books",
    "KeySchema": [
        {"AttributeName": "Author", "KeyType": "HASH"},
        {"AttributeName": "Title", "KeyType": "RANGE"},
    ],
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("Author", "Title")],
    "BillingMode": "PAY_PER_REQUEST",
}
_SORTED = {
    "N": ["10", "9", "-1", "1E2", "0.5"],
    "S": ["b", "a", "B", "é", "aa"],
    "B": ["AQ==", "/w==", "AQI=", "AA=="],
}


def scenarios() -> Iterator[Scenario]:
    """Each on a table of books, on a key, or on the trail."""
    item = {
        "Author": {"S": "Seth Godin"},
        "Title": {"S": "The Dip"},
        "Pages": {"N": "96"},
        "Tags": {"L": [{"S": "x"}]},
    }
    key = {name: item[name] for name in ("Author", "Title")}
    first: list[Step] = [
        {"call": "dynamodb:CreateTable", "with": _BOOKS},
        {"call": "dynamodb:PutItem", "with": {"TableName": "Books", "Item": item}},
    ]
    for operation, member, expressions, more in (
        ("PutItem", "ConditionExpression", _CONDITIONS, {"Item": item}),
        ("DeleteItem", "ConditionExpression", _CONDITIONS[4:12], {"Key": key}),
        ("Scan", "FilterExpression", _CONDITIONS, {}),
        ("UpdateItem", "UpdateExpression", _UPDATES, {"Key": key, "ReturnValues": "ALL_NEW"}),
        ("GetItem", "ProjectionExpression", _PROJECTIONS, {"Key": key}),
        ("Query", "KeyConditionExpression", _KEY_CONDITIONS, {}),
    ):
        steps = [_with_expression(operation, member, expression, more) for expression in expressions]
        yield {"name": f"inner: {member} of {operation}", "steps": [*first, *steps]}
    for kind, values in _SORTED.items():
        yield {"name": f"inner: items in the order of {kind}", "steps": list(_pages(kind, values))}
    policies = [
        {"call": "kms:PutKeyPolicy", "with": {"KeyId": "<<CreateKey/KeyMetadata/KeyId>>", "Policy": text}}
        for text in (policy if isinstance(policy, str) else json.dumps(policy) for policy in _POLICIES)
    ]
    yield {"name": "inner: policies of a key", "steps": [{"call": "kms:CreateKey", "with": {}}, *policies]}
    searches: list[Step] = [{"call": "cloudtrail:LookupEvents", "with": asked} for asked in _SEARCHES]
    yield {
        "name": "inner: searches of the trail",
        "steps": [{"call": "kms:CreateKey", "with": {}}, *searches],
    }


def _with_expression(operation: str, member: str, expression: str, more: dict[str, Any]) -> Step:
    """A call that gives the names and values that its expression speaks of, and no others."""
    names = {name: attribute for name, attribute in _NAMES.items() if name in expression}
    values = {name: value for name, value in _VALUES.items() if name in expression}
    given = {"ExpressionAttributeNames": names, "ExpressionAttributeValues": values}
    if len(expression) > 200:
        given = {"ExpressionAttributeNames": {}, "ExpressionAttributeValues": {":a": _VALUES[":a"]}}
    asked = {
        "TableName": "Books",
        **more,
        member: expression,
        **{name: value for name, value in given.items() if value},
    }
    return {"call": f"dynamodb:{operation}", "with": asked}


def _pages(kind: str, values: list[str]) -> Iterator[Step]:
    """A table sorted by one kind of key, read forwards, backwards, in pages and in segments."""
    types = [
        {"AttributeName": "Author", "AttributeType": "S"},
        {"AttributeName": "Title", "AttributeType": kind},
    ]
    yield {"call": "dynamodb:CreateTable", "with": {**_BOOKS, "AttributeDefinitions": types}}
    for author in ("Seth", "Ann"):
        for value in values:
            item = {"Author": {"S": author}, "Title": {kind: value}}
            yield {"call": "dynamodb:PutItem", "with": {"TableName": "Books", "Item": item}}
    condition = {"KeyConditionExpression": "Author = :a", "ExpressionAttributeValues": {":a": {"S": "Seth"}}}
    start = {"Author": {"S": "Seth"}, "Title": {kind: values[0]}}
    for more in ({}, {"ScanIndexForward": False}, {"Limit": 2}, {"ExclusiveStartKey": start, "Limit": 1},
                 {"ExclusiveStartKey": start, "ScanIndexForward": False}, {"Select": "COUNT"}):  # fmt: skip
        yield {"call": "dynamodb:Query", "with": {"TableName": "Books", **condition, **more}}
    for more in ({}, {"Limit": 3}, {"ExclusiveStartKey": start}, {"Segment": 0, "TotalSegments": 2},
                 {"Segment": 1, "TotalSegments": 2}, {"Select": "COUNT"}):  # fmt: skip
        yield {"call": "dynamodb:Scan", "with": {"TableName": "Books", **more}}
