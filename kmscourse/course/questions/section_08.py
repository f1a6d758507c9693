"""Questions of section 8, Modify the key policy."""

from __future__ import annotations

from kmscourse.course.questions.question import DYNAMODB_GUIDE, KMS_API, KMS_GUIDE, Choice, Question

PREDICTIONS = (
    Question(
        "what-a-scan-needs",
        8,
        "The lab that this course follows allows the reader `kms:Encrypt` and `kms:Decrypt`. Which of them does a "
        "Scan need?",
        (
            Choice(
                "Both of them.",
                "Look at section 6 again: there was no Encrypt. Nobody needs this permission, and an attacker may "
                "find a use for it.",
            ),
            Choice(
                "Only `kms:Encrypt`",
                "Encrypt locks something. A reader needs something opened, and that is Decrypt.",
            ),
            Choice(
                "Only `kms:Decrypt`",
                "DynamoDB has the table key decrypted for the caller. A writer needs no more on the key either.",
                right=True,
            ),
        ),
        DYNAMODB_GUIDE + "encryption.usagenotes.html",
    ),
    Question(
        "a-policy-that-locks-out",
        8,
        "You put a key policy that names only the reader. After that, nobody could ever change the policy. What does "
        "KMS do?",
        (
            Choice(
                "It refuses the policy.",
                "KMS checks: could the one who puts this policy put another one later? If not, KMS refuses it.",
                right=True,
            ),
            Choice(
                "It takes the policy, because the key is yours.",
                "One careless change would then leave a key that nobody can manage. Only AWS Support could help.",
            ),
            Choice(
                "It takes the policy, and adds a statement for you.",
                "KMS adds nothing to a policy. It takes the policy as it is, or refuses it.",
            ),
        ),
        KMS_API + "API_PutKeyPolicy.html",
    ),
)

REVIEW = (
    Question(
        "through-a-service-only",
        8,
        "A statement allows a user `kms:Decrypt`, with a condition: `kms:ViaService` must be DynamoDB. The user "
        "calls `Decrypt` directly. What happens?",
        (
            Choice(
                "KMS refuses.",
                "A direct call comes through no service, so the condition does not hold, and no other statement "
                "allows it.",
                right=True,
            ),
            Choice(
                "KMS decrypts, because the action is allowed.",
                "A statement counts only where its action, its resource and all of its conditions match.",
            ),
            Choice(
                "KMS sends the call to DynamoDB.",
                "A condition only says when a statement counts. It sends a call nowhere.",
            ),
        ),
        KMS_GUIDE + "conditions-kms.html",
    ),
    Question(
        "an-allow-and-a-deny",
        8,
        "The key policy denies a user `kms:Decrypt`. Later a colleague gives this user an IAM policy that allows "
        "`kms:*` on the key. The user calls `Decrypt`. What happens?",
        (
            Choice(
                "KMS decrypts, because the newer policy counts.",
                "The age of a policy plays no part in the decision.",
            ),
            Choice(
                "KMS decrypts, because IAM policies count more than a key policy.",
                "Both kinds of policies are read. Neither kind comes first.",
            ),
            Choice(
                "KMS refuses.",
                "An explicit deny in any policy wins over every Allow.",
                right=True,
            ),
        ),
        KMS_GUIDE + "policy-evaluation.html",
    ),
)
