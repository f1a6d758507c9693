"""Questions of section 1, Create a customer managed key."""

from __future__ import annotations

from kmscourse.course.questions.question import KMS_API, KMS_GUIDE, Choice, Question

PREDICTIONS = (
    Question(
        "what-can-never-change",
        1,
        "You have made the key. A week later you change your mind. Which of these can you never change?",
        (
            Choice(
                "The alias and the description.",
                "You can change both. They are labels beside the key.",
            ),
            Choice(
                "The key type, the key usage, the origin and the regionality.",
                "These four are the key itself. For another choice you create another key, and you encrypt your data "
                "again under that one.",
                right=True,
            ),
            Choice(
                "The administrators and the users.",
                "They are statements in the key policy, and you can replace a key policy. Section 8 does it.",
            ),
        ),
        KMS_GUIDE + "create-keys.html",
    ),
    Question(
        "the-same-alias-again",
        1,
        "`alias/myKey` leads to your key. You create an alias of this name again, for the same key. What happens?",
        (
            Choice(
                "KMS refuses, because the alias exists already.",
                "An account has an alias name only once in a Region. `CreateAlias` never takes a name away from a "
                "key, so a typing error can't do it either.",
                right=True,
            ),
            Choice(
                "Nothing happens, because the alias is there already.",
                "Many programs work in this way. KMS does not: `CreateAlias` makes a new alias, or it fails.",
            ),
            Choice(
                "KMS replaces the old alias by the new one.",
                "`UpdateAlias` moves an alias to another key. `CreateAlias` never replaces one.",
            ),
        ),
        KMS_API + "API_CreateAlias.html",
    ),
    Question(
        "whom-the-account-lets-in",
        1,
        "The principal of statement 1 ends in `root`, and it allows `kms:*`. Whom does this statement alone allow to "
        "decrypt?",
        (
            Choice(
                "The root user of the account, and nobody else.",
                "The root user, yes. But in a policy this principal means the account, and so its IAM policies "
                "count.",
            ),
            Choice(
                "Every user of the account.",
                "No. This statement alone lets no IAM user in. The next cell shows it.",
            ),
            Choice(
                "The root user, and whoever an IAM policy of the account allows to.",
                "The statement hands the decision to the account's IAM policies. Without it, an IAM policy that "
                "allows the use of this key has no effect.",
                right=True,
            ),
        ),
        KMS_GUIDE + "key-policy-default.html",
    ),
)

REVIEW = (
    Question(
        "an-alias-as-a-resource",
        1,
        "An IAM policy allows `kms:Decrypt`. Its `Resource` is the ARN of `alias/myKey`. May the user decrypt with "
        "the key behind this alias?",
        (
            Choice(
                "No. The `Resource` must be the ARN of the key.",
                "To allow the use of a key, the `Resource` names the key. Only a condition, `kms:ResourceAliases`, can "
                "ask for an alias.",
                right=True,
            ),
            Choice(
                "Yes, because the alias leads to the key.",
                "A program may call a key by its alias. For a permission, KMS looks for the ARN of the key.",
            ),
            Choice(
                "Yes, until the alias leads to another key.",
                "The permission never existed: a policy that names an alias does not allow the use of a key.",
            ),
        ),
        KMS_GUIDE + "alias-access.html",
    ),
    Question(
        "an-administrator-and-the-data",
        1,
        "A key administrator has the console's statement for administrators, and no other permission. May they "
        "decrypt your data?",
        (
            Choice(
                "Yes. An administrator of a key may do everything with it.",
                "`kms:Decrypt` is not among the actions of this statement. To manage a key and to use it are two "
                "jobs.",
            ),
            Choice(
                "No, and they can't change that.",
                "Not today. But `kms:Put*` contains `PutKeyPolicy`, so they can let themselves in.",
            ),
            Choice(
                "No. But they can change the key policy, and then they may.",
                "The statement contains `kms:Put*` and `kms:Create*`. An administrator can let in whom they want, "
                "themselves too, and the audit trail shows it.",
                right=True,
            ),
        ),
        KMS_GUIDE + "key-policy-default.html",
    ),
    Question(
        "without-the-account-statement",
        1,
        "Somebody removes the statement for the account (its principal ends in `root`) from a key policy. An IAM "
        "policy allows a user `kms:Decrypt` with this key. What changes for the user?",
        (
            Choice(
                "Nothing. The IAM policy still allows it.",
                "An IAM policy counts for a key only while the key policy hands the decision to the account.",
            ),
            Choice(
                "The IAM policy has no effect any more, and KMS refuses.",
                "The key policy decides first. No statement of it names this user, and none hands the decision to "
                "IAM.",
                right=True,
            ),
            Choice(
                "The user may now do everything with the key.",
                "A statement that is gone allows nothing. Fewer statements never allow more, except where one "
                "denied.",
            ),
        ),
        KMS_GUIDE + "key-policy-default.html",
    ),
)
