"""Section 10, Roles: what is true once it is done, and once each exercise is solved."""

from __future__ import annotations

from itertools import product
from typing import Any

from kmscourse import access, audit
from kmscourse.account import Account
from kmscourse.course.checks.check import Check, Exercise, Observation
from kmscourse.course.checks.requests import HARMFUL, YOU, ExpectedRequest, refused_beside, requests_answered
from kmscourse.course.checks.trail import trail_shows
from kmscourse.course.notes import Notes
from kmscourse.kms import find_key
from kmscourse.policy import evaluate, parse_principal

ALIAS = "alias/payroll"
ADMIN, USER, WRITER = "PayrollKeyAdmin", "PayrollKeyUser", "PayrollWriter"
MAY, JUNE = {"month": "May"}, {"month": "June"}
_NO_KEY = Observation(False, f"there is no key {ALIAS}")
_ALLOWS_DECRYPT = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"},
}

APART = (
    *(
        ExpectedRequest(who, action, ALIAS, allowed=False)
        for who in ("Ada", "Ben")
        for action in ("kms:Decrypt", "kms:Encrypt", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion")
    ),
    ExpectedRequest(ADMIN, "kms:PutKeyPolicy", ALIAS, allowed=True),
    ExpectedRequest(ADMIN, "kms:Decrypt", ALIAS, allowed=False),
    ExpectedRequest(ADMIN, "kms:Decrypt", ALIAS, allowed=False, context=MAY),
    ExpectedRequest(USER, "kms:Decrypt", ALIAS, allowed=True, context=MAY),
    ExpectedRequest(USER, "kms:PutKeyPolicy", ALIAS, allowed=False),
    ExpectedRequest(USER, "kms:ScheduleKeyDeletion", ALIAS, allowed=False),
)
"""Who manages the key and who uses it, and that nobody does both."""

_WRITES = tuple(ExpectedRequest(WRITER, "kms:Encrypt", ALIAS, True, month) for month in ({}, MAY, JUNE))
_ALSO_WRITES = ("kms:GenerateDataKey", "kms:ReEncryptTo")  # with them, too, it opens nothing
WRITES_ONLY = (
    *_WRITES,
    *(request for request in refused_beside(_WRITES) if not request.action.startswith(_ALSO_WRITES)),
)


def only_own_session_name(account: Account, _: Notes) -> Observation:
    """May Ben assume PayrollKeyUser with his own name for the session, and with no other?"""
    for name, expected in (("Ben", True), ("Ada", False)):
        allowed = _may_assume(account, "Ben", USER, {"sts:RoleSessionName": name})
        if allowed is None:
            return Observation(False, f"there is no user Ben or no role {USER}")
        if allowed != expected:
            answer = "answered" if allowed else "refused"
            return Observation(False, f"AssumeRole by Ben for a session {name} would be {answer}")
    return Observation(True, "Ben may make a session Ben, and no session Ada")


def only_ben_assumes_writer(account: Account, _: Notes) -> Observation:
    """May Ben assume PayrollWriter, and nobody else but you?"""
    snapshot, role = access.Snapshot(account), f"arn:aws:iam::{account.id}:role/{WRITER}"
    if role not in snapshot.identities:
        return Observation(False, f"there is no role {WRITER}")
    may = [name for name in access.who_assumes(snapshot, role) if name != YOU]
    return Observation(may == ["Ben"], f"{' and '.join(may) or 'nobody'} may assume {WRITER}")


def _may_assume(account: Account, user: str, role: str, context: dict[str, str]) -> bool | None:
    """Would this AssumeRole be answered? None where there is no such user or role."""
    snapshot = access.Snapshot(account)
    caller, assumed = (f"arn:aws:iam::{account.id}:{who}" for who in (f"user/{user}", f"role/{role}"))
    if not {caller, assumed} <= snapshot.identities.keys():
        return None
    return access.case(snapshot, caller, "sts:AssumeRole", assumed, context).decision.allowed


def never_decrypts(account: Account, _: Notes) -> Observation:
    """Would PayrollWriter be refused a Decrypt also with an IAM policy that allows it?"""
    snapshot, key = access.Snapshot(account), find_key(account.client("kms"), ALIAS)
    role = f"arn:aws:iam::{account.id}:role/{WRITER}"
    if key is None or role not in snapshot.identities:
        return _NO_KEY if key is None else Observation(False, f"there is no role {WRITER}")
    for pairs in ({}, MAY, JUNE, {"year": "1815"}):
        context = access.context_of_call(account, "kms:Decrypt", {"EncryptionContext": pairs})
        case = access.case(snapshot, role, "kms:Decrypt", key, context)
        case.layers["identity_policies"] = [*case.layers.get("identity_policies", ()), _ALLOWS_DECRYPT]
        if evaluate(case.request, **case.layers).allowed:
            return Observation(False, f"with an IAM policy for kms:Decrypt, {WRITER} would decrypt")
    return Observation(True, f"{WRITER} would not decrypt, whatever IAM policy it gets")


def _writes_for_may(account: Account) -> dict[str, str]:
    """The sessions that have encrypted for May: the access key id of each, and its ARN; the newest first."""
    return {
        event["userIdentity"]["accessKeyId"]: event["userIdentity"]["arn"]
        for event in _encrypts_of_writer(account)
        if "errorCode" not in event and event["requestParameters"].get("encryptionContext") == MAY
    }


def _encrypts_of_writer(account: Account) -> list[dict[str, Any]]:
    return [
        event
        for event in audit.events(account.client("cloudtrail"), event_name="Encrypt")
        if event["userIdentity"].get("sessionContext", {}).get("sessionIssuer", {}).get("userName") == WRITER
    ]


def _excess(account: Account, key: str, arn: str, access_key_id: str) -> str:
    """What else than to encrypt for May a session may do with the key; "" where there is nothing."""
    session = access.session_of(account, parse_principal(arn), access_key_id)
    if session is None or session.policy is None:
        return "it has no session policy"
    snapshot = access.Snapshot(account)
    for action, pairs in product(HARMFUL, ({}, MAY, JUNE, {"month": "may"}, {"month": "Mayday"})):
        if (action, pairs) == ("kms:Encrypt", MAY):
            continue
        context = access.context_of_call(account, action, {"EncryptionContext": pairs})
        if access.case(snapshot, arn, action, key, context, session).decision.allowed:
            words = ", ".join(f"{name}={value}" for name, value in pairs.items()) or "no context"
            return f"in it {action} with {words} would be answered"
    return ""


def session_encrypts_for_may(account: Account, _: Notes) -> Observation:
    """May a session of PayrollWriter that has encrypted for May do nothing else?"""
    key = find_key(account.client("kms"), ALIAS)
    if key is None:
        return _NO_KEY
    excess = [_excess(account, key, arn, key_id) for key_id, arn in _writes_for_may(account).items()]
    if not excess:
        return Observation(False, f"no session of {WRITER} has encrypted for May")
    is_narrow = "" in excess
    return Observation(is_narrow, "it encrypts for May, and nothing else" if is_narrow else excess[0])


def session_was_refused(account: Account, _: Notes) -> Observation:
    """Has KMS refused an Encrypt to a session that has encrypted for May?"""
    sessions = _writes_for_may(account)
    refused = any(
        event.get("errorCode") == "AccessDenied" and event["userIdentity"]["accessKeyId"] in sessions
        for event in _encrypts_of_writer(account)
    )
    told = "has" if refused else "has not"
    return Observation(refused, f"KMS {told} refused an Encrypt to a session that has encrypted for May")


CHECKS = (
    Check(
        "two roles have the permissions, Ada and Ben have none",
        requests_answered(APART),
        "Two roles",
        (
            "whom does the key policy name?",
            "look at the cells under “Two roles”.",
            "call put_key_policy with console_key_policy(lab.account.id, [key_admin], [key_user]).",
        ),
    ),
    Check(
        "a session of PayrollKeyUser has decrypted",
        trail_shows("Decrypt", by=USER),
        "Assume a role",
        (
            "a role does nothing until somebody assumes it.",
            "look at the cells under “Assume a role”.",
            "call decrypt with a client of the session that lab.session_for_role made.",
        ),
    ),
    Check(
        "KMS has refused a Decrypt by PayrollKeyAdmin",
        trail_shows("Decrypt", by=ADMIN, error="AccessDenied"),
        "Break it: the administrator decrypts",
        (
            "the role that manages the key has to try.",
            "look at the cell under “Break it: the administrator decrypts”.",
            'call decrypt with a client of lab.session_for_role("PayrollKeyAdmin", by=lab.session_for("Ada")).',
        ),
    ),
    Check(
        "Ben's sessions of PayrollKeyUser have his own name",
        only_own_session_name,
        "Who is behind a session?",
        (
            "who chooses the name of a session, and which policy can limit it?",
            "look at the condition in “Who is behind a session?”.",
            "call update_assume_role_policy with the trust policy that has sts:RoleSessionName.",
        ),
    ),
)

EXERCISES: tuple[Exercise, ...] = (
    (
        Check(
            "Ben can assume PayrollWriter, and nobody else can",
            only_ben_assumes_writer,
            "Your turn",
            (
                "which policy of a role says who may assume it?",
                "look at the cell under “Two roles” that makes the roles.",
                'call create_role(iam, "PayrollWriter", trusted=[ben]).',
            ),
        ),
        Check(
            "PayrollWriter can encrypt with the key payroll, open no ciphertext, and change nothing",
            requests_answered(WRITES_ONLY),
            "Your turn",
            (
                "give the role one action, and look at what each further one would open.",
                "ReEncrypt opens a ciphertext too: kms:ReEncrypt* contains kms:ReEncryptFrom.",
                'put the key policy with use_statement(writer, ["kms:Encrypt"], sid=…) added.',
            ),
        ),
        Check(
            "an IAM policy for kms:Decrypt would not change that",
            never_decrypts,
            "Your turn",
            (
                "to allow nothing is not enough: somebody else can allow it elsewhere.",
                "section 8 ends with a policy that wins over a colleague's.",
                'add a statement for the role with Effect "Deny" and kms:Decrypt to the key policy.',
            ),
        ),
        Check(
            "Ada, Ben and their two roles can do what they could before",
            requests_answered(APART),
            "Your turn",
            (
                "your change has taken something from somebody, or given them more: the line above says whom.",
                "are all earlier statements still in the key policy? Does a Deny name more than PayrollWriter?",
                "call with_statement(key_policy(kms, payroll), …), then put_key_policy.",
            ),
        ),
    ),
    (
        Check(
            "a session of PayrollWriter has encrypted for May, and can do nothing else",
            session_encrypts_for_may,
            "Your turn again",
            (
                "a session policy may have a condition, like any other policy.",
                "which condition key has the value of month in the encryption context?",
                'use the condition {"StringEquals": {"kms:EncryptionContext:month": "May"}}, and call encrypt for May.',
            ),
        ),
        Check(
            "KMS has refused that session an Encrypt",
            session_was_refused,
            "Your turn again",
            (
                "prove it: ask for what must be refused.",
                "take the same session and another month.",
                'call encrypt with EncryptionContext={"month": "June"}, with a client of the session.',
            ),
        ),
        Check(
            "the role itself can still encrypt for June",
            requests_answered(WRITES_ONLY),
            "Your turn again",
            (
                "narrow the session, not the role.",
                "undo what you changed in the policies of the role or of the key.",
                "the policy belongs into the call of lab.session_for_role.",
            ),
        ),
    ),
)
