"""Questions of section 9, Clean up."""

from __future__ import annotations

from kmscourse.course.questions.question import KMS_API, KMS_GUIDE, Choice, Question

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
    Question(
        "who-opens-it-again",
        9,
        "You have disabled a key, and nobody can read its data now. Who can change that?",
        (
            Choice(
                "Nobody: the data is lost.",
                "Only the deletion of a key does that. A disabled key is switched off, and KMS keeps it.",
            ),
            Choice(
                "Only AWS Support, after a request of yours.",
                "You need nobody for that. AWS Support helps only if a key policy locks everybody out.",
            ),
            Choice(
                "Everybody who may call `EnableKey` on it.",
                "So a disabled key is not gone. Only a deleted one is.",
                right=True,
            ),
        ),
        KMS_API + "API_EnableKey.html",
    ),
)
