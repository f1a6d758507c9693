"""Questions of section 5, Decrypt the data."""

from __future__ import annotations

from kmscourse.course.questions.question import KMS_API, Choice, Question

PREDICTIONS = (
    Question(
        "the-last-frame-is-gone",
        5,
        "An attacker removes the last frame of a sealed file. The other 63 frames are unchanged, and the tag of each "
        "fits. What does `unseal_file` do?",
        (
            Choice(
                "It refuses, and it writes nothing.",
                "The nonce of each frame has its number in it, and a mark if it is the last. Where the last frame "
                "has no mark, the file is not complete.",
                right=True,
            ),
            Choice(
                "It writes the 63 frames, because they are genuine.",
                "They are genuine. But half of a contract can say the opposite of the whole.",
            ),
            Choice(
                "It writes the 63 frames, and warns you.",
                "People overlook a warning, and the next program would already use the file.",
            ),
        ),
        "https://docs.aws.amazon.com/encryption-sdk/latest/developer-guide/message-format.html",
    ),
)

REVIEW = (
    Question(
        "who-only-writes",
        5,
        "A camera encrypts its pictures with data keys, and must never read them. Which permission does it need?",
        (
            Choice(
                "`kms:Decrypt`",
                "With that it could have each data key decrypted, and could read every picture.",
            ),
            Choice(
                "`kms:GenerateDataKey`",
                "The camera gets a new data key for each picture. Once it has forgotten the plaintext, it can't read "
                "the picture any more.",
                right=True,
            ),
            Choice(
                "`kms:GenerateDataKey` and `kms:Decrypt`",
                "`GenerateDataKey` returns the plaintext data key as well, so nothing has to be decrypted.",
            ),
        ),
        KMS_API + "API_GenerateDataKey.html",
    ),
)
