"""Which services a policy can name: those of a kept list, in the forms that AWS documents."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from kmscourse.policy import service_principal_exists
from kmscourse.policy.language import service_principals

LIST = json.loads(Path(service_principals.__file__).with_suffix(".json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "name",
    [
        "ec2.amazonaws.com",
        "dynamodb.amazonaws.com",
        "cloudtrail.amazonaws.com",
        "logs.us-east-1.amazonaws.com",
        "delivery.logs.amazonaws.com",
        "dynamodb.ap-southeast-5.amazonaws.com",
        "replication.dynamodb.us-east-1.amazonaws.com",
    ],
)
def test_a_service_that_is_on_the_list(name: str) -> None:
    assert service_principal_exists(name)


@pytest.mark.parametrize(
    "name",
    [
        "tagging.amazonaws.com",  # https://github.com/hashicorp/terraform/issues/35086
        "amazonaws.com",  # https://github.com/aws-samples/aws-cdk-examples/issues/801
        ".amazonaws.com",
        "us-east-1.amazonaws.com",
        "dynamo.amazonaws.com",
        "DynamoDB.amazonaws.com",
        "dynamodb.mars-1.amazonaws.com",
        "dynamodb.us-east-1.example.com",
        "us-east-1.dynamodb.amazonaws.com",
        "ec2.amazonaws.com.example.com",
        "ec2.amazonaws.com\n",
        "ec2",
        "*",
        "",
    ],
)
def test_what_is_no_service(name: str) -> None:
    assert not service_principal_exists(name)


def test_the_list_says_where_it_comes_from() -> None:
    names = LIST["names"]
    assert names == sorted(set(names)), "keep the names in their order, each once"
    assert all(re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)*", name) for name in names), "without .amazonaws.com"
    assert not set(LIST["left_out"]) & set(names)
    assert re.search(r"\d{4}-\d\d-\d\d", LIST["about"])
    assert len(LIST["sources"]) > 1
