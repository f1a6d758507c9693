"""A call of the Resource Groups Tagging API, resolved: the page that its token stands for."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from kmscourse.sandbox.call import Call, Caller
from kmscourse.sandbox.model import shapes
from kmscourse.sandbox.operation import ResolvedCall
from kmscourse.sandbox.tagging.pages import PaginationToken

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account


class TaggingCall(ResolvedCall):
    """A call of the Resource Groups Tagging API."""

    @cached_property
    def token(self) -> PaginationToken | None:
        """The PaginationToken; None for the first page. Raises AwsError where it is none, or has expired."""
        text = self.parameters.get("PaginationToken")
        return PaginationToken.read(text, self.now) if text else None


def resolve(call: Call, caller: Caller, account: Account, now: datetime, changes: bool) -> TaggingCall:
    """Raises AwsError where the parameters are not what the model says."""
    return TaggingCall(replace(call, parameters=shapes.check(call)), caller, account, now, changes)
