"""Section 6, Create an encrypted table: what is true once it is done, and once each exercise is solved."""

from __future__ import annotations

from kmscourse.course.checks import state
from kmscourse.course.checks.check import Check, Exercise
from kmscourse.course.checks.trail import trail_shows

CHECKS = (
    Check(
        "Books is encrypted under myKey, and The Dip is in it",
        state.table_ready,
        "Create the table",
        (
            (
                "run the cells that create the table and put the item. Where a table Books of another kind is there, "
                "start over first: Lab.open(section=6, again=True)."
            ),
        ),
        artifact="Books",
    ),
)

EXERCISES: tuple[Exercise, ...] = (
    (
        Check(
            "a second book by Seth Godin is in the table",
            state.has_second_book,
            "Your turn",
            ("put_item takes the same Author with another Book_Title.",),
        ),
    ),
    (
        Check(
            "a table Films was made",
            trail_shows("CreateTable", tableName="Films"),
            "Your turn again",
            (
                (
                    "create_table takes TableName, AttributeDefinitions, KeySchema and BillingMode; "
                    "leave SSESpecification out."
                ),
            ),
        ),
        Check(
            "and deleted again",
            trail_shows("DeleteTable", tableName="Films"),
            "Your turn again",
            ("delete_table takes TableName.",),
        ),
    ),
)
