"""Questions of section 20, Ten tickets."""

from __future__ import annotations

from kmscourse.course.questions.question import KMS_GUIDE, Choice, Question

PREDICTIONS = (
    Question(
        "a-star-for-everybody",
        20,
        "A colleague gives each of the ten an IAM policy that allows `kms:*` on every key. How many of the ten calls "
        "are answered then?",
        (
            Choice(
                "All ten, because every permission of KMS is there.",
                "A permission does not change the state of a key, what was encrypted, or where a program looks.",
            ),
            Choice(
                "Four.",
                "Only four of them fail because nothing allows the call. The others fail for another reason.",
                right=True,
            ),
            Choice(
                "Five: those that get `AccessDeniedException`.",
                "One of these five is refused by a Deny, and a Deny wins over every Allow.",
            ),
        ),
        KMS_GUIDE + "policy-evaluation.html",
    ),
)

REVIEW: tuple[Question, ...] = ()
"""None: no section comes after this one."""
