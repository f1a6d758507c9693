"""Questions of section 11, Grants: what the key policy does not show."""

from __future__ import annotations

from kmscourse.course.questions.question import KMS_GUIDE, Choice, Question

PREDICTIONS = (
    Question(
        "more-than-she-holds",
        11,
        "A grant allows Nora `Decrypt` and `CreateGrant`, with `team=books`. She creates a grant for Otto, with the "
        "same constraint, for `Encrypt` and `Decrypt`. What does KMS do?",
        (
            Choice(
                "It refuses.",
                "Who may create grants by a grant can pass on only operations of that grant.",
                right=True,
            ),
            Choice(
                "It creates a grant for Decrypt alone.",
                "KMS changes nothing in a request. It does what was asked, or refuses.",
            ),
            Choice(
                "It creates the grant, because Nora may call `CreateGrant`.",
                "That holds for a permission from a policy. A permission from a grant is limited to what it gives.",
            ),
        ),
        KMS_GUIDE + "create-grant-overview.html",
    ),
)

REVIEW = (
    Question(
        "neither-policy-names-the-reader",
        11,
        "A user decrypts with your key. The key policy does not name the user, and the user has no IAM policy. Where "
        "do you look next?",
        (
            Choice(
                "At the tags of the key.",
                "Tags matter only where a condition of a policy asks for them. Here no policy lets the user in.",
            ),
            Choice(
                "At the aliases of the key.",
                "An alias is a name. It gives no permission.",
            ),
            Choice(
                "At the grants on the key.",
                "A grant is a third way in. `ListGrants` shows it, and no policy does.",
                right=True,
            ),
        ),
        KMS_GUIDE + "grants.html",
    ),
    Question(
        "done-with-a-grant",
        11,
        "A user needs a grant no longer. The grant contains the operation `RetireGrant`. No policy allows the user "
        "`kms:RevokeGrant`. How does the grant end?",
        (
            Choice(
                "The user retires it.",
                "The grant itself says who may retire it, and no policy has to.",
                right=True,
            ),
            Choice(
                "It ends by itself, after some days without use.",
                "A grant has no end date. It stays until somebody retires or revokes it.",
            ),
            Choice(
                "Only an administrator can end it.",
                "An administrator can revoke it. The grantee of this one can also retire it.",
            ),
        ),
        KMS_GUIDE + "grant-delete.html",
    ),
)
