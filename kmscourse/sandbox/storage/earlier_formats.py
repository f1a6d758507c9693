"""Rows of formats 4 and 5 of the account's file as they are written now: those of the account itself.

There plain values stood in the codec's form, which for these rows is the value itself. Each service knows its own rows.
"""

from __future__ import annotations

import json

from kmscourse.sandbox.storage.unit_of_work import Documents


def upgrade_account_rows(documents: Documents) -> Documents:
    """The same rows, those of ``account/about`` and ``account/transactions`` with a version."""
    for row, document in documents:
        if row.collection == "account/about":
            yield row, json.dumps({"version": 1, "value": json.loads(document)})
        elif row.collection == "account/transactions":
            yield row, json.dumps({"version": 1, **json.loads(document)})
        else:
            yield row, document
