"""What the tables of operations are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeAlias

from kmscourse.sandbox.call import Call, Caller
from kmscourse.sandbox.operation import PermissionCheck

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account

Reader: TypeAlias = "Callable[[Call, Caller, Account], Iterable[PermissionCheck]]"


def anywhere(call: Call, caller: Caller, account: Account) -> Iterable[PermissionCheck]:
    """An operation that works on no resource in particular, such as ``kms:ListKeys``."""
    yield PermissionCheck(call.action, "*")


def tag_context(tags: Iterable[tuple[str, str]]) -> dict[str, str | list[str]]:
    """The condition keys of tags in a request: ``aws:RequestTag/<key>`` and ``aws:TagKeys``."""
    pairs = dict(tags)
    context: dict[str, str | list[str]] = {f"aws:RequestTag/{key}": value for key, value in pairs.items()}
    return {**context, "aws:TagKeys": list(pairs)} if pairs else {}
