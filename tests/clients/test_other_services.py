"""Services that the practice account has not got: each client fails at once, and prints what there is instead."""

from __future__ import annotations

from collections.abc import Callable
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.clients.test_aws_cli import Environment, EnvironmentOf, refusal

SENTENCE = "it exists on AWS only. Offered are kms, dynamodb, iam, sts, cloudtrail and tagging."

# One call in each way to speak: REST and XML, REST and JSON, a target and JSON, forms, CBOR.
CALLS: dict[str, Callable[[Any], Any]] = {
    "s3": lambda s3: s3.list_buckets(),
    "route53": lambda route53: route53.list_hosted_zones(),
    "cloudfront": lambda cloudfront: cloudfront.list_distributions(),
    "lambda": lambda lambdas: lambdas.list_functions(),
    "apigateway": lambda gateway: gateway.get_rest_apis(),
    "eks": lambda eks: eks.list_clusters(),
    "sqs": lambda sqs: sqs.list_queues(),
    "ssm": lambda ssm: ssm.get_parameter(Name="/lab/secret"),
    "secretsmanager": lambda secrets: secrets.list_secrets(),
    "logs": lambda logs: logs.describe_log_groups(),
    "dynamodbstreams": lambda streams: streams.list_streams(),
    "sns": lambda sns: sns.list_topics(),
    "cloudformation": lambda cloudformation: cloudformation.list_stacks(),
    "ec2": lambda ec2: ec2.describe_instances(),
    "cloudwatch": lambda cloudwatch: cloudwatch.list_metrics(),
}


def client(environment: Environment, service: str, **config: Any) -> Any:
    return boto3.client(
        service,
        endpoint_url=environment["AWS_ENDPOINT_URL"],
        region_name=environment["AWS_REGION"],
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        config=Config(**config),
    )


def refused(call: Callable[[Any], Any], of: Any) -> dict[str, Any]:
    """The refusal, which must have come at the first attempt."""
    with pytest.raises(ClientError) as failed:
        call(of)
    assert failed.value.response["ResponseMetadata"]["RetryAttempts"] == 0
    return failed.value.response


@pytest.mark.parametrize(
    ("service", "mode"),
    [
        *((name, "legacy") for name in CALLS),
        ("s3", "standard"),
        ("lambda", "standard"),
        ("cloudwatch", "adaptive"),
    ],
)
def test_boto3_fails_at_once_and_says_what_there_is(
    environment_of: EnvironmentOf, service: str, mode: str
) -> None:
    response = refused(CALLS[service], client(environment_of(), service, retries={"mode": mode}))
    assert response["Error"]["Code"] == "UnsupportedOperationException"
    assert response["Error"]["Message"].endswith(SENTENCE)
    assert 400 <= response["ResponseMetadata"]["HTTPStatusCode"] < 500


@pytest.mark.parametrize(
    "call",
    [
        lambda s3: s3.put_object(Bucket="lab", Key="a/b c.txt", Body=b"x" * 100_000),
        lambda s3: s3.get_object(Bucket="lab", Key="a"),
        lambda s3: s3.delete_object(Bucket="lab", Key="a"),
        lambda s3: s3.create_bucket(Bucket="lab"),
        lambda s3: s3.create_multipart_upload(Bucket="lab", Key="a"),
    ],
)
@pytest.mark.parametrize("config", [{}, {"signature_version": UNSIGNED}], ids=["signed", "unsigned"])
def test_every_way_to_a_bucket(environment_of: EnvironmentOf, call: Any, config: dict[str, Any]) -> None:
    response = refused(call, client(environment_of(), "s3", **config))
    assert response["Error"]["Code"] == "UnsupportedOperationException"
    assert "kms, dynamodb, iam, sts, cloudtrail and tagging" in response["Error"]["Message"]


def test_head_has_no_body_to_say_it_in(environment_of: EnvironmentOf) -> None:
    response = refused(lambda s3: s3.head_bucket(Bucket="lab"), client(environment_of(), "s3"))
    assert response["Error"] == {"Code": "403", "Message": "Forbidden"}


@pytest.mark.parametrize("version", ["s3", "s3v4"])
def test_a_presigned_url_of_s3_opens_nothing(environment_of: EnvironmentOf, version: str) -> None:
    s3 = client(environment_of(), "s3", signature_version=version)
    url = urlsplit(s3.generate_presigned_url("get_object", Params={"Bucket": "lab", "Key": "a"}))
    connection = HTTPConnection(url.netloc, timeout=10)
    connection.request("GET", f"{url.path}?{url.query}")
    response = connection.getresponse()
    said = response.read().decode()
    connection.close()
    assert response.status == 403
    assert "<Code>UnsupportedOperationException</Code>" in said
    assert "Offered are kms, dynamodb, iam, sts, cloudtrail and tagging." in said


@pytest.mark.parametrize(
    "arguments",
    [
        ("secretsmanager", "list-secrets"),
        ("s3", "ls"),
        ("lambda", "list-functions"),
        ("ec2", "describe-instances"),
        ("cloudwatch", "list-metrics"),
        ("sns", "list-topics"),
    ],
    ids=" ".join,
)
def test_the_aws_cli_prints_the_sentence(environment_of: EnvironmentOf, arguments: tuple[str, ...]) -> None:
    said = refusal(environment_of(), *arguments)
    assert "(UnsupportedOperationException)" in said
    assert SENTENCE in said
