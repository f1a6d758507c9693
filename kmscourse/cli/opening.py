"""The account that a command is about, opened."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kmscourse.account import Account


def opened_account() -> Account:
    """The account that KMSCOURSE_TARGET names. What there is to say about it, as that it starts over, is on stderr.

    Raises as ``open_account`` does.
    """
    from kmscourse.account import open_account

    account = open_account()
    for notice in account.take_notices():
        print(notice, file=sys.stderr)
    return account
