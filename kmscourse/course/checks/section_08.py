"""Section 8, Modify the key policy: what is true once it is done, and once each exercise is solved."""

from __future__ import annotations

from kmscourse.course.checks import state
from kmscourse.course.checks.check import Check, Exercise

CHECKS = (
    Check(
        "the key policy has a statement for IAMLabUser",
        state.named_in_key_policy,
        "Put it",
        (
            "a key policy changes only when somebody puts a new one.",
            "look at the cells under “Write the statement” and “Put it”.",
            "run the cell that calls put_key_policy with the opened policy.",
        ),
        artifact="permission",
    ),
    Check(
        "IAMLabUser can read Books",
        state.reader_let_in,
        "After",
        (
            "which permission on the key does a Scan need, and for whom?",
            "look at the statement that you put: its Action and its Principal.",
            "the statement needs kms:Decrypt as its Action and IAMLabUser's ARN as its Principal.",
        ),
        artifact="permission",
    ),
)

EXERCISES: tuple[Exercise, ...] = (
    (
        Check(
            "IAMLabUser can read Books by an IAM policy alone",
            state.let_in_by_iam,
            "Your turn",
            (
                "two policies change: one loses a statement, the other one gets it.",
                "look at the variable policy, and at the way in that section 7's card offers in IAM.",
                "call put_key_policy with policy, then put_user_policy with kms:Decrypt on the key's ARN.",
            ),
        ),
        Check(
            "a direct Decrypt by IAMLabUser stays refused",
            state.direct_decrypt_refused,
            "Your turn",
            (
                "without a condition, the IAM policy opens the gap again.",
                "look at “What else did that open?”: the same condition works here.",
                "add a Condition with StringEquals and kms:ViaService to the statement of the IAM policy.",
            ),
        ),
    ),
    (
        Check(
            "IAMLabUser can read Books",
            state.reader_let_in,
            "Your turn again",
            (
                "your key policy now refuses too much.",
                "read the refusal of a Scan with lab.explain_last_denial().",
                "give the Deny a condition that does not match DynamoDB's call for Books.",
            ),
        ),
        Check(
            "the colleague's IAM policy is still there",
            state.has_colleagues_policy,
            "Your turn again",
            (
                "you may not change IAM policies in this exercise.",
                "look at the cell of the colleague.",
                "run the colleague's cell again, and change only the key policy.",
            ),
        ),
        Check(
            "a direct Decrypt by IAMLabUser is refused",
            state.direct_decrypt_refused,
            "Your turn again",
            (
                "which Effect wins over an Allow in another policy?",
                "look at the condition key in “What else did that open?”.",
                "deny kms:Decrypt to IAMLabUser with StringNotEquals and kms:ViaService.",
            ),
        ),
        Check(
            "IAMLabUser can open no other table under myKey",
            state.other_table_refused,
            "Your turn again",
            (
                "DynamoDB tells KMS for which table it asks.",
                "read the text after the cell that scans Books with the narrow statement.",
                "deny with StringNotEquals and kms:EncryptionContext:aws:dynamodb:tableName.",
            ),
        ),
    ),
)
