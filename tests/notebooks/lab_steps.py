"""Where the course does each step of the lab that it follows, and says each of its statements: a table a section.

A row is the step, in the course's own words, and its place in that section's notebook: a heading, with its ``#``, or
text of one of its cells.
"""

from __future__ import annotations

SECTION_00: dict[str, str] = {
    "say what KMS is for: it makes, keeps and manages keys": "## What KMS is for",
    "say that it encrypts data inside AWS services and outside": "AWS services such as DynamoDB encrypt your data",
    "say that it helps to comply with the rules of an industry": "**compliance**",
    "tell the kinds of KMS keys apart by who controls them": "## Three kinds of KMS keys",
    "say which control a user has over a key that AWS manages": "AWS; you can read it",
    "say that a customer managed key is symmetric or asymmetric": "## Symmetric and asymmetric",
    "begin with an account and its administrator": "lab = Lab.open(section=0)",
}

SECTION_01: dict[str, str] = {
    "open the console's page of customer managed keys": "choose **Customer managed keys**, then **Create key**",
    "choose a symmetric key, since AWS services need one": "| 1 | Key type | Symmetric |",
    "choose the usage: to encrypt and decrypt": "| 1 | Key usage | Encrypt and decrypt |",
    "choose KMS as the origin of the key material": "origin | KMS | KMS makes the key material",
    "choose a key of a single Region, and know of those in several": "| 1 | Regionality | Single-Region |",
    "give it the alias myKey": "3. Alias: `myKey`. **Next**.",
    "make the account's user its administrator": "4. Administrators: the user whose name begins with `ed-user`.",
    "make the same user its user": "5. Users: the same user.",
    "know that the people who were chosen shape the key policy": "Pages 3 and 4 write the key policy.",
    "review the choices and finish": "6. Review everything, also the key policy. **Finish**.",
    "see the architecture at the end": "lab.diagram()",
}

SECTION_02: dict[str, str] = {
    "meet the limit of 4 KB": "## Break it",
    "say what a KMS key is made to encrypt: passwords and other keys": "other keys, or a password",
    "say that a KMS key can't be taken out of AWS": "It can't leave KMS.",
    "say that data keys are generated under a KMS key, and are used outside": "This key is a **data key**.",
    "copy the ARN from the key's page, and keep it": "copy the **ARN**, and keep it for later",
    "know that the console generates no data keys": "The console has no page that generates data keys.",
    "set up a client of KMS in a Region, with credentials": "Here the credentials come from the session.",
    "generate a data key for AES with 256 bits": 'kms.generate_data_key(KeyId=arn, KeySpec="AES_256")',
    "print the encrypted data key in hexadecimal": 'print("Encrypted Data Key:", answer["CiphertextBlob"].hex())',
    "print the plaintext data key: left out, and why": "This course never prints or saves one",
    "get two forms of one key": "The answer has one key in two forms.",
    "keep what later steps need": 'lab.notes["encrypted_data_key"] = answer["CiphertextBlob"].hex()',
    "see the lab's own encrypted data key": "BlobCard(bytes.fromhex(LAB_ENCRYPTED_DATA_KEY))",
}

SECTION_03: dict[str, str] = {}

SECTION_04: dict[str, str] = {}

SECTION_05: dict[str, str] = {}

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
