"""A call shown in Python and for the AWS CLI, and made: one and the same."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore import xform_name
from hypothesis import given
from hypothesis import strategies as st

from kmscourse import Lab
from kmscourse.widgets import (
    CreateTablePage,
    ExploreItemsPage,
    KeyActionsPage,
    KeyRotationPage,
    TablePage,
    UserPage,
)
from kmscourse.widgets.calls import AwsCall, NamedValue, show_calls
from kmscourse.widgets.create_table import YOURS

values = st.recursive(
    st.text() | st.integers() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


class Client:
    """Notes what it is asked."""

    def put_thing(self, **request: Any) -> dict[str, Any]:
        self.request = request
        return {"Answer": 42}


@given(st.dictionaries(st.sampled_from(["KeyId", "TableName", "Tags", "Enabled"]), values))
def test_the_line_of_python_is_the_call(request_: dict[str, Any]) -> None:
    call, made, read = AwsCall("thing", "put_thing", request_), Client(), Client()
    assert call.make(made) == {"Answer": 42}
    exec(call.python, {"thing": read})  # noqa: S102  the page's own line
    assert made.request == read.request == request_


@given(st.dictionaries(st.sampled_from(["KeyId", "TableName", "Tags", "NumberOfBytes"]), values))
def test_the_command_line_says_the_same(request_: dict[str, Any]) -> None:
    words = shlex.split(AwsCall("kms", "put_thing", request_).cli.replace(" \\\n    ", " "))
    assert words[:3] == ["aws", "kms", "put-thing"]
    rest = iter(words[3:])
    for name, value in request_.items():
        option = next(rest)
        if isinstance(value, bool):
            assert option == f"--{'' if value else 'no-'}{xform_name(name, '-')}"
        else:
            assert option == f"--{xform_name(name, '-')}"
            given = next(rest)
            assert given == value if isinstance(value, str) else json.loads(given) == value


def test_what_has_a_name_is_shown_by_it_and_sent_as_it_is() -> None:
    client = Client()
    call = AwsCall("thing", "put_thing", {"Password": NamedValue("password", '"$PASSWORD"', "s3cret")})
    call.make(client)
    assert client.request == {"Password": "s3cret"}
    assert call.python == "thing.put_thing(Password=password)"
    assert call.cli == 'aws thing put-thing --password "$PASSWORD"'
    assert "s3cret" not in repr(call) + show_calls(call)


def test_every_call_of_the_pages_is_one_of_aws(lab8: Lab) -> None:
    for call in calls_of(lab8):
        model = boto3.Session(region_name="us-east-1").client(call.service).meta.service_model
        operation = model.operation_model(
            next(name for name in model.operation_names if xform_name(name) == call.method)
        )
        assert set(call.request) <= set(operation.input_shape.members), call
        assert set(operation.input_shape.required_members) <= set(call.request), call


def calls_of(lab: Lab) -> Iterator[AwsCall]:
    table = CreateTablePage(lab)
    table.encryption.control.value = YOURS
    yield AwsCall("dynamodb", "create_table", table.request())
    yield AwsCall("dynamodb", "delete_table", {"TableName": TablePage(lab).name})
    actions = KeyActionsPage(lab)
    for action in actions.choice.control.options:
        actions.choice.control.value = action
        yield actions.call
    rotation = KeyRotationPage(lab)
    for switched in (True, False):
        rotation.automatic.control.value = switched
        yield rotation.call
    items = ExploreItemsPage(lab)
    items.partition_key.control.value = items.sort_key.control.value = "x"
    for what in items.what.control.options:
        items.what.control.value = what
        yield items.call
    user = UserPage(lab)
    for chosen in user.access.control.options:
        user.access.control.value = chosen
        yield user.call


@pytest.mark.parametrize("length", [1, 200])
def test_a_long_call_has_a_parameter_a_line(length: int) -> None:
    call = AwsCall("kms", "put_thing", {"KeyId": "x" * length, "Enabled": True})
    assert call.python.count("\n") == (0 if length == 1 else 3)
    assert call.cli.count("\n") == (0 if length == 1 else 2)
