"""How DynamoDB refuses a transaction: as a whole, with a reason for each of its parts.

Source: DynamoDB API Reference, "TransactWriteItems", "CancellationReason".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kmscourse.sandbox.call import AwsError


def cancelled(reasons: Sequence[Mapping[str, Any]]) -> AwsError:
    """The refusal for these reasons, a ``Code`` (None for a part without fault) and perhaps a ``Message`` in each."""
    codes = ", ".join(reason["Code"] for reason in reasons)
    return AwsError(
        "TransactionCanceledException",
        f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]",
        fields={"CancellationReasons": list(reasons)},
    )
