"""Requests that no SDK would send, rightly signed: each is answered, none with a failure of ours.

What every operation takes is known from botocore's models; the values are drawn to be wrong in type, size and
meaning, or right by chance.
"""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import botocore.credentials
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.model import ListShape, MapShape, Shape, StructureShape
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kmscourse.sandbox import inprocess
from kmscourse.sandbox.application import Application
from kmscourse.sandbox.call import HttpRequest, HttpResponse
from kmscourse.sandbox.resources import OFFERED
from kmscourse.sandbox.resources.shapes import input_shape
from kmscourse.sandbox.services import SERVICES

OPERATIONS = [(service, operation) for service, offered in OFFERED.items() for operation in offered]
KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"

integers = st.integers(-5, 5) | st.integers()
texts = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [
            "",
            "Books",
            "alias/myKey",
            "alias/aws/dynamodb",
            "IAMLabUser",
            KEY_ID,
            "AES_256",
            "default",
            "AAAA",
            "*",
        ]
    ),
    st.sampled_from(
        [
            f"arn:aws:kms:us-east-1:123456789012:key/{KEY_ID}",
            "arn:aws:kms:eu-west-1:123456789012:alias/myKey",
            "arn:aws:iam::123456789012:user/IAMLabUser",
            "arn:aws:dynamodb:us-east-1:123456789012:table/Books",
            "arn:::::",
            "x" * 5000,
            '{"Version":"2012-10-17","Statement":[{}]}',
            'SELECT * FROM "Books"',
        ]
    ),
)
scalars = st.one_of(
    st.none(), st.booleans(), integers, st.floats(allow_nan=False, allow_infinity=False), texts
)
names = st.sampled_from(
    ["S", "N", "B", "Key", "Value", "KeyType", "AttributeName", "Put", "Get", "TableName", ""]
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(names | st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


def rightly_typed(shape: Shape, depth: int = 0) -> st.SearchStrategy[Any]:
    """Values of the types that the model asks for, their contents anything."""
    if isinstance(shape, StructureShape):
        if depth > 6:
            return st.just({})
        members = {name: rightly_typed(member, depth + 1) for name, member in shape.members.items()}
        required = {name: members.pop(name) for name in shape.required_members}
        return st.fixed_dictionaries(required, optional=members)
    if isinstance(shape, ListShape):
        return st.lists(rightly_typed(shape.member, depth + 1), max_size=2)
    if isinstance(shape, MapShape):
        return st.dictionaries(
            st.sampled_from(["Author", ":one", "#name", "Books", ""]),
            rightly_typed(shape.value, depth + 1),
            max_size=2,
        )
    if shape.type_name == "blob":
        return st.binary(max_size=200).map(lambda blob: base64.b64encode(blob).decode())
    kinds = {"integer": integers, "long": integers, "boolean": st.booleans(), "timestamp": integers}
    return (
        st.sampled_from(shape.enum) | texts
        if getattr(shape, "enum", None)
        else kinds.get(shape.type_name, texts)
    )


def flattened(value: Any, prefix: str) -> dict[str, str]:
    """A value as the query protocol spells it: ``Tags.member.1.Key``."""
    if isinstance(value, dict):
        inner = [(f"{prefix}.{name}", each) for name, each in value.items()]
    elif isinstance(value, list):
        inner = [(f"{prefix}.member.{number}", each) for number, each in enumerate(value, 1)]
    else:
        return {prefix: str(value)}
    return {name: text for path, each in inner for name, text in flattened(each, path).items()}


@pytest.fixture(scope="module")
def application() -> Iterator[Application]:
    """An account with the lab's key and table in it."""
    account = Application.open()
    session = inprocess.session(account)
    kms, dynamodb = session.client("kms"), session.client("dynamodb")
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/myKey", TargetKeyId=key_id)
    dynamodb.create_table(
        TableName="Books",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "Author", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "Author", "KeyType": "HASH"}],
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key_id},
    )
    yield account
    account.close()


def send(application: Application, service: str, headers: dict[str, str], body: bytes) -> HttpResponse:
    """The answer to a request of the main user."""
    key = application.main_access_key
    request = AWSRequest("POST", "http://127.0.0.1/", {"Host": "127.0.0.1", **headers}, body)
    credentials = botocore.credentials.Credentials(key.caller.access_key_id, key.secret)
    SigV4Auth(credentials, service, "us-east-1").add_auth(request)
    sent = {name.lower(): str(value) for name, value in request.headers.items()}
    return application.handle(HttpRequest("POST", "/", sent, body))


def call(application: Application, service: str, operation: str, parameters: dict[str, Any]) -> HttpResponse:
    described = SERVICES[service]
    if described.is_json:
        return send(
            application,
            service,
            {"X-Amz-Target": f"{described.target}.{operation}"},
            json.dumps(parameters).encode(),
        )
    form = {"Action": operation, "Version": described.version, **parameters}
    return send(application, service, {}, urlencode(form).encode())


def answered(response: HttpResponse) -> bool:
    return 200 <= response.status < 500 and b"Traceback" not in response.body


@pytest.mark.parametrize(("service", "operation"), OPERATIONS)
@settings(  # The same requests every time, as they are few; a higher number searches further.
    max_examples=12,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_no_parameters_make_it_fail(
    application: Application,
    caplog: pytest.LogCaptureFixture,
    service: str,
    operation: str,
    data: st.DataObject,
) -> None:
    caplog.set_level(logging.INFO, logger="kmscourse")
    caplog.clear()
    shape = input_shape(service, operation)
    members = shape.members if shape is not None else {}
    drawn = st.fixed_dictionaries(
        {}, optional={name: rightly_typed(member) | values for name, member in members.items()}
    )
    parameters = data.draw(drawn if shape is None else drawn | rightly_typed(shape))
    if not SERVICES[service].is_json:
        parameters = {
            name: text for key, value in parameters.items() for name, text in flattened(value, key).items()
        }
    response = call(application, service, operation, parameters)
    assert answered(response), f"{response.status} {response.body!r}\n{caplog.text}"


@given(
    service=st.sampled_from(sorted(SERVICES)),
    target=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=60)
    | st.sampled_from(["TrentService.Nothing", "DynamoDB_20120810.CreateBackup", "KmsCourse.Nothing"]),
    body=st.binary(max_size=200) | values.map(lambda value: json.dumps(value).encode()),
)
@settings(deadline=None)
def test_no_signed_bytes_make_it_fail(
    application: Application, service: str, target: str, body: bytes
) -> None:
    assert answered(send(application, service, {"X-Amz-Target": target}, body))


def test_every_known_operation_that_is_not_offered_says_so(application: Application) -> None:
    for service, operation in (
        ("kms", "CreateCustomKeyStore"),
        ("dynamodb", "CreateGlobalTable"),
        ("iam", "CreateSAMLProvider"),
    ):
        response = call(application, service, operation, {})
        assert 400 <= response.status < 500
        assert b"practice account" in response.body


@pytest.mark.parametrize("depth", [10, 63, 200, 5000])
def test_depth_is_bounded(application: Application, depth: int) -> None:
    nested = b'{"L":[' * depth + b'{"S":"a"}' + b"]}" * depth
    body = b'{"TableName":"Books","Item":{"Author":{"S":"a"},"Deep":' + nested + b"}}"
    response = send(application, "dynamodb", {"X-Amz-Target": "DynamoDB_20120810.PutItem"}, body)
    assert answered(response), response.body
