"""The first half of the quiz: asked before the course, and again a week after it."""

from __future__ import annotations

from kmscourse.course.questions.question import (
    DYNAMODB_GUIDE,
    IAM_GUIDE,
    KMS_API,
    KMS_GUIDE,
    WHO,
    WHY,
    WORKS,
    Choice,
    Question,
)

FIRST_HALF = (
    Question(
        "a-data-key-in-memory",
        9,
        "An hour ago a program had its data key decrypted. It holds the plaintext data key in its memory. Now you "
        "disable the KMS key. What can the program still do?",
        (
            Choice(
                "Nothing. Without its KMS key, a data key does not work.",
                "The plaintext data key is outside KMS. To encrypt and decrypt with it needs no call.",
                misconception="disabling",
            ),
            Choice(
                "Encrypt and decrypt data with the data key in its memory.",
                "To disable a KMS key stops the calls to KMS. It does not take back what KMS has handed out.",
                right=True,
            ),
            Choice(
                "Have another data key decrypted, because it was allowed to before.",
                "`Decrypt` needs an enabled KMS key. Now it is refused: `DisabledException`.",
            ),
            Choice(
                "Generate a new data key, but decrypt none.",
                "`GenerateDataKey` needs an enabled KMS key too.",
            ),
        ),
        KMS_GUIDE + "unusable-kms-keys.html",
        WORKS,
    ),
    Question(
        "ciphertexts-of-last-year",
        1,
        "You rotate the key material of a KMS key. Ciphertexts of last year are stored on your disk. What is true of "
        "them?",
        (
            Choice(
                "KMS has encrypted them again with the new key material.",
                "KMS does not have your ciphertexts. A rotation changes only what KMS encrypts with from now on.",
                misconception="rotation",
            ),
            Choice(
                "They can't be decrypted any more.",
                "KMS keeps the old key material, to decrypt what was encrypted with it.",
            ),
            Choice(
                "You have to tell KMS the old key material when you decrypt them.",
                "KMS finds the right key material by itself. The ARN of the key stays the same.",
            ),
            Choice(
                "They are as they were, and KMS decrypts them with the old key material.",
                "That is why a rotation needs no change in a program, and why it helps nothing against a leaked data "
                "key.",
                right=True,
            ),
        ),
        KMS_GUIDE + "rotate-keys.html",
        WORKS,
    ),
    Question(
        "nobody-but-the-administrator",
        4,
        "A key policy names the administrator and nobody else, and it has no statement for the account. But KMS "
        "answers Ana each time that she calls `Decrypt`. How is that possible?",
        (
            Choice(
                "By a grant on the key.",
                "A grant hangs on the key beside its policy. `ListGrants` shows it, the key policy does not.",
                right=True,
            ),
            Choice(
                "It is not possible: whoever has access stands in the key policy.",
                "The key policy is not the whole of it. Grants count too, and so do IAM policies, where the key "
                "policy lets them.",
                misconception="policy shows all",
            ),
            Choice(
                "By an IAM policy that allows her `kms:*`.",
                "Without a statement for the account in the key policy, an IAM policy has no effect on this key.",
                misconception="kms:*",
            ),
            Choice(
                "She knows the encryption context.",
                "Everybody who decrypts must know the context. That alone lets nobody in.",
                misconception="context is secret",
            ),
        ),
        KMS_GUIDE + "grants.html",
        WHO,
    ),
    Question(
        "decrypted-at-home",
        4,
        "An attacker has copied your files with their encrypted data keys, and the plaintext of one data key from "
        "the memory of your server. At home the attacker decrypts the files of this data key. What does your audit "
        "trail show of that?",
        (
            Choice(
                "The decryption, with the name of the attacker.",
                "CloudTrail records calls to AWS. The attacker makes none.",
                misconception="owner sees all",
            ),
            Choice(
                "A refused call, because the attacker has no permission.",
                "A permission is only asked for by a call to KMS. With the plaintext data key no call is needed.",
                misconception="owner sees all",
            ),
            Choice(
                "Nothing.",
                "Who has the plaintext data key needs no KMS. So hold it briefly, and in as few places as you can.",
                right=True,
            ),
            Choice(
                "A `GenerateDataKey`, because a data key is used.",
                "`GenerateDataKey` makes a new data key. To use one that exists is no call.",
            ),
        ),
        KMS_GUIDE + "data-keys.html",
        WORKS,
    ),
    Question(
        "a-grant-and-a-new-user",
        8,
        "A grant lets the user `ana` decrypt with your key. You delete this user. Later you make a new user, again "
        "with the name `ana`. What may the new user do with the key?",
        (
            Choice(
                "Decrypt, because the grant has her ARN.",
                "The ARN reads the same. But each user has a unique id, and the grant is for the id that is gone.",
                misconception="same name",
            ),
            Choice(
                "Nothing. For AWS she is another user.",
                "Names can be used again, unique ids never. Whatever the old user had, the new one has not.",
                right=True,
            ),
            Choice(
                "Decrypt, as soon as she has signed in once.",
                "To sign in says who somebody is. It gives no permission.",
                misconception="same name",
            ),
            Choice(
                "Everything, because the grant has no owner any more.",
                "A grant never allows more than the operations that stand in it, and only to its grantee.",
            ),
        ),
        IAM_GUIDE + "reference_identifiers.html",
        WHO,
    ),
    Question(
        "an-iam-policy-alone",
        8,
        "A key policy has the statement for the account (its principal ends in `root`, it allows `kms:*`) and no "
        "statement for Ben. An IAM policy allows Ben `kms:Decrypt` with this key. May Ben decrypt?",
        (
            Choice(
                "No. Only the key policy can let somebody in.",
                "The key policy does decide. But with this statement it hands the decision to IAM.",
                misconception="only the key policy",
            ),
            Choice(
                "Only after the key policy names him too.",
                "One of the two is enough here: a statement for Ben, or the account's statement and his IAM policy.",
                misconception="only the key policy",
            ),
            Choice(
                "Yes.",
                "The account's statement hands the decision to IAM, and an IAM policy allows it.",
                right=True,
            ),
            Choice(
                "Only if he signs in as the root user.",
                "`root` in a policy means the account, not only its root user.",
            ),
        ),
        KMS_GUIDE + "key-policy-default.html",
        WHO,
    ),
    Question(
        "the-wrong-key",
        4,
        "Carla has encrypted a letter under a KMS key of her own. You may do everything with your KMS key, and with "
        "hers. You call `Decrypt` with her ciphertext and name your key. Why does KMS refuse?",
        (
            Choice(
                "The ciphertext was made with another KMS key.",
                "A ciphertext belongs to one KMS key: `IncorrectKeyException`. No permission changes that.",
                right=True,
            ),
            Choice(
                "You lack the encryption context.",
                "Then the code is `InvalidCiphertextException`. And the letter was made without a context.",
            ),
            Choice(
                "You lack `kms:Encrypt`.",
                "To decrypt needs only `kms:Decrypt`, and you may do everything.",
            ),
            Choice(
                "It does not refuse. A key decrypts each ciphertext of its account.",
                "A key decrypts only what was encrypted with it.",
                misconception="any key opens",
            ),
        ),
        KMS_API + "API_Decrypt.html",
        WHY,
    ),
    Question(
        "the-name-of-a-patient",
        2,
        "A program puts the name of a patient into the encryption context of each data key. Who can read these "
        "names?",
        (
            Choice(
                "Nobody, because KMS encrypts the context.",
                "KMS binds the ciphertext to the context. It does not encrypt the context.",
                misconception="context is secret",
            ),
            Choice(
                "Only who may decrypt with the KMS key.",
                "To read the audit trail needs no permission on the key.",
                misconception="context is secret",
            ),
            Choice(
                "Only the program that generated the data keys.",
                "The program hands the context to KMS, and KMS has it recorded.",
                misconception="context is secret",
            ),
            Choice(
                "Everybody who may read the audit trail.",
                "The context stands there in plain text. So write nothing secret into it.",
                right=True,
            ),
        ),
        KMS_GUIDE + "encrypt_context.html",
        WHO,
    ),
    Question(
        "a-file-without-its-data-key",
        2,
        "A program encrypted a file with a data key, and ended. It stored the file, but not the encrypted data key. "
        "You administer the KMS key, and you can't get the file back. Why?",
        (
            Choice(
                "KMS has kept no form of the data key.",
                "KMS generates a data key, hands it over and forgets it. The encrypted data key must lie beside the "
                "file.",
                right=True,
            ),
            Choice(
                "KMS returns a stored data key only to the program that had it generated.",
                "KMS stores no data keys, for nobody.",
                misconception="data keys are stored",
            ),
            Choice(
                "An administrator must first allow themselves `kms:ListDataKeys`.",
                "There is no such call, because there is nothing to list.",
                misconception="data keys are stored",
            ),
            Choice(
                "The data key has expired.",
                "A data key never expires. It is a number, and it works as long as somebody has it.",
            ),
        ),
        KMS_GUIDE + "data-keys.html",
        WHY,
    ),
    Question(
        "the-day-after-scheduling",
        9,
        "Yesterday you scheduled the deletion of a KMS key in seven days. A file is encrypted under it. What is true "
        "today?",
        (
            Choice(
                "The file is deleted.",
                "KMS does not have your files. To delete a key deletes the key, and nothing else.",
                misconception="deletion",
            ),
            Choice(
                "The file can be decrypted for six more days.",
                "A key that waits for its deletion decrypts nothing: `KMSInvalidStateException`.",
            ),
            Choice(
                "Nobody can decrypt the file, but you can still cancel the deletion.",
                "The waiting period is there for this: you see what fails, and you can take it back.",
                right=True,
            ),
            Choice(
                "The key is gone, and so nobody will ever decrypt the file.",
                "That is so after the waiting period. Until then the key is there, and decrypts nothing.",
                misconception="deletion",
            ),
        ),
        KMS_GUIDE + "deleting-keys.html",
        WORKS,
    ),
    Question(
        "a-policy-for-an-alias",
        1,
        "The key policy hands the decision to IAM. An IAM policy allows Dan `kms:*`, and its `Resource` is the ARN "
        "of `alias/reports`. Dan calls `Decrypt` and names `alias/reports`. Why does KMS refuse?",
        (
            Choice(
                "It does not refuse, because the alias leads to the key.",
                "A program may name a key by its alias. For the permission, KMS looks for the ARN of the key.",
                misconception="alias",
            ),
            Choice(
                "The policy allows nothing with the key, because its `Resource` is an alias.",
                "An alias carries no permission. The `Resource` must be the ARN of the key.",
                right=True,
            ),
            Choice(
                "It does not refuse, because `kms:*` allows every call.",
                "Every action, yes. But only with the resource that the statement names, and that is an alias.",
                misconception="kms:*",
            ),
            Choice(
                "`Decrypt` takes no alias.",
                "`KeyId` can be an alias, in `Decrypt` too.",
            ),
        ),
        KMS_GUIDE + "alias-access.html",
        WHY,
    ),
    Question(
        "a-reader-of-orders",
        7,
        "The table `Orders` is encrypted under your KMS key. An IAM policy allows Eva `dynamodb:GetItem`. Her call "
        "is refused. Why?",
        (
            Choice(
                "DynamoDB has lost its permission for the key.",
                "For a read, the permission of DynamoDB does not count. It asks KMS in the name of the caller.",
                misconception="own permission",
            ),
            Choice(
                "Only who made the table may read it.",
                "Who made it does not matter. Each caller needs the two permissions.",
            ),
            Choice(
                "She has to name the KMS key in her call.",
                "No call on an item has a parameter for a key. The table knows its key.",
            ),
            Choice(
                "She may not decrypt with the key.",
                "DynamoDB has the table key decrypted in her name, so she needs `kms:Decrypt`.",
                right=True,
            ),
        ),
        DYNAMODB_GUIDE + "encryption.usagenotes.html",
        WHY,
    ),
)
