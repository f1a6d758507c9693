"""The members of CloudTrail's inputs that are honoured; whatever else AWS's model has is refused by its name.

By operation, and for the structures within by the name of a structure's shape. ``offered.py`` refuses the rest.
"""

from __future__ import annotations

from kmscourse.sandbox.operation import Members

OPERATIONS = {
    "LookupEvents": "LookupAttributes StartTime EndTime EventCategory MaxResults NextToken",
}

STRUCTURES = {
    "LookupAttribute": "AttributeKey AttributeValue",
}

MEMBERS = Members(OPERATIONS, STRUCTURES)
