"""Section 5, Decrypt the data: what is true once it is done, and once each exercise is solved."""

from __future__ import annotations

from kmscourse.course import artifacts
from kmscourse.course.checks.check import Check, Exercise
from kmscourse.course.checks.trail import trail_shows

CHECKS = (
    Check(
        "the data key of the message was decrypted",
        trail_shows("Decrypt", encryptionContext=artifacts.MESSAGE_CONTEXT),
        "Step one: the data key",
        ("run the cell that opens the message's data key with its encryption context.",),
    ),
)

EXERCISES: tuple[Exercise, ...] = (
    (
        Check(
            'a file was sealed for the encryption context {"file": "letter.txt"}',
            trail_shows("GenerateDataKey", encryptionContext={"file": "letter.txt"}),
            "Your turn",
            ('seal_file takes kms, the key, the two paths, and encryption_context={"file": "letter.txt"}.',),
        ),
        Check(
            "and opened again",
            trail_shows("Decrypt", encryptionContext={"file": "letter.txt"}),
            "Your turn",
            ("unseal_file takes kms, the two paths, and the same encryption context.",),
        ),
    ),
    (
        Check(
            "KMS has encrypted a data key anew, without showing it",
            trail_shows("ReEncrypt", sourceEncryptionContext=artifacts.MESSAGE_CONTEXT),
            "Your turn again",
            (
                (
                    "re_encrypt takes CiphertextBlob, SourceEncryptionContext, DestinationKeyId and "
                    "DestinationEncryptionContext."
                ),
            ),
        ),
    ),
)
