"""The members of GetResources' input that are honoured; whatever else AWS's model has is refused by its name.

By operation, and for the structures within by the name of a structure's shape. ``offered.py`` refuses the rest.
"""

from __future__ import annotations

from kmscourse.sandbox.operation import Members

OPERATIONS = {
    "GetResources": (
        "PaginationToken TagFilters ResourcesPerPage TagsPerPage ResourceTypeFilters ResourceARNList"
    ),
}

STRUCTURES = {
    "TagFilter": "Key Values",
}

MEMBERS = Members(OPERATIONS, STRUCTURES)
