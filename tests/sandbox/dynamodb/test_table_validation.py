"""What DynamoDB says of tables that can't be made, changed, deleted or tagged as somebody asks."""

from __future__ import annotations

from typing import Any

import pytest

INVALID = "One or more parameter values were invalid: "
AUTHOR = {"AttributeName": "Author", "KeyType": "HASH"}
TITLE = {"AttributeName": "Title", "KeyType": "RANGE"}
DEFINED = [
    {"AttributeName": "Author", "AttributeType": "S"},
    {"AttributeName": "Title", "AttributeType": "S"},
]
TABLE: dict[str, Any] = {
    "TableName": "Books",
    "KeySchema": [AUTHOR, TITLE],
    "AttributeDefinitions": DEFINED,
    "BillingMode": "PAY_PER_REQUEST",
}
UNITS = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/"
OF_ENUM = "failed to satisfy constraint: Member must satisfy enum value set"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"KeySchema": [TITLE, AUTHOR]},
            "Invalid KeySchema: The first KeySchemaElement is not a HASH key type",
        ),
        (
            {"KeySchema": [AUTHOR, {**TITLE, "KeyType": "HASH"}]},
            "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type",
        ),
        (
            {
                "KeySchema": [AUTHOR, {**TITLE, "AttributeName": "Author"}],
                "AttributeDefinitions": DEFINED[:1],
            },
            "Both the Hash Key and the Range Key element in the KeySchema have the same name",
        ),
        (
            {"KeySchema": []},
            "1 validation error detected: Value '[]' at 'keySchema' failed to satisfy constraint: Member must have "
            "length greater than or equal to 1",
        ),
        (
            {"KeySchema": [AUTHOR, {**TITLE, "KeyType": "SORT"}]},
            f"1 validation error detected: Value 'SORT' at 'keySchema.2.member.keyType' {OF_ENUM}: [HASH, RANGE]",
        ),
        ({"AttributeDefinitions": [*DEFINED, DEFINED[0]]}, "Attribute Name is duplicated: Author"),
        (
            {"AttributeDefinitions": [DEFINED[0], {**DEFINED[1], "AttributeType": "BOOL"}]},
            "1 validation error detected: Value 'BOOL' at 'attributeDefinitions.2.member.attributeType' "
            f"{OF_ENUM}: [B, N, S]",
        ),
        (
            {"AttributeDefinitions": DEFINED[:1]},
            "Invalid KeySchema: Some index key attribute have no definition",
        ),
        (
            {"KeySchema": [AUTHOR]},
            INVALID
            + "Number of attributes in KeySchema does not exactly match number of attributes defined in "
            "AttributeDefinitions",
        ),
        (
            {"BillingMode": "FREE"},
            f"1 validation error detected: Value 'FREE' at 'billingMode' {OF_ENUM}: [PROVISIONED, PAY_PER_REQUEST]",
        ),
        (
            {"BillingMode": "PROVISIONED"},
            INVALID
            + "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED",
        ),
        (
            {"ProvisionedThroughput": UNITS},
            INVALID + "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is "
            "PAY_PER_REQUEST",
        ),
        (
            {"TableClass": "GOLD"},
            "Invalid table-class parameter provided. Please try again with a valid table-class value: [STANDARD, "
            "STANDARD_INFREQUENT_ACCESS].",
        ),
        (
            {"TableName": "ab"},
            "1 validation error detected: Value 'ab' at 'tableName' failed to satisfy constraint: Member must have "
            "length greater than or equal to 3",
        ),
        ({"Tags": [{"Key": "aws:x", "Value": "y"}]}, "Tag Key cannot be prefixed with aws:, Key: aws:x"),
    ],
)
def test_tables_that_are_not_made(gate: Any, changed: dict[str, Any], message: str) -> None:
    refusal = gate.refused("dynamodb:CreateTable", **{**TABLE, **changed})
    assert (refusal.code, refusal.message, refusal.status) == ("ValidationException", message, 400)
    assert gate("dynamodb:ListTables")["TableNames"] == []


def test_a_name_is_taken_once(gate: Any) -> None:
    gate("dynamodb:CreateTable", **TABLE)
    refusal = gate.refused("dynamodb:CreateTable", **TABLE)
    assert (refusal.code, refusal.message) == ("ResourceInUseException", "Table already exists: Books")


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("DescribeTable", {}),
        ("DeleteTable", {}),
        ("UpdateTable", {"DeletionProtectionEnabled": True}),
        ("DescribeTimeToLive", {}),
        ("UpdateTimeToLive", {"TimeToLiveSpecification": {"Enabled": True, "AttributeName": "Ends"}}),
    ],
)
def test_a_table_that_is_not_there(gate: Any, operation: str, parameters: dict[str, Any]) -> None:
    refusal = gate.refused(f"dynamodb:{operation}", TableName="Nowhere", **parameters)
    assert (refusal.code, refusal.message) == (
        "ResourceNotFoundException",
        "Requested resource not found: Table: Nowhere not found",
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {},
            "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates, "
            "SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, ReplicaTransitRoleArn, "
            "MultiRegionConsistency, DeletionProtectionEnabled, OnDemandThroughput, WarmThroughput or TableClass is "
            "required",
        ),
        (
            {"DeletionProtectionEnabled": True, "TableClass": "STANDARD"},
            INVALID + "TableClass modification must be the only operation in the request",
        ),
        (
            {"DeletionProtectionEnabled": True, "BillingMode": "PAY_PER_REQUEST"},
            INVALID + "DeletionProtection modification must be the only operation in the request",
        ),
        (
            {"ProvisionedThroughput": UNITS},
            INVALID + "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is "
            "PAY_PER_REQUEST",
        ),
        (
            {"BillingMode": "PROVISIONED"},
            INVALID + "ProvisionedThroughput must be specified when BillingMode is PROVISIONED",
        ),
        (
            {"StreamSpecification": {"StreamEnabled": False}},
            "Table has no stream to disable: TableName: Books",
        ),
    ],
)
def test_changes_that_are_refused(gate: Any, changes: dict[str, Any], message: str) -> None:
    gate("dynamodb:CreateTable", **TABLE)
    refusal = gate.refused("dynamodb:UpdateTable", TableName="Books", **changes)
    assert (refusal.code, refusal.message) == ("ValidationException", message)


def test_the_same_capacity_is_no_change(gate: Any) -> None:
    gate("dynamodb:CreateTable", **{**TABLE, "BillingMode": "PROVISIONED"}, ProvisionedThroughput=UNITS)
    refusal = gate.refused("dynamodb:UpdateTable", TableName="Books", ProvisionedThroughput=UNITS)
    assert refusal.message.startswith(
        "The provisioned throughput for the table will not change. The requested value"
    )
    more = {**UNITS, "ReadCapacityUnits": 5}
    gate("dynamodb:UpdateTable", TableName="Books", ProvisionedThroughput=more)


@pytest.mark.parametrize(
    ("operation", "name", "value"),
    [
        ("CreateTable", "StreamSpecification", {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}),
        ("CreateTable", "ResourcePolicy", "{}"),
        ("CreateTable", "OnDemandThroughput", {"MaxReadRequestUnits": 5}),
        ("UpdateTable", "StreamSpecification", {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}),
        ("UpdateTable", "ReplicaUpdates", [{"Create": {"RegionName": "eu-west-1"}}]),
        ("UpdateTable", "MultiRegionConsistency", "STRONG"),
    ],
)
def test_what_only_aws_offers_is_said_so(gate: Any, operation: str, name: str, value: Any) -> None:
    gate("dynamodb:CreateTable", **{**TABLE, "TableName": "Other"})
    rest = TABLE if operation == "CreateTable" else {"TableName": "Other"}
    refusal = gate.refused(f"dynamodb:{operation}", **rest, **{name: value})
    assert (refusal.code, refusal.status) == ("UnsupportedOperationException", 400)
    assert refusal.message == f"The practice account does not offer {name} in {operation}."


@pytest.mark.parametrize(
    "operation",
    ["CreateBackup", "RestoreTableFromBackup", "UpdateContinuousBackups", "CreateGlobalTable"],
)
def test_backups_and_global_tables_are_refused_clearly(gate: Any, operation: str) -> None:
    refusal = gate.refused(f"dynamodb:{operation}", TableName="Books")
    assert refusal.code == "UnsupportedOperationException"
    assert f"The practice account does not offer dynamodb:{operation}." in refusal.message


def test_a_protected_table_is_not_deleted(gate: Any) -> None:
    gate("dynamodb:CreateTable", **TABLE, DeletionProtectionEnabled=True)
    refusal = gate.refused("dynamodb:DeleteTable", TableName="Books")
    assert (refusal.code, refusal.message) == (
        "ValidationException",
        "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.",
    )
    gate("dynamodb:UpdateTable", TableName="Books", DeletionProtectionEnabled=False)
    gate("dynamodb:DeleteTable", TableName="Books")


def test_time_to_live_is_turned_on_and_off(gate: Any) -> None:
    gate("dynamodb:CreateTable", **TABLE)

    def turn(enabled: bool, attribute: str = "Ends") -> dict[str, Any]:
        return {
            "TableName": "Books",
            "TimeToLiveSpecification": {"Enabled": enabled, "AttributeName": attribute},
        }

    refusal = gate.refused("dynamodb:UpdateTimeToLive", **turn(False))
    assert refusal.message == "TimeToLive is already disabled"
    gate("dynamodb:UpdateTimeToLive", **turn(True))
    assert gate.refused("dynamodb:UpdateTimeToLive", **turn(True)).message == "TimeToLive is already enabled"
    assert gate.refused("dynamodb:UpdateTimeToLive", **turn(True, "Other")).message == (
        "TimeToLive is active on a different AttributeName: current AttributeName is Ends"
    )
    gate("dynamodb:UpdateTimeToLive", **turn(False))
    described = gate("dynamodb:DescribeTimeToLive", TableName="Books")["TimeToLiveDescription"]
    assert described["TimeToLiveStatus"] == "DISABLED"


def test_time_to_live_deletes_nothing_here(gate: Any) -> None:
    gate("dynamodb:CreateTable", **TABLE)
    lifetime = {"Enabled": True, "AttributeName": "Ends"}
    gate("dynamodb:UpdateTimeToLive", TableName="Books", TimeToLiveSpecification=lifetime)
    ended = {"Author": {"S": "a"}, "Title": {"S": "b"}, "Ends": {"N": "1000000000"}}
    gate("dynamodb:PutItem", TableName="Books", Item=ended)
    gate.later(days=30)
    assert gate("dynamodb:Scan", TableName="Books")["Items"] == [ended]


def test_a_tag_has_one_value(gate: Any) -> None:
    gate(
        "dynamodb:CreateTable", **TABLE, Tags=[{"Key": "Team", "Value": "Sales"}, {"Key": "a", "Value": "b"}]
    )
    gate("dynamodb:TagResource", ResourceArn=f"{ARN}Books", Tags=[{"Key": "Team", "Value": "HR"}])
    gate("dynamodb:UntagResource", ResourceArn=f"{ARN}Books", TagKeys=["a"])
    tags = gate("dynamodb:ListTagsOfResource", ResourceArn=f"{ARN}Books")["Tags"]
    assert tags == [{"Key": "Team", "Value": "HR"}]


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("TagResource", {"Tags": [{"Key": "a", "Value": "b"}]}),
        ("UntagResource", {"TagKeys": ["a"]}),
        ("ListTagsOfResource", {}),
    ],
)
def test_tags_are_of_a_table_that_is_there(gate: Any, operation: str, parameters: dict[str, Any]) -> None:
    refusal = gate.refused(f"dynamodb:{operation}", ResourceArn=f"{ARN}Nowhere", **parameters)
    assert (refusal.code, refusal.message) == (
        "ResourceNotFoundException",
        f"Requested resource not found: ResourceArn: {ARN}Nowhere not found",
    )


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        ([], "Atleast one Tag needs to be provided as Input."),
        ([{"Key": "aws:x", "Value": "y"}], "Tag Key cannot be prefixed with aws:, Key: aws:x"),
        (
            [{"Key": "a", "Value": "b"}] * 2,
            "Duplicate Tag Keys provided as input: Duplicate Tag Key found a",
        ),
        ([{"Key": "", "Value": "b"}], "The Tag Key provided is invalid, Key: "),
        ([{"Key": "100%", "Value": "b"}], "The Tag Key provided is invalid, Key: 100%"),
        ([{"Key": "a", "Value": "\U0001f511"}], "The Tag Value provided is invalid, Value: \U0001f511"),
        ([{"Key": "a", "Value": "b,c"}], "The Tag Value provided is invalid, Value: b,c"),
        ([{"Key": "a", "Value": "v" * 257}], f"The Tag Value provided is invalid, Value: {'v' * 256}"),
        (
            [{"Key": f"k{number}", "Value": ""} for number in range(51)],
            "Number of Tags exceed the current limit for the provided ResourceArn",
        ),
    ],
)
def test_tags_that_are_refused(gate: Any, tags: list[dict[str, str]], message: str) -> None:
    gate("dynamodb:CreateTable", **TABLE)
    refusal = gate.refused("dynamodb:TagResource", ResourceArn=f"{ARN}Books", Tags=tags)
    assert (refusal.code, refusal.message) == ("ValidationException", message)


def test_tags_in_letters_of_any_script(gate: Any) -> None:
    """A public record of AWS of October 2026 has these accepted, with no-break and ideographic spaces."""
    gate("dynamodb:CreateTable", **TABLE)
    tags = [
        {"Key": "\u043a\u043b\u044e\u0447", "Value": "caf\u00e9 \u8868\u00a0\u3000"},
        {"Key": "b", "Value": "a+b-c=d.e_f:g/h@i"},
    ]
    gate("dynamodb:TagResource", ResourceArn=f"{ARN}Books", Tags=tags)
    assert gate("dynamodb:ListTagsOfResource", ResourceArn=f"{ARN}Books")["Tags"] == tags


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (["k" * 129], f"The Tag Key provided is invalid, Key: {'k' * 128}"),
        (["a", ""], "The Tag Key provided is invalid, Key: "),
        (list(map(str, range(51))), "Number of Tags exceed the current limit for the provided ResourceArn"),
    ],
)
def test_keys_of_no_tags_are_not_taken_away(gate: Any, keys: list[str], message: str) -> None:
    gate("dynamodb:CreateTable", **TABLE, Tags=[{"Key": "a", "Value": "b"}])
    refusal = gate.refused("dynamodb:UntagResource", ResourceArn=f"{ARN}Books", TagKeys=keys)
    assert (refusal.code, refusal.message) == ("ValidationException", message)
    assert gate("dynamodb:ListTagsOfResource", ResourceArn=f"{ARN}Books")["Tags"]


ELSEWHERE = f"{ARN}Books".replace("us-east-1", "eu-west-1")


@pytest.mark.parametrize(
    ("arn", "message"),
    [
        ("Books", INVALID + "ARNs must start with 'arn:': Books"),
        ("arn:aws:kms:us-east-1:1:key/x", INVALID + "Provided Arn is not a DynamoDB resource arn: {arn}"),
        (
            f"{ARN}Books/index/of-shelf",
            INVALID
            + "Invalid resource arn provided, only table or stream is accepted. Provided resource arn: {arn}",
        ),
        (ELSEWHERE, "Invalid TableArn: Invalid ResourceArn provided as input {arn}"),
    ],
)
def test_tags_are_of_a_table_that_its_arn_names(gate: Any, arn: str, message: str) -> None:
    """Public records of AWS of October 2026."""
    gate("dynamodb:CreateTable", **TABLE)
    refusal = gate.refused("dynamodb:ListTagsOfResource", ResourceArn=arn)
    assert (refusal.code, refusal.message) == ("ValidationException", message.format(arn=arn))


@pytest.mark.parametrize("operation", ["DescribeTable", "DescribeTimeToLive", "DescribeContinuousBackups"])
def test_a_table_of_another_region_is_not_described(gate: Any, operation: str) -> None:
    refusal = gate.refused(f"dynamodb:{operation}", TableName=ELSEWHERE)
    assert (refusal.code, refusal.message) == (
        "ValidationException",
        f"1 validation error detected: Invalid AWS region in '{ELSEWHERE}'",
    )


LEAST, MOST = "greater than or equal to 1", "less than or equal to 255"
LENGTH = "1 validation error detected: Value '{name}' at '{path}' failed to satisfy constraint: Member must have length"


@pytest.mark.parametrize(("name", "limit"), [("", LEAST), ("x" * 256, MOST)])
def test_the_name_of_a_key_and_of_what_settings_name_has_at_most_255_characters(
    gate: Any, name: str, limit: str
) -> None:
    """AWS's model of DynamoDB ("KeySchemaAttributeName", "NonKeyAttributeName", "TimeToLiveAttributeName").

    That AWS refuses each is in Alternator's tests (test_limits.py), the text for the time to live in a public record.
    """
    gate("dynamodb:CreateTable", **TABLE)
    key, definition = (
        {"AttributeName": name, "KeyType": "HASH"},
        {"AttributeName": name, "AttributeType": "S"},
    )
    index = {"IndexName": "new", "KeySchema": [key], "Projection": {"ProjectionType": "ALL"}}
    included = {"ProjectionType": "INCLUDE", "NonKeyAttributes": [name]}
    of_title = {**index, "KeySchema": [{**key, "AttributeName": "Title"}], "Projection": included}
    changed = "globalSecondaryIndexUpdates.1.member.create.keySchema.1.member.attributeName"
    projected = "globalSecondaryIndexes.1.member.projection.nonKeyAttributes.1.member"
    for operation, parameters, path in (
        ("CreateTable", {**TABLE, "KeySchema": [key]}, "keySchema.1.member.attributeName"),
        (
            "CreateTable",
            {**TABLE, "AttributeDefinitions": [definition]},
            "attributeDefinitions.1.member.attributeName",
        ),
        ("CreateTable", {**TABLE, "GlobalSecondaryIndexes": [of_title]}, projected),
        (
            "UpdateTable",
            {"TableName": "Books", "GlobalSecondaryIndexUpdates": [{"Create": index}]},
            changed,
        ),
        (
            "UpdateTimeToLive",
            {"TableName": "Books", "TimeToLiveSpecification": {"AttributeName": name, "Enabled": True}},
            "timeToLiveSpecification.attributeName",
        ),
    ):
        refusal = gate.refused(f"dynamodb:{operation}", **parameters)
        assert refusal.message == f"{LENGTH.format(name=name, path=path)} {limit}"


def test_tables_are_listed_by_their_names_after_any_name(gate: Any) -> None:
    for name in ("Maps", "Atlas", "Books"):
        gate.books(name=name)

    def listed(**parameters: Any) -> tuple[list[str], str | None]:
        answer = gate("dynamodb:ListTables", **parameters)
        return answer["TableNames"], answer.get("LastEvaluatedTableName")

    assert listed() == (["Atlas", "Books", "Maps"], None)
    assert listed(Limit=2) == (["Atlas", "Books"], "Books")
    assert listed(Limit=2, ExclusiveStartTableName="Books") == (["Maps"], None)
    assert listed(ExclusiveStartTableName="Bookshelf") == (["Maps"], None), "no table is called so"
    assert listed(ExclusiveStartTableName="Zoo") == ([], None)


def test_tags_come_in_pages_and_a_token_is_one_that_was_given(gate: Any) -> None:
    gate.books()
    tags = [{"Key": f"t{number:02}", "Value": "x"} for number in range(12)]
    gate("dynamodb:TagResource", ResourceArn=ARN + "Books", Tags=tags)
    first = gate("dynamodb:ListTagsOfResource", ResourceArn=ARN + "Books")
    rest = gate("dynamodb:ListTagsOfResource", ResourceArn=ARN + "Books", NextToken=first["NextToken"])
    assert first["Tags"] + rest["Tags"] == tags
    refusal = gate.refused("dynamodb:ListTagsOfResource", ResourceArn=ARN + "Books", NextToken="none")
    assert (refusal.code, refusal.message) == (
        "ValidationException",
        "The NextToken is none that ListTagsOfResource gave.",
    )
