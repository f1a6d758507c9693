"""Where the course does each step of the lab that it follows, and says each of its statements: a table a section.

A row is the step, in the course's own words, and its place in that section's notebook: a heading, with its ``#``, or
text of one of its cells.
"""

from __future__ import annotations

SECTION_00: dict[str, str] = {}

SECTION_01: dict[str, str] = {}

SECTION_02: dict[str, str] = {}

SECTION_03: dict[str, str] = {
    "encrypt with the plaintext data key, then delete it, and keep the encrypted one": (
        "Now forget the plaintext key. Keep the ciphertext, the nonce, and `CiphertextBlob`"
    ),
    "what the architecture is at the end": "](images/03.svg)",
    "encrypt the lab's text with the data key that was saved": 'node_encrypt(lab_key, "Hello, ',
    "the library makes the cipher's key from what it is given": "## The key is not the key",
    "see the encrypted text": 'print("as printed in the lab:", made == printed)',
    "keep the encrypted text for a later section": 'lab.notes["envelope"] = envelope.to_json()',
    "that the course encrypts in another way": "Here this course leaves the lab.",
    "that the course has a fresh data key, and not the one that the lab keeps": "The lab keeps it and uses it here.",
}

SECTION_04: dict[str, str] = {
    "data at rest: the plaintext data key is gone, so a thief has only ciphertext and an encrypted key": (
        "**Data at rest** is stored"
    ),
    "whoever may not use the KMS key can't get the data key": "the access key of a user who may not use the KMS key",
    "to read stored data: first the data key, then the data": "To read it, you ask KMS for the data key, use it",
    "data in transit: the encrypted data key travels with the data": "**Data in transit** is sent",
    "the receiver has the data key decrypted with the KMS key": "The receiver asks KMS for the data key",
    "who may change the key policy (and what the course says instead)": "everybody who is allowed `kms:PutKeyPolicy`",
    "take the encrypted data key that was saved, as hexadecimal digits": (
        'bytes.fromhex(lab.notes["encrypted_data_key"])'
    ),
    "decrypt it with one call of the SDK": "kms.decrypt(CiphertextBlob=encrypted_key)",
    "only those who are authorized get the plaintext key": "## Break it: another identity",
    "it is the same data key as before (and that the course does not print it)": (
        "This course prints no plaintext key, and kept none."
    ),
}

SECTION_05: dict[str, str] = {
    "decrypt the lab's ciphertext with the data key that was saved": "node_decrypt(lab_key, printed)",
    "the decipher, made from the data key": "The lab decrypts with `createDecipher`",
    "that the course asks KMS for the data key, and kept none": "You saved none, and asked KMS for it.",
    "see the decrypted text": "opened.decode()",
    "the whole way: decrypt the data key, then the data": "## Step two: the data",
    "what a data administrator did, and what a data user did": "## Who did what",
}

SECTION_06: dict[str, str] = {
    "open the console's page that creates a table": "CreateTablePage(lab)",
}

SECTION_07: dict[str, str] = {
    "read the policy of the second user": "## What IAMLabUser may do",
}

SECTION_08: dict[str, str] = {}

SECTION_09: dict[str, str] = {}

LAB_STEPS = {
    0: SECTION_00,
    1: SECTION_01,
    2: SECTION_02,
    3: SECTION_03,
    4: SECTION_04,
    5: SECTION_05,
    6: SECTION_06,
    7: SECTION_07,
    8: SECTION_08,
    9: SECTION_09,
}
