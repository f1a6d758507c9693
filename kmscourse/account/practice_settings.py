"""What a notebook may set in the practice account for a while: KMS's quota, and how long a grant takes to be known.

Each is in force within a ``with`` block, and what it was before it afterwards. A block that is cut off, as its kernel
is killed, leaves its setting behind: ``restore`` takes it back.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kmscourse.account.account import Account


@contextmanager
def kms_quota(account: Account, requests: int) -> Iterator[None]:
    """Within it KMS takes so many cryptographic requests a second. Raises CourseError, SandboxError."""
    with _set_to(account, "SetKmsQuota", {"Requests": requests}):
        yield


@contextmanager
def grant_delay(account: Account, seconds: float) -> Iterator[None]:
    """Grants that are made or removed within it are known everywhere so many seconds later.

    Raises CourseError, SandboxError.
    """
    with _set_to(account, "SetGrantDelay", {"Seconds": seconds}):
        yield


def restore(account: Account) -> None:
    """Both as they were when the practice account was started."""
    for operation in ("SetKmsQuota", "SetGrantDelay"):
        account.ask_console(operation, {})


@contextmanager
def _set_to(account: Account, operation: str, value: dict[str, Any]) -> Iterator[None]:
    former = account.ask_console(operation, value)
    try:
        yield
    finally:
        account.ask_console(operation, former)
