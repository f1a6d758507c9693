"""DynamoDB's tables: two with an index, and for each member of each input a call in which it counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.sandbox.honoured.account import step
from tests.sandbox.honoured.dynamodb_items import Parameters, schema
from tests.sandbox.honoured.proofs import NOT_OFFERED, Operation, Proof, differs, not_offered, refused

KEY, OTHER_KEY = "<<key/KeyMetadata/Arn>>", "<<other_key/KeyMetadata/Arn>>"
BOOKS, OTHER, NEW = (
    f"arn:aws:dynamodb:us-east-1:<<account>>:table/{name}" for name in ("Books", "Other", "New")
)
UNITS = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
MORE_UNITS = {"ReadCapacityUnits": 6, "WriteCapacityUnits": 6}
WARM = {"ReadUnitsPerSecond": 13_000, "WriteUnitsPerSecond": 5_000}
KMS = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": KEY}


def defined(**types: str) -> list[Parameters]:
    """AttributeDefinitions."""
    return [{"AttributeName": name, "AttributeType": kind} for name, kind in types.items()]


def tags(*keys: str) -> list[Parameters]:
    """Tags with these keys, and the same for their values."""
    return [{"Key": key, "Value": key} for key in keys]


def index(name: str, *keys: str, **more: Any) -> Parameters:
    """A secondary index that projects an attribute."""
    projection = {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["a"]}
    return {"IndexName": name, "KeySchema": schema(*keys), "Projection": projection, **more}


TABLE = {
    "AttributeDefinitions": defined(id="S", Title="S", Year="N"),
    "KeySchema": schema("id", "Title"),
    "ProvisionedThroughput": UNITS,
}
EXPIRY = {"AttributeName": "until", "Enabled": True}

PREPARED = {
    "key": step("kms:CreateKey"),
    "other_key": step("kms:CreateKey"),
    **{
        name: step(
            "dynamodb:CreateTable",
            TableName=name,
            **TABLE,
            GlobalSecondaryIndexes=[index("ByYear", "id", "Year", ProvisionedThroughput=UNITS)],
            Tags=tags("a", "b"),
        )
        for name in ("Books", "Other")
    },
    "expiry": step("dynamodb:UpdateTimeToLive", TableName="Other", TimeToLiveSpecification=EXPIRY),
    # More than a page shows.
    "tagged": step(
        "dynamodb:TagResource", ResourceArn=OTHER, Tags=tags(*(f"t{number}" for number in range(12)))
    ),
}

DESCRIBED = step("dynamodb:DescribeTable", TableName="Books")
LISTED_TAGS = step("dynamodb:ListTagsOfResource", ResourceArn=BOOKS)
TAGS_OF_NEW = {"beside": {"Tags": tags("a")}, "read": step("dynamodb:ListTagsOfResource", ResourceArn=NEW)}
OTHER_TABLE = {"TableName": differs("Other")}


def with_index(kind: str, **more: Any) -> Parameters:
    """The parameters of a new table with an index."""
    return {**TABLE, kind: [index("ByYear", "id", "Year", **more)]}


def alone(**changes: Any) -> Parameters:
    """The parameters of UpdateTable that change this and no throughput."""
    return {"ProvisionedThroughput": None, **changes}


def made(**more: Any) -> Parameters:
    """The parameters that give a table another index."""
    update = {"Create": index("BySold", "Sold", "id", ProvisionedThroughput=UNITS, **more)}
    return alone(AttributeDefinitions=defined(Sold="N", id="S"), GlobalSecondaryIndexUpdates=[update])


def changed(**more: Any) -> Parameters:
    """The parameters that change the index of a table."""
    update = {"Update": {"IndexName": "ByYear", "ProvisionedThroughput": MORE_UNITS, **more}}
    return alone(GlobalSecondaryIndexUpdates=[update])


def index_members(place: str, beside: Parameters) -> Mapping[str, Proof]:
    """The proofs for the members of a new index."""
    return {
        f"{place}.IndexName": differs("ByAge", beside=beside),
        f"{place}.KeySchema[].AttributeName": refused("ValidationException", "x", beside=beside, text="key"),
        f"{place}.KeySchema[].KeyType": refused("ValidationException", "RANGE", beside=beside, text="HASH"),
        f"{place}.Projection.ProjectionType": refused(
            "ValidationException", "ALL", beside=beside, text="ProjectionType is ALL"
        ),
        f"{place}.Projection.NonKeyAttributes": differs(["b"], beside=beside),
    }


def provisioned(place: str = "", **how: Any) -> Mapping[str, Proof]:
    """The proofs for what a table or an index is to read and to write."""
    return {
        f"{place}ProvisionedThroughput.{name}": differs(7, **how)
        for name in ("ReadCapacityUnits", "WriteCapacityUnits")
    }


def warm(beside: Parameters, place: str = "") -> Mapping[str, Proof]:
    """The proofs for what it is to be ready for."""
    return {
        f"{place}WarmThroughput.{name}": differs(20_000, beside=beside)
        for name in ("ReadUnitsPerSecond", "WriteUnitsPerSecond")
    }


_LOCAL, _GLOBAL = "LocalSecondaryIndexes", "GlobalSecondaryIndexes"
_CREATE, _UPDATE, _DELETE = (
    f"GlobalSecondaryIndexUpdates[].{what}" for what in ("Create", "Update", "Delete")
)

OPERATIONS = {
    "CreateTable": Operation(
        {
            "TableName": "New",
            "AttributeDefinitions": defined(id="S"),
            "KeySchema": schema("id"),
            "ProvisionedThroughput": UNITS,
        },
        {
            "TableName": differs("Newer", read=step("dynamodb:ListTables")),
            "AttributeDefinitions[].AttributeName": refused("ValidationException", "x", text="Keys: [id]"),
            "AttributeDefinitions[].AttributeType": differs("N"),
            "KeySchema[].AttributeName": refused("ValidationException", "x", text="Keys: [x]"),
            "KeySchema[].KeyType": refused("ValidationException", "RANGE", text="HASH"),
            **index_members(f"{_LOCAL}[]", with_index(_LOCAL)),
            **index_members(f"{_GLOBAL}[]", with_index(_GLOBAL, ProvisionedThroughput=UNITS)),
            **provisioned(f"{_GLOBAL}[].", beside=with_index(_GLOBAL, ProvisionedThroughput=UNITS)),
            **warm(with_index(_GLOBAL, ProvisionedThroughput=UNITS, WarmThroughput=WARM), f"{_GLOBAL}[]."),
            f"{_GLOBAL}[].OnDemandThroughput": not_offered(
                beside=with_index(_GLOBAL, ProvisionedThroughput=UNITS)
            ),
            "BillingMode": refused(
                "ValidationException",
                "PROVISIONED",
                beside=alone(BillingMode="PAY_PER_REQUEST"),
                text="PROVISIONED",
            ),
            **provisioned(),
            **warm({"WarmThroughput": WARM}),
            "SSESpecification.Enabled": differs(True, beside={"SSESpecification": {"Enabled": False}}),
            "SSESpecification.SSEType": differs("KMS", beside={"SSESpecification": {}}),
            "SSESpecification.KMSMasterKeyId": differs(OTHER_KEY, beside={"SSESpecification": KMS}),
            "Tags[].Key": differs("b", **TAGS_OF_NEW),
            "Tags[].Value": differs("b", **TAGS_OF_NEW),
            "TableClass": differs("STANDARD_INFREQUENT_ACCESS"),
            "DeletionProtectionEnabled": differs(True),
            "StreamSpecification": NOT_OFFERED,
            "ResourcePolicy": NOT_OFFERED,
            "OnDemandThroughput": NOT_OFFERED,
            "GlobalTableSourceArn": NOT_OFFERED,
            "GlobalTableSettingsReplicationMode": NOT_OFFERED,
            "VectorIndexes": NOT_OFFERED,
        },
        read=step("dynamodb:DescribeTable", TableName="New"),
    ),
    "UpdateTable": Operation(
        {"TableName": "Books", "ProvisionedThroughput": MORE_UNITS},
        {
            **OTHER_TABLE,
            **provisioned(),
            **warm(alone(WarmThroughput=WARM)),
            "AttributeDefinitions[].AttributeName": refused(
                "ValidationException", "x", beside=made(), text="Keys: [Sold, id]"
            ),
            "AttributeDefinitions[].AttributeType": differs("S", beside=made()),
            **index_members(_CREATE, made()),
            **provisioned(f"{_CREATE}.", beside=made()),
            **warm(made(WarmThroughput=WARM), f"{_CREATE}."),
            f"{_CREATE}.OnDemandThroughput": not_offered(beside=made()),
            f"{_UPDATE}.IndexName": refused("ResourceNotFoundException", "None", beside=changed()),
            **provisioned(f"{_UPDATE}.", beside=changed()),
            **warm(changed(WarmThroughput=WARM), f"{_UPDATE}."),
            f"{_UPDATE}.OnDemandThroughput": not_offered(beside=changed()),
            f"{_DELETE}.IndexName": refused(
                "ResourceNotFoundException",
                "None",
                beside=alone(GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "ByYear"}}]),
            ),
            "BillingMode": differs("PAY_PER_REQUEST", beside=alone(BillingMode="PROVISIONED")),
            "SSESpecification.Enabled": refused(
                "ValidationException", False, beside=alone(SSESpecification=KMS), text="Enabled is false"
            ),
            "SSESpecification.SSEType": refused(
                "ValidationException", "AES256", beside=alone(SSESpecification=KMS), text="SSEType AES256"
            ),
            "SSESpecification.KMSMasterKeyId": differs(OTHER_KEY, beside=alone(SSESpecification=KMS)),
            "TableClass": differs("STANDARD_INFREQUENT_ACCESS", beside=alone(TableClass="STANDARD")),
            "DeletionProtectionEnabled": differs(True, beside=alone(DeletionProtectionEnabled=False)),
            "StreamSpecification": NOT_OFFERED,
            "ReplicaUpdates": NOT_OFFERED,
            "MultiRegionConsistency": NOT_OFFERED,
            "GlobalTableWitnessUpdates": NOT_OFFERED,
            "OnDemandThroughput": NOT_OFFERED,
            "GlobalTableSettingsReplicationMode": NOT_OFFERED,
            "DisassociationProtectionEnabled": NOT_OFFERED,
            "VectorIndexUpdates": NOT_OFFERED,
        },
        read=DESCRIBED,
    ),
    "DeleteTable": Operation({"TableName": "Books"}, OTHER_TABLE),
    "DescribeTable": Operation({"TableName": "Books"}, OTHER_TABLE),
    "DescribeTimeToLive": Operation({"TableName": "Books"}, OTHER_TABLE),
    "UpdateTimeToLive": Operation(
        {"TableName": "Books", "TimeToLiveSpecification": EXPIRY},
        {
            "TableName": refused("ValidationException", "Other", text="TimeToLive is already enabled"),
            "TimeToLiveSpecification.AttributeName": differs(
                "end", read=step("dynamodb:DescribeTimeToLive", TableName="Books")
            ),
            "TimeToLiveSpecification.Enabled": refused(
                "ValidationException", False, text="TimeToLive is already disabled"
            ),
        },
    ),
    "DescribeContinuousBackups": Operation(
        {"TableName": "Books"}, {"TableName": refused("TableNotFoundException", "None")}
    ),
    "TagResource": Operation(
        {"ResourceArn": BOOKS, "Tags": tags("new")},
        {"ResourceArn": differs(OTHER), "Tags[].Key": differs("x"), "Tags[].Value": differs("x")},
        read=LISTED_TAGS,
    ),
    "UntagResource": Operation(
        {"ResourceArn": BOOKS, "TagKeys": ["a"]},
        {"ResourceArn": differs(OTHER), "TagKeys": differs(["b"])},
        read=LISTED_TAGS,
    ),
    "ListTagsOfResource": Operation(
        {"ResourceArn": OTHER},
        {
            "ResourceArn": differs(BOOKS),
            "NextToken": differs(
                "<<page/NextToken>>",
                first={"page": step("dynamodb:ListTagsOfResource", ResourceArn=OTHER)},
            ),
        },
    ),
    "ListTables": Operation({}, {"ExclusiveStartTableName": differs("Books"), "Limit": differs(1)}),
    "DescribeLimits": Operation({}, {}),
    "DescribeEndpoints": Operation({}, {}),
}
