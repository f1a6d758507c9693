"""Questions of section 18, The library for it."""

from __future__ import annotations

from kmscourse.course.questions.question import KMS_GUIDE, Choice, Question

SDK_GUIDE = "https://docs.aws.amazon.com/encryption-sdk/latest/developer-guide/"

PREDICTIONS = (
    Question(
        "an-order-by-a-stranger",
        18,
        "A stranger encrypts an order under a KMS key of their own, and the policies let you decrypt with it. Your "
        "program decrypts in discovery mode: it names no key. What does it get?",
        (
            Choice(
                "An error: the program has never named this key.",
                "Discovery means that the message names the key, and the library asks KMS with that one.",
            ),
            Choice(
                "The order, and a warning in its header.",
                "The library cannot warn: in discovery mode no key is more right than another one.",
            ),
            Choice(
                "The order, like any other one.",
                "Tag, commitment and signature are right. They show that nobody has changed the message since. They do "
                "not show who wrote it.",
                right=True,
            ),
        ),
        SDK_GUIDE + "best-practices.html",
    ),
)

REVIEW = (
    Question(
        "one-of-two-keys",
        18,
        "You encrypt a message with the AWS Encryption SDK under two KMS keys. Later somebody may use only the second "
        "one of them. What can they read?",
        (
            Choice(
                "The message",
                "Each KMS key encrypts the same data key, and the data key opens all of the message.",
                right=True,
            ),
            Choice(
                "Nothing, because both keys are needed.",
                "The data key is encrypted once under each KMS key. Any one of them is enough.",
            ),
            Choice(
                "The second half of the message",
                "A message has one data key. Each of the two encrypted data keys contains all of it.",
            ),
        ),
        SDK_GUIDE + "concepts.html",
    ),
    Question(
        "whose-context-it-is",
        18,
        "A program decrypts messages of the AWS Encryption SDK, and names its own keys. It does not look at the "
        "header. An attacker puts a message for customer A in the place of one for customer B. What happens?",
        (
            Choice(
                "The program decrypts it, and takes it for customer B's.",
                "The context comes from the message itself, so it always fits. The program has to compare it.",
                right=True,
            ),
            Choice(
                "KMS refuses, because the context differs.",
                "KMS gets the context that is in the message, and this is the one for customer A.",
            ),
            Choice(
                "The signature of the message is invalid.",
                "Nobody has changed the message. It is only in another place.",
            ),
        ),
        KMS_GUIDE + "encrypt_context.html",
    ),
)
