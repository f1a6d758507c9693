"""tag:GetResources: what has tags in a Region, through its filters, in pages."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sandbox.conftest import BOOKS

GET = "tagging:GetResources"
READS = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:List*", "Resource": "*"}]}
)


def key(gate: Any, region: str = "us-east-1", **tags: str) -> str:
    """The ARN of a new key with these tags."""
    listed = [{"TagKey": name, "TagValue": value} for name, value in tags.items()]
    return str(gate("kms:CreateKey", region=region, Tags=listed)["KeyMetadata"]["Arn"])


def table(gate: Any, name: str, **tags: str) -> str:
    """The ARN of a new table with these tags."""
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    parameters = {**BOOKS, "TableName": name, "Tags": listed}
    return str(gate("dynamodb:CreateTable", **parameters)["TableDescription"]["TableArn"])


def found(gate: Any, **parameters: Any) -> dict[str, dict[str, str]]:
    """What one answer lists: the tags of each resource by its ARN."""
    listed = gate(GET, **parameters)["ResourceTagMappingList"]
    return {
        resource["ResourceARN"]: {tag["Key"]: tag["Value"] for tag in resource["Tags"]} for resource in listed
    }


def test_keys_tables_and_policies_with_their_tags(gate: Any) -> None:
    """The answer's form is one that users of AWS have published (cloud-custodian, pull request 2729)."""
    assert gate(GET) == {"PaginationToken": "", "ResourceTagMappingList": []}
    hr, books = key(gate, team="HR"), table(gate, "Books", team="HR", lab="")
    key(gate), table(gate, "Plain")
    tag = {"Tags.member.1.Key": "team", "Tags.member.1.Value": "IT"}
    gate("iam:CreatePolicy", PolicyName="reads", PolicyDocument=READS, **tag)
    gate("iam:CreatePolicy", PolicyName="plain", PolicyDocument=READS)
    policy = f"arn:aws:iam::{gate.account_id}:policy/reads"
    assert found(gate) == {hr: {"team": "HR"}, books: {"team": "HR", "lab": ""}, policy: {"team": "IT"}}


def test_users_and_roles_are_not_found(gate: Any) -> None:
    """GetResources does not know them: Resource Groups Tagging API Reference, "Services that support" it."""
    gate.user("Ann")
    gate("iam:TagUser", UserName="Ann", **{"Tags.member.1.Key": "team", "Tags.member.1.Value": "HR"})
    gate.role("robot", **{"Tags.member.1.Key": "team", "Tags.member.1.Value": "HR"})
    assert found(gate) == {}
    assert found(gate, ResourceARNList=[gate.arn("Ann")]) == {}


def test_a_region_shows_its_own_and_us_east_1_what_is_global(gate: Any) -> None:
    here, there = key(gate, team="HR"), key(gate, region="eu-west-1", team="HR")
    tag = {"Tags.member.1.Key": "team", "Tags.member.1.Value": "HR"}
    gate("iam:CreatePolicy", PolicyName="reads", PolicyDocument=READS, **tag)
    assert set(found(gate, region="eu-west-1")) == {there}
    assert set(found(gate)) == {here, f"arn:aws:iam::{gate.account_id}:policy/reads"}
    assert found(gate, ResourceARNList=[there]) == {}


def test_tags_that_come_and_go(gate: Any) -> None:
    arn = key(gate, team="HR")
    gate("kms:TagResource", KeyId=arn, Tags=[{"TagKey": "team", "TagValue": "IT"}])
    assert found(gate) == {arn: {"team": "IT"}}
    gate("kms:UntagResource", KeyId=arn, TagKeys=["team"])
    assert found(gate) == {}


def test_a_key_that_waits_for_its_deletion_is_still_there(gate: Any) -> None:
    arn = key(gate, team="HR")
    gate("kms:ScheduleKeyDeletion", KeyId=arn, PendingWindowInDays=7)
    assert set(found(gate)) == {arn}
    gate.later(days=8)
    assert found(gate) == {}


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ([{"Key": "team", "Values": ["HR"]}], {"hr"}),
        ([{"Key": "team", "Values": ["HR", "IT"]}], {"hr", "it"}),
        ([{"Key": "team"}], {"hr", "it"}),
        ([{"Key": "team", "Values": []}], {"hr", "it"}),
        ([{"Key": "team"}, {"Key": "lab", "Values": [""]}], {"it"}),
        ([{"Key": "Team"}], set()),
        ([{"Key": "team", "Values": ["hr"]}], set()),
        ([], {"hr", "it", "lab"}),
    ],
)
def test_filters_of_tags(gate: Any, filters: list[dict[str, Any]], names: set[str]) -> None:
    """All filters count, any value of one will do, none stands for all; case counts (API reference)."""
    arns = {
        key(gate, team="HR"): "hr",
        table(gate, "Books", team="IT", lab=""): "it",
        key(gate, lab="yes"): "lab",
    }
    assert {arns[arn] for arn in found(gate, TagFilters=filters)} == names


@pytest.mark.parametrize(
    ("types", "names"),
    [
        (["kms"], {"key"}),
        (["kms:key"], {"key"}),
        (["dynamodb:table", "kms"], {"key", "table"}),
        (["dynamodb:index"], set()),
        (["KMS"], set()),
        (["s3:bucket"], set()),
        ([], {"key", "table"}),
    ],
)
def test_filters_of_types(gate: Any, types: list[str], names: set[str]) -> None:
    arns = {key(gate, team="HR"): "key", table(gate, "Books", team="HR"): "table"}
    assert {arns[arn] for arn in found(gate, ResourceTypeFilters=types)} == names


def pages(gate: Any, **parameters: Any) -> Iterator[list[Mapping[str, Any]]]:
    token = ""
    while True:
        answer = gate(GET, PaginationToken=token, **parameters)
        yield answer["ResourceTagMappingList"]
        token = answer["PaginationToken"]
        if not token:
            return


@given(tags=st.lists(st.integers(1, 50), max_size=6), size=st.integers(1, 7), most=st.integers(100, 500))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pages_hold_all_of_it_once_and_no_more_than_they_may(
    gate: Any, tags: list[int], size: int, most: int
) -> None:
    """TagsPerPage counts the tags of all resources of a page, and a resource is never split."""
    gate.account.reset()
    for count in tags:
        key(gate, **{str(number): "x" for number in range(count)})
    whole = gate(GET)["ResourceTagMappingList"]
    assert len(whole) == len(tags)
    for limits in (
        {"ResourcesPerPage": size},
        {"TagsPerPage": most},
        {"ResourcesPerPage": size, "TagsPerPage": most},
    ):
        read = list(pages(gate, **limits))
        assert [resource for page in read for resource in page] == whole
        assert all(len(page) <= limits.get("ResourcesPerPage", 50) for page in read)
        assert all(
            sum(len(resource["Tags"]) for resource in page) <= limits.get("TagsPerPage", 5000)
            for page in read
        )


def test_a_token_is_good_for_15_minutes(gate: Any) -> None:
    for _ in range(2):
        key(gate, team="HR")
    token = gate(GET, ResourcesPerPage=1)["PaginationToken"]
    gate.later(minutes=14)
    assert len(found(gate, PaginationToken=token)) == 1
    gate.later(minutes=2)
    assert gate.refused(GET, PaginationToken=token).code == "PaginationTokenExpiredException"


@pytest.mark.parametrize(
    ("parameters", "code", "text"),
    [
        ({"PaginationToken": "junk"}, "InvalidParameterException", "none that GetResources gave"),
        ({"PaginationToken": "eA=="}, "InvalidParameterException", "none that GetResources gave"),
        ({"ResourcesPerPage": 0}, "InvalidParameterException", "between 1 and 100"),
        ({"ResourcesPerPage": 101}, "InvalidParameterException", "between 1 and 100"),
        ({"TagsPerPage": 99}, "InvalidParameterException", "between 100 and 500"),
        ({"TagsPerPage": 501}, "InvalidParameterException", "between 100 and 500"),
        ({"ResourceTypeFilters": ["kms"] * 101}, "InvalidParameterException", "at most 100"),
        ({"TagFilters": [{"Values": ["HR"]}]}, "InvalidParameterException", "must have a Key"),
        ({"TagFilters": [{"Key": "k"}] * 51}, "ValidationException", "length less than or equal to 50"),
        ({"TagFilters": [{"Key": ""}]}, "ValidationException", "length greater than or equal to 1"),
        ({"ResourceARNList": []}, "ValidationException", "length greater than or equal to 1"),
        # The text is one that users of AWS quote (cloud-custodian, issue 10415).
        ({"ResourceARNList": ["arn:aws:firehose:eu-west-1::deliverystream/x"]}, "InvalidParameterException",
         "arn:aws:firehose:eu-west-1::deliverystream/x is not a valid AmazonResourceName (ARN)"),
        ({"IncludeComplianceDetails": True}, "UnsupportedOperationException", "IncludeComplianceDetails"),
        ({"ExcludeCompliantResources": True}, "UnsupportedOperationException", "ExcludeCompliantResources"),
        *(
            ({"ResourceARNList": ["arn:aws:s3:::bucket"], **beside}, "InvalidParameterException", "can't be combined")
            for beside in (
                {"TagFilters": [{"Key": "team"}]}, {"ResourceTypeFilters": ["kms"]}, {"ResourcesPerPage": 5},
                {"TagsPerPage": 100}, {"PaginationToken": "x"},
            )
        ),
    ],
)  # fmt: skip
def test_what_is_refused(gate: Any, parameters: dict[str, Any], code: str, text: str) -> None:
    refusal = gate.refused(GET, **parameters)
    assert (refusal.code, refusal.status) == (code, 400)
    assert text in refusal.message


def test_who_may_ask(gate: Any) -> None:
    """The text names no resource, as those do that users of AWS quote."""
    assert gate.refused(GET, by="IAMLabUser").message == (
        f"User: {gate.arn('IAMLabUser')} is not authorized to perform: tag:GetResources because no identity-based "
        "policy allows the tag:GetResources action"
    )
    arn = key(gate, team="HR")
    reader = gate.user("Reader", {"Effect": "Allow", "Action": "tag:GetResources", "Resource": "*"})
    assert set(found(gate, by=reader)) == {arn}, "no permission on the key itself is needed"


def test_the_trail_tells_of_it(gate: Any) -> None:
    """As in CloudTrail's records of GetResources that users of AWS have published."""
    gate(GET, ResourceTypeFilters=["kms"], TagFilters=[{"Key": "team", "Values": ["HR"]}])
    [event] = gate.events(EventName="GetResources")
    assert (event["eventSource"], event["readOnly"]) == ("tagging.amazonaws.com", True)
    assert event["requestParameters"] == {
        "tagFilters": [{"key": "team", "values": ["HR"]}],
        "resourceTypeFilters": ["kms"],
    }
