"""Questions of section 4, Decrypt the data key."""

from __future__ import annotations

from kmscourse.course.questions.question import KMS_API, KMS_GUIDE, Choice, Question

PREDICTIONS = (
    Question(
        "another-context",
        4,
        'KMS made the message\'s data key for the encryption context `{"course": "kms", "section": "3"}`. You ask '
        "KMS to decrypt it for section 4. The key policy allows you to use the key. What do you get?",
        (
            Choice(
                "The data key, because the context is only a label.",
                "It is more than a label. It is not secret, but KMS decrypts the ciphertext only for the same "
                "context.",
            ),
            Choice(
                "`AccessDeniedException`",
                "You may call `Decrypt` with this key. (A key policy can demand a context by a condition. A wrong "
                "context is then refused in this way.)",
            ),
            Choice(
                "`InvalidCiphertextException`",
                "For KMS a wrong context and a changed byte are the same: this ciphertext does not belong to this "
                "request.",
                right=True,
            ),
        ),
        KMS_GUIDE + "encrypt_context.html",
    ),
)

REVIEW = (
    Question(
        "which-contexts-are-equal",
        4,
        "You encrypted with the encryption context customer = Anna, year = 2026. With which context does KMS decrypt?",
        (
            Choice(
                "With customer = Anna alone.",
                "A part of the context is another context. KMS answers `InvalidCiphertextException`.",
            ),
            Choice(
                "With year = 2026, customer = Anna.",
                "The order of the pairs does not count. Everything else does, also capitals.",
                right=True,
            ),
            Choice(
                "With both, and a third pair that says who asks.",
                "KMS compares all pairs. One more is as wrong as one too few.",
            ),
        ),
        KMS_GUIDE + "encrypt_context.html",
    ),
    Question(
        "what-an-invalid-ciphertext-lacks",
        4,
        "You call `Decrypt`, and KMS answers `InvalidCiphertextException`. What is wrong?",
        (
            Choice(
                "You lack a permission.",
                "Then the code is `AccessDeniedException`, and the message says which permission.",
            ),
            Choice(
                "The ciphertext was changed, or the encryption context is another one.",
                "KMS does not say which of the two. More words would help somebody who forges a ciphertext.",
                right=True,
            ),
            Choice(
                "The KMS key is disabled.",
                "Then the code is `DisabledException`, and the message names the key.",
            ),
        ),
        KMS_API + "API_Decrypt.html",
    ),
    Question(
        "the-key-that-you-name",
        4,
        "Your program calls `Decrypt` and names its KMS key with `KeyId`. Somebody hands it a ciphertext that was "
        "made with another KMS key. What does KMS do?",
        (
            Choice(
                "It refuses: `IncorrectKeyException`.",
                "So your program never takes a stranger's message for one of its own. That is why you name the key.",
                right=True,
            ),
            Choice(
                "It decrypts with the other key, where you may use that.",
                "Without `KeyId` it would. With `KeyId`, only that key counts.",
            ),
            Choice(
                "It decrypts with the key that you named.",
                "A key decrypts only what was encrypted with it.",
            ),
        ),
        KMS_API + "API_Decrypt.html",
    ),
    Question(
        "a-grant-at-once",
        4,
        "You create a grant for a program, and the program calls `Decrypt` in the same second. What makes sure that "
        "the grant counts already?",
        (
            Choice(
                "The program names the key by its ARN.",
                "The name of the key changes nothing about when a grant counts.",
            ),
            Choice(
                "The program passes the grant token.",
                "All of KMS knows of a new grant usually after seconds, sometimes minutes. With its token it counts at "
                "once.",
                right=True,
            ),
            Choice(
                "You put the key policy again, so that KMS reads everything again.",
                "A grant is not in the key policy, and a new policy does not make it known sooner.",
            ),
        ),
        KMS_GUIDE + "using-grant-token.html",
    ),
)
