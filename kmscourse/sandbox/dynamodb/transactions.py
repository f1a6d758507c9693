"""A transaction that is sent again is done once: its client gives it a token (boto3 by itself), known for ten minutes.

So a client whose answer was lost may try again. The token is kept with the changes themselves, and as durably.

Source: DynamoDB API Reference, "TransactWriteItems" (ClientRequestToken), "IdempotentParameterMismatchException".
"""

from __future__ import annotations

import hashlib
import json

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.dynamodb.resolve import DynamoDbCall


def is_repeated(resolved: DynamoDbCall) -> bool:
    """Whether a transaction was done before. Raises AwsError where the one with its token was another."""
    token = _token(resolved)
    known = resolved.account.tables.transaction(token, resolved.now) if token else None
    if known is not None and known.digest != _digest(resolved):
        raise AwsError(
            "IdempotentParameterMismatchException",
            "DynamoDB rejected the request because you retried a request with a different payload but with an "
            "idempotent token that was already used.",
        )
    return known is not None


def remember(resolved: DynamoDbCall) -> None:
    """Keep in mind that a transaction is done."""
    token = _token(resolved)
    if token:
        resolved.account.tables.keep_transaction(token, _digest(resolved), resolved.now)


def _token(resolved: DynamoDbCall) -> str:
    given = resolved.parameters.get("ClientRequestToken")
    return f"{resolved.region}/{given}" if given else ""


def _digest(resolved: DynamoDbCall) -> str:
    changes = [resolved.call.operation, resolved.parameters["TransactItems"]]
    return hashlib.sha256(json.dumps(changes, sort_keys=True).encode()).hexdigest()
