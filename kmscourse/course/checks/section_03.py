"""Section 3, Encrypt data with a data key: what is true once it is done, and once each exercise is solved."""

from __future__ import annotations

from kmscourse.course import artifacts
from kmscourse.course.checks import state
from kmscourse.course.checks.check import Check, Exercise
from kmscourse.course.checks.trail import trail_shows

CHECKS = (
    Check(
        "the sealed message is written down, and KMS can open its data key",
        state.message_kept,
        "Under the hood",
        ('run the cell that sets lab.notes["envelope"].',),
        artifact="message",
    ),
)

EXERCISES: tuple[Exercise, ...] = (
    (
        Check(
            'a data key was made for the encryption context {"purpose": "exercise"}',
            trail_shows("GenerateDataKey", encryptionContext={"purpose": "exercise"}),
            "Your turn",
            ('seal takes encryption_context={"purpose": "exercise"} by name.',),
        ),
    ),
    (
        Check(
            "KMS has refused an encrypted data key that was changed",
            trail_shows(
                "Decrypt",
                error="InvalidCiphertextException",
                encryptionContext=artifacts.MESSAGE_CONTEXT,
            ),
            "Your turn again",
            (
                (
                    "change one byte of envelope.encrypted_data_key, hand it to kms.decrypt with "
                    "EncryptionContext=MESSAGE_CONTEXT, and let it fail."
                ),
            ),
        ),
    ),
)
