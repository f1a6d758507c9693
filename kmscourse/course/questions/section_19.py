"""Questions of section 19, Incident: somebody else has your key."""

from __future__ import annotations

from kmscourse.course.questions.question import IAM_GUIDE, KMS_GUIDE, Choice, Question

PREDICTIONS = (
    Question(
        "after-the-access-key-is-gone",
        19,
        "The stolen access key of `loans-deployer` is deleted. Its thief had it for two days. The IAM policy of "
        "`loans-intern` names no action of KMS. What can the thief do now?",
        (
            Choice(
                "Read the loans as another user.",
                "The thief made an access key for `loans-intern`, and a grant for that user. Both are still there.",
                right=True,
            ),
            Choice(
                "Nothing, because nobody can sign with a deleted access key.",
                "That is true of this access key. But with it the thief made other things, and they are still there.",
            ),
            Choice(
                "Look at the key, and read nothing.",
                "The IAM policies allow no more. But a permission can be elsewhere than in an IAM policy.",
            ),
        ),
        KMS_GUIDE + "grants.html",
    ),
    Question(
        "stop-one-and-nobody-else",
        19,
        "Somebody reads as `loans-intern`, by a grant. The library goes on working. Which call stops the reading at "
        "once, and stops nobody else?",
        (
            Choice(
                "`DisableKey`, and later `EnableKey`",
                "It stops the intruder, and the app and the librarian too.",
            ),
            Choice(
                "`PutKeyPolicy`, with a Deny",
                "A Deny that names one user stops this user alone. It wins over the grant.",
                right=True,
            ),
            Choice(
                "`RotateKeyOnDemand`",
                "KMS opens what is old with the old key material, for everybody who may decrypt.",
            ),
        ),
        IAM_GUIDE + "reference_policies_evaluation-logic.html",
    ),
)

REVIEW = (
    Question(
        "whose-address-a-scan-has",
        19,
        "You search the event history of CloudTrail for the address of an intruder. The intruder scanned a table under "
        "your key. What do you find of the Scan?",
        (
            Choice(
                "The Scan, with the items that it returned.",
                "A Scan is a data event, which the event history does not have. No event has the items.",
            ),
            Choice(
                "Nothing.",
                "The Decrypt that DynamoDB made for it has the name of DynamoDB as its address. Search by user.",
                right=True,
            ),
            Choice(
                "A Decrypt from that address.",
                "The Decrypt is there, but DynamoDB made it for the user, and its address is DynamoDB's name.",
            ),
        ),
        KMS_GUIDE + "logging-using-cloudtrail.html",
    ),
    Question(
        "what-a-thief-keeps",
        19,
        "A thief had `Decrypt` for an hour and is locked out now. Which of these makes what they took useless?",
        (
            Choice(
                "To encrypt the data again under a new data key.",
                "They keep the data key that KMS opened. It opens no data that is encrypted under another one.",
                right=True,
            ),
            Choice(
                "To rotate the KMS key.",
                "The data keys stay the same, and the data under them too.",
            ),
            Choice(
                "To disable the KMS key, and to delete it later.",
                "A plaintext data key works without KMS.",
            ),
        ),
        KMS_GUIDE + "rotate-keys.html",
    ),
)
