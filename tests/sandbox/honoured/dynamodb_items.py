"""DynamoDB's items: books, and one item of each type; for each member of each input a call in which it counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.frozen.replay import Step
from tests.sandbox.honoured.account import step
from tests.sandbox.honoured.proofs import NOT_OFFERED, Operation, Proof, differs, refused

Parameters = dict[str, Any]

# The types of an attribute: of each a value, and another attribute than that.
HELD: Mapping[str, Any] = {
    "S": "text",
    "N": "7",
    "B": "aGVsbG8=",
    "SS": ["a", "b"],
    "NS": ["1", "2"],
    "BS": ["aGVsbG8="],
    "M": {"a": {"S": "b"}},
    "L": [{"S": "a"}],
    "NULL": True,
    "BOOL": True,
}
OTHERS: Mapping[str, Any] = {
    "S": {"S": "other"},
    "N": {"N": "8"},
    "B": {"B": "aGVsbG8h"},
    "SS": {"SS": ["a", "c"]},
    "NS": {"NS": ["1", "3"]},
    "BS": {"BS": ["aGVsbG8h"]},
    "M": {"M": {"a": {"S": "c"}}},
    "L": {"L": [{"S": "b"}]},
    "NULL": {"BOOL": True},
    "BOOL": {"BOOL": False},
}


def book(author: str, title: str, **numbers: str) -> Parameters:
    """An item of Books, or its key."""
    key = {"Author": {"S": author}, "Title": {"S": title}}
    return key | {name: {"N": number} for name, number in numbers.items()}


def put(table: str, item: Parameters) -> Step:
    """The step that writes an item."""
    return step("dynamodb:PutItem", TableName=table, Item=item)


def got(table: str, key: Parameters) -> Step:
    """The step that reads an item."""
    return step("dynamodb:GetItem", TableName=table, Key=key)


def schema(*names: str) -> list[Parameters]:
    """A KeySchema."""
    kinds = ("HASH", "RANGE")[: len(names)]
    return [{"AttributeName": name, "KeyType": kind} for name, kind in zip(names, kinds, strict=True)]


BOOKS = {
    "AttributeDefinitions": [
        {"AttributeName": name, "AttributeType": kind}
        for name, kind in (("Author", "S"), ("Title", "S"), ("Year", "N"))
    ],
    "KeySchema": schema("Author", "Title"),
    "LocalSecondaryIndexes": [
        {
            "IndexName": "ByYear",
            "KeySchema": schema("Author", "Year"),
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
    "BillingMode": "PAY_PER_REQUEST",
}

PREPARED = {
    "books": step("dynamodb:CreateTable", TableName="Books", **BOOKS),
    "other": step("dynamodb:CreateTable", TableName="Other", **BOOKS),
    "held": step(
        "dynamodb:CreateTable",
        TableName="Held",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=schema("id"),
        BillingMode="PAY_PER_REQUEST",
    ),
    "dip": put("Books", book("Godin", "The Dip", Year="2007", Pages="80")),
    "tribes": put("Books", book("Godin", "Tribes", Year="2006", Pages="160")),
    "taocp": put("Books", book("Knuth", "TAOCP", Year="1968", Pages="650")),
    "other_dip": put("Other", book("Godin", "The Dip", Year="1", Pages="1")),
    # Of each type one item, whose id is the type.
    **{kind: put("Held", {"id": {"S": kind}, "held": {kind: value}}) for kind, value in HELD.items()},
}

DIP, TRIBES = book("Godin", "The Dip"), book("Godin", "Tribes")
NEW_ITEM = {"held": {"S": "before"}, "id": {"S": "new"}}
GOT_DIP = got("Books", DIP)
FAILED, CANCELLED = "ConditionalCheckFailedException", "TransactionCanceledException"
NOT_THE_KEY = "The provided key element does not match the schema"

OTHER_TABLE = {"TableName": differs("Other")}
CONSUMED = {"ReturnConsumedCapacity": "TOTAL"}
CAPACITY = {"ReturnConsumedCapacity": differs("TOTAL")}
METRICS = {"ReturnItemCollectionMetrics": differs("SIZE")}
LEGACY_CONDITION = {"Expected": NOT_OFFERED, "ConditionalOperator": NOT_OFFERED}
NAMED = {"ProjectionExpression": "#n", "ExpressionAttributeNames": {"#n": "Pages"}}


def key_of(kind: str) -> Parameters:
    """The parameter that names the item of a type."""
    return {"Key": {"id": {"S": kind}}}


def item_of(kind: str) -> Parameters:
    """The parameter that writes the item of a type anew."""
    return {"Item": {"id": {"S": kind}, "written": {"S": "anew"}}}


def transacted(part: str) -> Callable[..., Parameters]:
    """What makes a transaction of the parameters of one such part."""
    return lambda **parameters: {"TransactItems": [{part: parameters}]}


def key_types(place: str, code: str = "ValidationException", **more: Any) -> Mapping[str, Proof]:
    """The proofs for the types of an attribute of a key, which in these tables is a text: others are refused."""
    text = NOT_THE_KEY if code == "ValidationException" else ""
    others = {
        f"{place}.{kind}": refused(code, {kind: HELD[kind]}, at=place, text=text, **more) for kind in HELD
    }
    return {**others, f"{place}.S": differs({"S": "Nobody"}, at=place, **more)}


def start_types() -> Mapping[str, Proof]:
    """The same for the key that a page starts after."""
    place, start = "ExclusiveStartKey{}", {"Title": {"S": "The Dip"}, "Author": {"S": "Godin"}}
    how: Parameters = {"at": place, "beside": {"ExclusiveStartKey": start}}
    others = {
        f"{place}.{kind}": refused("ValidationException", {kind: HELD[kind]}, text=NOT_THE_KEY, **how)
        for kind in HELD
    }
    return {**others, f"{place}.S": differs({"S": "Zzz"}, **how)}


def stored_types(place: str, base: Parameters) -> Mapping[str, Proof]:
    """The proofs for the types of an attribute that is written, with NEW_ITEM, to Held."""
    read = got("Held", {"id": NEW_ITEM["id"]})
    return {f"{place}.{kind}": differs({kind: HELD[kind]}, at=place, beside=base, read=read) for kind in HELD}


def compared_types(
    place: str, base: Callable[[str], Parameters], proof: Callable[..., Proof] = differs
) -> Mapping[str, Proof]:
    """The proofs for the types of a value that is compared: ``base`` makes a call in which it equals what is held."""
    return {f"{place}.{kind}": proof(value=OTHERS[kind], at=place, beside=base(kind)) for kind in HELD}


def found(kind: str, **more: Any) -> Parameters:
    """The parameters of a read of Held that finds the item of a type."""
    values = {":v": {kind: HELD[kind]}, **more}
    return {"TableName": "Held", "FilterExpression": "held = :v", "ExpressionAttributeValues": values}


def condition(
    code: str, place: str, call: Callable[..., Parameters], named: Callable[[str], Parameters]
) -> Mapping[str, Proof]:
    """The proofs for a write's condition and what belongs to it.

    ``call`` makes the write of its parameters, ``named`` those that say which item it is about.
    """

    def on(kind: str, expression: str, **more: Any) -> Parameters:
        return call(TableName="Held", **named(kind), ConditionExpression=expression, **more)

    holds, fails = "attribute_exists(held)", "attribute_not_exists(held)"
    names = on("S", "attribute_exists(#n)", ExpressionAttributeNames={"#n": "held"})
    return {
        f"{place}ConditionExpression": refused(code, fails, beside=on("S", holds)),
        f"{place}ExpressionAttributeNames": refused(code, {"#n": "nothing"}, beside=names),
        **compared_types(
            f"{place}ExpressionAttributeValues{{}}",
            lambda kind: on(kind, "held = :v", ExpressionAttributeValues={":v": {kind: HELD[kind]}}),
            lambda **how: refused(code, **how),
        ),
        # The item is shown in the refusal.
        f"{place}ReturnValuesOnConditionCheckFailure": refused(
            code, "ALL_OLD", otherwise=code, beside=on("S", fails)
        ),
    }


def condition_of(part: str, named: Callable[[str], Parameters]) -> Mapping[str, Proof]:
    """The same for a part of a transaction."""
    return condition(CANCELLED, f"TransactItems[].{part}.", transacted(part), named)


COUNTED = transacted("Update")(
    TableName="Books",
    Key=DIP,
    UpdateExpression="ADD Pages :n",
    ExpressionAttributeValues={":n": {"N": "1"}},
)
READ = {
    **OTHER_TABLE,
    **CAPACITY,
    **start_types(),
    "IndexName": differs("ByYear"),
    "Select": differs("COUNT"),
    "Limit": differs(1),
    "ConsistentRead": differs(True, beside=CONSUMED),
    "AttributesToGet": NOT_OFFERED,
    "ConditionalOperator": NOT_OFFERED,
    "ProjectionExpression": differs("Pages"),
    "ExpressionAttributeNames": differs({"#n": "Title"}, beside=NAMED),
}
SEGMENT = {"TotalSegments": 2, "Segment": 0}

OPERATIONS = {
    "GetItem": Operation(
        {"TableName": "Books", "Key": DIP},
        {
            **OTHER_TABLE,
            **CAPACITY,
            **key_types("Key{}"),
            "AttributesToGet": NOT_OFFERED,
            "ConsistentRead": differs(True, beside=CONSUMED),
            "ProjectionExpression": differs("Pages"),
            "ExpressionAttributeNames": differs({"#n": "Title"}, beside=NAMED),
        },
    ),
    "Query": Operation(
        {
            "TableName": "Books",
            "KeyConditionExpression": "Author = :a",
            "ExpressionAttributeValues": {":a": {"S": "Godin"}},
        },
        {
            **READ,
            "KeyConditions": NOT_OFFERED,
            "QueryFilter": NOT_OFFERED,
            "ScanIndexForward": differs(False),
            "FilterExpression": differs(
                "Pages > :p",
                beside={
                    "FilterExpression": "Pages < :p",
                    "ExpressionAttributeValues": {":a": {"S": "Godin"}, ":p": {"N": "100"}},
                },
            ),
            "KeyConditionExpression": differs(
                "Author = :a AND Title > :t",
                beside={
                    "KeyConditionExpression": "Author = :a AND Title <= :t",
                    "ExpressionAttributeValues": {":a": {"S": "Godin"}, ":t": {"S": "The Dip"}},
                },
            ),
            **compared_types(
                "ExpressionAttributeValues{}",
                lambda kind: {"KeyConditionExpression": "id = :k", **found(kind, **{":k": {"S": kind}})},
            ),
        },
    ),
    "Scan": Operation(
        {"TableName": "Books"},
        {
            **READ,
            "ScanFilter": NOT_OFFERED,
            "TotalSegments": differs(1, beside=SEGMENT),
            "Segment": differs(1, beside=SEGMENT),
            "FilterExpression": differs(
                "Pages > :p",
                beside={
                    "FilterExpression": "Pages < :p",
                    "ExpressionAttributeValues": {":p": {"N": "100"}},
                },
            ),
            **compared_types("ExpressionAttributeValues{}", found),
        },
    ),
    "PutItem": Operation(
        {"TableName": "Books", "Item": DIP},
        {
            **OTHER_TABLE,
            **CAPACITY,
            **METRICS,
            **LEGACY_CONDITION,
            **stored_types("Item{}", {"TableName": "Held", "Item": NEW_ITEM}),
            **condition(FAILED, "", dict, item_of),
            "ReturnValues": differs("ALL_OLD"),
        },
        read=GOT_DIP,
    ),
    "UpdateItem": Operation(
        {
            "TableName": "Books",
            "Key": DIP,
            "UpdateExpression": "SET Pages = :v",
            "ExpressionAttributeValues": {":v": {"N": "1"}},
        },
        {
            **OTHER_TABLE,
            **CAPACITY,
            **METRICS,
            **LEGACY_CONDITION,
            **key_types("Key{}"),
            **condition(
                FAILED,
                "",
                lambda **parameters: {"ExpressionAttributeValues": None, **parameters},
                lambda kind: {**key_of(kind), "UpdateExpression": "REMOVE gone"},
            ),
            "AttributeUpdates": NOT_OFFERED,
            "UpdateExpression": differs("SET Sold = :v"),
            "ReturnValues": differs("ALL_NEW"),
        },
        read=GOT_DIP,
    ),
    "DeleteItem": Operation(
        {"TableName": "Books", "Key": DIP},
        {
            **OTHER_TABLE,
            **CAPACITY,
            **METRICS,
            **LEGACY_CONDITION,
            **key_types("Key{}"),
            **condition(FAILED, "", dict, key_of),
            "ReturnValues": differs("ALL_OLD"),
        },
        read=GOT_DIP,
    ),
    "BatchGetItem": Operation(
        {"RequestItems": {"Books": {"Keys": [DIP]}}},
        {
            **CAPACITY,
            **key_types("RequestItems{}.Keys[]{}"),
            "RequestItems{}.AttributesToGet": NOT_OFFERED,
            "RequestItems{}.ConsistentRead": differs(True, beside=CONSUMED),
            "RequestItems{}.ProjectionExpression": differs("Pages"),
            "RequestItems{}.ExpressionAttributeNames": differs(
                {"#n": "Title"}, beside={"RequestItems": {"Books": {"Keys": [DIP], **NAMED}}}
            ),
        },
    ),
    "BatchWriteItem": Operation(
        {"RequestItems": {"Books": [{"DeleteRequest": {"Key": DIP}}]}},
        {
            **CAPACITY,
            **METRICS,
            **key_types("RequestItems{}[].DeleteRequest.Key{}"),
            **stored_types(
                "RequestItems{}[].PutRequest.Item{}",
                {"RequestItems": {"Held": [{"PutRequest": {"Item": NEW_ITEM}}]}},
            ),
        },
        read=GOT_DIP,
    ),
    "TransactGetItems": Operation(
        transacted("Get")(TableName="Books", Key=DIP),
        {
            **CAPACITY,
            **key_types("TransactItems[].Get.Key{}", CANCELLED),
            "TransactItems[].Get.TableName": differs("Other"),
            "TransactItems[].Get.ProjectionExpression": differs("Pages"),
            "TransactItems[].Get.ExpressionAttributeNames": differs(
                {"#n": "Title"}, beside=transacted("Get")(TableName="Books", Key=DIP, **NAMED)
            ),
        },
    ),
    "TransactWriteItems": Operation(
        transacted("Delete")(TableName="Books", Key=DIP),
        {
            **CAPACITY,
            **METRICS,
            "ClientRequestToken": differs(
                "another",
                beside={"ClientRequestToken": "one", **COUNTED},
                first={"once": step("dynamodb:TransactWriteItems", ClientRequestToken="one", **COUNTED)},
            ),
            "TransactItems[].Delete.TableName": differs("Other"),
            **key_types("TransactItems[].Delete.Key{}", CANCELLED),
            **condition_of("Delete", key_of),
            "TransactItems[].Put.TableName": differs(
                "Other", beside=transacted("Put")(TableName="Books", Item=DIP)
            ),
            **stored_types("TransactItems[].Put.Item{}", transacted("Put")(TableName="Held", Item=NEW_ITEM)),
            **condition_of("Put", item_of),
            "TransactItems[].Update.TableName": differs("Other", beside=COUNTED),
            "TransactItems[].Update.UpdateExpression": differs("SET Pages = :n", beside=COUNTED),
            **key_types("TransactItems[].Update.Key{}", CANCELLED, beside=COUNTED),
            **condition_of("Update", lambda kind: {**key_of(kind), "UpdateExpression": "REMOVE gone"}),
            **condition_of("ConditionCheck", key_of),
            **{
                f"TransactItems[].ConditionCheck.Key{{}}.{kind}": refused(
                    CANCELLED,
                    OTHERS[kind],
                    at="TransactItems[].ConditionCheck.Key{}",
                    beside=transacted("ConditionCheck")(
                        TableName="Held", **key_of("S"), ConditionExpression="attribute_exists(held)"
                    ),
                )
                for kind in HELD
            },
            "TransactItems[].ConditionCheck.TableName": refused(
                CANCELLED,
                "Other",
                beside=transacted("ConditionCheck")(
                    TableName="Books", Key=TRIBES, ConditionExpression="attribute_exists(Pages)"
                ),
            ),
        },
        read=GOT_DIP,
    ),
}
