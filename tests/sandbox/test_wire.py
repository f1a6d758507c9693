"""Requests read into calls, answers and refusals written in each protocol."""

from __future__ import annotations

import json
import zlib
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.sandbox import wire
from kmscourse.sandbox.call import AwsError, HttpRequest, HttpResponse

SCOPE = (
    "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20260301/eu-west-1/{}/aws4_request, "
    "SignedHeaders=host, Signature=0"
)


def json_request(target: str, body: bytes | dict[str, Any], service: str = "kms") -> HttpRequest:
    content = json.dumps(body).encode() if isinstance(body, dict) else body
    headers = {"x-amz-target": target, "authorization": SCOPE.format(service), "user-agent": "test"}
    return HttpRequest("POST", "/", headers, content)


def form_request(body: str, service: str = "iam") -> HttpRequest:
    return HttpRequest("POST", "/", {"authorization": SCOPE.format(service)}, body.encode())


@pytest.mark.parametrize(
    ("target", "action"),
    [
        ("TrentService.GenerateDataKey", "kms:GenerateDataKey"),
        ("DynamoDB_20120810.Scan", "dynamodb:Scan"),
        ("com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents", "cloudtrail:LookupEvents"),
        ("KmsCourse.SignIn", "kmscourse:SignIn"),
    ],
)
def test_a_json_call_is_named_by_its_target(target: str, action: str) -> None:
    call = wire.read(json_request(target, {"KeyId": "alias/myKey"}))
    assert call.action == action
    assert call.parameters == {"KeyId": "alias/myKey"}
    assert (call.region, call.access_key_id, call.user_agent) == ("eu-west-1", "AKIAEXAMPLE", "test")


def test_a_query_call_is_named_by_its_form() -> None:
    call = wire.read(form_request("Action=TagUser&Version=2010-05-08&UserName=a%20b&Tags.member.1.Key="))
    assert call.action == "iam:TagUser"
    assert call.parameters["UserName"] == "a b"
    assert call.parameters["Tags.member.1.Key"] == ""


def test_a_query_call_may_be_a_get() -> None:
    target = "/?Action=GetCallerIdentity&Version=2011-06-15"
    call = wire.read(HttpRequest("GET", target, {"authorization": SCOPE.format("sts")}, b""))
    assert call.action == "sts:GetCallerIdentity"


def test_an_unsigned_call_is_read_too_so_that_it_can_be_refused_as_unsigned() -> None:
    call = wire.read(HttpRequest("POST", "/", {"x-amz-target": "TrentService.ListKeys"}, b"{}"))
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
    ],
    ids=lambda value: repr(value[:20]),
)
def test_a_body_that_is_no_usable_json_object_is_refused(body: bytes, code: str) -> None:
    with pytest.raises(AwsError) as refused:
        wire.read(json_request("TrentService.Encrypt", body))
    assert (refused.value.code, refused.value.status) == (code, 400)


def test_a_null_is_a_parameter_that_was_not_given() -> None:
    call = wire.read(json_request("TrentService.ListKeys", {"Limit": None, "Marker": "a"}))
    assert call.parameters == {"Marker": "a"}


def test_brackets_in_strings_are_no_depth() -> None:
    text = '[{"\\"' * 200
    assert (
        wire.read(json_request("TrentService.Encrypt", {"Plaintext": text})).parameters["Plaintext"] == text
    )


def test_many_small_objects_are_no_depth() -> None:
    items = [{"Key": {"S": str(number)}} for number in range(100)]
    assert wire.read(json_request("DynamoDB_20120810.X", {"Keys": items})).parameters["Keys"] == items


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (json_request("SecretsManager.GetSecretValue", {}), "UnknownOperationException"),
        (json_request("TrentService.", {}), "UnknownOperationException"),
        (json_request("TrentService.../etc", {}), "UnknownOperationException"),
        (json_request("", {}), "UnknownOperationException"),
        (
            HttpRequest("GET", "/", {"x-amz-target": "TrentService.ListKeys"}, b""),
            "UnknownOperationException",
        ),
        (
            HttpRequest("POST", "/x", {"x-amz-target": "TrentService.ListKeys"}, b"{}"),
            "UnknownOperationException",
        ),
        (HttpRequest("GET", "/", {}, b""), "UnknownOperationException"),
        (HttpRequest("GET", "/favicon.ico", {}, b""), "UnknownOperationException"),
        (form_request("Action=ListQueues", "sqs"), "UnknownOperationException"),
        (form_request("Action=GetUser"), "InvalidAction"),
        (form_request("Action=GetUser&Version=2011-06-15"), "InvalidAction"),
        (form_request("Action=Get%20User&Version=2010-05-08"), "InvalidAction"),
        (form_request("Action=%ff&Version=2010-05-08"), "MalformedQueryString"),
        (form_request("&".join(f"a{n}=1" for n in range(3000))), "MalformedQueryString"),
    ],
)
def test_what_the_account_does_not_offer_is_refused(request_: HttpRequest, code: str) -> None:
    with pytest.raises(AwsError) as refused:
        wire.read(request_)
    assert refused.value.code == code
    assert 400 <= refused.value.status < 500


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
        wire.read(request)
    except AwsError as error:
        response = wire.write_error(request, error, "id")
        assert 400 <= response.status < 500
        if response.headers["Content-Type"] == "text/xml":
            ElementTree.fromstring(response.body)  # noqa: S314  (our own answer)
        else:
            assert json.loads(response.body)["__type"]


def test_a_json_answer_carries_blobs_in_base64_and_times_in_seconds() -> None:
    call = wire.read(json_request("TrentService.Encrypt", {}))
    answer = {
        "CiphertextBlob": b"\x00\xff",
        "CreationDate": datetime(2026, 3, 1, tzinfo=UTC),
        "Enabled": True,
    }
    response = wire.write(call, answer)
    assert json.loads(response.body) == {
        "CiphertextBlob": "AP8=",
        "CreationDate": 1772323200.0,
        "Enabled": True,
    }
    assert response.status == 200
    assert response.headers["Content-Type"] == "application/x-amz-json-1.1"
    assert response.headers["x-amzn-RequestId"] == call.request_id


def test_a_dynamodb_answer_carries_its_checksum() -> None:
    call = wire.read(json_request("DynamoDB_20120810.Scan", {}, "dynamodb"))
    response = wire.write(call, {"Items": [], "Count": 0})
    assert response.headers["x-amz-crc32"] == str(zlib.crc32(response.body))
    assert response.headers["Content-Type"] == "application/x-amz-json-1.0"


def test_a_query_answer_is_xml_with_lists_as_members() -> None:
    call = wire.read(form_request("Action=ListUsers&Version=2010-05-08"))
    response = wire.write(call, {"Users": [{"UserName": "a<b"}, {"UserName": "c\x00"}], "IsTruncated": False})
    root = ElementTree.fromstring(response.body)  # noqa: S314  (our own answer)
    space = {"iam": "https://iam.amazonaws.com/doc/2010-05-08/"}
    assert root.tag == f"{{{space['iam']}}}ListUsersResponse"
    names = [
        name.text for name in root.findall("iam:ListUsersResult/iam:Users/iam:member/iam:UserName", space)
    ]
    assert names == ["a<b", "c�"]
    assert root.findtext("iam:ListUsersResult/iam:IsTruncated", namespaces=space) == "false"
    assert root.findtext("iam:ResponseMetadata/iam:RequestId", namespaces=space) == call.request_id


def test_xml_from_elsewhere_gets_this_calls_request_id() -> None:
    call = wire.read(form_request("Action=ListUsers&Version=2010-05-08"))
    response = wire.write(call, HttpResponse(200, {"Server": "x"}, b"<a><RequestId>EXAMPLE</RequestId></a>"))
    assert response.body == f"<a><RequestId>{call.request_id}</RequestId></a>".encode()
    assert "Server" not in response.headers


def test_a_kms_refusal() -> None:
    error = AwsError("DisabledException", "arn:aws:kms:… is disabled.")
    response = wire.write_error(json_request("TrentService.Encrypt", {}), error, "id-1")
    assert response.status == 400
    assert response.headers["x-amzn-ErrorType"] == "DisabledException"
    assert response.headers["x-amzn-RequestId"] == "id-1"
    assert json.loads(response.body) == {
        "__type": "DisabledException",
        "message": "arn:aws:kms:… is disabled.",
    }


def test_a_refusal_without_a_text_has_no_message() -> None:
    error = AwsError("InvalidCiphertextException", "")
    response = wire.write_error(json_request("TrentService.Decrypt", {}), error, "id-1")
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
    response = wire.write_error(json_request("DynamoDB_20120810.Scan", {}, "dynamodb"), error, "id-1")
    assert json.loads(response.body) == {"__type": full, "message": "No.", "Item": {"a": {"S": "b"}}}
    assert response.headers["x-amz-crc32"] == str(zlib.crc32(response.body))


def test_a_query_refusal() -> None:
    error = AwsError("AccessDenied", "User: <x> is not authorized", 403)
    response = wire.write_error(form_request("Action=GetUser&Version=2010-05-08"), error, "id-1")
    root = ElementTree.fromstring(response.body)  # noqa: S314  (our own answer)
    space = {"iam": "https://iam.amazonaws.com/doc/2010-05-08/"}
    assert response.status == 403
    assert root.findtext("iam:Error/iam:Code", namespaces=space) == "AccessDenied"
    assert root.findtext("iam:Error/iam:Message", namespaces=space) == "User: <x> is not authorized"
    assert root.findtext("iam:Error/iam:Type", namespaces=space) == "Sender"
    assert root.findtext("iam:RequestId", namespaces=space) == "id-1"


def test_an_unsigned_query_call_is_still_answered_in_xml() -> None:
    request = HttpRequest("POST", "/", {}, b"Action=GetUser&Version=2010-05-08")
    response = wire.write_error(request, AwsError("MissingAuthenticationToken", "", 403), "id")
    assert response.headers["Content-Type"] == "text/xml"
