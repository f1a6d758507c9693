"""Questions of section 16, A thousand records."""

from __future__ import annotations

from kmscourse.course.questions.question import KMS_GUIDE, Choice, Question

_CACHE = "https://docs.aws.amazon.com/encryption-sdk/latest/developer-guide/data-key-caching.html"

PREDICTIONS = (
    Question(
        "one-call-too-many",
        16,
        "An account may make 100 cryptographic requests a second. Your program makes them one after the other, as fast "
        "as it can, and does not try again. What does the 101st call in one second get?",
        (
            Choice(
                "`ThrottlingException`",
                "KMS refuses what is above the quota. It keeps no queue: the caller has to come again.",
                right=True,
            ),
            Choice(
                "A data key, after KMS has let the call wait for the next second.",
                "KMS keeps no queue. An SDK can wait and try again for you, and usually does.",
            ),
            Choice(
                "`AccessDeniedException`",
                "The policies allow the call. The account only makes too many.",
            ),
        ),
        KMS_GUIDE + "throttling.html",
    ),
    Question(
        "revoked-with-a-cache",
        16,
        "A program of `records-reader` has opened all records and keeps the data keys in memory. You take the "
        "permission away. The same program opens a record again. What happens?",
        (
            Choice(
                "KMS refuses, because the permission is gone.",
                "KMS would refuse, but nobody asks it. The program has the data key.",
            ),
            Choice(
                "The cache is emptied, because KMS tells every program.",
                "KMS does not know which programs keep a data key, and tells nobody.",
            ),
            Choice(
                "It opens.",
                "The program does not ask KMS as long as it keeps the data key.",
                right=True,
            ),
        ),
        _CACHE,
    ),
)

REVIEW = (
    Question(
        "whose-requests-count",
        16,
        "KMS throttles your program, although it makes only a few calls a second. What can be the reason?",
        (
            Choice(
                "The key is used by too many aliases.",
                "Aliases have nothing to do with the request quota.",
            ),
            Choice(
                "Another program of your account, or a service of AWS, uses up the quota.",
                "All cryptographic requests of an account in a Region share one quota, also those that a service makes "
                "for you.",
                right=True,
            ),
            Choice(
                "Somebody in another account has a key with the same name.",
                "Each account has a quota of its own.",
            ),
        ),
        KMS_GUIDE + "requests-per-second.html",
    ),
    Question(
        "a-kept-data-key",
        16,
        "A program keeps each data key for an hour at most. You take its permission for `kms:Decrypt` away. When can "
        "it no longer read?",
        (
            Choice(
                "At once.",
                "It asks KMS only for data keys that it does not keep.",
            ),
            Choice(
                "When you have rotated the KMS key.",
                "A rotation changes no data key, and the program does not ask KMS.",
            ),
            Choice(
                "After an hour at most.",
                "Then it has to ask KMS again, and KMS refuses. So the hour is how long you have to wait.",
                right=True,
            ),
        ),
        _CACHE,
    ),
)
