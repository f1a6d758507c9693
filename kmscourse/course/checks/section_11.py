"""Section 11, Grants: what is true once it is done, and once each exercise is solved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kmscourse import audit, kms
from kmscourse.account import Account
from kmscourse.course import artifacts
from kmscourse.course.checks.check import Check, Exercise, Observation
from kmscourse.course.checks.requests import YOU, ExpectedRequest, refused_beside, requests_answered
from kmscourse.course.checks.trail import trail_shows
from kmscourse.course.notes import Notes

ALIAS = artifacts.KEY_ALIAS
BOOKS, NIGHT = {"team": "books"}, {"team": "night"}
_READER = "Pia"
_ENOUGH = {"Decrypt", "RetireGrant", "DescribeKey"}
"""What the first exercise's grant may have: to read, to end it, to look at the key."""

ONLY_BOOKS = (
    ExpectedRequest("Nora", "kms:Decrypt", ALIAS, allowed=True, context=BOOKS),
    ExpectedRequest("Nora", "kms:Decrypt", ALIAS, allowed=False),
    ExpectedRequest("Nora", "kms:Decrypt", ALIAS, allowed=False, context=NIGHT),
    ExpectedRequest("Nora", "kms:Encrypt", ALIAS, allowed=False, context=BOOKS),
)
_THEIRS = (
    ExpectedRequest("Nora", "kms:Decrypt", ALIAS, allowed=True, context=BOOKS),
    ExpectedRequest("Otto", "kms:Decrypt", ALIAS, allowed=True, context=NIGHT),
)
_MAY_PASS_ON = ("Nora", "kms:CreateGrant", BOOKS)
RIGHTFUL_ONLY = (
    *_THEIRS,
    *(
        request
        for request in refused_beside(_THEIRS)
        if (request.who, request.action, request.context) != _MAY_PASS_ON
    ),
    ExpectedRequest(YOU, "kms:Decrypt", ALIAS, allowed=True, via_table=artifacts.TABLE),
)
"""Nora and Otto read what is theirs, you read the table, and nobody may do anything else."""
READER_IS_OUT = refused_beside([], who=[_READER], aliases=[ALIAS], contexts=[BOOKS])


def _grants_for_reader(account: Account) -> Iterator[Mapping[str, Any]]:
    """The events of the grants that the main user has created for Pia, the newest first."""
    grantee = f"arn:aws:iam::{account.id}:user/{_READER}"
    for event in audit.events(account.client("cloudtrail"), event_name="CreateGrant"):
        by_you = event["userIdentity"].get("arn") == account.user_arn and "errorCode" not in event
        if by_you and (event.get("requestParameters") or {}).get("granteePrincipal") == grantee:
            yield event


def _excess(parameters: Mapping[str, Any]) -> str:
    """What a grant has that is not as the exercise asks for; "" where it is."""
    constraints, operations = parameters.get("constraints") or {}, set(parameters.get("operations") or ())
    if constraints != {"encryptionContextEquals": BOOKS}:
        return "has another constraint than exactly team=books"
    if "Decrypt" not in operations:
        return "does not allow Decrypt"
    return f"allows {', '.join(more)} too" if (more := sorted(operations - _ENOUGH)) else ""


def granted_no_more(account: Account, _: Notes) -> Observation:
    """Did a grant let Pia decrypt, with exactly team=books, and do nothing more with the key?"""
    excess = [_excess(event["requestParameters"]) for event in _grants_for_reader(account)]
    if not excess:
        return Observation(False, f"the audit trail has no grant that you created for {_READER}")
    if "" in excess:
        return Observation(True, f"a grant for {_READER}, for Decrypt, with exactly team=books")
    return Observation(False, f"your newest grant for {_READER} {excess[0]}")


def ended_by_its_grantee(account: Account, _: Notes) -> Observation:
    """Has Pia retired that grant?"""
    ids = {
        event["responseElements"]["grantId"]
        for event in _grants_for_reader(account)
        if not _excess(event["requestParameters"])
    }
    retired = [
        event
        for event in audit.events(account.client("cloudtrail"), event_name="RetireGrant")
        if (event.get("additionalEventData") or {}).get("grantId") in ids and "errorCode" not in event
    ]
    if not retired:
        return Observation(False, f"that grant for {_READER} has not been retired")
    if any(event["userIdentity"].get("userName") == _READER for event in retired):
        return Observation(True, f"{_READER} has retired it")
    return Observation(False, f"somebody else than {_READER} has retired it")


def rogue_grant_revoked(account: Account, _: Notes) -> Observation:
    """Is no grant on the key that Nora has created?"""
    if (key := artifacts.find_key(account)) is None:
        return Observation(False, "no key has the alias myKey")
    by_nora = {
        event["responseElements"]["grantId"]
        for event in audit.events(account.client("cloudtrail"), event_name="CreateGrant")
        if event["userIdentity"].get("userName") == "Nora" and "errorCode" not in event
    }
    left = sum(grant["GrantId"] in by_nora for grant in kms.grants(account.client("kms"), key))
    return Observation(not left, f"{left or 'none'} of the grants on the key was created by Nora")


def table_has_its_grant(account: Account, _: Notes) -> Observation:
    """Has DynamoDB its grant for the table Books?"""
    if (key := artifacts.find_key(account)) is None:
        return Observation(False, "no key has the alias myKey")
    name = "aws:dynamodb:tableName"
    has = any(
        grant.get("Constraints", {}).get("EncryptionContextSubset", {}).get(name) == artifacts.TABLE
        and str(grant.get("GranteePrincipal", "")).startswith("dynamodb.")
        for grant in kms.grants(account.client("kms"), key)
    )
    hint = (
        f"you can't put DynamoDB's grant back. Delete the table {artifacts.TABLE}, and run the first cell again: it "
        "makes the table, and DynamoDB creates a new grant."
    )
    return Observation(
        has, f"DynamoDB has {'its' if has else 'no'} grant for {artifacts.TABLE}", "" if has else hint
    )


CHECKS = (
    Check(
        "Nora has read the letter",
        trail_shows("Decrypt", by="Nora", encryptionContext=BOOKS),
        "A reader whom no policy names",
        (
            "somebody has to use the grant.",
            "look at the cells under “A reader whom no policy names”.",
            "call decrypt with Nora's client, for the letter and its encryption context.",
        ),
    ),
    Check(
        "Nora can decrypt with team=books, and with no other context",
        requests_answered(ONLY_BOOKS),
        "Give less",
        (
            "one grant too many, or one too few?",
            "look at the cell under “Give less”: it revokes one grant and creates another one.",
            'revoke quick-help, and create a grant with Constraints={"EncryptionContextSubset": team}.',
        ),
    ),
    Check(
        "KMS has refused Nora to pass on more than she holds",
        trail_shows("CreateGrant", by="Nora", error="AccessDenied"),
        "Let her pass it on",
        (
            "nora has to try.",
            "look at the cell after the prediction.",
            'call create_grant with Nora\'s client, for Otto, with Operations=["Encrypt", "Decrypt"].',
        ),
    ),
    Check(
        "Nora has retired the grant that she gave",
        trail_shows("RetireGrant", by="Nora"),
        "Retire or revoke",
        (
            "who may end a grant without a permission in a policy?",
            "look at the cells under “Retire or revoke”.",
            "call retire_grant with Nora's client, with KeyId and GrantId.",
        ),
    ),
)

EXERCISES: tuple[Exercise, ...] = (
    (
        Check(
            "you have given Pia a grant for Decrypt, with exactly team=books, and no more",
            granted_no_more,
            "Your turn",
            (
                "a grant has operations and a constraint. Which operations does this task need?",
                "look at the two kinds of constraints under “Give less”.",
                'create it with Operations=["Decrypt", "RetireGrant"] and EncryptionContextEquals.',
            ),
        ),
        Check(
            "Pia has read the letter",
            trail_shows("Decrypt", by=_READER, encryptionContext=BOOKS),
            "Your turn",
            (
                "while the grant is there, Pia can use it.",
                'lab.session_for("Pia") makes a session of hers.',
                "call decrypt with Pia's client: the letter, its encryption context, the grant token.",
            ),
        ),
        Check(
            "Pia has ended the grant herself",
            ended_by_its_grantee,
            "Your turn",
            (
                "the one who uses a grant can be the one who ends it.",
                "look at the table under “Retire or revoke”.",
                "call retire_grant with Pia's client, with KeyId and GrantId.",
            ),
        ),
        Check(
            "Pia can do nothing with the key any more",
            requests_answered(READER_IS_OUT),
            "Your turn",
            (
                "a permission of Pia is left.",
                "look at lab.who_may(“alias/myKey”): by what?",
                "revoke a further grant for Pia, or take the statement or the IAM policy for Pia back.",
            ),
        ),
    ),
    (
        Check(
            "everybody reads what is theirs, and nobody may do more",
            requests_answered(RIGHTFUL_ONLY),
            "Your turn again",
            (
                "one grant goes, all others stay.",
                "the list says to whom a grant gives what. Where do you see who created it?",
                "revoke the grant whose CreateGrant event has Nora as its user.",
            ),
        ),
        Check(
            "the grant that was created with Nora's access key is revoked",
            rogue_grant_revoked,
            "Your turn again",
            (
                "a Deny beside it leaves the grant where it is.",
                "look at the id in responseElements of each CreateGrant event whose user is Nora.",
                "call revoke_grant with KeyId=arn and this GrantId.",
            ),
        ),
        Check(
            "DynamoDB has its grant for Books",
            table_has_its_grant,
            "Your turn again",
            (
                "one grant is the table's, and its name is not a proof.",
                "look at the grantee in the list: which one is a service?",
                "delete the table Books, and run the first cell again.",
            ),
        ),
    ),
)
