"""moto's operations give the answers that moto's own server would write."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from moto.core.serialize import JSONSerializer, SerializationContext

from kmscourse.sandbox.moto_adapter.invoke import _json_serializer, _operation

numbers = st.integers(-(10**9), 10**9).map(str)
attributes: st.SearchStrategy[dict[str, Any]] = st.recursive(
    st.one_of(
        st.fixed_dictionaries({"S": st.text(max_size=8)}),
        st.fixed_dictionaries({"N": numbers}),
        st.fixed_dictionaries({"B": st.binary(max_size=8)}),
        st.fixed_dictionaries({"BOOL": st.booleans()}),
        st.fixed_dictionaries({"NULL": st.just(True)}),
        st.fixed_dictionaries({"SS": st.lists(st.text(max_size=4), max_size=3)}),
        st.fixed_dictionaries({"NS": st.lists(numbers, max_size=3)}),
        st.fixed_dictionaries({"BS": st.lists(st.binary(max_size=4), max_size=3)}),
    ),
    lambda inner: (
        st.fixed_dictionaries({"L": st.lists(inner, max_size=3)})
        | st.fixed_dictionaries({"M": st.dictionaries(st.text(min_size=1, max_size=4), inner, max_size=3)})
    ),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.lists(st.dictionaries(st.text(min_size=1, max_size=5), attributes, max_size=4), max_size=3))
def test_items_are_written_as_moto_writes_them(items: list[dict[str, Any]]) -> None:
    operation, context = _operation("dynamodb", "Scan"), SerializationContext("request-1")
    result = {"Items": items, "Count": len(items), "ScannedCount": len(items)}
    ours = _json_serializer()(operation_model=operation, context=context).serialize(result)["body"]
    motos = JSONSerializer(operation_model=operation, context=context).serialize(result)["body"]
    assert ours == json.loads(motos)
