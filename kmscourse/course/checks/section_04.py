"""Section 4, Decrypt the data key: what is true once it is done, and once each exercise is solved."""

from __future__ import annotations

from kmscourse.account import Account
from kmscourse.course import artifacts
from kmscourse.course.checks.check import Check, Exercise, Observation
from kmscourse.course.checks.trail import trail_shows
from kmscourse.course.notes import Notes
from kmscourse.iam import LAB_USER

CHECKS = (
    Check(
        "KMS has decrypted a data key for you",
        trail_shows("Decrypt"),
        "Have it decrypted",
        (
            "ask KMS for the data key of section 2.",
            "run the first cell under this heading.",
            "call kms.decrypt(CiphertextBlob=encrypted_key).",
        ),
    ),
    Check(
        "KMS has refused a Decrypt with another encryption context",
        trail_shows(
            "Decrypt",
            error="InvalidCiphertextException",
            on_key=artifacts.KEY_ALIAS,
            encryptionContext={"course": "kms", "section": "4"},
        ),
        "Predict",
        (
            "ask KMS for the data key of the message, with a wrong context.",
            "run the cell below the prediction: it is meant to fail.",
            'call kms.decrypt with EncryptionContext={"course": "kms", "section": "4"}.',
        ),
    ),
    Check(
        "KMS has refused IAMLabUser",
        trail_shows("Decrypt", by=LAB_USER, error="AccessDenied"),
        "Break it: another identity",
        (
            "ask KMS for a data key in the name of IAMLabUser.",
            "run the cell under this heading: it is meant to fail.",
            'call decrypt with the client of lab.session_for("IAMLabUser").',
        ),
    ),
)


def _grant_was_narrow(account: Account, notes: Notes) -> Observation:
    """Was a grant made for IAMLabUser that allows Decrypt alone, with exactly the message's context?"""
    return trail_shows(
        "CreateGrant",
        granteePrincipal=artifacts.lab_user_arn(account),
        operations=["Decrypt"],
        constraints={"encryptionContextEquals": artifacts.MESSAGE_CONTEXT},
    )(account, notes)


def _no_grant_is_left(account: Account, notes: Notes) -> Observation:
    """Has IAMLabUser a grant no more, after it had one?"""
    made = trail_shows("CreateGrant", granteePrincipal=artifacts.lab_user_arn(account))(account, notes)
    if not made.passed:
        return made
    count = len(artifacts.reader_grants(account))
    return Observation(count == 0, f"{LAB_USER} has {count} grant{'' if count == 1 else 's'} on myKey")


EXERCISES: tuple[Exercise, ...] = (
    (
        Check(
            'KMS has opened a data key for {"customer": "Anna"}',
            trail_shows("Decrypt", encryptionContext={"customer": "Anna"}),
            "Your turn",
            (
                "first see that your data key opens with its own context.",
                "pass the CiphertextBlob of your data key to decrypt, with the same context.",
                'kms.decrypt(CiphertextBlob=own["CiphertextBlob"], EncryptionContext={"customer": "Anna"}).',
            ),
        ),
        Check(
            'KMS has refused {"customer": "anna"}',
            trail_shows(
                "Decrypt",
                error="InvalidCiphertextException",
                on_key=artifacts.KEY_ALIAS,
                encryptionContext={"customer": "anna"},
            ),
            "Your turn",
            (
                "ask for the same data key, with a small letter in the context.",
                "it is the call that KMS answered, with another context. It is meant to fail.",
                'kms.decrypt(CiphertextBlob=own["CiphertextBlob"], EncryptionContext={"customer": "anna"}).',
            ),
        ),
    ),
    (
        Check(
            "a grant allowed IAMLabUser only Decrypt, with exactly the message's context",
            _grant_was_narrow,
            "Your turn again",
            (
                "a grant has operations and constraints. Which of them does this task need?",
                "look for EncryptionContextEquals in AWS's page on CreateGrant, and name one operation.",
                (
                    'create_grant(KeyId=…, GranteePrincipal=…, Operations=["Decrypt"], '
                    'Constraints={"EncryptionContextEquals": context}).'
                ),
            ),
        ),
        Check(
            "IAMLabUser has opened the message's data key",
            trail_shows("Decrypt", by=LAB_USER, encryptionContext=artifacts.MESSAGE_CONTEXT),
            "Your turn again",
            (
                "while the grant is there, IAMLabUser has to ask for the data key.",
                "the client reader acts in the name of IAMLabUser.",
                "reader.decrypt(CiphertextBlob=envelope.encrypted_data_key, EncryptionContext=context).",
            ),
        ),
        Check(
            "IAMLabUser has no grant any more",
            _no_grant_is_left,
            "Your turn again",
            (
                "take the permission back.",
                "kms.list_grants(KeyId=lab.key_arn) shows the grants that are left.",
                'kms.revoke_grant(KeyId=lab.key_arn, GrantId=grant["GrantId"]).',
            ),
        ),
    ),
)
