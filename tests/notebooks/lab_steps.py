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
    "say that a KMS key can't be taken out of AWS": "It can't leave KMS,",
    "say that data keys are generated under a KMS key, and are used outside": "a small key travels, a **data key**.",
    "copy the ARN from the key's page, and keep it": "copy the **ARN**, and keep it for later",
    "know that the console generates no data keys": "The console has no page for data keys",
    "set up a client of KMS in a Region, with credentials": "Here the credentials come from the session.",
    "generate a data key for AES with 256 bits": 'kms.generate_data_key(KeyId=arn, KeySpec="AES_256")',
    "print the encrypted data key in hexadecimal": 'print("Encrypted Data Key:", answer["CiphertextBlob"].hex())',
    "print the plaintext data key: left out, and why": "This course never prints or saves one",
    "get two forms of one key": "The answer has one key in two forms.",
    "keep what later steps need": 'lab.notes["encrypted_data_key"] = answer["CiphertextBlob"].hex()',
    "see the lab's own encrypted data key": "BlobCard(bytes.fromhex(LAB_ENCRYPTED_DATA_KEY))",
}

SECTION_03: dict[str, str] = {
    "encrypt with the plaintext data key, then delete it, and keep the encrypted one": (
        "Forget the plaintext key. Keep the ciphertext, the nonce, and `CiphertextBlob`"
    ),
    "what the architecture is at the end": "](images/03.svg)",
    "encrypt the lab's text with the data key that was saved": 'node_encrypt(lab_key, "Hello, ',
    "the library makes the cipher's key from what it is given": "## The key is not the key",
    "see the encrypted text": 'print("as printed in the lab:", made == printed)',
    "keep the encrypted text for a later section": 'lab.notes["envelope"] = envelope.to_json()',
    "that the course encrypts in another way": "Here this course leaves the lab,",
    "that the course has a fresh data key, and not the one that the lab keeps": "The lab keeps the plaintext data key",
}

SECTION_04: dict[str, str] = {
    "data at rest: the plaintext data key is gone, so a thief has only ciphertext and an encrypted key": (
        "**Data at rest** is stored"
    ),
    "whoever may not use the KMS key can't get the data key": "the access key of a user who may not use the KMS key",
    "to read stored data: first the data key, then the data": "To read it, you ask KMS for the data key, use it",
    "data in transit: the encrypted data key travels with the data": "**Data in transit** is sent",
    "the receiver has the data key decrypted with the KMS key": "The receiver asks KMS for the data key",
    "who may change the key policy (and what the course says instead)": "everybody with `kms:PutKeyPolicy`",
    "take the encrypted data key that was saved, as hexadecimal digits": (
        'bytes.fromhex(lab.notes["encrypted_data_key"])'
    ),
    "decrypt it with one call of the SDK": "kms.decrypt(CiphertextBlob=encrypted_key)",
    "only those who are authorized get the plaintext key": "## Break it: another identity",
    "it is the same data key as before (and that the course does not print it)": (
        "This course prints and keeps no plaintext key."
    ),
}

SECTION_05: dict[str, str] = {
    "decrypt the lab's ciphertext with the data key that was saved": "node_decrypt(lab_key, printed)",
    "the decipher, made from the data key": "The lab decrypts with `createDecipher`",
    "that the course asks KMS for the data key, and kept none": "You asked KMS for it.",
    "see the decrypted text": "opened.decode()",
    "the whole way: decrypt the data key, then the data": "## Step two: the data",
    "what a data administrator did, and what a data user did": "## Who did what",
}

SECTION_06: dict[str, str] = {
    "KMS works with other AWS services": "Many AWS services do it for you, with KMS.",
    "what DynamoDB is": "a NoSQL database that AWS runs for you, fast at any size",
    "open the console's page that creates a table": "DynamoDB → Tables → Create table",
    "name the table, its partition key and its sort key": (
        "Name `Books` → Partition key `Author`, String → Sort key `Book_Title`, String"
    ),
    "customize the settings, and choose a key of one's own for the encryption at rest": (
        "*Stored in your account, and owned and managed by you* → `myKey`"
    ),
    "create the table": "CreateTablePage(lab)",
    "wait until the table is active": "The status is *Creating* for some seconds, then *Active*.",
    "see the table, active": '["TableStatus"]',
    "open the page that explores the table's items": "Tables → Books → Explore table items → Create item",
    "create the item": 'put_item(dynamodb, "Books", {"Author": "Seth Godin", "Book_Title": "The Dip"})',
    "see the item among those returned": "*Items returned*",
}

SECTION_07: dict[str, str] = {
    "read the policy of the second user": "## What IAMLabUser may do",
    "the policy allows the user to read Books and to describe tables": "The first row lets the user read `Books`,",
    "what a login profile is": "[login profile](glossary.md#login-profile)",
    "enable console access for the user, with a password of one's own": (
        "Security credentials → Enable console access → Enable → Custom password → `NewUs@r150` → Apply"
    ),
    "create the login profile": "enable_console_access(iam,",
    "why the second sign-in needs a private window": "in a private window, so two users can be signed in at once",
    "use the sign-in link, with the user's name and password": "SignInPage(lab)",
    "be signed in as the second user": 'reader.client("sts").get_caller_identity()["Arn"]',
    "open the table's items, choose Scan and run it": "ExploreItemsPage(lab, reader)",
    "the Scan is refused although the IAM policy allows it": (
        'reader.client("dynamodb").scan(TableName="Books")  # meant to fail'
    ),
    "the key's permissions count too, not IAM's alone": "A reader needs two permissions",
    "the key policy does not name the second user": "The key policy does not name the reader.",
    "the key policy has to change (and what the course says instead)": "an IAM policy is another way in",
}

SECTION_08: dict[str, str] = {
    "copy the ARN of the second user": "The user: IAM → Users → IAMLabUser → ARN.",
    "open the key, and switch to its policy view": "myKey → Key policy → Switch to policy view",
    "open the editor of the policy": "In the policy view: Edit → add the statement to the list",
    "write a statement that names the user (without the Encrypt that a reader does not need)": (
        "Your statement is the lab's without `kms:Encrypt`."
    ),
    "add the statement to the others": "KeyPolicyPage(lab)",
    "the finished policy, with a comment in it": "## Break it: the policy that the lab prints",
    "the statement's Sid, which is there already": "`Allow use of the key`",
    "save the policy": "Save changes",
    "scan the table again as the second user": "## After",
}

SECTION_09: dict[str, str] = {
    "delete the table, and confirm it": "DynamoDB → Tables → Books → Delete → type `confirm` → Delete",
    "disable the key, by its actions": "tick `myKey` → Key actions → Disable",
    "confirm that the key is to be disabled": "tick the confirmation → Disable key",
    "the end, with a disabled key": "The lab ends here, with a disabled key.",
}

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
