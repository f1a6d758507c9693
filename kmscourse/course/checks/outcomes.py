"""What is true of the account when a section has been worked through."""

from __future__ import annotations

from kmscourse.course import artifacts
from kmscourse.course.checks import state
from kmscourse.course.checks.check import Check
from kmscourse.course.checks.trail import trail_shows
from kmscourse.iam import LAB_USER

CHECKS: dict[int, tuple[Check, ...]] = {
    0: (
        Check(
            "every package of the course is here, in a version that it was made for",
            state.all_packages_here,
            "run `from kmscourse.course import problems; problems()`: each line says what is wrong.",
            "Is everything here?",
        ),
        Check(
            "KMS has answered you",
            trail_shows("ListAliases"),
            "run the cell that calls kms.list_aliases.",
            "Ask KMS",
        ),
        Check(
            "KMS has refused IAMLabUser the same question",
            trail_shows("ListAliases", by=LAB_USER, error="AccessDenied"),
            "run the cell that calls list_aliases in IAMLabUser's session: it is meant to fail.",
            "Break it",
        ),
    ),
    1: (
        Check(
            "the alias myKey leads to an enabled key",
            state.key_enabled,
            "run the cell that calls create_key, or look at list_aliases.",
            "Create it",
        ),
        Check(
            "the key is symmetric, for encrypting and decrypting",
            state.is_symmetric,
            "KeySpec is SYMMETRIC_DEFAULT and KeyUsage is ENCRYPT_DECRYPT where create_key gets neither.",
            "Decide",
        ),
        Check(
            "its key policy has the console's four statements, three of them for you",
            state.policy_names_main_user,
            "create_key takes your ARN as administrator and as user.",
            "Create it",
        ),
    ),
    2: (
        Check(
            "an encrypted data key is written down, and KMS can open it",
            state.data_key_kept,
            'run the cell that sets lab.notes["encrypted_data_key"].',
            "Which form to keep",
        ),
        Check(
            "a data key was bound to an encryption context",
            trail_shows("GenerateDataKey", encryptionContext={"purpose": "letters", "team": "archive"}),
            "run the cell that passes an EncryptionContext to generate_data_key.",
            "A label on the data key",
        ),
    ),
    3: (
        Check(
            "the sealed message is written down, and KMS can open its data key",
            state.message_kept,
            'run the cell that sets lab.notes["envelope"].',
            "Under the hood",
        ),
    ),
    4: (
        Check(
            "KMS has decrypted a data key for you",
            trail_shows("Decrypt"),
            "run the cell that calls kms.decrypt.",
            "Have it decrypted",
        ),
        Check(
            "a Decrypt with another encryption context was refused",
            trail_shows(
                "Decrypt",
                error="InvalidCiphertextException",
                encryptionContext={"course": "kms", "section": "4"},
            ),
            "run the cell that passes a wrong EncryptionContext: it is meant to fail.",
            "Predict",
        ),
        Check(
            "IAMLabUser was refused",
            trail_shows("Decrypt", by=LAB_USER, error="AccessDenied"),
            "run the cell in which IAMLabUser's session calls decrypt.",
            "Break it: another identity",
        ),
    ),
    5: (
        Check(
            "the data key of the message was decrypted",
            trail_shows("Decrypt", encryptionContext=artifacts.MESSAGE_CONTEXT),
            "run the cell that opens the message's data key with its encryption context.",
            "Step one: the data key",
        ),
    ),
    6: (
        Check(
            "Books is encrypted under myKey, and The Dip is in it",
            state.table_ready,
            "run the cells that create the table and put the item. Where a table Books of another kind is there, run "
            "the set-up cell again first.",
            "Create the table",
        ),
    ),
    7: (
        Check(
            "IAMLabUser can sign in",
            state.can_sign_in,
            "run the cell that enables console access.",
            "Give the user a password",
        ),
        Check(
            "IAMLabUser's Scan is refused by the key",
            state.reader_kept_out,
            "has somebody let IAMLabUser in already? Run the set-up cell again.",
            "Read the refusal",
        ),
    ),
    8: (
        Check(
            "the key policy has a statement for IAMLabUser",
            state.named_in_key_policy,
            "run the cells that add the statement and put the policy.",
            "Put it",
        ),
        Check(
            "IAMLabUser can read Books",
            state.reader_let_in,
            "the statement needs kms:Decrypt, and IAMLabUser's ARN as its principal.",
            "After",
        ),
    ),
    9: (
        Check(
            "the table Books is gone",
            state.table_gone,
            "run the cell that deletes the table.",
            "Delete the table",
        ),
        Check(
            "myKey is disabled, or waits for its deletion",
            state.key_rests,
            "run the cell that calls disable_key.",
            "Disable the key",
        ),
    ),
}
