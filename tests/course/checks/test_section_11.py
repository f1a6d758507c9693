"""The exercises of section 11: a grant that its user ends, by any way, and one rogue grant among the rightful ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from kmscourse.account import Account
from kmscourse.course import artifacts, prepare
from kmscourse.course.checks import CHECKS, EXERCISES, Report, run
from kmscourse.course.notes import Notes
from kmscourse.dynamodb import delete_table
from kmscourse.iam import create_user
from kmscourse.kms import grants, key_policy, put_key_policy
from kmscourse.policy import use_statement, with_statement

BOOKS, NIGHT = {"team": "books"}, {"team": "night"}
Way = Callable[[Account], None]


def grant(client: Any, account: Account, to: str, *operations: str, **more: Any) -> dict[str, Any]:
    grantee = create_user(account.client("iam"), to)
    granted: dict[str, Any] = client.create_grant(
        KeyId=artifacts.key_arn(account), GranteePrincipal=grantee, Operations=[*operations], **more
    )
    return granted


def read_letter(account: Account, user: str, context: dict[str, str] = BOOKS) -> None:
    sealed = account.client("kms").encrypt(
        KeyId=artifacts.key_arn(account), Plaintext=b"Pay the author.", EncryptionContext=context
    )
    reader = account.session_for(user).client("kms")
    reader.decrypt(CiphertextBlob=sealed["CiphertextBlob"], EncryptionContext=context)


@pytest.fixture
def library(account: Account, notes: Notes) -> Account:
    """The account as the section's text leaves it."""
    prepare(account, notes, 11)
    subset = {"EncryptionContextSubset": BOOKS}
    grant(account.client("kms"), account, "Nora", "Decrypt", "CreateGrant", Constraints=subset)
    create_user(account.client("iam"), "Otto")
    return account


def report_of(number: int, account: Account, notes: Notes) -> Report:
    return run(EXERCISES[11][number - 1], account, notes)


# --- a grant for one day --------------------------------------------------------------------------------------


def for_pia(account: Account, *operations: str, **more: Any) -> dict[str, Any]:
    terms = {"Constraints": {"EncryptionContextEquals": BOOKS}, **more}
    return grant(account.client("kms"), account, "Pia", *operations, **terms)


def retire(account: Account, user: str, **named: str) -> None:
    account.session_for(user).client("kms").retire_grant(**named)


def end(account: Account, made: dict[str, Any]) -> None:
    retire(account, "Pia", KeyId=artifacts.key_arn(account), GrantId=made["GrantId"])


def by_the_operation(account: Account) -> None:
    made = for_pia(account, "Decrypt", "RetireGrant")
    read_letter(account, "Pia")
    end(account, made)


def by_the_retiring_principal(account: Account) -> None:
    pia = create_user(account.client("iam"), "Pia")
    made = for_pia(account, "Decrypt", "DescribeKey", RetiringPrincipal=pia, Name="one-day")
    read_letter(account, "Pia")
    end(account, made)


def by_the_token_after_a_mistake(account: Account) -> None:
    wider = for_pia(account, "Decrypt", Constraints={"EncryptionContextSubset": BOOKS})
    account.client("kms").revoke_grant(KeyId=artifacts.key_arn(account), GrantId=wider["GrantId"])
    made = for_pia(account, "RetireGrant", "Decrypt")
    read_letter(account, "Pia")
    retire(account, "Pia", GrantToken=made["GrantToken"])


@pytest.mark.parametrize("way", [by_the_operation, by_the_retiring_principal, by_the_token_after_a_mistake])
def test_a_grant_that_its_user_ends(library: Account, notes: Notes, way: Way) -> None:
    way(library)
    report = report_of(1, library, notes)
    assert report.passed, report


def with_a_subset(account: Account) -> None:
    made = for_pia(account, "Decrypt", "RetireGrant", Constraints={"EncryptionContextSubset": BOOKS})
    read_letter(account, "Pia")
    end(account, made)


def with_more_operations(account: Account) -> None:
    made = for_pia(account, "Decrypt", "CreateGrant", "RetireGrant")
    read_letter(account, "Pia")
    end(account, made)


def revoked_by_you(account: Account) -> None:
    made = for_pia(account, "Decrypt", "RetireGrant")
    read_letter(account, "Pia")
    account.client("kms").revoke_grant(KeyId=artifacts.key_arn(account), GrantId=made["GrantId"])


def retired_by_another(account: Account) -> None:
    nora = create_user(account.client("iam"), "Nora")
    made = for_pia(account, "Decrypt", RetiringPrincipal=nora)
    read_letter(account, "Pia")
    retire(account, "Nora", KeyId=artifacts.key_arn(account), GrantId=made["GrantId"])


def with_another_grant_left(account: Account) -> None:
    by_the_operation(account)
    for_pia(account, "Decrypt", Constraints={})


def with_an_iam_policy_left(account: Account) -> None:
    by_the_operation(account)
    allow = {"Effect": "Allow", "Action": "kms:Encrypt", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    account.client("iam").put_user_policy(UserName="Pia", PolicyName="own", PolicyDocument=document)


def without_reading(account: Account) -> None:
    end(account, for_pia(account, "Decrypt", "RetireGrant"))


@pytest.mark.parametrize(
    ("way", "said"),
    [
        (with_a_subset, "your newest grant for Pia has another constraint than exactly team=books"),
        (with_more_operations, "your newest grant for Pia allows CreateGrant too"),
        (revoked_by_you, "that grant for Pia has not been retired"),
        (retired_by_another, "somebody else than Pia has retired it"),
        (with_another_grant_left, "kms:Decrypt by Pia is allowed"),
        (with_an_iam_policy_left, "by Pia is allowed"),
        (without_reading, "Not yet. Goal: Pia has read the letter"),
    ],
)
def test_what_is_not_a_grant_that_its_user_ends(library: Account, notes: Notes, way: Way, said: str) -> None:
    way(library)
    report = report_of(1, library, notes)
    assert not report.passed
    assert said in repr(report)


# --- one rogue grant ------------------------------------------------------------------------------------------


@pytest.fixture
def intruded(library: Account) -> Account:
    """With the night shift's grant, and with the one that Nora's stolen access key has left."""
    night, books = ({"EncryptionContextSubset": context} for context in (NIGHT, BOOKS))
    grant(library.client("kms"), library, "Otto", "Decrypt", Constraints=night, Name="night-shift")
    stolen = library.session_for("Nora").client("kms")
    grant(stolen, library, "Otto", "Decrypt", "CreateGrant", Constraints=books, Name="table-Books")
    return library


def revoke(account: Account, which: Callable[[dict[str, Any]], bool]) -> None:
    kms, arn = account.client("kms"), artifacts.key_arn(account)
    for each in grants(kms, arn):
        if which(each):
            kms.revoke_grant(KeyId=arn, GrantId=each["GrantId"])


def is_rogue(each: dict[str, Any]) -> bool:
    return each["Name"] == "table-Books"


def the_rogue_one(account: Account) -> None:
    revoke(account, is_rogue)


def retired_by_the_account(account: Account) -> None:
    """An account may retire the grants on its keys: the second way to delete one."""
    kms, arn = account.client("kms"), artifacts.key_arn(account)
    (rogue,) = [each for each in grants(kms, arn) if is_rogue(each)]
    kms.retire_grant(KeyId=arn, GrantId=rogue["GrantId"])


def all_and_made_again(account: Account) -> None:
    revoke(account, lambda each: not each["GranteePrincipal"].startswith("dynamodb."))
    for to, context in (("Nora", BOOKS), ("Otto", NIGHT)):
        grant(account.client("kms"), account, to, "Decrypt", Constraints={"EncryptionContextSubset": context})


@pytest.mark.parametrize("way", [the_rogue_one, retired_by_the_account, all_and_made_again])
def test_only_the_rogue_grant_is_gone(intruded: Account, notes: Notes, way: Way) -> None:
    way(intruded)
    report = report_of(2, intruded, notes)
    assert report.passed, report


def every_grant(account: Account) -> None:
    revoke(account, lambda each: True)


def every_grant_of_otto(account: Account) -> None:
    revoke(account, lambda each: each["GranteePrincipal"].endswith("/Otto"))


def the_grant_of_the_table(account: Account) -> None:
    the_rogue_one(account)
    revoke(account, lambda each: each["GranteePrincipal"].startswith("dynamodb."))


def a_deny_beside_it(account: Account) -> None:
    kms, arn = account.client("kms"), artifacts.key_arn(account)
    deny = use_statement(f"arn:aws:iam::{account.id}:user/Otto", ["kms:Decrypt", "kms:CreateGrant"], sid="No")
    books = {"Condition": {"StringEquals": {"kms:EncryptionContext:team": "books"}}}
    put_key_policy(kms, arn, with_statement(key_policy(kms, arn), deny | {"Effect": "Deny"} | books))


def one_more_for_otto(account: Account) -> None:
    the_rogue_one(account)
    night = {"EncryptionContextSubset": NIGHT}
    grant(account.client("kms"), account, "Otto", "Decrypt", "CreateGrant", Constraints=night)


def the_grant_of_nora(account: Account) -> None:
    """What she has passed on stays."""
    revoke(account, lambda each: each["GranteePrincipal"].endswith("/Nora"))


@pytest.mark.parametrize(
    ("way", "said"),
    [
        (every_grant, "kms:Decrypt by Nora with team=books is refused"),
        (every_grant_of_otto, "kms:Decrypt by Otto with team=night is refused"),
        (the_grant_of_the_table, "DynamoDB has no grant for Books"),
        (a_deny_beside_it, "1 of the grants on the key was created by Nora"),
        (one_more_for_otto, "kms:CreateGrant by Otto with team=night is allowed"),
        (the_grant_of_nora, "kms:Decrypt by Otto with team=books is allowed"),
    ],
)
def test_too_much_or_too_little_is_gone(intruded: Account, notes: Notes, way: Way, said: str) -> None:
    way(intruded)
    report = report_of(2, intruded, notes)
    assert not report.passed
    assert said in repr(report)


def test_a_table_that_is_made_again_has_its_grant_again(intruded: Account, notes: Notes) -> None:
    """As the hint says: no call of a person can put DynamoDB's grant back."""
    the_grant_of_the_table(intruded)
    assert "Delete the table Books, and run the first cell again" in repr(report_of(2, intruded, notes))
    delete_table(intruded.client("dynamodb"), "Books")
    assert "Books (section 6)" in str(prepare(intruded, notes, 11).sentences)
    report = report_of(2, intruded, notes)
    assert report.passed, report


def test_a_grant_without_a_constraint_is_not_the_end_of_the_section(library: Account, notes: Notes) -> None:
    grant(library.client("kms"), library, "Nora", "Decrypt", Name="quick-help")
    assert "kms:Decrypt by Nora is allowed" in repr(run(CHECKS[11], library, notes))
