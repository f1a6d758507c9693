"""Section 4, Decrypt the data key: what is true once it is done, and once each exercise is solved."""

from __future__ import annotations

from kmscourse.course import artifacts
from kmscourse.course.checks.check import Check, Exercise
from kmscourse.course.checks.trail import trail_shows
from kmscourse.iam import LAB_USER

CHECKS = (
    Check(
        "KMS has decrypted a data key for you",
        trail_shows("Decrypt"),
        "Have it decrypted",
        ("run the cell that calls kms.decrypt.",),
    ),
    Check(
        "a Decrypt with another encryption context was refused",
        trail_shows(
            "Decrypt",
            error="InvalidCiphertextException",
            encryptionContext={"course": "kms", "section": "4"},
        ),
        "Predict",
        ("run the cell that passes a wrong EncryptionContext: it is meant to fail.",),
    ),
    Check(
        "IAMLabUser was refused",
        trail_shows("Decrypt", by=LAB_USER, error="AccessDenied"),
        "Break it: another identity",
        ("run the cell in which IAMLabUser's session calls decrypt.",),
    ),
)

EXERCISES: tuple[Exercise, ...] = (
    (
        Check(
            'KMS has refused {"Course": "kms", "section": "3"}',
            trail_shows(
                "Decrypt",
                error="InvalidCiphertextException",
                encryptionContext={"Course": "kms", "section": "3"},
            ),
            "Your turn",
            ("pass the context with a capital C to kms.decrypt, and let it fail.",),
        ),
    ),
    (
        Check(
            "IAMLabUser has opened the message's data key",
            trail_shows("Decrypt", by=LAB_USER, encryptionContext=artifacts.MESSAGE_CONTEXT),
            "Your turn again",
            (
                (
                    "create_grant takes KeyId, GranteePrincipal (an ARN), Operations and Constraints; "
                    "then let IAMLabUser's session call decrypt."
                ),
            ),
        ),
        Check(
            "and the grant is taken back",
            trail_shows("RevokeGrant"),
            "Your turn again",
            ("revoke_grant takes KeyId and GrantId, which stands in create_grant's answer.",),
        ),
    ),
)
