"""Questions of section 0, Welcome."""

from __future__ import annotations

from kmscourse.course.questions.question import IAM_GUIDE, KMS_GUIDE, Choice, Question

PREDICTIONS = (
    Question(
        "where-to-keep-the-key",
        0,
        "You store `locked` on a disk. Somebody copies the disk. Where must `key` be, so that the copy opens "
        "nothing?",
        (
            Choice(
                "Beside the message, but encrypted under a second key that is not on the disk.",
                "The copy then has a locked message and a locked key. This is called envelope encryption, and the "
                "course builds on it. One question is left: where is the second key? The chain must end at a key "
                "that nobody can copy. That key is in KMS.",
                right=True,
            ),
            Choice(
                "On the same disk, in a hidden folder.",
                "A copy of the disk has the hidden folder too. It has the message and the key.",
            ),
            Choice(
                "In the source code of the program.",
                "Everybody who can read the code, a backup of it or a log of its settings then has the key.",
            ),
        ),
        KMS_GUIDE + "kms-cryptography.html",
    ),
    Question(
        "another-user-asks",
        0,
        "The account has a second user, `IAMLabUser`. This user may look at DynamoDB, and at nothing else. The user "
        "asks KMS the same question as you. What does KMS answer?",
        (
            Choice(
                "An empty list.",
                "An empty list says that there are no names. That is not true. AWS gives the list, or it refuses.",
            ),
            Choice(
                "A refusal.",
                "AWS refuses what no policy allows. Nobody had to forbid it.",
                right=True,
            ),
            Choice(
                "The same names, because they are no secret.",
                "KMS does not judge how harmless a question is. It looks for a policy that allows this user to ask "
                "it.",
            ),
        ),
        IAM_GUIDE + "reference_policies_evaluation-logic.html",
    ),
)

REVIEW = (
    Question(
        "who-writes-the-policy",
        0,
        "Who decides about the key policy of a customer managed key?",
        (
            Choice(
                "AWS.",
                "AWS decides about AWS owned keys and AWS managed keys. Yours is neither.",
            ),
            Choice(
                "You, and whoever you allow to change it.",
                "That is what makes the key customer managed: you say who may use it, and you can disable or delete "
                "it.",
                right=True,
            ),
            Choice(
                "Nobody, once the key is made.",
                "A key policy can be replaced at any time. Section 8 does it.",
            ),
        ),
        KMS_GUIDE + "concepts.html",
    ),
)
