"""Questions of section 3, Encrypt data with a data key."""

from __future__ import annotations

from kmscourse.course.questions.question import Choice, Question

PREDICTIONS = (
    Question(
        "a-picture-in-ecb",
        3,
        "AES encrypts blocks of 16 bytes. In ECB mode it encrypts each block alone, always with the same key. You "
        "encrypt the bytes of a picture in ECB mode, one square of the picture in each block, and you draw the "
        "ciphertext in the same way. What do you see?",
        (
            Choice(
                "Noise. Nobody has broken AES-256.",
                "Nobody has. Each block alone is well hidden. But equal blocks look equal, and you look at 836 of "
                "them.",
            ),
            Choice(
                "The same shapes in other colours.",
                "Equal blocks of plaintext become equal blocks of ciphertext. Nobody has decrypted anything, and you "
                "can still read the picture.",
                right=True,
            ),
            Choice(
                "The picture as it was.",
                "No block of the ciphertext equals a block of the picture. But one can know a shape without its "
                "colours.",
            ),
        ),
        "https://csrc.nist.gov/pubs/sp/800/38/a/final",
    ),
)

REVIEW = (
    Question(
        "one-nonce-twice",
        3,
        "A program uses the same nonce for two messages, under the same AES-GCM key. What can somebody do who has "
        "both ciphertexts?",
        (
            Choice(
                "Nothing, because the key is still secret.",
                "The key is secret. But the nonce has to be new for each message, and here it is not.",
            ),
            Choice(
                "Find the key.",
                "The key for AES stays secret. But they learn enough to do harm without it.",
            ),
            Choice(
                "Learn how the two texts differ, and forge messages.",
                "The two messages were encrypted with the same stream of bytes. And what the tag depends on can be "
                "computed from the two.",
                right=True,
            ),
        ),
        "https://csrc.nist.gov/pubs/sp/800/38/d/final",
    ),
    Question(
        "one-bit-changed",
        3,
        "Somebody changes one bit of a ciphertext that AES-GCM has made. What does the decryption return?",
        (
            Choice(
                "An error, and no plaintext.",
                "The tag fits only the ciphertext that was made. It does not say which bit was changed.",
                right=True,
            ),
            Choice(
                "The plaintext with one wrong bit.",
                "Without a tag it would be so, and nobody would notice. The tag is there for this.",
            ),
            Choice(
                "The right plaintext, because the tag corrects the bit.",
                "The tag finds a change. It can't undo one.",
            ),
        ),
        "https://csrc.nist.gov/pubs/sp/800/38/d/final",
    ),
    Question(
        "what-a-right-tag-proves",
        3,
        "Two programs share a data key. One of them opens a message with AES-GCM, and the tag is right. What does the "
        "right tag prove?",
        (
            Choice(
                "Nobody else has read the message.",
                "Whoever has the data key can read it, and reading leaves no trace in a message.",
            ),
            Choice(
                "It was written with this data key.",
                "The writer had the key, and nobody has changed the message since. A tag says no more than that.",
                right=True,
            ),
            Choice(
                "The other program has written the message.",
                "The tag does not say which of the two. Each of them can make every tag that it can check.",
            ),
        ),
        "https://csrc.nist.gov/pubs/sp/800/38/d/final",
    ),
)
