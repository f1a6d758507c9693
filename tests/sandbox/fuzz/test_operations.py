"""Every operation that is offered, with parameters that could be right, nearly right, and not right at all.

Each call is answered in its protocol, in a bounded time, never with a failure of ours; a call that is refused leaves
the account as it was. ``KMSCOURSE_FUZZ=500`` searches further than the few examples of every day.
"""

from __future__ import annotations

import copy
import json
import logging
import os
import time
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kmscourse.sandbox.call import HttpResponse
from kmscourse.sandbox.model.shapes import input_shape
from kmscourse.sandbox.protocol.services import PROTOCOLS
from tests.sandbox.conftest import OFFERED
from tests.sandbox.fuzz.account import Furnished
from tests.sandbox.fuzz.drawing import anything, drawn, mutated

ACTIONS = [f"{service}:{operation}" for service, operations in OFFERED.items() for operation in operations]
EXAMPLES = int(os.environ.get("KMSCOURSE_FUZZ", "5"))
SECONDS = 5.0  # for one call, on a machine that does other things too


@pytest.fixture(scope="module")
def accounts() -> Iterator[list[Furnished]]:
    """The account that was used last, if any."""
    last: list[Furnished] = []
    yield last
    for account in last:
        account.close()


@pytest.fixture
def furnished(accounts: list[Furnished]) -> Furnished:
    """An account with everything in it: the last one, where it is still as it was made."""
    if accounts and accounts[0].state(afresh=True) != accounts[0].as_made:
        accounts.pop().close()
    if not accounts:
        accounts.append(Furnished())
    return accounts[0]


def fault(action: str, response: HttpResponse) -> str:
    """What is wrong with an answer; empty where nothing is."""
    if b"Traceback" in response.body or b".py" in response.body:
        return "it tells of our code"
    try:
        if PROTOCOLS[action.partition(":")[0]].is_json:
            said = json.loads(response.body)
        else:
            said = {"__type": ElementTree.fromstring(response.body).tag}  # noqa: S314  (our own answer)
    except ValueError as error:
        return f"it can't be read: {error}"
    if response.status >= 500:
        # DynamoDB passes on a ValidationException of KMS so (recorded on AWS): a key of another kind under a table.
        as_on_aws = "KMS internal error: com.amazonaws.services.kms.model.AWSKMSException"
        return "" if as_on_aws in str(said.get("message")) else "it is a failure of ours"
    return (
        ""
        if response.status == 200 or b"__type" in response.body or b"<Code>" in response.body
        else "no code"
    )


def hold(furnished: Furnished, action: str, parameters: Any, log: pytest.LogCaptureFixture) -> None:
    """One call, and everything that must be true of every call."""
    before = furnished.state()
    start = time.monotonic()
    response = furnished.call(action, parameters)
    spent = time.monotonic() - start
    told = (
        f"{action} {str(parameters)[:2000]}\n{response.status} {response.body[:1000]!r}\n{log.text[-2000:]}"
    )
    assert not fault(action, response), f"{fault(action, response)}: {told}"
    assert spent < SECONDS, f"it took {spent:.1f} s: {told}"
    after = furnished.state(afresh=True)
    if response.status != 200:
        changed = {row for row in before.keys() | after.keys() if before.get(row) != after.get(row)}
        assert not changed, f"refused, and yet {changed} changed: {told}"


@pytest.mark.parametrize("action", ACTIONS)
@settings(
    max_examples=EXAMPLES,
    derandomize=EXAMPLES < 100,  # the same few every day
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
@given(data=st.data())
def test_every_operation_takes_anything(
    furnished: Furnished, caplog: pytest.LogCaptureFixture, action: str, data: st.DataObject
) -> None:
    caplog.set_level(logging.INFO, logger="kmscourse")
    caplog.clear()
    shape = input_shape(*action.split(":"))
    names = sorted(shape.members) if shape is not None else []
    parameters = data.draw(drawn(shape) if shape is not None else st.just({}))
    hold(furnished, action, parameters, caplog)
    hold(furnished, action, data.draw(mutated(copy.deepcopy(parameters))), caplog)
    hold(
        furnished,
        action,
        data.draw(st.fixed_dictionaries({}, optional=dict.fromkeys(names, anything))),
        caplog,
    )
