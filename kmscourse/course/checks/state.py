"""Looks at the account as it is: its key, its table, and who is let in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from kmscourse import access
from kmscourse import dynamodb as tables
from kmscourse import kms as keys
from kmscourse.account import Account
from kmscourse.course import artifacts
from kmscourse.course.checks.check import Observation
from kmscourse.course.environment import problems
from kmscourse.course.notes import Notes
from kmscourse.iam import LAB_USER
from kmscourse.policy import Decision, Layer, RequestContext, statements_naming, statements_of

NO_KEY = Observation(False, "no key has the alias myKey")
NO_TABLE = f"there is no table {artifacts.TABLE}"
_VIA = "kms:ViaService"
_START_OVER = "start over first: Lab.open(section=6, again=True). Then create the table."


def all_packages_here(account: Account, notes: Notes) -> Observation:
    """Is every package here that the course needs?"""
    missing = problems()
    return Observation(not missing, "; ".join(missing) or "all are here")


# --- myKey ----------------------------------------------------------------------------------------------------


def _metadata(account: Account) -> dict[str, Any]:
    arn = artifacts.find_key(account)
    return account.client("kms").describe_key(KeyId=arn)["KeyMetadata"] if arn else {}


def key_enabled(account: Account, notes: Notes) -> Observation:
    """Is there a myKey, and is it enabled?"""
    return _key_is(account, "Enabled")


def key_disabled(account: Account, _: Notes) -> Observation:
    """Is myKey disabled, and not about to be deleted?"""
    return _key_is(account, "Disabled")


def key_rests(account: Account, _: Notes) -> Observation:
    """Is myKey disabled, or waiting for its deletion?"""
    return _key_is(account, "Disabled", "PendingDeletion")


def _key_is(account: Account, *states: str) -> Observation:
    state = artifacts.key_state(account)
    return NO_KEY if state is None else Observation(state in states, f"myKey is {state}")


def waits_longest(account: Account, _: Notes) -> Observation:
    """Does myKey wait for its deletion as long as KMS lets a key wait: thirty days?"""
    key = _metadata(account)
    if not key:
        return NO_KEY
    if key["KeyState"] != "PendingDeletion":
        return Observation(False, f"myKey is {key['KeyState']}")
    days = round((key["DeletionDate"] - datetime.now(UTC)) / timedelta(days=1))
    return Observation(days == 30, f"myKey is to be deleted in {days} days")


def is_symmetric(account: Account, _: Notes) -> Observation:
    """Is myKey a symmetric key, for encrypting and decrypting?"""
    key = _metadata(account)
    if not key:
        return NO_KEY
    kind = (key["KeySpec"], key["KeyUsage"])
    return Observation(kind == ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"), ", ".join(kind))


def has_description(account: Account, _: Notes) -> Observation:
    """Has myKey a description that says something?"""
    key = _metadata(account)
    if not key:
        return NO_KEY
    said = key["Description"].strip()
    return Observation(bool(said), f"“{said}”" if said else "it has none")


def is_in_cost_centre(account: Account, _: Notes) -> Observation:
    """Has myKey the tag CostCenter, with the value 4711?"""
    arn = artifacts.find_key(account)
    if arn is None:
        return NO_KEY
    tags = keys.tags(account.client("kms"), arn)
    pairs = ", ".join(f"{name}={value}" for name, value in sorted(tags.items()))
    hint = ""
    if "CostCenter" in tags:
        hint = "the value of CostCenter is 4711, and nothing else."
    elif any(name.replace(" ", "").casefold() in ("costcenter", "costcentre") for name in tags):
        hint = "a program compares letter by letter: the name is CostCenter."
    elif "4711" in _metadata(account)["Description"]:
        hint = "a description is for people. The program can't read it."
    return Observation(tags.get("CostCenter") == "4711", pairs or "it has no tags", hint)


def policy_names_main_user(account: Account, _: Notes) -> Observation:
    """Has myKey's policy the console's statements, those for the main user among them?"""
    arn = artifacts.find_key(account)
    if arn is None:
        return NO_KEY
    policy = keys.key_policy(account.client("kms"), arn)
    statements, naming = statements_of(policy), statements_naming(policy, account.user_arn)
    return Observation(
        len(statements) >= 4 and len(naming) >= 3, f"of {len(statements)} statements {len(naming)} name you"
    )


# --- the notes ------------------------------------------------------------------------------------------------


def data_key_kept(account: Account, notes: Notes) -> Observation:
    """Is there a note of an encrypted data key that KMS opens?"""
    return _note(artifacts.has_data_key(account, notes), "encrypted_data_key" in notes)


def message_kept(account: Account, notes: Notes) -> Observation:
    """Is there a note of a sealed message whose data key KMS opens?"""
    return _note(artifacts.has_message(account, notes), "envelope" in notes)


def _note(opens: bool, written: bool) -> Observation:
    if opens:
        return Observation(True, "a note, and KMS would open it")
    return Observation(False, "a note that KMS does not open" if written else "no note")


# --- Books and its readers ------------------------------------------------------------------------------------


def table_ready(account: Account, notes: Notes) -> Observation:
    """Is Books encrypted under myKey, with the lab's book in it?"""
    if not artifacts.table_exists(account, notes):
        return Observation(False, NO_TABLE)
    if artifacts.table_ready(account, notes):
        return Observation(
            True, f"{artifacts.TABLE} is under myKey and holds {artifacts.BOOK[artifacts.SORT_KEY]}"
        )
    schema = account.client("dynamodb").describe_table(TableName=artifacts.TABLE)["Table"]["KeySchema"]
    if (names := [key["AttributeName"] for key in schema]) != [artifacts.PARTITION_KEY, artifacts.SORT_KEY]:
        return Observation(False, f"{artifacts.TABLE} has the keys {', '.join(names)}", _START_OVER)
    under = artifacts.key_of_table(account)
    if under is None or under != artifacts.find_key(account):
        return Observation(False, f"{artifacts.TABLE} is under another key than myKey", _START_OVER)
    return Observation(False, f"{artifacts.TABLE} is under myKey, without the book")


def table_gone(account: Account, notes: Notes) -> Observation:
    """Is there no table Books?"""
    exists = artifacts.table_exists(account, notes)
    return Observation(not exists, f"the table {artifacts.TABLE} is there" if exists else NO_TABLE)


def has_second_book(account: Account, notes: Notes) -> Observation:
    """Is there more than one book by the author of the lab's book?"""
    if not artifacts.table_exists(account, notes):
        return Observation(False, NO_TABLE)
    if not artifacts.key_works(account, notes):
        return key_enabled(account, notes)
    author = artifacts.BOOK[artifacts.PARTITION_KEY]
    books = tables.scan(account.client("dynamodb"), artifacts.TABLE)
    titles = sorted(book[artifacts.SORT_KEY] for book in books if book[artifacts.PARTITION_KEY] == author)
    others = sorted({book[artifacts.PARTITION_KEY] for book in books} - {author})
    hint = f"the author is exactly {author}. The table has books by: {', '.join(others)}." if others else ""
    return Observation(len(titles) > 1, f"by {author}: {', '.join(titles) or 'nothing'}", hint)


def can_sign_in(account: Account, notes: Notes) -> Observation:
    """Has IAMLabUser a password for the console?"""
    has = artifacts.has_sign_in(account, notes)
    return Observation(has, f"{LAB_USER} has {'a' if has else 'no'} password")


def reader_let_in(account: Account, notes: Notes) -> Observation:
    """Would IAMLabUser's Scan of Books be answered?"""
    return _scan(account, notes, lambda decision: decision.allowed)


def reader_kept_out(account: Account, notes: Notes) -> Observation:
    """Would it be refused?"""
    return _scan(account, notes, lambda decision: not decision.allowed)


def named_in_key_policy(account: Account, notes: Notes) -> Observation:
    """Does myKey's policy let IAMLabUser in, in a statement of its own?"""
    if artifacts.find_key(account) is None:
        return NO_KEY
    is_named = artifacts.has_permission(account, notes)
    return Observation(is_named, f"the key policy {'has an' if is_named else 'has no'} Allow for {LAB_USER}")


def let_in_by_iam(account: Account, notes: Notes) -> Observation:
    """Is IAMLabUser let in although the key policy does not name it?"""
    if artifacts.has_permission(account, notes):
        return Observation(
            False,
            f"the key policy has an Allow for {LAB_USER}",
            "put the key policy without the statement for IAMLabUser first.",
        )
    return reader_let_in(account, notes)


def has_colleagues_policy(account: Account, notes: Notes) -> Observation:
    """Does an IAM policy of IAMLabUser's allow kms:Decrypt on myKey, without a condition?"""
    if (missing := _no_reader(account, notes)) is not None:
        return missing
    snapshot = access.Snapshot(account)
    identity = access.find_identity(snapshot.identities, LAB_USER)
    is_there = any(
        statement.get("Effect") == "Allow"
        and "Decrypt" in str(statement.get("Action"))
        and "Condition" not in statement
        for policy in identity.policies.values()
        for statement in statements_of(policy)
    )
    return Observation(
        is_there, f"{'an' if is_there else 'no'} IAM policy of {LAB_USER} allows kms:Decrypt for any use"
    )


def direct_decrypt_refused(account: Account, notes: Notes) -> Observation:
    """Would a Decrypt that IAMLabUser calls directly be refused, whatever encryption context it names?"""
    if (missing := _no_reader(account, notes)) is not None:
        return missing
    books = {
        name: value for name, value in access.table_key(account, artifacts.TABLE).items() if name != _VIA
    }
    for context, words in (
        (None, "a direct Decrypt"),
        (books, f"a direct Decrypt with the context of {artifacts.TABLE}"),
    ):
        if _decrypt(account, context).allowed:
            hint = "which condition key says that a service makes the call?"
            return Observation(False, f"{words} by {LAB_USER} would be answered", hint)
    return Observation(True, f"a direct Decrypt by {LAB_USER} would be refused")


def other_table_refused(account: Account, notes: Notes) -> Observation:
    """Would KMS refuse to open another table under myKey for IAMLabUser?"""
    if (missing := _no_reader(account, notes)) is not None:
        return missing
    refused = not _decrypt(account, access.table_key(account, "Films")).allowed
    hint = "" if refused else "which condition key names the table that DynamoDB opens?"
    answer = "refused" if refused else "answered"
    return Observation(refused, f"the Decrypt for a table Films under myKey would be {answer}", hint)


def _decrypt(account: Account, context: RequestContext | None) -> Decision:
    reader = artifacts.lab_user_arn(account)
    return access.case(
        access.Snapshot(account), reader, "kms:Decrypt", artifacts.key_arn(account), context
    ).decision


def _no_reader(account: Account, notes: Notes) -> Observation | None:
    if artifacts.find_key(account) is None:
        return NO_KEY
    return (
        None if artifacts.has_lab_user(account, notes) else Observation(False, f"there is no user {LAB_USER}")
    )


def _scan(account: Account, notes: Notes, is_as_expected: Callable[[Decision], bool]) -> Observation:
    if not artifacts.table_exists(account, notes):
        return Observation(False, NO_TABLE)
    if not artifacts.has_lab_user(account, notes):
        return Observation(False, f"there is no user {LAB_USER}")
    decision = access.may_read_table(account, artifacts.lab_user_arn(account), artifacts.TABLE)
    answer = "answered"
    if decision.layer is not None:
        layer = Layer(decision.layer)
        why = f"a Deny in {layer.with_article}" if decision.explicit else f"no {layer.noun} allows it"
        answer = f"refused ({why})"
    return Observation(is_as_expected(decision), f"a Scan by {LAB_USER} would be {answer}")
