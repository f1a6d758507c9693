"""Puts the shop with its ten tickets into the practice account: people, keys, what is encrypted, and what is wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from kmscourse import dynamodb as tables
from kmscourse import iam, kms
from kmscourse.account import Account
from kmscourse.account.denials import unremembered
from kmscourse.course.notes import Notes
from kmscourse.course.stage import Stage
from kmscourse.course.tickets.tickets import (
    ALIASES,
    BEFORE,
    FORMER,
    RELEASE,
    TABLE,
    TICKETS,
    USERS,
    WAGES_ROLE,
    Ticket,
)

STAGE = Stage("the tickets", TABLE, USERS, ALIASES, (WAGES_ROLE,), is_many=True, section=20)
NOTE = "tickets"
POLICY = "work"


def is_set_up(account: Account, notes: Notes) -> bool:
    """Are the tickets in the account, closed or not? Their people and the note say so."""
    kept = json.loads(notes[NOTE]) if NOTE in notes else {}
    if any(ticket.sealed and str(ticket.number) not in kept for ticket in TICKETS):
        return False
    return STAGE.has_people(account)


def set_up(account: Account, notes: Notes) -> None:
    """Put the tickets into the account, all open; what is there of earlier ones goes.

    Raises CourseError in another account than the practice account, and where something of the learner's has one of
    their names.
    """
    STAGE.require_practice_account(
        account, "The tickets are about an account that is broken on purpose, so they are"
    )
    with unremembered(account.denials):
        STAGE.clear(account)
        for user in USERS:
            account.client("iam").create_user(UserName=user, Tags=STAGE.tags)
        sealed = {ticket.number: _make_key(account, ticket) for ticket in TICKETS}
        notes[NOTE] = json.dumps({number: blob.hex() for number, blob in sealed.items() if blob})
        _give_work(account)
        _break(account)


def sealed_of(notes: Notes, ticket: Ticket) -> bytes:
    """What KMS has encrypted or signed for a ticket. Raises CourseError where the tickets are not set up."""
    return bytes.fromhex(json.loads(notes[NOTE])[str(ticket.number)])


def _make_key(account: Account, ticket: Ticket) -> bytes:
    """Make the key of a ticket, and what it has encrypted or signed, b"" where that is in a table."""
    keys = account.client("kms")
    if ticket.operation == "Verify":
        arn = kms.create_key(keys, ticket.key, spec="ECC_NIST_P384", usage="SIGN_VERIFY", tags=STAGE.tag)
        algorithm = ticket.parameters["SigningAlgorithm"]
        signed = keys.sign(KeyId=arn, Message=RELEASE, MessageType="DIGEST", SigningAlgorithm=algorithm)
        return bytes(signed["Signature"])
    arn = kms.create_key(keys, ticket.key, tags=STAGE.tag)
    if ticket.service == "dynamodb":
        dynamodb = account.client("dynamodb")
        table = tables.create_encrypted_table(dynamodb, TABLE, arn, "Basket")
        dynamodb.tag_resource(ResourceArn=table, Tags=STAGE.tags)
        tables.put_item(dynamodb, TABLE, {"Basket": "1815"})
        return b""
    text = f"for {ticket.user}".encode()
    encrypted = keys.encrypt(KeyId=arn, Plaintext=text, EncryptionContext=dict(ticket.context))
    if ticket.key in FORMER:
        keys.create_alias(AliasName=f"alias/{FORMER[ticket.key]}", TargetKeyId=arn)
        new = keys.create_key(Tags=STAGE.key_tags)["KeyMetadata"]["Arn"]
        keys.update_alias(AliasName=ticket.alias, TargetKeyId=new)
    return bytes(encrypted["CiphertextBlob"])


def _give_work(account: Account) -> None:
    """Give each what they may do, but for what a ticket is about."""
    keys, people = account.client("kms"), account.client("iam")
    key = {alias.removeprefix("alias/"): str(kms.find_key(keys, alias)) for alias in ALIASES}
    table = f"arn:aws:dynamodb:{account.region}:{account.id}:table/{TABLE}"
    _allow(account, "Iris", {"dynamodb:Scan": table})
    for user, name in (("Jona", "returns"), ("Kira", "coupons"), ("Liam", "payments"), ("Olga", "stock")):
        _allow(account, user, {"kms:Decrypt": key[name]})
    _allow(
        account,
        "Nils",
        {"kms:Decrypt": [key["labels-old"], key["labels"]], "kms:GenerateDataKey": key["labels"]},
    )
    _allow(account, "Rita", {"kms:Decrypt": key["photos-old"], "kms:Encrypt": key["photos"]})
    _allow(account, "Sven", {"kms:Verify": key["updates"]})
    iam.create_role(people, WAGES_ROLE, [_arn(account, "Paul")])
    people.tag_role(RoleName=WAGES_ROLE, Tags=STAGE.tags)
    people.put_role_policy(
        RoleName=WAGES_ROLE, PolicyName=POLICY, PolicyDocument=_document({"kms:Decrypt": key["wages"]})
    )


def _break(account: Account) -> None:
    """What has happened before the tickets: a grant too narrow, a Deny, a key that is to be deleted."""
    keys = account.client("kms")
    keys.create_grant(
        KeyId=kms.find_key(keys, "shifts"),
        GranteePrincipal=_arn(account, "Mona"),
        Operations=["Decrypt"],
        Constraints={"EncryptionContextEquals": BEFORE},
        Name="night-shift",
    )
    payments = str(kms.find_key(keys, "payments"))
    policy = kms.key_policy(keys, payments)
    policy["Statement"].append(
        {
            "Sid": "Only auditors decrypt",
            "Effect": "Deny",
            "Principal": {"AWS": "*"},
            "Action": ["kms:Decrypt", "kms:ReEncryptFrom"],  # either opens a ciphertext
            "Resource": "*",
            "Condition": {"StringNotEquals": {"aws:PrincipalTag/team": "audit"}},
        }
    )
    kms.put_key_policy(keys, payments, policy)
    keys.schedule_key_deletion(KeyId=kms.find_key(keys, "returns"), PendingWindowInDays=7)


def _allow(account: Account, user_name: str, allowed: Mapping[str, str | list[str]]) -> None:
    account.client("iam").put_user_policy(
        UserName=user_name, PolicyName=POLICY, PolicyDocument=_document(allowed)
    )


def _document(allowed: Mapping[str, str | list[str]]) -> str:
    """An IAM policy that allows each action on the resources that it is given with."""
    statements = [
        {"Effect": "Allow", "Action": action, "Resource": resource} for action, resource in allowed.items()
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def _arn(account: Account, user_name: str) -> Any:
    return iam.user_arn(account.client("iam"), user_name)
