"""Operations whose stages still take a call, its caller and the account: for the time of the change alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any

from kmscourse.sandbox.auth.authorize import permission_checks
from kmscourse.sandbox.call import Call
from kmscourse.sandbox.operation import Operation, PermissionCheck, ResolvedCall


class AdaptedCall(ResolvedCall):
    """Keeps the call as its rules have made it."""

    @cached_property
    def memory(self) -> dict[str, Any]:
        return {"exact": self.call}

    @property
    def exact(self) -> Call:
        exact: Call = self.memory["exact"]
        return exact

    @property
    def recorded_parameters(self) -> Mapping[str, Any]:
        return self.exact.parameters


Reader = Callable[..., Iterable[PermissionCheck]]


def adapted(reader: Reader, rule: Any, perform: Any, changes: bool) -> Operation[AdaptedCall]:
    def permissions(resolved: AdaptedCall) -> Iterable[PermissionCheck]:
        return reader(resolved.call, resolved.caller, resolved.account)

    def validate(resolved: AdaptedCall) -> None:
        if rule is not None:
            checks = permission_checks(resolved, permissions)
            resolved.memory["exact"] = rule(resolved.call, resolved.caller, checks, resolved.account)

    def answer(resolved: AdaptedCall) -> Any:
        return perform(resolved.exact, resolved.caller, resolved.account)

    return Operation(permissions=permissions, validate=validate, perform=answer, changes=changes)
