"""The second half of the quiz: asked after the course. It covers what the first half does, with other cases."""

from __future__ import annotations

from kmscourse.course.questions.question import (
    DYNAMODB_GUIDE,
    IAM_GUIDE,
    KMS_GUIDE,
    WHO,
    WHY,
    WORKS,
    Choice,
    Question,
)

SECOND_HALF = (
    Question(
        "a-reader-while-you-disable",
        9,
        "On AWS, somebody reads a DynamoDB table all day long. You disable the KMS key of the table. What can the "
        "reader do in the next minute?",
        (
            Choice(
                "Perhaps still read.",
                "DynamoDB keeps a decrypted table key for about five minutes. Only then it asks KMS again.",
                right=True,
            ),
            Choice(
                "Nothing, because a disabled key stops everybody at once.",
                "It stops the next call to KMS. What a service holds in memory works until then.",
                misconception="disabling",
            ),
            Choice(
                "Read the items in their encrypted form.",
                "DynamoDB never returns ciphertext.",
            ),
            Choice(
                "Write items, but read none.",
                "Both need the table key. DynamoDB has it in memory, or it must ask KMS.",
            ),
        ),
        DYNAMODB_GUIDE + "encryption.usagenotes.html",
        WORKS,
    ),
    Question(
        "a-leaked-data-key",
        1,
        "A KMS key rotates each year. Three years ago a data key was generated under it. Today the plaintext of this "
        "data key leaks. What does it open?",
        (
            Choice(
                "Nothing, because the data was encrypted again at each rotation.",
                "A rotation changes the key material of the KMS key. It changes neither the data nor the data keys.",
                misconception="rotation",
            ),
            Choice(
                "Only data of the last year.",
                "The data key has stayed the same. It opens all that it has encrypted.",
                misconception="rotation",
            ),
            Choice(
                "All data that was ever encrypted with this data key.",
                "A rotation helps nothing here. You have to encrypt this data again, with a new data key.",
                right=True,
            ),
            Choice(
                "All data under the KMS key.",
                "A data key opens what was encrypted with it, and nothing else.",
                misconception="any key opens",
            ),
        ),
        KMS_GUIDE + "rotate-keys.html",
        WORKS,
    ),
    Question(
        "what-to-read-for-access",
        8,
        "You want to know who may decrypt with a KMS key. Its key policy has a statement for the account. What do "
        "you have to read?",
        (
            Choice(
                "The key policy. It is complete.",
                "It says that IAM decides, too. And it does not show grants.",
                misconception="policy shows all",
            ),
            Choice(
                "The key policy, the IAM policies of the account, and the grants of the key.",
                "Each of the three can let somebody in. (And a policy of an organisation can keep somebody out.)",
                right=True,
            ),
            Choice(
                "The key policy and the aliases of the key.",
                "An alias is a name. It lets nobody in.",
                misconception="alias",
            ),
            Choice(
                "The audit trail of the last 90 days.",
                "It shows who has asked. Who may ask and has not yet is not in it.",
                misconception="owner sees all",
            ),
        ),
        KMS_GUIDE + "determining-access.html",
        WHO,
    ),
    Question(
        "a-caller-from-another-account",
        7,
        "Somebody in another AWS account calls `Decrypt` with the ARN of your KMS key. KMS refuses. Who finds this "
        "call in the audit trail of their account?",
        (
            Choice(
                "You and the caller.",
                "An answered call would be in both trails. A refused one is not.",
                misconception="owner sees all",
            ),
            Choice(
                "Only you, because the key is yours.",
                "The owner of a key does not see what strangers try in vain.",
                misconception="owner sees all",
            ),
            Choice(
                "Nobody, because a refused call is not recorded.",
                "Refused calls are recorded: this one in the account of the caller.",
            ),
            Choice(
                "Only the caller.",
                "Across accounts, a refused call is recorded where the caller is. So your trail does not show every "
                "attack.",
                right=True,
            ),
        ),
        KMS_GUIDE + "logging-using-cloudtrail.html",
        WHO,
    ),
    Question(
        "another-frank",
        8,
        "A key policy names the user `frank` and allows him `kms:Decrypt`. Frank leaves, and you delete the user. "
        "Next year another Frank comes, and you make a user `frank`. May he decrypt?",
        (
            Choice(
                "No. The policy is for the user who was deleted.",
                "AWS keeps the unique id of the user in the policy. The new user has another one. You have to put "
                "the policy again.",
                right=True,
            ),
            Choice(
                "Yes, because the ARN in the policy is the same.",
                "When the user was deleted, the policy kept the unique id, and no longer the name.",
                misconception="same name",
            ),
            Choice(
                "Yes, until the key is rotated.",
                "A rotation changes no permission, and this one does not exist.",
                misconception="same name",
            ),
            Choice(
                "Only if he gets the same password.",
                "A password says who somebody is. Which user they are is another question.",
            ),
        ),
        IAM_GUIDE + "reference_policies_elements_principal.html",
        WHO,
    ),
    Question(
        "everything-in-iam",
        8,
        "A key policy names Gina and nobody else, and it has no statement for the account. An IAM policy allows Hugo "
        "`kms:*` with every resource. He calls `Decrypt` with this key and is refused. Why?",
        (
            Choice(
                "`kms:*` does not contain `kms:Decrypt`.",
                "The star means every action of KMS.",
            ),
            Choice(
                "He is not refused. `kms:*` with every resource is enough.",
                "It is enough where the key policy hands the decision to IAM. This one does not.",
                misconception="kms:*",
            ),
            Choice(
                "The key policy neither names him nor hands the decision to IAM.",
                "Without one of the two, an IAM policy has no effect on the key. A grant would let him in.",
                right=True,
            ),
            Choice(
                "Only the root user may use a key by an IAM policy.",
                "Every user may, where the key policy hands the decision to the account.",
            ),
        ),
        KMS_GUIDE + "key-policy-default.html",
        WHY,
    ),
    Question(
        "a-message-from-a-supplier",
        4,
        "A supplier encrypts a message under a KMS key of the supplier's account. The key policy allows your account "
        "to decrypt. No IAM policy allows you to use KMS. You call `Decrypt` and are refused. Why?",
        (
            Choice(
                "You have to name a KMS key of your own.",
                "A key of yours opens nothing that was encrypted under the supplier's.",
                misconception="any key opens",
            ),
            Choice(
                "You don't know the encryption context.",
                "Then the code is `InvalidCiphertextException`. A context is no permission.",
                misconception="context is secret",
            ),
            Choice(
                "You are not refused. The key policy of the supplier is enough.",
                "It lets your account in. Which of your users may go there, your own account decides.",
                misconception="only the key policy",
            ),
            Choice(
                "An IAM policy of your account has to allow it too.",
                "Across accounts both sides must allow it: the key policy there, an IAM policy here.",
                right=True,
            ),
        ),
        KMS_GUIDE + "key-policy-modifying-external-accounts.html",
        WHY,
    ),
    Question(
        "a-context-as-a-password",
        4,
        "An attacker has the access key of a user who may decrypt with your key, and copies of your ciphertexts. "
        "Each ciphertext was made for an encryption context such as the number of a customer. What keeps the "
        "attacker out?",
        (
            Choice(
                "The encryption context, because the attacker doesn't know it.",
                "A number can be guessed, and the context stands in plain text in the audit trail.",
                misconception="context is secret",
            ),
            Choice(
                "Nothing, as soon as they find the contexts.",
                "A context protects from mix-ups. It does not protect from somebody who may decrypt.",
                right=True,
            ),
            Choice(
                "The audit trail, because it stops whoever decrypts too much.",
                "The audit trail records. It stops nobody.",
                misconception="owner sees all",
            ),
            Choice(
                "The alias of the key, because it hides the ARN.",
                "An alias hides nothing and allows nothing. `Decrypt` needs no name of a key.",
                misconception="alias",
            ),
        ),
        KMS_GUIDE + "encrypt_context.html",
        WORKS,
    ),
    Question(
        "a-list-of-data-keys",
        2,
        "An auditor asks you for a list of all data keys that KMS has generated for you, with their plaintexts. Why "
        "can't you give it?",
        (
            Choice(
                "Only AWS Support can see the list.",
                "There is no list, for AWS neither.",
                misconception="data keys are stored",
            ),
            Choice(
                "You have to decrypt the list first, with the KMS key.",
                "KMS keeps nothing that you could decrypt.",
                misconception="data keys are stored",
            ),
            Choice(
                "KMS stores no data keys.",
                "The audit trail says how many were generated, when and for whom. The data keys are not in it.",
                right=True,
            ),
            Choice(
                "The list holds data keys of the last 90 days only.",
                "The event history holds the events of 90 days, and no data key ever.",
                misconception="data keys are stored",
            ),
        ),
        KMS_GUIDE + "data-keys.html",
        WHY,
    ),
    Question(
        "after-the-waiting-period",
        9,
        "The waiting period is over, and a KMS key is deleted. Backups that were encrypted under it are stored on "
        "your disks. What is true now?",
        (
            Choice(
                "The backups are still there, and nobody can decrypt them.",
                "The key material is gone for ever. The ciphertexts stay until you delete them, and are worth "
                "nothing.",
                right=True,
            ),
            Choice(
                "AWS has deleted the backups together with the key.",
                "KMS does not know where your ciphertexts are, and touches none.",
                misconception="deletion",
            ),
            Choice(
                "AWS Support can still decrypt them.",
                "Nobody can, AWS included. That is why KMS makes you wait.",
            ),
            Choice(
                "A new key with the same alias decrypts them.",
                "An alias is a name. Another key has other key material.",
                misconception="any key opens",
            ),
        ),
        KMS_GUIDE + "deleting-keys.html",
        WORKS,
    ),
    Question(
        "an-alias-that-moves",
        1,
        "An IAM policy allows Ivy `kms:Decrypt`, and its `Resource` is the ARN of the first key. The key policies of "
        "both keys hand the decision to IAM. `alias/app` leads to the first key. You move it to the second key. With "
        "which key may Ivy decrypt now?",
        (
            Choice(
                "With the second, because permissions follow the alias.",
                "The policy names the first key by its ARN. Where an alias leads changes no permission.",
                misconception="alias",
            ),
            Choice(
                "With neither, because the alias has moved.",
                "She needs no alias to use the first key.",
                misconception="alias",
            ),
            Choice(
                "With both.",
                "No policy allows her the second key.",
                misconception="alias",
            ),
            Choice(
                "With the first, as before.",
                "A program that calls the key by its alias now reaches the second key, and is refused there.",
                right=True,
            ),
        ),
        KMS_GUIDE + "alias-access.html",
        WHO,
    ),
    Question(
        "a-grant-that-does-not-help",
        7,
        "DynamoDB has a grant on your KMS key, and a table is encrypted under it. Kim may call `dynamodb:Scan` on "
        "this table, and may not use the key. Her Scan is refused, in spite of the grant. Why?",
        (
            Choice(
                "The grant has expired, so DynamoDB may not read the table any more.",
                "A grant does not expire. DynamoDB retires it when the table is deleted.",
                misconception="own permission",
            ),
            Choice(
                "DynamoDB asks KMS in Kim's name, so the grant does not count.",
                "The grant is for the work that DynamoDB does without a caller.",
                right=True,
            ),
            Choice(
                "Kim has to show the grant token.",
                "The grant is for DynamoDB, and not for Kim, with or without a token.",
            ),
            Choice(
                "She is not refused. DynamoDB reads with its own permission.",
                "Then everybody who may scan could read, and your key would be no second permission.",
                misconception="own permission",
            ),
        ),
        DYNAMODB_GUIDE + "encryption.usagenotes.html",
        WHY,
    ),
)
