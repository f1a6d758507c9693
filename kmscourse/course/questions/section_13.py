"""Questions of section 13, Rotate, and what that does not do."""

from __future__ import annotations

from kmscourse.course.questions.question import KMS_API, KMS_GUIDE, Choice, Question

PREDICTIONS = (
    Question(
        "a-thief-with-a-data-key",
        13,
        "Before the rotation a thief copied a plaintext data key, and a file that is encrypted with it. You have "
        "rotated the KMS key. Then you ask KMS to decrypt the encrypted data key. What do you get?",
        (
            Choice(
                "The data key that the thief has.",
                "A rotation changes the KMS key's material, and no data key. The thief reads on.",
                right=True,
            ),
            Choice(
                "A new data key, because KMS rotates those too.",
                "KMS keeps no data keys, so it can't rotate them. It does not even know how many there are.",
            ),
            Choice(
                "An error, because the old key material is gone.",
                "KMS keeps all earlier material of a key, so that old ciphertexts open. Only its deletion ends that.",
            ),
        ),
        KMS_GUIDE + "rotate-keys.html",
    ),
    Question(
        "another-address",
        13,
        "The mover may call `ReEncrypt` from the old key to the new one, and may decrypt letters that are addressed to "
        "the mover. The letter of the reader has the context to = letters-reader. Can the mover read it?",
        (
            Choice(
                "No: without `kms:Decrypt` for this context, KMS shows the mover nothing.",
                "No single call shows the letter to the mover. But two calls can do what one may not.",
            ),
            Choice(
                "No: KMS takes over the context from the old ciphertext.",
                "The ciphertext does not hold its context. Whoever calls ReEncrypt names the old one and the new one.",
            ),
            Choice(
                "Yes, with a new context.",
                "ReEncrypt takes another context for the new ciphertext. With their own address, they may decrypt.",
                right=True,
            ),
        ),
        KMS_API + "API_ReEncrypt.html",
    ),
)

REVIEW = (
    Question(
        "two-permissions-for-one-call",
        13,
        "A user calls `ReEncrypt`, from key A to key B. Key B is yours, key A is not. What must the policies allow?",
        (
            Choice(
                "`kms:ReEncrypt` on both keys.",
                "There is a call of this name, but no permission. It has two, one for each side.",
            ),
            Choice(
                "`kms:Decrypt` on A and `kms:Encrypt` on B.",
                "These are the permissions of two other calls, which would show the plaintext to the user.",
            ),
            Choice(
                "`kms:ReEncryptFrom` on A and `kms:ReEncryptTo` on B.",
                "So the owner of A decides who may take data away, and you decide who may bring some.",
                right=True,
            ),
        ),
        KMS_API + "API_ReEncrypt.html",
    ),
    Question(
        "what-a-new-key-takes-over",
        13,
        "You make a new key, and move an alias from the old key to it. What does the new key take over?",
        (
            Choice(
                "Nothing but the name.",
                "Policy, grants, tags and rotation belong to a key, and not to an alias.",
                right=True,
            ),
            Choice(
                "The key policy and the grants, because they belong to the alias.",
                "An alias is a name. It has no policy and no grants.",
            ),
            Choice(
                "The old ciphertexts, which KMS encrypts again.",
                "KMS has no list of your ciphertexts. They still need the old key.",
            ),
        ),
        KMS_GUIDE + "rotate-keys-manually.html",
    ),
)
