"""Questions of section 15, Test a policy before it is in force."""

from __future__ import annotations

from kmscourse.course.questions.question import IAM_GUIDE, KMS_GUIDE, Choice, Question

PREDICTIONS = (
    Question(
        "a-dry-run",
        15,
        "Rolf may decrypt the report. He calls `Decrypt` with `DryRun=True`. What does he get?",
        (
            Choice(
                "The plaintext of the report.",
                "A dry run does nothing. It only says what would happen.",
            ),
            Choice(
                "An error.",
                "A dry run always ends with an error. Its code says whether the call would have succeeded.",
                right=True,
            ),
            Choice(
                "An answer without a plaintext.",
                "KMS gives no answer at all to a dry run. A program could take an empty answer for a success.",
            ),
        ),
        KMS_GUIDE + "testing-permissions.html",
    ),
)

REVIEW = (
    Question(
        "what-no-finding-means",
        15,
        "A linter has no finding on a key policy. What do you know?",
        (
            Choice(
                "Nobody can do more than you wanted.",
                "The linter reads the policy. It does not know what you wanted.",
            ),
            Choice(
                "The policy has none of the mistakes that the linter looks for.",
                "It says nothing on whether the right people may do the right things. Requests test that.",
                right=True,
            ),
            Choice(
                "The policy is in force.",
                "A linter reads a text. Only PutKeyPolicy puts a key policy in force.",
            ),
        ),
        IAM_GUIDE + "access-analyzer-policy-validation.html",
    ),
    Question(
        "one-star-two-permissions",
        15,
        "A statement allows a user `kms:ReEncrypt*` on one key. What may the user do with ciphertexts under this key?",
        (
            Choice(
                "Only re-encrypt them under the same key.",
                "The destination can be any key on which the user has `kms:ReEncryptTo`.",
            ),
            Choice(
                "Only bring ciphertexts of other keys under this one.",
                "That is `kms:ReEncryptTo`. The star also allows `kms:ReEncryptFrom`.",
            ),
            Choice(
                "Move them to a key of their own, and decrypt them there.",
                "`kms:ReEncryptFrom` opens the ciphertext within KMS. On their own key they may do what they like.",
                right=True,
            ),
        ),
        KMS_GUIDE + "conditions-kms.html",
    ),
)
