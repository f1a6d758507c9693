"""CloudTrail: a history of a few events, and for each member of the input a search in which it counts."""

from __future__ import annotations

from tests.sandbox.honoured.account import step
from tests.sandbox.honoured.proofs import Operation, differs

KEY = "<<key/KeyMetadata/Arn>>"
CREATED = [{"AttributeKey": "EventName", "AttributeValue": "CreateKey"}]

PREPARED = {
    "key": step("kms:CreateKey"),
    "second_key": step("kms:CreateKey"),
    "alias": step("kms:CreateAlias", AliasName="alias/one", TargetKeyId=KEY),
}

OPERATIONS = {
    "LookupEvents": Operation(
        {"LookupAttributes": CREATED},
        {
            "LookupAttributes[].AttributeKey": differs("Username"),
            "LookupAttributes[].AttributeValue": differs("CreateAlias"),
            "StartTime": differs("<<time 60>>"),
            "EndTime": differs("<<time -60>>"),
            "EventCategory": differs("insight"),
            "MaxResults": differs(1),
            "NextToken": differs(
                "<<page/NextToken>>",
                first={"page": step("cloudtrail:LookupEvents", LookupAttributes=CREATED, MaxResults=1)},
            ),
        },
    ),
}
