"""Section 12, One statement, ten tenants: what is true once it is done, and once each exercise is solved."""

from __future__ import annotations

import json

from kmscourse import access
from kmscourse.account import Account
from kmscourse.course.checks.check import Check, Exercise, Observation
from kmscourse.course.checks.requests import (
    YOU,
    ExpectedRequest,
    all_of,
    nobody_else_let_in,
    refused_beside,
    requests_answered,
)
from kmscourse.course.checks.trail import trail_shows
from kmscourse.course.notes import Notes
from kmscourse.course.sections import TENANTS
from kmscourse.kms import find_key

ALIAS = "alias/tenants"
SUPPORT = "tenant-support"
USES = ("kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey", "kms:ReEncrypt")
"""What begins so is to write or to read data, which is the same right in another form."""


def user(tenant: str) -> str:
    """The name of a tenant's user."""
    return f"tenant-{tenant}"


def requests(tenants: tuple[str, ...], action: str) -> list[ExpectedRequest]:
    """Each tenant with each tenant's context: their own is let in, every other one is refused."""
    return [
        ExpectedRequest(user(caller), action, ALIAS, caller == owner, {"tenant": owner, "purpose": "invoice"})
        for caller in tenants
        for owner in tenants
    ]


def nothing_beside(tenants: tuple[str, ...]) -> list[ExpectedRequest]:
    """Each tenant is refused all else: what manages the key, and any use of it with a context that is not their own."""
    owned = [({"tenant": name, "purpose": "invoice"}, user(name)) for name in tenants]
    others: tuple[dict[str, str], ...] = ({}, {"purpose": "invoice"}, {"purpose": "log"})
    table = refused_beside(
        [], who=map(user, tenants), aliases=[ALIAS], contexts=[*others, *(c for c, _ in owned)]
    )
    return [
        request
        for request in table
        if not (request.action.startswith(USES) and (request.context, request.who) in owned)
    ]


def _retagging_refused(account: Account, _: Notes) -> Observation:
    """Would IAM refuse bravo a new value for the tag of their own user?"""
    snapshot = access.Snapshot(account)
    bravo = next((arn for arn, identity in snapshot.people.items() if identity.name == user("bravo")), None)
    if bravo is None:
        return Observation(False, f"there is no user {user('bravo')}")
    call = {"Tags": [{"Key": "tenant", "Value": "alfa"}]}
    context = access.context_of_call(account, "iam:TagUser", call)
    refused = not access.case(snapshot, bravo, "iam:TagUser", bravo, context).decision.allowed
    return Observation(
        refused, f"a TagUser by {user('bravo')} would be {'refused' if refused else 'answered'}"
    )


def _one_statement(account: Account, _: Notes) -> Observation:
    """Is it the same one statement of the key policy that lets each of the ten in?"""
    snapshot = access.Snapshot(account)
    key = find_key(account.client("kms"), ALIAS)
    if key is None:
        return Observation(False, f"there is no key {ALIAS}")
    users = {identity.name: arn for arn, identity in snapshot.people.items()}
    statements = set()
    for tenant in TENANTS:
        call = {"EncryptionContext": {"tenant": tenant, "purpose": "invoice"}}
        context = access.context_of_call(account, "kms:Decrypt", call)
        arn = users.get(user(tenant))
        if (
            arn is None
            or not (decision := access.case(snapshot, arn, "kms:Decrypt", key, context).decision).allowed
        ):
            return Observation(False, f"{user(tenant)} is not let in yet")
        statements.add(json.dumps(decision.statements, sort_keys=True))
    many = f"{len(statements)} statements let the ten in"
    return Observation(
        len(statements) == 1,
        "one statement lets the ten in" if len(statements) == 1 else many,
        "" if len(statements) == 1 else "what differs from tenant to tenant can be a variable.",
    )


CHECKS = (
    Check(
        "KMS has refused the record of bravo in the place of the record of alfa",
        trail_shows(
            "Decrypt",
            error="InvalidCiphertextException",
            encryptionContext={"tenant": "alfa", "purpose": "invoice"},
        ),
        "Bind a ciphertext to what it is for",
        (
            "what does a ciphertext need, so that KMS notices a swap?",
            "look at the cells under “Bind a ciphertext to what it is for”.",
            'call decrypt with CiphertextBlob=bravo and EncryptionContext=context_of("alfa").',
        ),
    ),
    Check(
        "KMS has refused tenant-bravo a Decrypt",
        trail_shows("Decrypt", by=user("bravo"), error="AccessDenied"),
        "A statement for one tenant",
        (
            "which condition keeps a tenant to their own context?",
            "look at the cells under “A statement for one tenant”.",
            'with the statement for_bravo in force, call bravo_kms.decrypt with context_of("alfa").',
        ),
    ),
    Check(
        "alfa and bravo can each decrypt with their own context only",
        requests_answered(requests(("alfa", "bravo"), "kms:Decrypt")),
        "A statement for all of them",
        (
            "both users, one statement: what differs between them is their tag.",
            "look at the cells under “A statement for all of them”, and at the tags of the two users.",
            "put the policy with for_tenants, and tag tenant-bravo with tenant=bravo again.",
        ),
    ),
    Check(
        "tenant-bravo cannot change the tag of their own user",
        _retagging_refused,
        "What else did that open?",
        (
            "who may set the tag, may read.",
            "look at the IAM policies of tenant-bravo.",
            'call delete_user_policy with UserName="tenant-bravo" and PolicyName="OwnTags".',
        ),
    ),
)

_ANY = {"tenant": "alfa", "purpose": "invoice"}
_LOG = {"tenant": "bravo", "purpose": "log"}
_SUPPORT_READS = [
    ExpectedRequest(SUPPORT, "kms:Decrypt", ALIAS, True, {**_LOG, "tenant": t}) for t in TENANTS
]

EXERCISES: tuple[Exercise, ...] = (
    (
        Check(
            "each of the ten can decrypt with their own context, and with no other",
            requests_answered(requests(TENANTS, "kms:Decrypt")),
            "Your turn",
            (
                "the condition of for_tenants is already right for ten. What else does a statement have?",
                "look at the Principal of for_tenants, and at the variable users.",
                'put the policy with for_tenants | {"Principal": {"AWS": list(users.values())}}.',
            ),
        ),
        Check(
            "each of the ten can encrypt with their own context, and with no other",
            requests_answered(requests(TENANTS, "kms:Encrypt")),
            "Your turn",
            (
                "reading is not enough: a tenant also writes.",
                "look at the Action of your statement.",
                "the Action has kms:Encrypt and kms:Decrypt.",
            ),
        ),
        Check(
            "none of the ten can do more, and nobody else is let in",
            all_of(
                requests_answered(nothing_beside(TENANTS)),
                nobody_else_let_in(ALIAS, *map(user, TENANTS), SUPPORT),
            ),
            "Your turn",
            (
                "what does your statement say to a request without a tenant, and which actions does it have?",
                "look at the operator of your condition, and at the Action and the Principal.",
                "use StringEquals without IfExists, two actions, and ten ARNs (or * with aws:PrincipalAccount).",
            ),
        ),
        Check(
            "the same statement lets each of the ten in",
            _one_statement,
            "Your turn",
            (
                "ten statements would work, and an eleventh tenant would need one more.",
                "look at “A statement for all of them”.",
                "use ${aws:PrincipalTag/tenant} as the value of the condition.",
            ),
        ),
    ),
    (
        Check(
            "tenant-support can decrypt the logs of all tenants, and nothing else",
            requests_answered(
                [
                    *_SUPPORT_READS,
                    *(
                        ExpectedRequest(SUPPORT, "kms:Decrypt", ALIAS, False, {**_ANY, "tenant": t})
                        for t in TENANTS
                    ),
                    *refused_beside(_SUPPORT_READS[:1], contexts=[_ANY, {"tenant": "alfa"}]),
                ]
            ),
            "Your turn again",
            (
                "a context has two pairs, and you have used one of them in a condition.",
                "look at the condition key in “A statement for one tenant”, and at context_of.",
                "allow kms:Decrypt to tenant-support if kms:EncryptionContext:purpose equals log.",
            ),
        ),
        Check(
            "nobody can encrypt or generate a data key without a tenant, not even you",
            requests_answered(
                [
                    ExpectedRequest(who, action, ALIAS, False, context)
                    for who in (YOU, user("alfa"), SUPPORT)
                    for action in (
                        *("kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"),
                    )
                    for context in ({}, {"purpose": "log"})
                ]
            ),
            "Your turn again",
            (
                "an IAM policy lets you in. What wins over an Allow in another policy?",
                "look at the operator Null in the hint.",
                'deny with "Principal": {"AWS": "*"} and "Null": {"kms:EncryptionContext:tenant": "true"}.',
            ),
        ),
        Check(
            "you can still do everything else",
            requests_answered(
                [
                    ExpectedRequest(YOU, "kms:Encrypt", ALIAS, True, _ANY),
                    ExpectedRequest(YOU, "kms:GenerateDataKey", ALIAS, True, _LOG),
                    ExpectedRequest(YOU, "kms:Decrypt", ALIAS, True, _ANY),
                    ExpectedRequest(YOU, "kms:Decrypt", ALIAS, True),
                    ExpectedRequest(YOU, "kms:PutKeyPolicy", ALIAS, True),
                    ExpectedRequest(YOU, "kms:ScheduleKeyDeletion", ALIAS, True),
                ]
            ),
            "Your turn again",
            (
                "your Deny is too wide.",
                "look at the Action of the Deny: which calls make a new ciphertext?",
                "deny kms:Encrypt, kms:GenerateDataKey* and kms:ReEncryptTo, and nothing more.",
            ),
        ),
        Check(
            "alfa and bravo can each decrypt with their own context only",
            requests_answered(requests(("alfa", "bravo"), "kms:Decrypt")),
            "Your turn again",
            (
                "PutKeyPolicy replaces the whole policy.",
                "look at the statement for the tenants: is it still there?",
                "add to key_policy(kms, key), and not to the variable policy.",
            ),
        ),
    ),
)
