"""What IAM works out of a request before the operation itself.

Source: IAM API Reference, the UserName parameter of the operations that may leave it out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from kmscourse.sandbox.call import Access, Call, Caller
from kmscourse.sandbox.resources.iam import ABOUT_ONESELF, user_name

if TYPE_CHECKING:
    from kmscourse.sandbox.backend import Backend


def check(call: Call, caller: Caller, accesses: Sequence[Access], backend: Backend) -> Call:
    """The call with the caller's own name where it names no user."""
    if call.operation not in ABOUT_ONESELF:
        return call
    return replace(call, parameters={**call.parameters, "UserName": user_name(call, caller)})
