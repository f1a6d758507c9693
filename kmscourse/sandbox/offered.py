"""The services of the practice account with what it offers of them; whatever else AWS has is refused by its name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from kmscourse.sandbox.call import AwsError, Call
from kmscourse.sandbox.cloudtrail.operations import SERVICE as CLOUDTRAIL
from kmscourse.sandbox.dynamodb.operations import SERVICE as DYNAMODB
from kmscourse.sandbox.iam.operations import SERVICE as IAM
from kmscourse.sandbox.kms.operations import SERVICE as KMS
from kmscourse.sandbox.model.members import Place, is_asked_for, places_not_honoured, printed
from kmscourse.sandbox.model.shapes import input_shape, is_operation, is_unsigned
from kmscourse.sandbox.operation import Members, ResolvedCall, Service
from kmscourse.sandbox.protocol.services import PROTOCOLS
from kmscourse.sandbox.sts.operations import SERVICE as STS
from kmscourse.sandbox.tagging.operations import SERVICE as TAGGING

SERVICES: Mapping[str, Service[Any]] = {
    service.name: service for service in (KMS, DYNAMODB, IAM, STS, CLOUDTRAIL, TAGGING)
}
PAGE = "docs/differences.md"
_MAX_NEAREST, _MIN_LIKENESS = 3, 0.6
# PartiQL says in a statement what these do.
_INSTEAD_OF_PARTIQL = {
    "dynamodb:ExecuteStatement": "GetItem, Query, Scan, PutItem, UpdateItem and DeleteItem",
    "dynamodb:BatchExecuteStatement": "BatchGetItem and BatchWriteItem",
    "dynamodb:ExecuteTransaction": "TransactGetItems and TransactWriteItems",
}


def refuse_unsigned(call: Call) -> None:
    """Raises AwsError for an operation that AWS takes unsigned: none is offered, and nobody is asked who calls."""
    if call.service in SERVICES and is_unsigned(call.service, call.operation):
        raise not_offered(call)


def not_offered(call: Call) -> AwsError:
    """The refusal of an operation that AWS has and the practice account hasn't, or that nobody has."""
    protocol = PROTOCOLS[call.service]
    if call.service not in SERVICES or not is_operation(call.service, call.operation):
        if protocol.is_json:
            return AwsError("UnknownOperationException", f"{call.service} has no operation {call.operation}.")
        text = f"Could not find operation {call.operation} for version {protocol.version}"
        return AwsError("InvalidAction", text)
    offered = SERVICES[call.service].operations
    nearest = difflib.get_close_matches(call.operation, offered, n=_MAX_NEAREST, cutoff=_MIN_LIKENESS)
    near = f" The nearest that it offers: {', '.join(nearest)}." if nearest else ""
    if call.action in _INSTEAD_OF_PARTIQL:
        near = f" Use {_INSTEAD_OF_PARTIQL[call.action]}."
    page = f"All that it offers is listed in the course's {PAGE}."
    return AwsError(
        "UnsupportedOperationException", f"The practice account does not offer {call.action}.{near} {page}"
    )


def refuse_members(resolved: ResolvedCall, members: Members) -> None:
    """Raises AwsError UnsupportedOperationException for a member of the input that is not among the honoured."""
    call = resolved.call
    for place in _refused_places(call, members):
        if is_asked_for(resolved.parameters, place):
            name = f"{printed(place)} in {call.operation}"
            raise AwsError(
                "UnsupportedOperationException",
                f"The practice account does not offer {name}{_advice(place[-1], call.operation, members)}.",
            )


def _refused_places(call: Call, members: Members) -> Iterable[Place]:
    """Of what the model has; where no model of AWS's tells what there is, of all that the call gives."""
    if call.service in SERVICES:
        return members_not_offered(call.service, call.operation)
    honoured = members.operations.get(call.operation, "").split()
    return ((name,) for name in call.parameters if name not in honoured)


@cache
def members_not_offered(service: str, operation: str) -> Sequence[Place]:
    """The members of an offered operation's input that are refused."""
    shape, members = input_shape(service, operation), SERVICES[service].members
    if shape is None:
        return ()
    return tuple(places_not_honoured(shape, members.operations.get(operation, ""), members.structures))


def _advice(member: str, operation: str, members: Members) -> str:
    """What to use in the place of a member, if anything."""
    successors = members.successors.get(member, "").split()
    honoured = members.operations.get(operation, "").split()
    known = [name for name in successors if name in honoured] or successors
    return f": use {known[0]}" if known else ""
