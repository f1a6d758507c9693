"""A transaction that is sent again is done once: its client gives it a token (boto3 by itself), known for ten minutes.

So a client whose answer was lost may try again. The token is kept with the changes themselves, and as durably.

Source: DynamoDB API Reference, "TransactWriteItems" (ClientRequestToken), "IdempotentParameterMismatchException".
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from kmscourse.sandbox.call import AwsError, Call

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account


def is_repeated(call: Call, account: Account) -> bool:
    """Whether a transaction was done before. Raises AwsError where the one with its token was another."""
    token = _token(call)
    known = account.transaction(token) if token else None
    if known is not None and known != _digest(call):
        raise AwsError(
            "IdempotentParameterMismatchException",
            "DynamoDB rejected the request because you retried a request with a different payload but with an "
            "idempotent token that was already used.",
        )
    return known is not None


def remember(call: Call, account: Account) -> None:
    """Keep in mind that a transaction is done."""
    token = _token(call)
    if token:
        account.keep_transaction(token, _digest(call))


def _token(call: Call) -> str:
    given = call.parameters.get("ClientRequestToken") if call.operation == "TransactWriteItems" else None
    return f"{call.region}/{given}" if given else ""


def _digest(call: Call) -> str:
    changes = call.parameters["TransactItems"]
    return hashlib.sha256(json.dumps([call.operation, changes], sort_keys=True).encode()).hexdigest()
