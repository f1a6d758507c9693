"""What DynamoDB checks of an operation on items, and moto doesn't.

Source: DynamoDB API Reference, each operation's parameters; the texts as AWS prints them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kmscourse.sandbox.call import Call
from kmscourse.sandbox.resources import key_condition

if TYPE_CHECKING:
    from kmscourse.sandbox.backend import Backend


def check(call: Call, backend: Backend) -> Call:
    """The call as moto understands it: a Query's conditions in their plain form, an UpdateItem that changes nothing.

    Raises AwsError where a rule forbids it.
    """
    parameters = dict(call.parameters)
    if call.operation == "Query" and parameters.get(key_condition.KIND) is not None:
        parameters[key_condition.KIND] = key_condition.plain(key_condition.read(parameters))
    if call.operation == "UpdateItem" and parameters.get("UpdateExpression") is None:
        parameters.setdefault("AttributeUpdates", {})
    return replace(call, parameters=parameters)
