"""Questions of section 17, Sign, verify, MAC."""

from __future__ import annotations

from kmscourse.course.questions.question import KMS_API, KMS_GUIDE, Choice, Question

PREDICTIONS = (
    Question(
        "a-digest-as-a-message",
        17,
        "The file is too large for `Sign`, so you hash it, and pass the digest of 32 bytes. You forget "
        "`MessageType`. What does KMS do?",
        (
            Choice(
                "It refuses, because this is not the file.",
                "KMS sees 32 bytes. They can be a message like any other.",
            ),
            Choice(
                "It signs the digest of the digest.",
                "`RAW` is the default: KMS hashes what you pass. Nobody who has the file expects this signature.",
                right=True,
            ),
            Choice(
                "It sees that it is a digest, and signs it as one.",
                "Nothing in 32 bytes says that they are a digest. Without `MessageType` they are a message.",
            ),
        ),
        KMS_API + "API_Sign.html",
    ),
)

REVIEW = (
    Question(
        "the-partner-may-not-sign",
        17,
        "A partner has to check your receipts on their own computers, without AWS. They must not be able to write a "
        "receipt themselves. With which key do you protect the receipts?",
        (
            Choice(
                "With an HMAC key, because a MAC is short.",
                "An HMAC key of KMS has no public key. Whoever has the secret of a MAC can make one too.",
            ),
            Choice(
                "With a symmetric key, for `ENCRYPT_DECRYPT`.",
                "Its ciphertexts open only in KMS. Outside of AWS, the partner can do nothing with them.",
            ),
            Choice(
                "With an elliptic curve key, for `SIGN_VERIFY`.",
                "The partner gets the public key. It verifies every signature, and makes none.",
                right=True,
            ),
        ),
        KMS_GUIDE + "symm-asymm-choose-key-spec.html",
    ),
    Question(
        "after-a-signing-key-is-disabled",
        17,
        "You disable the key that signs your updates, because somebody has signed a bad one with it. Every device has "
        "the public key. What happens to the bad update?",
        (
            Choice(
                "Devices refuse it, because KMS refuses `Verify`.",
                "The devices do not ask KMS. They verify with the public key that they have.",
            ),
            Choice(
                "Devices still take it.",
                "The signature and the public key still fit. You have to tell the devices what counts no longer.",
                right=True,
            ),
            Choice(
                "Its signature becomes invalid after five minutes.",
                "A signature has no end date, unless the signed text has one and the device looks at it.",
            ),
        ),
        KMS_GUIDE + "download-public-key.html",
    ),
)
