"""Answers in AWS's form, also where moto's are not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.sandbox.answers import printed
from kmscourse.sandbox.call import AwsError, Call, HttpRequest
from kmscourse.sandbox.pages import page


def test_the_default_policy_as_kms_prints_it(gate: Any) -> None:
    assert gate("kms:GetKeyPolicy", KeyId=gate.key()) == {
        "Policy": """{
  "Version" : "2012-10-17",
  "Id" : "key-default-1",
  "Statement" : [ {
    "Sid" : "Enable IAM User Permissions",
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : "arn:aws:iam::123456789012:root"
    },
    "Action" : "kms:*",
    "Resource" : "*"
  } ]
}""",
        "PolicyName": "default",
    }


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(json_values)
def test_printing_loses_nothing(value: Any) -> None:
    assert json.loads(printed(value)) == value


def test_a_predefined_alias_stands_for_no_key_yet(gate: Any) -> None:
    gate("kms:CreateAlias", AliasName="alias/myKey", TargetKeyId=gate.key())
    aliases = gate("kms:ListAliases", Limit=100)["Aliases"]
    assert [alias["AliasName"] for alias in aliases if "TargetKeyId" in alias] == ["alias/myKey"]
    assert all(alias["AliasName"].startswith("alias/aws/") for alias in aliases if "TargetKeyId" not in alias)


def test_the_aliases_of_one_key(gate: Any) -> None:
    key, other = gate.key(), gate.key()
    for name, target in (("b", key), ("a", key), ("c", other)):
        gate("kms:CreateAlias", AliasName=f"alias/{name}", TargetKeyId=target)
    aliases = gate("kms:ListAliases", KeyId=key)["Aliases"]
    assert [alias["AliasName"] for alias in aliases] == ["alias/a", "alias/b"]


def test_a_grant_is_listed_without_what_it_has_not_got(gate: Any) -> None:
    key = gate.key()
    for user in (gate.main, "IAMLabUser"):
        gate("kms:CreateGrant", KeyId=key, GranteePrincipal=gate.arn(user), Operations=["Decrypt"])
    [grant] = gate("kms:ListGrants", KeyId=key, GranteePrincipal=gate.arn("IAMLabUser"))["Grants"]
    assert grant["GranteePrincipal"] == gate.arn("IAMLabUser")
    assert None not in grant.values()


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_lists_come_in_pages(gate: Any, limit: int) -> None:
    keys = [gate.key() for _ in range(5)]
    found, marker = [], None
    while True:
        answer = gate("kms:ListKeys", Limit=limit, **({"Marker": marker} if marker else {}))
        assert len(answer["Keys"]) <= limit
        found += [key["KeyArn"] for key in answer["Keys"]]
        marker = answer.get("NextMarker")
        assert answer["Truncated"] == (marker is not None)
        if marker is None:
            break
    assert found == keys


def test_tags_come_in_pages(gate: Any) -> None:
    key = gate.key(Tags=[{"TagKey": name, "TagValue": name} for name in "abc"])
    answer = gate("kms:ListResourceTags", KeyId=key, Limit=2)
    rest = gate("kms:ListResourceTags", KeyId=key, Marker=answer["NextMarker"])
    assert [tag["TagKey"] for tag in answer["Tags"] + rest["Tags"]] == ["a", "b", "c"]
    assert rest["Truncated"] is False


@pytest.mark.parametrize("marker", ["junk", "", "bm9uZQ=="])
def test_a_marker_that_is_none(marker: str) -> None:
    call = Call("kms", "ListKeys", "us-east-1", {"Marker": marker}, "", "", HttpRequest("POST", "/", {}, b""))
    with pytest.raises(AwsError, match="InvalidMarkerException"):
        page(call, {"Keys": [{"KeyId": "a"}]}, "Keys", lambda key: str(key["KeyId"]))


def test_a_table_comes_and_goes_as_on_aws(gate: Any) -> None:
    description = {
        "TableName": "Books",
        "KeySchema": [{"AttributeName": "Author", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "Author", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    created = gate("dynamodb:CreateTable", **description)["TableDescription"]
    described = gate("dynamodb:DescribeTable", TableName="Books")["Table"]
    updated = gate("dynamodb:UpdateTable", TableName="Books", DeletionProtectionEnabled=False)[
        "TableDescription"
    ]
    deleted = gate("dynamodb:DeleteTable", TableName="Books")["TableDescription"]
    assert [table["TableStatus"] for table in (created, described, updated, deleted)] == [
        "CREATING",
        "ACTIVE",
        "UPDATING",
        "DELETING",
    ]
    assert created["TableId"] == described["TableId"] == deleted["TableId"]
    again = gate("dynamodb:CreateTable", **description)["TableDescription"]
    assert again["TableId"] != created["TableId"]
    assert "GlobalSecondaryIndexes" not in again, "an empty list is no index"


@pytest.mark.parametrize("operation", ["CreateGrant", "RevokeGrant"])
def test_a_dry_run_of_a_grant_changes_nothing(gate: Any, operation: str) -> None:
    key = gate.key()
    terms = {"GranteePrincipal": gate.arn("IAMLabUser"), "Operations": ["Decrypt"]}
    grant = gate("kms:CreateGrant", KeyId=key, **terms)["GrantId"]
    parameters = terms if operation == "CreateGrant" else {"GrantId": grant}
    refusal = gate.refused(f"kms:{operation}", KeyId=key, DryRun=True, **parameters)
    assert (refusal.code, refusal.message) == (
        "DryRunOperationException",
        "The request would have succeeded, but the DryRun option is set.",
    )
    assert len(gate("kms:ListGrants", KeyId=key)["Grants"]) == 1
    refusal = gate.refused(f"kms:{operation}", by="IAMLabUser", KeyId=key, DryRun=True, **parameters)
    assert refusal.code == "AccessDeniedException"
