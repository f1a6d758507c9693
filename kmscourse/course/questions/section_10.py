"""Questions of section 10, Roles: permission that nobody carries."""

from __future__ import annotations

from kmscourse.course.questions.question import IAM_GUIDE, Choice, Question

PREDICTIONS = (
    Question(
        "without-the-session",
        10,
        "Ben has a session of the role `PayrollKeyUser`, and it may decrypt. In another program he uses his own access "
        "key, and asks KMS to decrypt the same salary. What happens?",
        (
            Choice(
                "KMS decrypts, because Ben may assume the role.",
                "He may assume it, but this program has not. It calls as Ben.",
            ),
            Choice(
                "KMS decrypts, because his session still lasts.",
                "A session is in its own credentials. It changes nothing for the access key of the user.",
            ),
            Choice(
                "KMS refuses.",
                "The permission is the role's. It counts for calls that are signed with credentials of a session.",
                right=True,
            ),
        ),
        IAM_GUIDE + "id_roles.html",
    ),
)

REVIEW = (
    Question(
        "who-chose-the-session-name",
        10,
        "The audit trail has a `Decrypt` by `assumed-role/Reader/Ada`. The trust policy of the role has no condition. "
        "What do you know?",
        (
            Choice(
                "The caller had a session of the role Reader.",
                "The caller of `AssumeRole` chose the name Ada. The event of `AssumeRole` says who that was.",
                right=True,
            ),
            Choice(
                "The user Ada made the call.",
                "Anybody whom the role trusts can choose Ada as the name of a session.",
            ),
            Choice(
                "The user Ada may assume the role.",
                "The name of a session is only a text. There may be no user Ada at all.",
            ),
        ),
        IAM_GUIDE + "cloudtrail-integration.html",
    ),
    Question(
        "a-session-policy-that-allows-more",
        10,
        "A role may only call `kms:Encrypt`. A user assumes it with a session policy that allows `kms:*`. What may the "
        "session do?",
        (
            Choice(
                "Everything with the key.",
                "A session policy gives nothing that the role does not have.",
            ),
            Choice(
                "Encrypt",
                "A session may do what both allow: the role's permissions and the session policy.",
                right=True,
            ),
            Choice(
                "Nothing, because the two policies differ.",
                "They overlap in one action, and the session may call that one.",
            ),
        ),
        IAM_GUIDE + "access_policies.html",
    ),
)
