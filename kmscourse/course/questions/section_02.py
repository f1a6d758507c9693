"""Questions of section 2, Generate a data key."""

from __future__ import annotations

from kmscourse.course.questions.question import KMS_API, KMS_GUIDE, Choice, Question

PREDICTIONS = (
    Question(
        "one-byte-more",
        2,
        "`Encrypt` has taken 4096 bytes. You send one byte more. What do you get?",
        (
            Choice(
                "A ciphertext that is one byte longer.",
                "It was so up to 4096 bytes. With one more you meet the limit of this call.",
            ),
            Choice(
                "The ciphertext in two parts.",
                "KMS does not cut your data into parts. Your program can do that better, where the data is.",
            ),
            Choice(
                "An error.",
                "`Encrypt` takes 4096 bytes at most. A KMS key is there to encrypt keys, not large data.",
                right=True,
            ),
        ),
        KMS_API + "API_Encrypt.html",
    ),
    Question(
        "the-same-call-again",
        2,
        "You make the same call again: the same KMS key, the same parameters. Do you get the same data key?",
        (
            Choice(
                "Yes. The same call gives the same answer.",
                "A data key is not computed from the KMS key. It is random. If it were not, one lost data key would "
                "open everything.",
            ),
            Choice(
                "No, and KMS stores neither of the two.",
                "KMS hands a data key over and forgets it. If you lose the encrypted data key, nobody has it, and "
                "what you encrypted with it stays encrypted.",
                right=True,
            ),
            Choice(
                "No, and KMS now stores two data keys for you.",
                "It is a new data key, yes. But KMS stores no data keys: no call lists them, and none returns one.",
            ),
        ),
        KMS_GUIDE + "data-keys.html",
    ),
    Question(
        "what-the-trail-has",
        2,
        "CloudTrail, the audit trail of AWS, records your call to KMS. Which form of the data key is in the record?",
        (
            Choice(
                "Neither form.",
                "The record says who asked, when, with which KMS key and for which encryption context. It "
                "contains nothing of the answer.",
                right=True,
            ),
            Choice(
                "The encrypted form.",
                "It would do no harm there. But the record is about the request, and the answer is not in it.",
            ),
            Choice(
                "Both forms, because an audit must be complete.",
                "Then everybody who may read the trail could read your data.",
            ),
        ),
        KMS_GUIDE + "logging-using-cloudtrail.html",
    ),
)

REVIEW = (
    Question(
        "how-many-secrets",
        2,
        "You have sealed 1,000 files under one KMS key, each with a data key of its own. How many of these 1,001 keys "
        "does KMS keep for you?",
        (
            Choice(
                "All of them: that is what the service is for.",
                "KMS forgets a data key as soon as it has answered. You keep it, encrypted, beside the file.",
            ),
            Choice(
                "One, the KMS key.",
                "KMS knows no list of your data keys. What happens to the KMS key does not change them.",
                right=True,
            ),
            Choice(
                "None, because KMS only calculates.",
                "The KMS key is in KMS, and it never leaves KMS. That is the difference to a data key.",
            ),
        ),
        KMS_GUIDE + "data-keys.html",
    ),
    Question(
        "which-form-to-keep",
        2,
        "You have encrypted a file with a data key. What do you store beside the file?",
        (
            Choice(
                "The plaintext data key.",
                "Whoever finds the file then has the data key too, and reads the file.",
            ),
            Choice(
                "The encrypted data key.",
                "Only KMS can decrypt it, and KMS first asks who you are.",
                right=True,
            ),
            Choice(
                "Nothing. KMS returns the data key when you ask for it.",
                "KMS stores no data keys. Without the encrypted data key the file is lost.",
            ),
        ),
        KMS_GUIDE + "data-keys.html",
    ),
    Question(
        "what-a-context-may-say",
        2,
        "You bind each data key to a customer by an encryption context. What may you write into it?",
        (
            Choice(
                "The number of the customer.",
                "It says what the data key is for, and everybody who reads the audit trail may know it.",
                right=True,
            ),
            Choice(
                "The password of the customer, because KMS encrypts the context.",
                "KMS does not encrypt the context. It stands in plain text in the audit trail.",
            ),
            Choice(
                "The plaintext data key, so that it is not lost.",
                "The context stands in plain text in the audit trail. A data key there is a data key lost.",
            ),
        ),
        KMS_GUIDE + "encrypt_context.html",
    ),
    Question(
        "what-goes-to-kms",
        2,
        "You encrypt a film of four gigabytes with envelope encryption. What does KMS encrypt?",
        (
            Choice(
                "The film, in one call.",
                "`Encrypt` takes 4096 bytes at most.",
            ),
            Choice(
                "The film, in parts of 4096 bytes.",
                "That is a million calls. Your own program encrypts the film, where the film is.",
            ),
            Choice(
                "Only a data key.",
                "Your program encrypts the film with the data key. KMS has encrypted the data key, 32 bytes, and no "
                "more.",
                right=True,
            ),
        ),
        KMS_GUIDE + "data-keys.html",
    ),
)
