"""Key policies that tests begin with."""

from __future__ import annotations

from typing import Any

from kmscourse.policy import root_statement


def default_key_policy(account: str) -> dict[str, Any]:
    """The policy of a key that was created without one: the account's IAM policies decide everything."""
    return {"Version": "2012-10-17", "Id": "key-default-1", "Statement": [root_statement(account)]}
