"""Questions of section 9, Clean up."""

from __future__ import annotations

from kmscourse.course.questions.question import KMS_GUIDE, Choice, Question

PREDICTIONS = (
    Question(
        "a-disabled-key",
        9,
        "You have disabled `myKey`. You are its administrator and one of its users, and its policy is as before. You "
        "ask KMS to decrypt your sentence. What do you get?",
        (
            Choice(
                "`AccessDeniedException`",
                "You have the permission, so this would be the wrong error.",
            ),
            Choice(
                "Another error, which names the state of the key.",
                "`DisabledException` names the key and says that it is disabled. The permission is one question, the "
                "state of the key another.",
                right=True,
            ),
            Choice(
                "The sentence, because the policy allows it.",
                "The permission and the state of the key must both fit, and you have just changed the state.",
            ),
        ),
        KMS_GUIDE + "key-state.html",
    ),
)

REVIEW = (
    Question(
        "after-the-deletion-is-cancelled",
        9,
        "An enabled key was scheduled for deletion by mistake. Somebody cancels the deletion. Which state does the key "
        "have then?",
        (
            Choice(
                "Enabled, as it was before.",
                "KMS does not go back to the earlier state. Somebody must enable the key, and has to think about it.",
            ),
            Choice(
                "Disabled",
                "The key opens nothing until somebody enables it.",
                right=True,
            ),
            Choice(
                "It still waits, until the waiting period is over.",
                "The waiting period ends at once when the deletion is cancelled.",
            ),
        ),
        KMS_GUIDE + "deleting-keys.html",
    ),
)
