"""CloudTrail as a service of the practice account."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from kmscourse.sandbox.call import Call, Caller
from kmscourse.sandbox.cloudtrail.members import MEMBERS
from kmscourse.sandbox.model import shapes
from kmscourse.sandbox.operation import Operation, ResolvedCall, Service, anywhere

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account


def resolve(call: Call, caller: Caller, account: Account, now: datetime, changes: bool) -> ResolvedCall:
    """The call with its parameters checked. Raises AwsError."""
    shapes.check(call)
    return ResolvedCall(call, caller, account, now, changes)


def look_up_events(resolved: ResolvedCall) -> dict[str, Any]:
    """https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html"""
    return resolved.account.trail.look_up(resolved.call)


OPERATIONS = {"LookupEvents": Operation(permissions=anywhere, perform=look_up_events)}

SERVICE = Service("cloudtrail", resolve, OPERATIONS, MEMBERS)
