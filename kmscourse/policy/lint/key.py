"""What can be wrong with a key policy: as a whole (who may change it?), and in each of its statements.

AWS KMS Developer Guide, "Key policies" and "Default key policy"; on separating duties, its "Best practices".
"""

from __future__ import annotations

from collections.abc import Iterator

from kmscourse.policy.language.actions import action_exists
from kmscourse.policy.language.patterns import has_wildcard_service
from kmscourse.policy.language.principals import Principal, PrincipalKind, is_account, parse_principal
from kmscourse.policy.language.service_principals import service_principal_exists
from kmscourse.policy.lint.linted import ALIAS, EVERYONE, LintedPolicy, LintedStatement, Requirement
from kmscourse.policy.lint.remark import Remark, Severity

# Condition keys that say who calls, or from where.
OF_THE_CALLER = ("kms:calleraccount", "aws:principal", "aws:source", "aws:user", "aws:vpc")
EVERYTHING = frozenset({"kms:*", "*"})
CHANGE, USE = "kms:putkeypolicy", "kms:decrypt"
AWS_MANAGED = "auto-"  # the Id of an AWS managed key's policy begins so; only AWS changes that one


def find_remarks(policy: LintedPolicy) -> Iterator[Remark]:
    """All that these checks find."""
    yield from _check_authority(policy)
    for first, second in policy.twins():
        yield second.remark(
            "duplicate-sid",
            Severity.WARNING,
            f"It has the Sid of statement {first.compiled.number}; KMS takes it, but whoever removes one by its Sid "
            "removes both.",
            "Give each statement a Sid of its own.",
        )
    for statement in policy.statements:
        yield from _check_principal(statement)
        yield from _check_action_and_resource(statement)


def _check_principal(statement: LintedStatement) -> Iterator[Remark]:
    if not statement.names and not statement.others and "NotPrincipal" not in statement.source:
        yield statement.remark(
            "no-principal",
            Severity.ERROR,
            "A statement of a key policy that names nobody is refused.",
            'Say who is meant, as in "Principal": {"AWS": "arn:aws:iam::ACCOUNT:user/NAME"}.',
        )
    if statement.allows and "NotPrincipal" in statement.source:
        yield statement.remark(
            "not-principal-allow",
            Severity.SECURITY,
            "An Allow with NotPrincipal lets in everybody else in the world, without a signature even.",
            "Name in Principal who is let in.",
        )
    if statement.allows and statement.everyone and not any(map(_limits_callers, statement.requirements)):
        without = "its conditions don't say who" if statement.requirements else "it has no condition"
        yield statement.remark(
            "open-to-everyone",
            Severity.SECURITY,
            f'The Principal "*" is everyone, in every AWS account, and {without}.',
            "Name the users and roles, or add a condition on kms:CallerAccount.",
        )
    for name in (*statement.names, *statement.spared):
        yield from _check_name(statement, name)
    for service in statement.services:
        if not service_principal_exists(service):
            yield statement.remark(
                "unknown-service",
                Severity.WARNING,
                f"{service} is no service that is known here, and KMS refuses a policy that names one which does not "
                "exist.",
                "Look up in the service's documentation under which name it asks KMS.",
            )


def _limits_callers(requirement: Requirement) -> bool:
    """Does the condition leave only the callers that it names?"""
    loose = (
        requirement.if_exists
        or "Not" in requirement.operator
        or requirement.operator == "Null"
        or requirement.quantifier == "ForAllValues"
    )
    return not loose and requirement.key.startswith(OF_THE_CALLER) and "*" not in requirement.values


def _check_name(statement: LintedStatement, name: str) -> Iterator[Remark]:
    """One name under "AWS" in (Not)Principal. KMS refuses those that are nobody, and matches no wildcard."""
    why = mend = ""
    if name == EVERYONE or is_account(name):
        return
    if parse_principal(name).kind is PrincipalKind.DELETED:
        why = (
            f"{name} is the id of a user or role that was deleted: it means nobody any more, not even who was made "
            "again under the same name."
        )
        mend = "Take it out, or write the ARN of who is meant now: KMS takes no policy with such an id in it."
    elif not name.startswith("arn:"):
        why, mend = f"{name} is nobody's ARN.", "Write the ARN of a user or role, or an account's id."
    elif "*" in name or "?" in name:
        why = f"In a Principal a wildcard stands for nothing: {name} is nobody."
        mend = "Name each user or role, or use a condition on aws:PrincipalArn."
    elif ":group/" in name:
        why, mend = f"{name} is a group, and a group is no principal.", "Name its users, or a role."
    if why:
        yield statement.remark("no-such-principal", Severity.ERROR, why, mend)


def _check_action_and_resource(statement: LintedStatement) -> Iterator[Remark]:
    if not statement.complete:
        yield statement.remark(
            "no-effect",
            Severity.ERROR,
            "KMS takes a statement without Action or Resource, but it does nothing.",
            'Say what may be done (Action), with "Resource": "*".',
        )
    for action in statement.actions:
        service, colon, _ = action.lower().partition(":")
        if colon and service != "kms" and action_exists(action) and not has_wildcard_service(action):
            yield statement.remark(
                "other-service-action",
                Severity.ERROR,
                f"A key policy speaks of calls to KMS only, so {action} does nothing here.",
                "Put it into an identity policy of whoever needs it.",
            )
    for resource in statement.resources:
        if ALIAS.match(resource):
            yield statement.remark(
                "alias-as-resource",
                Severity.ERROR,
                f"{resource} opens nothing: a policy speaks of keys, under whatever name they are called.",
                'Write "Resource": "*", which means this key.',
            )
        elif resource != "*":
            yield statement.remark(
                "key-as-resource",
                Severity.WARNING,
                f"A key policy speaks of its own key only, so {resource} can add nothing, and may shut it out.",
                'Write "Resource": "*", which means this key.',
            )
    for principal in statement.people:
        if (
            statement.allows
            and principal.kind is not PrincipalKind.ROOT
            and EVERYTHING & set(map(str.lower, statement.actions))
        ):
            yield statement.remark(
                "all-actions",
                Severity.SECURITY,
                f"{principal.name} may do everything with the key: use it, delete it, and let others in.",
                "Name the actions that are needed: those of an administrator or those of a user, not both.",
            )


def _check_authority(policy: LintedPolicy) -> Iterator[Remark]:
    """Can anybody still change the policy, and does one hold every thread?"""
    if not str(policy.source.get("Id", "")).startswith(AWS_MANAGED):
        if not _who_may_change(policy):
            yield policy.remark(
                "lock-out",
                Severity.ERROR,
                "Nobody could change this key policy any more, and KMS refuses it for that.",
                "Keep a statement that gives kms:PutKeyPolicy to the account or to an administrator.",
            )
        elif not any(_is_root_statement(statement, policy.account) for statement in policy.allows):
            yield policy.remark(
                "no-root-statement",
                Severity.WARNING,
                "No statement names the account: its IAM policies can't manage the key, and when the users and roles "
                "named here are deleted, nobody can.",
                'Add one that gives "kms:*" to the Principal {"AWS": "arn:aws:iam::ACCOUNT:root"}.',
            )
    yield from _check_administrators(policy)


def _is_root_statement(statement: LintedStatement, account: str | None) -> bool:
    """Does it let the account itself (any account, where ours is not known) change the policy?"""
    if not statement.covers(CHANGE):
        return False
    is_one_account = all(each.key == "kms:calleraccount" for each in statement.requirements)
    return (statement.everyone and is_one_account) or any(
        principal.kind is PrincipalKind.ROOT and account in (None, principal.account)
        for principal in statement.people
    )


def _who_may_change(policy: LintedPolicy) -> set[str]:
    """Whom the Allows give kms:PutKeyPolicy, less whom a Deny without conditions takes it from. ARNs, or "*".

    An Allow with conditions counts: they may hold. PutKeyPolicy works within the key's own account only.
    """
    left = {
        principal.id
        for statement in policy.allows
        if statement.covers(CHANGE)
        for principal in _allowed_principals(statement)
        if principal.id == EVERYONE or (principal.account and policy.account in (None, principal.account))
    }
    denies = [
        statement
        for statement in policy.statements
        if not statement.allows and statement.covers(CHANGE) and not statement.requirements
    ]
    for statement in denies:
        if "NotPrincipal" in statement.source:
            left = {name for name in statement.spared if {name, EVERYONE, _root_of(name)} & left}
    denied = {principal.id for statement in denies for principal in statement.people}
    if any(statement.everyone for statement in denies):
        return set()
    return {name for name in left if not {name, _root_of(name)} & denied}


def _allowed_principals(statement: LintedStatement) -> list[Principal]:
    names = (EVERYONE,) if "NotPrincipal" in statement.source else statement.names
    return [parse_principal(name) for name in names]


def _root_of(name: str) -> str:
    """The account that the principal belongs to, as a principal."""
    return f"arn:aws:iam::{parse_principal(name).account}:root"


def _check_administrators(policy: LintedPolicy) -> Iterator[Remark]:
    """Users and roles that both manage the key and decrypt with it, by statements that name them."""
    change: dict[str, LintedStatement] = {}
    use: dict[str, LintedStatement] = {}
    for statement in policy.allows:
        if EVERYTHING & set(map(str.lower, statement.actions)):
            continue  # that has a remark of its own
        for statements, action in ((change, CHANGE), (use, USE)):
            for principal in statement.people if statement.covers(action) else ():
                if principal.kind is not PrincipalKind.ROOT:
                    statements.setdefault(principal.id, statement)
    for name in [name for name in change if name in use]:
        yield use[name].remark(
            "administrator-can-decrypt",
            Severity.SUGGESTION,
            f"{parse_principal(name).name} may decrypt here, and may change the key policy by "
            f"{change[name].compiled.name}.",
            "Let those who manage a key be others than those who use it.",
        )
