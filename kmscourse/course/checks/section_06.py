"""Section 6, Create an encrypted table: what is true once it is done, and once each exercise is solved."""

from __future__ import annotations

from kmscourse import dynamodb as tables
from kmscourse.account import Account
from kmscourse.course.checks import state
from kmscourse.course.checks.check import Check, Exercise, Observation
from kmscourse.course.notes import Notes

FILMS = "Films"
NO_FILMS = Observation(False, f"there is no table {FILMS}")


def _found_by_title(account: Account, _: Notes) -> Observation:
    """Is there a table Films with the partition key Title?"""
    dynamodb = account.client("dynamodb")
    if not tables.has_table(dynamodb, FILMS):
        return NO_FILMS
    keys = dynamodb.describe_table(TableName=FILMS)["Table"]["KeySchema"]
    partition_key = next(key["AttributeName"] for key in keys if key["KeyType"] == "HASH")
    if partition_key == "Title":
        return Observation(True, f"{FILMS} has the partition key Title")
    hint = "no call changes a table's keys: delete the table, and create it with the partition key Title."
    return Observation(False, f"{FILMS} has the partition key {partition_key}", hint)


def _has_the_key_that_fits(account: Account, _: Notes) -> Observation:
    """Is Films under an AWS managed key: on record, without a monthly fee, with a policy that AWS writes?"""
    dynamodb = account.client("dynamodb")
    if not tables.has_table(dynamodb, FILMS):
        return NO_FILMS
    key = tables.key_of_table(dynamodb, FILMS)
    if key is None:
        hint = "your audit trail does not show the use of an AWS owned key."
        return Observation(False, f"{FILMS} is under an AWS owned key", hint)
    if account.client("kms").describe_key(KeyId=key)["KeyMetadata"]["KeyManager"] == "CUSTOMER":
        hint = (
            "a customer managed key has a monthly fee, and somebody in your account has to write its policy."
        )
        return Observation(False, f"{FILMS} is under a customer managed key", hint)
    return Observation(True, f"{FILMS} is under an AWS managed key")


CHECKS = (
    Check(
        "Books is encrypted under myKey, and The Dip is in it",
        state.table_ready,
        "Create the table",
        (
            "run the cells that create the table and put the item.",
            "“Found” says what differs. If there is a table Books of another kind, start over first: "
            "Lab.open(section=6, again=True).",
            'create_encrypted_table(dynamodb, "Books", "alias/myKey", partition_key="Author", '
            'sort_key="Book_Title"), then put_item. Where a table Books of another kind is there, start over first: '
            "Lab.open(section=6, again=True).",
        ),
        artifact="Books",
    ),
)

EXERCISES: tuple[Exercise, ...] = (
    (
        Check(
            "Books has a second book by Seth Godin",
            state.has_second_book,
            "Your turn",
            (
                "two items of a table differ in their partition key or in their sort key. Which may change here?",
                "look at the cell under “Put a book into it”, and change the title.",
                'put_item(dynamodb, "Books", {"Author": "Seth Godin", "Book_Title": "Purple Cow"}).',
            ),
        ),
    ),
    (
        Check(
            "there is a table Films with the partition key Title",
            _found_by_title,
            "Your turn again",
            (
                "create it on the page “Create table”, or in code.",
                "look at what create_encrypted_table calls, under “Under the hood”.",
                "dynamodb.create_table takes TableName, AttributeDefinitions, KeySchema, BillingMode and "
                "SSESpecification.",
            ),
        ),
        Check(
            "its key fits: on record in your trail, without a monthly fee, with a policy that nobody here writes",
            _has_the_key_that_fits,
            "Your turn again",
            (
                "one of the three kinds of keys has all that the colleague wants.",
                "compare the wishes with the table under “Three keys to choose from”, column by column.",
                'SSESpecification={"Enabled": True, "SSEType": "KMS"}, without a KMSMasterKeyId.',
            ),
        ),
    ),
)
