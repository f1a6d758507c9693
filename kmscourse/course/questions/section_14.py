"""Questions of section 14, Bring your own key."""

from __future__ import annotations

from kmscourse.course.questions.question import KMS_GUIDE, Choice, Question

PREDICTIONS = (
    Question(
        "other-material",
        14,
        "You have deleted the key material of `vault`. Now you import 32 other random bytes into it. What does KMS do?",
        (
            Choice(
                "It takes them, and `inventory` opens again.",
                "Other key material is another key. It can't open what the first one has encrypted.",
            ),
            Choice(
                "It takes them, and `inventory` stays closed.",
                "Then one careless import would cut a key off from all of its data. KMS protects you from this.",
            ),
            Choice(
                "It refuses them.",
                "In the place of deleted material, KMS takes back only the same material.",
                right=True,
            ),
        ),
        KMS_GUIDE + "importing-keys-considerations.html",
    ),
)

REVIEW = (
    Question(
        "a-stolen-copy",
        14,
        "Somebody steals your copy of imported key material, and ciphertexts that KMS made with it. They have no "
        "permission in your account. What can they do?",
        (
            Choice(
                "Decrypt the ciphertexts on their own machine.",
                "AWS supports the decryption of KMS ciphertexts in KMS only, and it does not publish their format.",
            ),
            Choice(
                "Import the copy into a key of their own account, and decrypt there.",
                "A ciphertext belongs to one KMS key. Another KMS key does not open it, even with the same material.",
            ),
            Choice(
                "Nothing, as far as AWS's documentation goes.",
                "To decrypt, they need your KMS key, and a permission on it. Change the key all the same.",
                right=True,
            ),
        ),
        KMS_GUIDE + "importing-keys.html",
    ),
    Question(
        "no-copy-is-left",
        14,
        "The imported key material of a key has expired, and nobody has a copy of it. Who can decrypt the data?",
        (
            Choice(
                "Nobody.",
                "KMS has deleted the key material, and it takes back only the same bytes.",
                right=True,
            ),
            Choice(
                "AWS Support, from a backup.",
                "AWS keeps no copy of key material that was deleted. You have the only copy.",
            ),
            Choice(
                "The administrator of the key, after an import of new material.",
                "New key material can't open what the old material has encrypted.",
            ),
        ),
        KMS_GUIDE + "import-keys-protect.html",
    ),
)
