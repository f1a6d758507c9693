"""Section 10, Roles: what is true once it is done, and once each exercise is solved."""

from __future__ import annotations

from kmscourse import access
from kmscourse.account import Account
from kmscourse.course.checks.check import Check, Exercise, Observation
from kmscourse.course.checks.requests import Request, requests_answered
from kmscourse.course.checks.trail import trail_shows
from kmscourse.course.notes import Notes
from kmscourse.kms import find_key
from kmscourse.policy import evaluate

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
        Request(who, action, ALIAS, allowed=False)
        for who in ("Ada", "Ben")
        for action in ("kms:Decrypt", "kms:Encrypt", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion")
    ),
    Request(ADMIN, "kms:PutKeyPolicy", ALIAS, allowed=True),
    Request(ADMIN, "kms:Decrypt", ALIAS, allowed=False),
    Request(ADMIN, "kms:Decrypt", ALIAS, allowed=False, context=MAY),
    Request(USER, "kms:Decrypt", ALIAS, allowed=True, context=MAY),
    Request(USER, "kms:PutKeyPolicy", ALIAS, allowed=False),
    Request(USER, "kms:ScheduleKeyDeletion", ALIAS, allowed=False),
)
"""Who manages the key and who uses it, and that nobody does both."""

WRITES_ONLY = (
    Request(WRITER, "kms:Encrypt", ALIAS, allowed=True),
    Request(WRITER, "kms:Encrypt", ALIAS, allowed=True, context=MAY),
    Request(WRITER, "kms:Encrypt", ALIAS, allowed=True, context=JUNE),
    Request(WRITER, "kms:Decrypt", ALIAS, allowed=False),
    Request(WRITER, "kms:Decrypt", ALIAS, allowed=False, context=MAY),
    Request(WRITER, "kms:ReEncryptFrom", ALIAS, allowed=False),
    Request(WRITER, "kms:ReEncryptFrom", ALIAS, allowed=False, context=MAY),
    Request(WRITER, "kms:PutKeyPolicy", ALIAS, allowed=False),
    Request(WRITER, "kms:CreateGrant", ALIAS, allowed=False),
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
    """May Ben assume PayrollWriter, and Ada not?"""
    for user, expected in (("Ben", True), ("Ada", False)):
        allowed = _may_assume(account, user, WRITER, {"sts:RoleSessionName": user})
        if allowed is None:
            return Observation(False, f"there is no user {user} or no role {WRITER}")
        if allowed != expected:
            return Observation(
                False, f"AssumeRole of {WRITER} by {user} would be {'answered' if allowed else 'refused'}"
            )
    return Observation(True, f"Ben may assume {WRITER}, and Ada may not")


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
    for pairs in ({}, MAY):
        context = access.context_of_call(account, "kms:Decrypt", {"EncryptionContext": pairs})
        case = access.case(snapshot, role, "kms:Decrypt", key, context)
        case.layers["identity_policies"] = [*case.layers.get("identity_policies", ()), _ALLOWS_DECRYPT]
        if evaluate(case.request, **case.layers).allowed:
            return Observation(False, f"with an IAM policy for kms:Decrypt, {WRITER} would decrypt")
    return Observation(True, f"{WRITER} would not decrypt, whatever IAM policy it gets")


def session_encrypts_for_may(account: Account, _: Notes) -> Observation:
    """May the newest session of PayrollWriter encrypt for May, and do nothing else?"""
    key = find_key(account.client("kms"), ALIAS)
    if key is None:
        return _NO_KEY
    newest = access.newest_session(account, WRITER)
    if newest is None:
        return Observation(False, f"no session of {WRITER} is in the audit trail")
    arn, session = newest
    if session.policy is None:
        return Observation(False, f"the newest session of {WRITER} has no session policy")
    snapshot = access.Snapshot(account)
    for action, pairs, expected in (
        ("kms:Encrypt", MAY, True),
        ("kms:Encrypt", JUNE, False),
        ("kms:Encrypt", {}, False),
        ("kms:Decrypt", MAY, False),
    ):
        context = access.context_of_call(account, action, {"EncryptionContext": pairs})
        allowed = access.case(snapshot, arn, action, key, context, session).decision.allowed
        if allowed != expected:
            words = ", ".join(f"{name}={value}" for name, value in pairs.items()) or "no context"
            answer = "answered" if allowed else "refused"
            return Observation(False, f"in the newest session {action} with {words} would be {answer}")
    return Observation(True, "it encrypts for May, and nothing else")


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
            "Ben can assume PayrollWriter, and Ada cannot",
            only_ben_assumes_writer,
            "Your turn",
            (
                "which policy of a role says who may assume it?",
                "look at the cell under “Two roles” that makes the roles.",
                'call create_role(iam, "PayrollWriter", trusted=[ben]).',
            ),
        ),
        Check(
            "PayrollWriter can encrypt with the key payroll, and cannot open a ciphertext",
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
                "you replaced a policy where you should have added to it.",
                "read the key policy first, and put all of its statements back.",
                "call with_statement(key_policy(kms, payroll), …), then put_key_policy.",
            ),
        ),
    ),
    (
        Check(
            "the newest session of PayrollWriter can encrypt for May, and nothing else",
            session_encrypts_for_may,
            "Your turn again",
            (
                "a session policy may have a condition, like any other policy.",
                "which condition key has the value of month in the encryption context?",
                'use the condition {"StringEquals": {"kms:EncryptionContext:month": "May"}}.',
            ),
        ),
        Check(
            "PayrollWriter has encrypted for May",
            trail_shows("Encrypt", by=WRITER, encryptionContext=MAY),
            "Your turn again",
            (
                "use the new session.",
                "encrypt takes EncryptionContext.",
                'call encrypt with EncryptionContext={"month": "May"}, with a client of the session.',
            ),
        ),
        Check(
            "KMS has refused an Encrypt by PayrollWriter",
            trail_shows("Encrypt", by=WRITER, error="AccessDenied"),
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
