"""A DynamoDB table as policies see it: its ARN, however the request names it, and the key behind it.

Source: DynamoDB API Reference, the TableName parameter; DynamoDB Developer Guide, "Encryption at rest usage notes".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmscourse.sandbox.call import AwsError, Call

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account

NAME = r"[a-zA-Z0-9_.-]{3,255}"
_NAME = re.compile(NAME)
_ARN = re.compile(rf"arn:aws:dynamodb:([a-z0-9-]{{1,30}}):(\d{{12}}):table/({NAME})")


@dataclass(frozen=True)
class TableName:
    """A table that a request names; ``is_here`` where it is one of this account and region."""

    name: str
    arn: str
    is_here: bool

    def index_arn(self, index: str) -> str:
        """The ARN of one of its indexes. Raises AwsError where that is no name for one."""
        if not _NAME.fullmatch(index):
            raise _not_a_name(index, "indexName")
        return f"{self.arn}/index/{index}"


def table_name(call: Call, account: Account, given: str, *, must_be_arn: bool = False) -> TableName:
    """The table that ``given``, a name or an ARN, stands for. Raises AwsError where it is neither."""
    home = f"arn:aws:dynamodb:{call.region}:{account.account_id}:table/"
    arn = _ARN.fullmatch(given)
    if arn:
        return TableName(arn[3], given, given.startswith(home))
    if must_be_arn:
        raise AwsError(
            "ValidationException", f"Invalid TableArn: Invalid ResourceArn provided as input {given}"
        )
    if not _NAME.fullmatch(given):
        raise _not_a_name(given, "tableName")
    return TableName(given, home + given, True)


def encryption_context(table: str, account: str) -> dict[str, str]:
    """What DynamoDB binds a table's key to."""
    return {"aws:dynamodb:tableName": table, "aws:dynamodb:subscriberId": account}


def _not_a_name(given: str, parameter: str) -> AwsError:
    fault = "satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
    if len(given) < 3:
        fault = "have length greater than or equal to 3"
    elif len(given) > 255:
        fault = "have length less than or equal to 255"
    return AwsError(
        "ValidationException",
        f"1 validation error detected: Value '{given[:300]}' at '{parameter}' failed to satisfy constraint: "
        f"Member must {fault}",
    )
