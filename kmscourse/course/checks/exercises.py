"""What is true of the account once an exercise is solved. Each section has two: "Your turn", "Your turn again"."""

from __future__ import annotations

from kmscourse.course import artifacts
from kmscourse.course.checks import state
from kmscourse.course.checks.check import Check
from kmscourse.course.checks.trail import trail_shows
from kmscourse.iam import LAB_USER

Exercise = tuple[Check, ...]

FIRST, SECOND = "Your turn", "Your turn again"

EXERCISES: dict[int, tuple[Exercise, Exercise]] = {
    0: (
        (
            Check(
                "you have asked KMS for the list of its keys",
                trail_shows("ListKeys"),
                'a client has a method for each operation: lab.client("kms").list_keys().',
                FIRST,
            ),
        ),
        (
            Check(
                "AWS has told IAMLabUser who they are",
                trail_shows("GetCallerIdentity", by=LAB_USER),
                'ask the client "sts" of IAMLabUser\'s session for get_caller_identity.',
                SECOND,
            ),
        ),
    ),
    1: (
        (
            Check(
                "the key has a description",
                state.has_description,
                "KMS has a call whose name begins with update_key_; it takes KeyId and Description.",
                FIRST,
            ),
        ),
        (
            Check(
                "the key has the tag Purpose with the value course",
                state.has_tag,
                "tag_resource takes KeyId and Tags, a list of TagKey and TagValue pairs.",
                SECOND,
            ),
        ),
    ),
    2: (
        (
            Check(
                "KMS has made you a data key without its plaintext",
                trail_shows("GenerateDataKeyWithoutPlaintext"),
                "the call is generate_data_key_without_plaintext; it takes KeyId and KeySpec.",
                FIRST,
            ),
        ),
        (
            Check(
                "KMS has made you a data key of 128 bits",
                trail_shows("GenerateDataKey", keySpec="AES_128"),
                'generate_data_key takes KeySpec="AES_128" as well.',
                SECOND,
            ),
        ),
    ),
    3: (
        (
            Check(
                'a data key was made for the encryption context {"purpose": "exercise"}',
                trail_shows("GenerateDataKey", encryptionContext={"purpose": "exercise"}),
                'seal takes encryption_context={"purpose": "exercise"} by name.',
                FIRST,
            ),
        ),
        (
            Check(
                "KMS has refused an encrypted data key that was changed",
                trail_shows(
                    "Decrypt",
                    error="InvalidCiphertextException",
                    encryptionContext=artifacts.MESSAGE_CONTEXT,
                ),
                "change one byte of envelope.encrypted_data_key, hand it to kms.decrypt with "
                "EncryptionContext=MESSAGE_CONTEXT, and let it fail.",
                SECOND,
            ),
        ),
    ),
    4: (
        (
            Check(
                'KMS has refused {"Course": "kms", "section": "3"}',
                trail_shows(
                    "Decrypt",
                    error="InvalidCiphertextException",
                    encryptionContext={"Course": "kms", "section": "3"},
                ),
                "pass the context with a capital C to kms.decrypt, and let it fail.",
                FIRST,
            ),
        ),
        (
            Check(
                "IAMLabUser has opened the message's data key",
                trail_shows("Decrypt", by=LAB_USER, encryptionContext=artifacts.MESSAGE_CONTEXT),
                "create_grant takes KeyId, GranteePrincipal (an ARN), Operations and Constraints; "
                "then let IAMLabUser's session call decrypt.",
                SECOND,
            ),
            Check(
                "and the grant is taken back",
                trail_shows("RevokeGrant"),
                "revoke_grant takes KeyId and GrantId, which stands in create_grant's answer.",
                SECOND,
            ),
        ),
    ),
    5: (
        (
            Check(
                'a file was sealed for the encryption context {"file": "letter.txt"}',
                trail_shows("GenerateDataKey", encryptionContext={"file": "letter.txt"}),
                'seal_file takes kms, the key, the two paths, and encryption_context={"file": "letter.txt"}.',
                FIRST,
            ),
            Check(
                "and opened again",
                trail_shows("Decrypt", encryptionContext={"file": "letter.txt"}),
                "unseal_file takes kms, the two paths, and the same encryption context.",
                FIRST,
            ),
        ),
        (
            Check(
                "KMS has encrypted a data key anew, without showing it",
                trail_shows("ReEncrypt", sourceEncryptionContext=artifacts.MESSAGE_CONTEXT),
                "re_encrypt takes CiphertextBlob, SourceEncryptionContext, DestinationKeyId and "
                "DestinationEncryptionContext.",
                SECOND,
            ),
        ),
    ),
    6: (
        (
            Check(
                "a second book by Seth Godin is in the table",
                state.has_second_book,
                "put_item takes the same Author with another Book_Title.",
                FIRST,
            ),
        ),
        (
            Check(
                "a table Films was made",
                trail_shows("CreateTable", tableName="Films"),
                "create_table takes TableName, AttributeDefinitions, KeySchema and BillingMode; "
                "leave SSESpecification out.",
                SECOND,
            ),
            Check(
                "and deleted again",
                trail_shows("DeleteTable", tableName="Films"),
                "delete_table takes TableName.",
                SECOND,
            ),
        ),
    ),
    7: (
        (
            Check(
                "IAMLabUser has made a call on Books that was answered",
                trail_shows("DescribeTable", by=LAB_USER, tableName=artifacts.TABLE),
                "describing a table reads no item. Which action in the policy has a star?",
                FIRST,
            ),
        ),
        (
            Check(
                "IAM has answered what IAMLabUser's policies say to kms:Decrypt",
                trail_shows("SimulatePrincipalPolicy", actionNames=["kms:Decrypt"]),
                "simulate_principal_policy takes PolicySourceArn, ActionNames and ResourceArns.",
                SECOND,
            ),
        ),
    ),
    8: (
        (
            Check(
                "IAMLabUser can read Books by an IAM policy alone",
                state.let_in_by_iam,
                "take the statement out of the key policy; then put_user_policy with kms:Decrypt on the key's ARN.",
                FIRST,
            ),
        ),
        (
            Check(
                "the key policy refuses IAMLabUser, whatever IAM allows",
                state.denied_by_the_key,
                "a statement with Effect Deny, for IAMLabUser's ARN and kms:Decrypt.",
                SECOND,
            ),
        ),
    ),
    9: (
        (
            Check(
                "myKey's deletion has been cancelled",
                state.key_disabled,
                "cancel_key_deletion leaves the key disabled.",
                FIRST,
            ),
        ),
        (
            Check(
                "myKey waits for its deletion as long as a key can",
                state.waits_longest,
                "enable the key, decrypt, then schedule_key_deletion with PendingWindowInDays=30.",
                SECOND,
            ),
        ),
    ),
}
