"""Questions of section 6, Create an encrypted table."""

from __future__ import annotations

from kmscourse.course.questions.question import DYNAMODB_GUIDE, Choice, Question

PREDICTIONS = (
    Question(
        "the-name-that-the-table-keeps",
        6,
        "You named the key by its alias. An alias can lead to another key tomorrow. What does the table remember?",
        (
            Choice(
                "The alias. If it moves, the table moves with it.",
                "Then a move of the alias would lock the table. DynamoDB looks the alias up once, when it makes the "
                "table.",
            ),
            Choice(
                "No name. DynamoDB asks for one with each request.",
                "No call on an item has a parameter for a key. The table knows its key.",
            ),
            Choice(
                "The ARN of the key.",
                "The alias only said which key you mean. If you move it, this table keeps its key.",
                right=True,
            ),
        ),
        "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_SSEDescription.html",
    ),
    Question(
        "calls-on-the-key",
        6,
        "You made a table, wrote an item and read it. You did not call KMS. How many calls on `myKey` does the audit "
        "trail show?",
        (
            Choice(
                "None.",
                "DynamoDB has no copy of your key, and nobody can have one. DynamoDB must ask KMS, and that leaves a "
                "record.",
            ),
            Choice(
                "Some for the table, and one each time that the table key is decrypted.",
                "Look at who made them: they are not all in the same name.",
                right=True,
            ),
            Choice(
                "One, when the table was made.",
                "Then DynamoDB got the table key, encrypted under `myKey`. When somebody reads or writes, DynamoDB "
                "has the table key decrypted.",
            ),
        ),
        DYNAMODB_GUIDE + "encryption.usagenotes.html",
    ),
)

REVIEW = (
    Question(
        "in-whose-name",
        6,
        "You read an item of a table under your own key. In whose name does DynamoDB have the table key decrypted?",
        (
            Choice(
                "In its own.",
                "It has a grant for the work that it does without a caller. For a read it asks in the caller's name.",
            ),
            Choice(
                "In the name of the user who made the table.",
                "That user may have left long ago. What counts is who reads.",
            ),
            Choice(
                "In yours.",
                "So you need `kms:Decrypt`, and the audit trail has your name.",
                right=True,
            ),
        ),
        DYNAMODB_GUIDE + "encryption.usagenotes.html",
    ),
    Question(
        "what-the-grant-allows",
        6,
        "DynamoDB made itself a grant on your key. What does this grant allow?",
        (
            Choice(
                "To use the key for every table of your account.",
                "The grant has a constraint: the encryption context must name this one table and this account.",
            ),
            Choice(
                "To take a copy of the key.",
                "No permission allows that. A KMS key never leaves KMS.",
            ),
            Choice(
                "To use the key for one table, also when nobody asks.",
                "DynamoDB needs it for the work that it does by itself. When the table is deleted, it retires the "
                "grant.",
                right=True,
            ),
        ),
        DYNAMODB_GUIDE + "encryption.usagenotes.html",
    ),
)
