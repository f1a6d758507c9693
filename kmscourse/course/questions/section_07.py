"""Questions of section 7, Read the table as someone else."""

from __future__ import annotations

from kmscourse.course.questions.question import DYNAMODB_GUIDE, Choice, Question

PREDICTIONS = (
    Question(
        "a-scan-by-the-reader",
        7,
        "An IAM policy allows `IAMLabUser` to call `dynamodb:Scan` on `Books`. The table is encrypted under `myKey`. "
        "The key policy names the account and you, but not this user. What does the Scan return?",
        (
            Choice(
                "A refusal.",
                "Now ask two things: which service refuses, and in whose name did it ask?",
                right=True,
            ),
            Choice(
                "The book, because the IAM policy allows the Scan.",
                "It would, if DynamoDB's own key encrypted the table. This table is under your key, so the reader "
                "needs a second permission.",
            ),
            Choice(
                "The book, but encrypted.",
                "DynamoDB never returns ciphertext. It decrypts the items for the caller, or it refuses.",
            ),
        ),
        DYNAMODB_GUIDE + "encryption.usagenotes.html",
    ),
)

REVIEW = (
    Question(
        "why-the-reader-is-named",
        7,
        "`IAMLabUser` scans a table and is refused. The message says that `IAMLabUser` is not authorized to perform "
        "`kms:Decrypt`. This user never called KMS. Why does the message name this user?",
        (
            Choice(
                "DynamoDB asked KMS in the name of the user.",
                "DynamoDB has the table key decrypted for the caller, so the caller's own permissions count.",
                right=True,
            ),
            Choice(
                "AWS never names its own services in an error.",
                "The trail does name DynamoDB, as the service through which the call came.",
            ),
            Choice(
                "A Scan is a call of KMS.",
                "A Scan is a call of DynamoDB. DynamoDB then calls KMS.",
            ),
        ),
        DYNAMODB_GUIDE + "encryption.usagenotes.html",
    ),
)
