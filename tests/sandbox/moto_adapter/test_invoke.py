"""moto's operations give the answers that moto's own server would write."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st
from moto.core.serialize import JSONSerializer, SerializationContext

from kmscourse.sandbox.moto_adapter.invoke import _json_serializer, _operation

tables = st.fixed_dictionaries(
    {"TableName": st.text(max_size=5)},
    optional={
        "ItemCount": st.integers(0, 10**9),
        "DeletionProtectionEnabled": st.booleans(),
        "CreationDateTime": st.floats(0, 2e9),
        "KeySchema": st.lists(st.fixed_dictionaries({"AttributeName": st.text(max_size=3)}), max_size=2),
        "SSEDescription": st.none(),
    },
)


@settings(deadline=None)
@given(tables)
def test_tables_are_written_as_moto_writes_them(table: dict[str, object]) -> None:
    operation, context = _operation("dynamodb", "DescribeTable"), SerializationContext("request-1")
    result = {"Table": table}
    ours = _json_serializer()(operation_model=operation, context=context).serialize(result)["body"]
    motos = JSONSerializer(operation_model=operation, context=context).serialize(result)["body"]
    assert ours == json.loads(motos)
