"""Section 9, Clean up: what is true once it is done, and once each exercise is solved."""

from __future__ import annotations

from kmscourse.course.checks import state
from kmscourse.course.checks.check import Check, Exercise

CHECKS = (
    Check(
        "the table Books is gone",
        state.table_gone,
        "Delete the table",
        ("run the cell that deletes the table.",),
    ),
    Check(
        "myKey is disabled, or waits for its deletion",
        state.key_rests,
        "Disable the key",
        ("run the cell that calls disable_key.",),
    ),
)

EXERCISES: tuple[Exercise, ...] = (
    (
        Check(
            "myKey's deletion has been cancelled",
            state.key_disabled,
            "Your turn",
            ("cancel_key_deletion leaves the key disabled.",),
        ),
    ),
    (
        Check(
            "myKey waits for its deletion as long as a key can",
            state.waits_longest,
            "Your turn again",
            ("enable the key, decrypt, then schedule_key_deletion with PendingWindowInDays=30.",),
        ),
    ),
)
