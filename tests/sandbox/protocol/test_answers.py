"""Answers written in each protocol."""

from __future__ import annotations

import json
import zlib
from datetime import UTC, datetime
from xml.etree import ElementTree

from kmscourse.sandbox import protocol
from kmscourse.sandbox.call import HttpResponse
from tests.sandbox.protocol.sending import form_request, json_request


def test_a_json_answer_carries_blobs_in_base64_and_times_in_seconds() -> None:
    call = protocol.read(json_request("TrentService.Encrypt", {}))
    answer = {
        "CiphertextBlob": b"\x00\xff",
        "CreationDate": datetime(2026, 3, 1, tzinfo=UTC),
        "Enabled": True,
    }
    response = protocol.write(call, answer)
    assert json.loads(response.body) == {
        "CiphertextBlob": "AP8=",
        "CreationDate": 1772323200.0,
        "Enabled": True,
    }
    assert response.status == 200
    assert response.headers["Content-Type"] == "application/x-amz-json-1.1"
    assert response.headers["x-amzn-RequestId"] == call.request_id


def test_a_dynamodb_answer_carries_its_checksum() -> None:
    call = protocol.read(json_request("DynamoDB_20120810.Scan", {}, "dynamodb"))
    response = protocol.write(call, {"Items": [], "Count": 0})
    assert response.headers["x-amz-crc32"] == str(zlib.crc32(response.body))
    assert response.headers["Content-Type"] == "application/x-amz-json-1.0"


def test_a_query_answer_is_xml_with_lists_as_members() -> None:
    call = protocol.read(form_request("Action=ListUsers&Version=2010-05-08"))
    response = protocol.write(
        call, {"Users": [{"UserName": "a<b"}, {"UserName": "c\x00"}], "IsTruncated": False}
    )
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
    call = protocol.read(form_request("Action=ListUsers&Version=2010-05-08"))
    response = protocol.write(
        call, HttpResponse(200, {"Server": "x"}, b"<a><RequestId>EXAMPLE</RequestId></a>")
    )
    assert response.body == f"<a><RequestId>{call.request_id}</RequestId></a>".encode()
    assert "Server" not in response.headers
