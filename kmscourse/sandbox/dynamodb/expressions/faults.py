"""What is wrong with an expression."""

from __future__ import annotations


class InvalidExpressionError(ValueError):
    """An expression that DynamoDB does not take; its text is AWS's, without the kind of the expression before it."""
