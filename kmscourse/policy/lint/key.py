"""What can be wrong with one statement of a key policy. AWS KMS Developer Guide, "Key policies"."""

from __future__ import annotations

from collections.abc import Iterator

from kmscourse.policy.actions import exists
from kmscourse.policy.lint.clause import ALIAS, EVERYONE, Clause, Requirement, Whole
from kmscourse.policy.lint.remark import Remark, Severity
from kmscourse.policy.principals import Kind, is_account

# Condition keys that say who calls, or from where.
OF_THE_CALLER = ("kms:calleraccount", "aws:principal", "aws:source", "aws:user", "aws:vpc")
EVERYTHING = frozenset({"kms:*", "*"})
UNIQUE_IDS = ("AIDA", "AROA")  # of users and roles (IAM User Guide, "IAM identifiers")


def remarks(policy: Whole) -> Iterator[Remark]:
    """All that these checks find."""
    for first, second in policy.twins():
        yield second.remark(
            "duplicate-sid",
            Severity.WARNING,
            f"It has the Sid of statement {first.statement.number}; KMS takes it, but whoever removes one by its Sid "
            "removes both.",
            "Give each statement a Sid of its own.",
        )
    for clause in policy.clauses:
        yield from _who(clause)
        yield from _what(clause)


def _who(clause: Clause) -> Iterator[Remark]:
    if not clause.names and not clause.others and "NotPrincipal" not in clause.source:
        yield clause.remark(
            "no-principal",
            Severity.ERROR,
            "A statement of a key policy that names nobody is refused.",
            'Say who is meant, as in "Principal": {"AWS": "arn:aws:iam::ACCOUNT:user/NAME"}.',
        )
    if clause.allows and "NotPrincipal" in clause.source:
        yield clause.remark(
            "not-principal-allow",
            Severity.SECURITY,
            "An Allow with NotPrincipal lets in everybody else in the world, without a signature even.",
            "Name in Principal who is let in.",
        )
    if clause.allows and clause.everyone and not any(map(_limits, clause.requirements)):
        without = "its conditions don't say who" if clause.requirements else "it has no condition"
        yield clause.remark(
            "open-to-everyone",
            Severity.SECURITY,
            f'The Principal "*" is everyone, in every AWS account, and {without}.',
            "Name the users and roles, or add a condition on kms:CallerAccount.",
        )
    for name in clause.names:
        yield from _name(clause, name)


def _limits(test: Requirement) -> bool:
    """Does the condition leave only the callers that it names?"""
    loose = (
        test.if_exists
        or "Not" in test.operator
        or test.operator == "Null"
        or test.quantifier == "ForAllValues"
    )
    return not loose and test.key.startswith(OF_THE_CALLER) and "*" not in test.values


def _name(clause: Clause, name: str) -> Iterator[Remark]:
    """One entry of Principal, under "AWS". KMS refuses those that are nobody, and matches no wildcard."""
    why = mend = ""
    if name == EVERYONE or is_account(name):
        return
    if name.startswith(UNIQUE_IDS):
        why = f"{name} is the id of a user or role that has been deleted: AWS puts it where its ARN was."
        mend = "Take it out."
    elif not name.startswith("arn:"):
        why, mend = f"{name} is nobody's ARN.", "Write the ARN of a user or role, or an account's id."
    elif "*" in name or "?" in name:
        why = f"In a Principal a wildcard stands for nothing: {name} is nobody."
        mend = "Name each user or role, or use a condition on aws:PrincipalArn."
    elif ":group/" in name:
        why, mend = f"{name} is a group, and a group is no principal.", "Name its users, or a role."
    if why:
        yield clause.remark("no-such-principal", Severity.ERROR, why, mend)


def _what(clause: Clause) -> Iterator[Remark]:
    if not clause.complete:
        yield clause.remark(
            "no-effect",
            Severity.ERROR,
            "KMS takes a statement without Action or Resource, but it does nothing.",
            'Say what may be done (Action), with "Resource": "*".',
        )
    for action in clause.actions:
        service, colon, _ = action.lower().partition(":")
        if colon and service != "kms" and exists(action):
            yield clause.remark(
                "other-service-action",
                Severity.ERROR,
                f"A key policy speaks of calls to KMS only, so {action} does nothing here.",
                "Put it into an identity policy of whoever needs it.",
            )
    for resource in clause.resources:
        if ALIAS.match(resource):
            yield clause.remark(
                "alias-as-resource",
                Severity.ERROR,
                f"{resource} opens nothing: a policy speaks of keys, under whatever name they are called.",
                'Write "Resource": "*", which means this key.',
            )
        elif resource != "*":
            yield clause.remark(
                "key-as-resource",
                Severity.WARNING,
                f"A key policy speaks of its own key only, so {resource} can add nothing, and may shut it out.",
                'Write "Resource": "*", which means this key.',
            )
    for principal in clause.people:
        if (
            clause.allows
            and principal.kind is not Kind.ROOT
            and EVERYTHING & set(map(str.lower, clause.actions))
        ):
            yield clause.remark(
                "all-actions",
                Severity.SECURITY,
                f"{principal.name} may do everything with the key: use it, delete it, and let others in.",
                "Name the actions that are needed: those of an administrator or those of a user, not both.",
            )
