"""Named checks of what a section should have brought about, each with what was found and a hint.

They look at the account itself (its keys, tables, users and audit trail), never at what a cell printed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kmscourse import iam as people
from kmscourse import looks, pieces
from kmscourse.account import Account
from kmscourse.looks import Look
from kmscourse.notes import Notes


@dataclass(frozen=True)
class Check:
    """One thing that is true once a section is done: a sentence, what looks for it, and a hint for when it isn't."""

    sentence: str
    look: Look
    hint: str


@dataclass(frozen=True)
class Result:
    """A check, and whether it was true."""

    check: Check
    passed: bool

    def __str__(self) -> str:
        if self.passed:
            return f"✓ {self.check.sentence}"
        return f"✗ not yet: {self.check.sentence}\n    hint: {self.check.hint}"


@dataclass(frozen=True)
class Report:
    """The results of a section's checks, shown one to a line."""

    results: Sequence[Result]

    @property
    def passed(self) -> bool:
        """True where every check is."""
        return all(result.passed for result in self.results)

    def __repr__(self) -> str:
        return "\n".join(map(str, self.results))


def run(checks: Sequence[Check], account: Account, notes: Notes) -> Report:
    """Look at the account with each of the checks."""
    return Report([Result(check, check.look(account, notes)) for check in checks])


CHECKS: dict[int, tuple[Check, ...]] = {
    0: (
        Check(
            "every package of the course is here, in a version that it was made for",
            looks.all_packages_here,
            "run `from kmscourse.environment import problems; problems()`: each line says what is wrong.",
        ),
        Check(
            "KMS has answered you",
            looks.happened("ListAliases"),
            "run the cell that calls kms.list_aliases.",
        ),
        Check(
            "KMS has refused IAMLabUser the same question",
            looks.happened("ListAliases", by=people.LAB_USER, error="AccessDenied"),
            "run the cell that calls list_aliases in IAMLabUser's session: it is meant to fail.",
        ),
    ),
    1: (
        Check(
            "the alias myKey leads to an enabled key",
            pieces.key_works,
            "run the cell that calls create_key, or look at list_aliases.",
        ),
        Check(
            "the key is symmetric, for encrypting and decrypting",
            looks.is_symmetric,
            "KeySpec is SYMMETRIC_DEFAULT and KeyUsage is ENCRYPT_DECRYPT where create_key gets neither.",
        ),
        Check(
            "its key policy has the console's four statements, three of them for you",
            looks.policy_names_main_user,
            "create_key takes your ARN as administrator and as user.",
        ),
    ),
    2: (
        Check(
            "an encrypted data key is written down, and KMS can open it",
            pieces.has_data_key,
            'run the cell that sets lab.notes["encrypted_data_key"].',
        ),
        Check(
            "a data key was bound to an encryption context",
            looks.happened("GenerateDataKey", encryptionContext={"purpose": "letters", "team": "archive"}),
            "run the cell that passes an EncryptionContext to generate_data_key.",
        ),
    ),
    3: (
        Check(
            "the sealed message is written down, and KMS can open its data key",
            pieces.has_message,
            'run the cell that sets lab.notes["envelope"].',
        ),
    ),
    4: (
        Check(
            "KMS has decrypted a data key for you",
            looks.happened("Decrypt"),
            "run the cell that calls kms.decrypt.",
        ),
        Check(
            "a Decrypt with another encryption context was refused",
            looks.happened("Decrypt", error="InvalidCiphertextException"),
            "run the cell that passes a wrong EncryptionContext: it is meant to fail.",
        ),
        Check(
            "IAMLabUser was refused",
            looks.happened("Decrypt", by=people.LAB_USER, error="AccessDenied"),
            "run the cell in which IAMLabUser's session calls decrypt.",
        ),
    ),
    5: (
        Check(
            "the data key of the message was decrypted",
            looks.happened("Decrypt", encryptionContext=pieces.MESSAGE_CONTEXT),
            "run the cell that opens the message's data key with its encryption context.",
        ),
    ),
    6: (
        Check(
            "Books is encrypted under myKey, and The Dip is in it",
            pieces.table_ready,
            "run the cells that create the table and put the item.",
        ),
    ),
    7: (
        Check(
            "IAMLabUser can sign in",
            pieces.has_sign_in,
            "run the cell that enables console access.",
        ),
        Check(
            "IAMLabUser's Scan is refused by the key",
            looks.reader_kept_out,
            "has somebody let IAMLabUser in already? Run the set-up cell again.",
        ),
    ),
    8: (
        Check(
            "the key policy has a statement for IAMLabUser",
            pieces.has_permission,
            "run the cells that add the statement and put the policy.",
        ),
        Check(
            "IAMLabUser can read Books",
            looks.reader_let_in,
            "the statement needs kms:Decrypt, and IAMLabUser's ARN as its principal.",
        ),
    ),
    9: (
        Check(
            "the table Books is gone",
            looks.table_gone,
            "run the cell that deletes the table.",
        ),
        Check(
            "myKey is disabled, or waits for its deletion",
            looks.key_rests,
            "run the cell that calls disable_key.",
        ),
    ),
}
"""What is true of the account when a section has been worked through."""

EXERCISES: dict[int, tuple[Check, ...]] = {
    0: (
        Check(
            "you have asked KMS for the list of its keys",
            looks.happened("ListKeys"),
            'a client has a method for each operation: lab.client("kms").list_keys().',
        ),
    ),
    1: (
        Check(
            "the key has a description",
            looks.has_description,
            "KMS has a call whose name begins with update_key_; it takes KeyId and Description.",
        ),
    ),
    2: (
        Check(
            "KMS has made you a data key without its plaintext",
            looks.happened("GenerateDataKeyWithoutPlaintext"),
            "the call is generate_data_key_without_plaintext; it takes KeyId and KeySpec.",
        ),
    ),
    3: (
        Check(
            'a data key was made for the encryption context {"purpose": "exercise"}',
            looks.happened("GenerateDataKey", encryptionContext={"purpose": "exercise"}),
            'seal takes encryption_context={"purpose": "exercise"} by name.',
        ),
    ),
    4: (
        Check(
            'KMS has refused {"Course": "kms", "section": "3"}',
            looks.happened(
                "Decrypt",
                error="InvalidCiphertextException",
                encryptionContext={"Course": "kms", "section": "3"},
            ),
            "pass the context with a capital C to kms.decrypt, and let it fail.",
        ),
    ),
    5: (
        Check(
            'a file was sealed for the encryption context {"file": "letter.txt"}',
            looks.happened("GenerateDataKey", encryptionContext={"file": "letter.txt"}),
            'seal_file takes kms, the key, the two paths, and encryption_context={"file": "letter.txt"}.',
        ),
        Check(
            "and opened again",
            looks.happened("Decrypt", encryptionContext={"file": "letter.txt"}),
            "unseal_file takes kms, the two paths, and the same encryption context.",
        ),
    ),
    6: (
        Check(
            "a second book by Seth Godin is in the table",
            looks.has_second_book,
            "put_item takes the same Author with another Book_Title.",
        ),
    ),
    7: (
        Check(
            "IAMLabUser has made a call on Books that was answered",
            looks.happened("DescribeTable", by=people.LAB_USER, tableName=pieces.TABLE),
            "describing a table reads no item. Which action in the policy has a star?",
        ),
    ),
    8: (
        Check(
            "IAMLabUser can read Books by an IAM policy alone",
            looks.let_in_by_iam,
            "take the statement out of the key policy; then put_user_policy with kms:Decrypt on the key's ARN.",
        ),
    ),
    9: (
        Check(
            "myKey's deletion has been cancelled",
            looks.key_is_disabled,
            "cancel_key_deletion leaves the key disabled.",
        ),
    ),
}
"""What is true once a section's exercise is solved."""
