"""Section 2, Generate a data key: what is true once it is done, and once each exercise is solved."""

from __future__ import annotations

from kmscourse.course.checks import state
from kmscourse.course.checks.check import Check, Exercise
from kmscourse.course.checks.trail import trail_shows

CHECKS = (
    Check(
        "an encrypted data key is written down, and KMS can open it",
        state.data_key_kept,
        "Which form to keep",
        ('run the cell that sets lab.notes["encrypted_data_key"].',),
        artifact="data key",
    ),
    Check(
        "a data key was bound to an encryption context",
        trail_shows("GenerateDataKey", encryptionContext={"purpose": "letters", "team": "archive"}),
        "A label on the data key",
        ("run the cell that passes an EncryptionContext to generate_data_key.",),
    ),
)

EXERCISES: tuple[Exercise, ...] = (
    (
        Check(
            "KMS has made you a data key without its plaintext",
            trail_shows("GenerateDataKeyWithoutPlaintext"),
            "Your turn",
            ("the call is generate_data_key_without_plaintext; it takes KeyId and KeySpec.",),
        ),
    ),
    (
        Check(
            "KMS has made you a data key of 128 bits",
            trail_shows("GenerateDataKey", keySpec="AES_128"),
            "Your turn again",
            ('generate_data_key takes KeySpec="AES_128" as well.',),
        ),
    ),
)
