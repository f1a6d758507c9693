"""Refusals written in each protocol, and read by botocore's parsers as its clients read them."""

from __future__ import annotations

import json
import zlib
from typing import Any
from xml.etree import ElementTree

import pytest
from botocore.parsers import create_parser
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.sandbox import protocol
from kmscourse.sandbox.call import AwsError, HttpRequest, HttpResponse
from tests.sandbox.protocol.sending import cbor_request, form_request, json_request, rest_request


def test_a_kms_refusal() -> None:
    error = AwsError("DisabledException", "arn:aws:kms:… is disabled.")
    response = protocol.write_error(json_request("TrentService.Encrypt", {}), error, "id-1")
    assert response.status == 400
    assert response.headers["x-amzn-ErrorType"] == "DisabledException"
    assert response.headers["x-amzn-RequestId"] == "id-1"
    assert json.loads(response.body) == {
        "__type": "DisabledException",
        "message": "arn:aws:kms:… is disabled.",
    }


def test_a_refusal_without_a_text_has_no_message() -> None:
    error = AwsError("InvalidCiphertextException", "")
    response = protocol.write_error(json_request("TrentService.Decrypt", {}), error, "id-1")
    assert json.loads(response.body) == {"__type": "InvalidCiphertextException"}


@pytest.mark.parametrize(
    ("code", "full"),
    [
        ("AccessDeniedException", "com.amazon.coral.service#AccessDeniedException"),
        ("ValidationException", "com.amazon.coral.validate#ValidationException"),
        ("ResourceNotFoundException", "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"),
    ],
)
def test_a_dynamodb_refusal_names_the_layer_it_comes_from(code: str, full: str) -> None:
    error = AwsError(code, "No.", fields={"Item": {"a": {"S": "b"}}})
    response = protocol.write_error(json_request("DynamoDB_20120810.Scan", {}, "dynamodb"), error, "id-1")
    assert json.loads(response.body) == {"__type": full, "message": "No.", "Item": {"a": {"S": "b"}}}
    assert response.headers["x-amz-crc32"] == str(zlib.crc32(response.body))


def test_a_query_refusal() -> None:
    error = AwsError("AccessDenied", "User: <x> is not authorized", 403)
    response = protocol.write_error(form_request("Action=GetUser&Version=2010-05-08"), error, "id-1")
    root = ElementTree.fromstring(response.body)  # noqa: S314  (our own answer)
    space = {"iam": "https://iam.amazonaws.com/doc/2010-05-08/"}
    assert response.status == 403
    assert root.findtext("iam:Error/iam:Code", namespaces=space) == "AccessDenied"
    assert root.findtext("iam:Error/iam:Message", namespaces=space) == "User: <x> is not authorized"
    assert root.findtext("iam:Error/iam:Type", namespaces=space) == "Sender"
    assert root.findtext("iam:RequestId", namespaces=space) == "id-1"


def test_an_unsigned_query_call_is_still_answered_in_xml() -> None:
    request = HttpRequest("POST", "/", {}, b"Action=GetUser&Version=2010-05-08")
    response = protocol.write_error(request, AwsError("MissingAuthenticationToken", "", 403), "id")
    assert response.headers["Content-Type"] == "text/xml"


def read_by_botocore(wire_protocol: str, response: HttpResponse) -> dict[str, Any]:
    """What a client whose service speaks ``wire_protocol`` makes of a refusal."""
    parser = create_parser(wire_protocol)
    answer = {"status_code": response.status, "headers": response.headers, "body": response.body}
    return parser.parse({**answer, "context": {"operation_name": "Any"}}, None)["Error"]


@pytest.mark.parametrize(
    ("request_", "wire_protocol"),
    [
        (json_request("secretsmanager.ListSecrets", {}, "secretsmanager"), "json"),
        (rest_request("GET", "/2015-03-31/functions/", "lambda"), "rest-json"),
        (rest_request("PUT", "/bucket/a%20key", "s3", b"Action=x"), "rest-xml"),
        (rest_request("POST", "/2013-04-01/hostedzone", "route53", b"<a/>"), "rest-xml"),
        (HttpRequest("GET", "/public-bucket/key", {}, b""), "rest-xml"),
        (form_request("Action=ListTopics&Version=2010-03-31", "sns"), "query"),
        (form_request("Action=DescribeInstances&Version=2016-11-15", "ec2"), "ec2"),
        (cbor_request("GraniteServiceVersion20100801", "ListMetrics", "monitoring"), "smithy-rpc-v2-cbor"),
        (cbor_request("TrentService", "ListKeys", "kms"), "smithy-rpc-v2-cbor"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_protocols_client_reads_the_refusal(request_: HttpRequest, wire_protocol: str) -> None:
    with pytest.raises(AwsError) as refused:
        protocol.read(request_)
    response = protocol.write_error(request_, refused.value, "id-1")
    read = read_by_botocore(wire_protocol, response)
    assert (read["Code"], read["Message"]) == ("UnsupportedOperationException", refused.value.message)
    assert response.headers["x-amzn-ErrorType"] == "UnsupportedOperationException"


@given(st.from_regex("[A-Za-z]{1,60}", fullmatch=True), st.text(max_size=30), st.integers(1, 3000))
def test_texts_in_cbor(code: str, text: str, times: int) -> None:
    message = text * times
    error = AwsError(code, message)
    response = protocol.write_error(cbor_request("TrentService", "ListKeys", "kms"), error, "id-1")
    assert response.headers["smithy-protocol"] == "rpc-v2-cbor"
    read = read_by_botocore("smithy-rpc-v2-cbor", response)
    assert (read["Code"], read["Message"]) == (code, message)
