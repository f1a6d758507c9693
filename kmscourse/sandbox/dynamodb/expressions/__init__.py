"""DynamoDB's expressions: conditions, filters, conditions on keys, projections, updates.

    tokens -> parser -> syntax      what an expression says
    scope -> checks                 what its placeholders stand for, and what DynamoDB refuses of it
    conditions, key_conditions, projections, updates      what it comes to for an item

``request.Expressions`` are those of one request, through which all other rooms come.
"""

from kmscourse.sandbox.dynamodb.expressions.key_conditions import KeyCondition
from kmscourse.sandbox.dynamodb.expressions.projections import project
from kmscourse.sandbox.dynamodb.expressions.request import Expressions, UpdateAction
from kmscourse.sandbox.dynamodb.expressions.scope import Elements

__all__ = ["Elements", "Expressions", "KeyCondition", "UpdateAction", "project"]
