"""Section 9, Clean up: what is true once it is done, and once each exercise is solved."""

from __future__ import annotations

from kmscourse.course.checks import state
from kmscourse.course.checks.check import Check, Exercise
from kmscourse.course.checks.trail import trail_shows_move

CHECKS = (
    Check(
        "the table Books is gone",
        state.table_gone,
        "Delete the table",
        (
            "A table disappears when somebody deletes it.",
            "Look at the cells under “Delete the table”.",
            "Run the cell that calls delete_table.",
        ),
    ),
    Check(
        "myKey is disabled, or waits for its deletion",
        state.key_rests,
        "Disable the key",
        (
            "Nobody should be able to use the key at the end.",
            "Look at the cells under “Disable the key”.",
            "Run the cell that calls disable_key.",
        ),
    ),
)

EXERCISES: tuple[Exercise, ...] = (
    (
        Check(
            "the deletion of myKey is cancelled, and the key is still disabled",
            state.key_disabled,
            "Your turn",
            (
                "What was scheduled can be cancelled.",
                "Look at the name of the call under “Schedule the deletion of the key”.",
                "Call cancel_key_deletion with the key's ARN, and leave the key disabled.",
            ),
        ),
    ),
    (
        Check(
            "KMS has put the sentence under another key, and never gave it to you on the way",
            trail_shows_move,
            "Your turn again",
            (
                "in which state can KMS decrypt with myKey, and where is the sentence to go?",
                "section 5 names the call under “In short”. It takes a ciphertext and a second key.",
                "call enable_key, then kms.re_encrypt(CiphertextBlob=letter, DestinationKeyId=…).",
            ),
        ),
        Check(
            "myKey waits for its deletion as long as KMS allows",
            state.waits_longest,
            "Your turn again",
            (
                "KMS has a shortest and a longest waiting period.",
                "Look at the text under “Schedule the deletion of the key”.",
                "Call schedule_key_deletion with PendingWindowInDays=30.",
            ),
        ),
    ),
)
