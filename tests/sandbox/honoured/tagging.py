"""GetResources: keys and a table with tags, and for each member of the input a call in which it counts."""

from __future__ import annotations

from tests.sandbox.honoured.account import step
from tests.sandbox.honoured.proofs import NOT_OFFERED, Operation, differs

BOOKS = "arn:aws:dynamodb:us-east-1:<<account>>:table/Books"

PREPARED = {
    "key": step("kms:CreateKey", Tags=[{"TagKey": "team", "TagValue": "blue"}]),
    # More tags than a page need show.
    **{
        name: step("kms:CreateKey", Tags=[{"TagKey": f"t{number}", "TagValue": "x"} for number in range(50)])
        for name in ("second", "third")
    },
    "books": step(
        "dynamodb:CreateTable",
        TableName="Books",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=[{"Key": "team", "Value": "red"}, {"Key": "unit", "Value": "blue"}],
    ),
}
BLUE = [{"Key": "team", "Values": ["blue"]}]

OPERATIONS = {
    "GetResources": Operation(
        {},
        {
            "PaginationToken": differs(
                "<<page/PaginationToken>>", first={"page": step("tagging:GetResources", ResourcesPerPage=1)}
            ),
            "TagFilters[].Key": differs("unit", beside={"TagFilters": BLUE}),
            "TagFilters[].Values": differs(["red"], beside={"TagFilters": BLUE}),
            "ResourcesPerPage": differs(1),
            "TagsPerPage": differs(100),
            "ResourceTypeFilters": differs(["kms"]),
            "ResourceARNList": differs([BOOKS]),
            "IncludeComplianceDetails": NOT_OFFERED,
            "ExcludeCompliantResources": NOT_OFFERED,
        },
    ),
}
