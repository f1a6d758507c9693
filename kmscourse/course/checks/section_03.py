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
        (
            "seal the message, and write its envelope down for the next sections.",
            "the last cell under this heading writes the note.",
            'run lab.notes["envelope"] = envelope.to_json().',
        ),
        artifact="message",
    ),
)


def _sealed_for(employee: str) -> Check:
    return Check(
        f"a data key was generated for {employee}",
        trail_shows("GenerateDataKey", encryptionContext={"employee": employee}),
        "Your turn again",
        (
            "each employee needs a data key of their own.",
            "what does the program say to KMS when it reads? Seal with exactly this context.",
            f'seal(kms, "alias/myKey", b"4200", encryption_context={{"employee": "{employee}"}}).',
        ),
    )


EXERCISES: tuple[Exercise, ...] = (
    (
        Check(
            'two data keys were generated for {"purpose": "exercise"}',
            trail_shows("GenerateDataKey", times=2, encryptionContext={"purpose": "exercise"}),
            "Your turn",
            (
                "seal the text twice. Each time seal asks KMS for a data key.",
                "look at the line with seal under “In one call”, and change the context.",
                'call seal(kms, "alias/myKey", b"…", encryption_context={"purpose": "exercise"}) two times.',
            ),
        ),
    ),
    (
        _sealed_for("Alice"),
        _sealed_for("Bob"),
        Check(
            "KMS has refused a data key in Bob's place",
            trail_shows(
                "Decrypt",
                error="InvalidCiphertextException",
                on_key=artifacts.KEY_ALIAS,
                encryptionContext={"employee": "Bob"},
            ),
            "Your turn again",
            (
                "put Alice's envelope in Bob's place, and ask KMS to open its data key.",
                "the encrypted data key is Alice's, the context is Bob's. The cell is meant to fail.",
                'kms.decrypt(CiphertextBlob=alice.encrypted_data_key, EncryptionContext={"employee": "Bob"}).',
            ),
        ),
    ),
)
