"""Every member of every operation that is to be an integer, with what is none and with what is hardly one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from kmscourse.sandbox.protocol.services import PROTOCOLS
from tests.frozen.requests import flattened
from tests.sandbox.conftest import OFFERED
from tests.sandbox.fuzz.account import Furnished
from tests.sandbox.fuzz.members import parameters_with, places

ACTIONS = [
    f"{service}:{operation}"
    for service, operations in OFFERED.items()
    for operation in operations
    if places(f"{service}:{operation}", "integer", "long")
]
# As they are written in JSON: Python would write 1E+2 in another way.
NO_INTEGERS = [
    *("1.0", "2e0", "1E+2", "-0.0", "1.5", "1e300", "1e400", "9223372036854775808", f"-{'9' * 400}"),
    *("true", "false", '"1"', '""', "[]", "[1]", "{}", '{"N": 1}'),
]
INTEGERS = ["0", "-0", "1", "-1", "7", "2147483647", "-2147483648", "null"]
MARK = 8_421_337  # In place of what is written instead.


@pytest.fixture(scope="module")
def furnished() -> Iterator[Furnished]:
    """One account for all of them."""
    made = Furnished()
    yield made
    made.close()


def sent(furnished: Furnished, action: str, place: Any, written: str) -> Any:
    """The answer where this is written in that place."""
    service, operation = action.split(":")
    parameters = furnished.filled_in(parameters_with(action, place, MARK))
    if not PROTOCOLS[service].is_json:
        (field,) = [name for name, text in flattened(parameters, "").items() if text == str(MARK)]
        return furnished.call(action, {**parameters, field.removeprefix("."): written})
    body = json.dumps(parameters).replace(str(MARK), written)
    return furnished.send(
        service, {"X-Amz-Target": f"{PROTOCOLS[service].target}.{operation}"}, body.encode()
    )


@pytest.mark.parametrize("action", ACTIONS)
def test_an_integer_is_an_integer_or_refused(furnished: Furnished, action: str) -> None:
    is_json = PROTOCOLS[action.partition(":")[0]].is_json
    for place in places(action, "integer", "long"):
        for written in NO_INTEGERS:
            answer = sent(furnished, action, place, written)
            told = f"{action} {place} {written}: {answer.status} {answer.body[:300]!r}"
            assert answer.status == 400, told
            assert (b"SerializationException" if is_json else b"MalformedInput") in answer.body, told
        for written in INTEGERS:
            answer = sent(furnished, action, place, written)
            assert answer.status < 500, f"{action} {place} {written}: {answer.body[:300]!r}"
            refused = answer.status != 200 and b"SerializationException" in answer.body
            assert not refused, f"{action} {place}: {written} is an integer"


@pytest.mark.parametrize(
    ("action", "place"),
    [
        (f"{service}:{operation}", place)
        for service, operations in OFFERED.items()
        for operation in operations
        if PROTOCOLS[service].is_json
        for place in places(f"{service}:{operation}", "timestamp")
    ],
)
def test_a_moment_is_any_number_or_refused(furnished: Furnished, action: str, place: Any) -> None:
    for written in [*NO_INTEGERS, *INTEGERS, "4102444800", "253402300800", "1e16"]:
        answer = sent(furnished, action, place, written)
        assert answer.status < 500, f"{action} {place} {written}: {answer.body[:300]!r}"
