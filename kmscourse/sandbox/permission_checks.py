"""What the tables of operations are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
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


def form_tags(form: Mapping[str, str]) -> list[tuple[str, str]]:
    """The tags in a query form, ``Tags.member.1.Key`` and so on."""
    return [
        (value, form.get(name.removesuffix("Key") + "Value", ""))
        for name, value in form.items()
        if name.startswith("Tags.member.") and name.endswith(".Key")
    ]


def form_list(form: Mapping[str, str], name: str) -> list[str]:
    """The texts of a list in a query form, ``TagKeys.member.1`` and so on."""
    return [value for field, value in form.items() if field.startswith(f"{name}.member.")]
