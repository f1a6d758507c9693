"""Requests read into calls."""

from __future__ import annotations

import json
import tracemalloc
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.sandbox import protocol
from kmscourse.sandbox.call import AwsError, HttpRequest
from tests.sandbox.protocol.sending import SCOPE, cbor_request, form_request, json_request, rest_request


@pytest.mark.parametrize(
    ("target", "action"),
    [
        ("TrentService.GenerateDataKey", "kms:GenerateDataKey"),
        ("DynamoDB_20120810.Scan", "dynamodb:Scan"),
        ("com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents", "cloudtrail:LookupEvents"),
        ("CloudTrail_20131101.LookupEvents", "cloudtrail:LookupEvents"),
        ("ResourceGroupsTaggingAPI_20170126.GetResources", "tag:GetResources"),
        ("KmsCourse.SignIn", "kmscourse:SignIn"),
    ],
)
def test_a_json_call_is_named_by_its_target(target: str, action: str) -> None:
    call = protocol.read(json_request(target, {"KeyId": "alias/myKey"}))
    assert call.action == action
    assert call.parameters == {"KeyId": "alias/myKey"}
    assert (call.region, call.access_key_id, call.user_agent) == ("eu-west-1", "AKIAEXAMPLE", "test")


def test_a_query_call_is_named_by_its_form() -> None:
    call = protocol.read(form_request("Action=TagUser&Version=2010-05-08&UserName=a%20b&Tags.member.1.Key="))
    assert call.action == "iam:TagUser"
    assert call.parameters["UserName"] == "a b"
    assert call.parameters["Tags.member.1.Key"] == ""


def test_a_query_call_may_be_a_get() -> None:
    target = "/?Action=GetCallerIdentity&Version=2011-06-15"
    call = protocol.read(HttpRequest("GET", target, {"authorization": SCOPE.format("sts")}, b""))
    assert call.action == "sts:GetCallerIdentity"


def test_an_unsigned_call_is_read_too_so_that_it_can_be_refused_as_unsigned() -> None:
    call = protocol.read(HttpRequest("POST", "/", {"x-amz-target": "TrentService.ListKeys"}, b"{}"))
    assert (call.access_key_id, call.region) == ("", "us-east-1")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "SerializationException"),
        (b"{nope", "SerializationException"),
        (b"[]", "SerializationException"),
        (b'"text"', "SerializationException"),
        (b'{"a":NaN}', "SerializationException"),
        (b'{"a":"\\ud800"}', "SerializationException"),
        (b'{"a":"\xff"}', "SerializationException"),
        (b'{"a":' + b"9" * 5000 + b"}", "SerializationException"),
        (b'{"a":' * 101 + b"1" + b"}" * 101, "SerializationException"),
        (b"[" * 1_000_000, "SerializationException"),
        (b'{"a":' * 100_000, "SerializationException"),
        (b'{"a":[' + b"1," * 50_000 + b"1]}", "SerializationException"),
        (b'{"a":[' + b"{}," * 30_000 + b"1]}", "SerializationException"),
    ],
    ids=lambda value: repr(value[:20]),
)
def test_a_body_that_is_no_usable_json_object_is_refused(body: bytes, code: str) -> None:
    with pytest.raises(AwsError) as refused:
        protocol.read(json_request("TrentService.Encrypt", body))
    assert (refused.value.code, refused.value.status) == (code, 400)


def test_a_null_is_a_parameter_that_was_not_given() -> None:
    call = protocol.read(json_request("TrentService.ListKeys", {"Limit": None, "Marker": "a"}))
    assert call.parameters == {"Marker": "a"}


def test_brackets_in_strings_are_no_depth() -> None:
    text = '[{"\\"' * 200
    assert (
        protocol.read(json_request("TrentService.Encrypt", {"Plaintext": text})).parameters["Plaintext"]
        == text
    )


@pytest.mark.parametrize("text", [b"[\\\\", b"[]", b"[,"], ids=["escapes", "brackets", "commas"])
def test_a_long_string_takes_no_more_memory_than_a_few_of_its_kind(text: bytes) -> None:
    body = b'{"KeyId":"' + text * (1_000_000 // len(text)) + b'"}'
    request = replace(json_request("TrentService.Encrypt", {}), body=body)
    tracemalloc.start()
    try:
        protocol.read(request)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 10 * len(body), f"{peak} bytes for a body of {len(body)}: anybody can send one of 16 MiB"


@pytest.mark.parametrize("end", [b"]" * 300_000, b'""' * 300_000], ids=["closed", "strings"])
def test_what_is_no_json_is_refused_once_it_has_more_parts_than_json_can_have(end: bytes) -> None:
    body = b'{"KeyId":"' + b"[" * 101 + b'"}' + end
    with pytest.raises(AwsError, match="is not JSON"):
        protocol.read(replace(json_request("TrentService.Encrypt", {}), body=body))


def test_commas_in_strings_are_no_values() -> None:
    text = "a,[{" * 100_000
    assert protocol.read(json_request("TrentService.Encrypt", {"Text": text})).parameters == {"Text": text}


def test_many_small_objects_are_no_depth() -> None:
    items = [{"Key": {"S": str(number)}} for number in range(100)]
    assert protocol.read(json_request("DynamoDB_20120810.X", {"Keys": items})).parameters["Keys"] == items


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (json_request("SecretsManager.GetSecretValue", {}), "UnsupportedOperationException"),
        (json_request("", {}), "UnsupportedOperationException"),
        (json_request("TrentService.", {}), "UnknownOperationException"),
        (json_request("TrentService.../etc", {}), "UnsupportedOperationException"),
        (replace(json_request("TrentService.ListKeys", {}), method="GET"), "UnknownOperationException"),
        (replace(json_request("TrentService.ListKeys", {}), target="/x"), "UnknownOperationException"),
        (rest_request("POST", "/", "kms", b"{}"), "UnknownOperationException"),
        (rest_request("POST", "/", "iam", b"{}"), "UnknownOperationException"),
        (HttpRequest("GET", "/", {}, b""), "UnsupportedOperationException"),
        (HttpRequest("GET", "/favicon.ico", {}, b""), "UnsupportedOperationException"),
        (rest_request("PUT", "/bucket/key", "s3", b"x"), "UnsupportedOperationException"),
        (rest_request("GET", "/2015-03-31/functions/", "lambda"), "UnsupportedOperationException"),
        (
            cbor_request("GraniteServiceVersion20100801", "ListMetrics", "monitoring"),
            "UnsupportedOperationException",
        ),
        (cbor_request("TrentService", "ListKeys", "kms"), "UnsupportedOperationException"),
        (form_request("Action=ListQueues", "sqs"), "UnsupportedOperationException"),
        (form_request("Action=Unknown&Version=2000-01-01", ""), "UnsupportedOperationException"),
        (form_request("Action=GetUser"), "InvalidAction"),
        (form_request("Action=GetUser&Version=2011-06-15"), "InvalidAction"),
        (form_request("Action=Get%20User&Version=2010-05-08"), "InvalidAction"),
        (form_request("Action=%ff&Version=2010-05-08"), "MalformedQueryString"),
        (form_request("&".join(f"a{n}=1" for n in range(3000))), "MalformedQueryString"),
        (
            form_request("Action=GetUser&Version=2010-05-08&UserName=" + "%2F" * 1_000_000),
            "RequestEntityTooLarge",
        ),
    ],
)
def test_what_the_account_does_not_offer_is_refused(request_: HttpRequest, code: str) -> None:
    with pytest.raises(AwsError) as refused:
        protocol.read(request_)
    assert refused.value.code == code
    assert 400 <= refused.value.status < 500


def test_the_refusal_of_a_service_names_it_and_what_there_is() -> None:
    with pytest.raises(AwsError) as refused:
        protocol.read(rest_request("GET", "/2015-03-31/functions/", "lambda"))
    assert refused.value.message == (
        "The practice account does not offer lambda: it exists on AWS only. Offered are kms, dynamodb, iam, sts, "
        "cloudtrail and tagging."
    )
    with pytest.raises(AwsError, match=r"does not offer SecretsManager\.GetSecretValue: "):
        protocol.read(json_request("SecretsManager.GetSecretValue", {}))


def test_a_presigned_call_is_read_without_what_signs_it() -> None:
    signs = (
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA1%2F20260301%2Feu-west-1%2Fsts%2Faws4_request"
    )
    target = f"/?Action=GetCallerIdentity&Version=2011-06-15&{signs}&X-Amz-Signature=0"
    call = protocol.read(HttpRequest("GET", target, {}, b""))
    assert (call.action, call.region, call.access_key_id) == ("sts:GetCallerIdentity", "eu-west-1", "AKIA1")
    assert call.parameters == {"Action": "GetCallerIdentity", "Version": "2011-06-15"}


@given(
    method=st.sampled_from(["POST", "GET", "PUT", "OPTIONS"]),
    target=st.sampled_from(["/", "/?Action=GetUser&Version=2010-05-08", "//", "/%00"]),
    headers=st.dictionaries(
        st.sampled_from(["x-amz-target", "authorization", "content-type", "user-agent"]),
        st.text(st.characters(max_codepoint=255))
        | st.sampled_from(["TrentService.Encrypt", SCOPE.format("iam")]),
    ),
    body=st.binary() | st.sampled_from([b"{}", b"Action=GetUser&Version=2010-05-08"]),
)
def test_whatever_comes_is_read_or_refused_in_a_readable_form(
    method: str, target: str, headers: dict[str, str], body: bytes
) -> None:
    request = HttpRequest(method, target, headers, body)
    try:
        protocol.read(request)
    except AwsError as error:
        response = protocol.write_error(request, error, "id")
        assert 400 <= response.status < 500
        if response.headers["Content-Type"].endswith("/xml"):
            ElementTree.fromstring(response.body)  # noqa: S314  (our own answer)
        else:
            assert json.loads(response.body)["__type"]
