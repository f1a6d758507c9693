"""What a call touches: one ``Access`` for each thing that it does to each resource, in the words of policies.

The tables in this package are the list of what the practice account offers. An operation that is not in them is
refused here, before anything else is looked at, so that none can slip past the decision.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kmscourse.sandbox.call import Access, AwsError, Call, Caller
from kmscourse.sandbox.dynamodb import permissions as dynamodb
from kmscourse.sandbox.iam import names
from kmscourse.sandbox.iam import permissions as iam
from kmscourse.sandbox.kms import grant_permissions as grants
from kmscourse.sandbox.kms import permissions as kms
from kmscourse.sandbox.model import shapes
from kmscourse.sandbox.permission_checks import Reader, anywhere
from kmscourse.sandbox.protocol.services import SERVICES
from kmscourse.sandbox.sts import permissions as sts

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Backend

OFFERED: Mapping[str, Mapping[str, Reader]] = {
    "kms": kms.OPERATIONS,
    "dynamodb": dynamodb.OPERATIONS,
    "iam": iam.OPERATIONS,
    "sts": sts.OPERATIONS,
    "cloudtrail": {"LookupEvents": anywhere},
}
# What a console does and no API offers: no policy speaks of it (``console.py`` says who may).
CONSOLE = "kmscourse"


def touched(call: Call, caller: Caller, backend: Backend) -> list[Access]:
    """What ``call`` does to which resources: its own permissions first, then those that a service uses for the caller.

    Raises AwsError: UnsupportedOperationException for what the practice account does not offer, the codes of
    ``shapes.check`` for parameters that aren't any, NotFoundException for a key or alias that isn't there,
    InvalidGrantTokenException.
    """
    if call.service == CONSOLE:
        return []
    reader = OFFERED[call.service].get(call.operation)
    if reader is None:
        raise _not_offered(call)
    if call.service == "iam":
        names.check(call.parameters)
    shapes.check(call)
    if call.service == "kms":
        grants.check_tokens(call, backend)
    accesses: list[Access] = []
    for access in reader(call, caller, backend):
        if access not in accesses:
            accesses.append(access)
    return sorted(accesses, key=lambda access: access.via is not None)


def _not_offered(call: Call) -> AwsError:
    if not shapes.is_operation(call.service, call.operation):
        service = SERVICES[call.service]
        if service.is_json:
            return AwsError("UnknownOperationException", f"{call.service} has no operation {call.operation}.")
        text = f"Could not find operation {call.operation} for version {service.version}"
        return AwsError("InvalidAction", text)
    offered = ", ".join(sorted(OFFERED[call.service]))
    return AwsError(
        "UnsupportedOperationException",
        f"The practice account does not offer {call.action}. Of {call.service} it offers: {offered}.",
    )
