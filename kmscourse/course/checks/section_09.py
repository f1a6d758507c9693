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
            "a table disappears when somebody deletes it.",
            "look at the cells under “Delete the table”.",
            "run the cell that calls delete_table.",
        ),
    ),
    Check(
        "myKey is disabled, or waits for its deletion",
        state.key_rests,
        "Disable the key",
        (
            "nobody should be able to use the key at the end.",
            "look at the cells under “Disable the key”.",
            "run the cell that calls disable_key.",
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
                "what was scheduled can be cancelled.",
                "look at the name of the call under “Schedule the deletion of the key”.",
                "call cancel_key_deletion with the key's ARN, and leave the key disabled.",
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
                "look at the text under “Schedule the deletion of the key”.",
                "call schedule_key_deletion with PendingWindowInDays=30.",
            ),
        ),
    ),
)
