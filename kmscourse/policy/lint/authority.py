"""Who may do what by a key policy as a whole: can anybody still change it, and does one hold every thread?

AWS KMS Developer Guide, "Default key policy" and "Key policies"; on separating duties, its "Best practices".
"""

from __future__ import annotations

from collections.abc import Iterator

from kmscourse.policy.lint.clause import EVERYONE, Clause, Whole
from kmscourse.policy.lint.key import EVERYTHING
from kmscourse.policy.lint.remark import Remark, Severity
from kmscourse.policy.principals import Kind, principal

CHANGE, USE = "kms:putkeypolicy", "kms:decrypt"
AWS_MANAGED = "auto-"  # the Id of an AWS managed key's policy begins so; only AWS changes that one


def remarks(policy: Whole) -> Iterator[Remark]:
    """All that these checks find."""
    if not str(policy.source.get("Id", "")).startswith(AWS_MANAGED):
        if not _who_may_change(policy):
            yield policy.remark(
                "lock-out",
                Severity.ERROR,
                "Nobody could change this key policy any more, and KMS refuses it for that.",
                "Keep a statement that gives kms:PutKeyPolicy to the account or to an administrator.",
            )
        elif not any(_is_root_statement(clause, policy.account) for clause in policy.allows):
            yield policy.remark(
                "no-root-statement",
                Severity.WARNING,
                "No statement names the account: its IAM policies can't manage the key, and when the users and roles "
                "named here are deleted, nobody can.",
                'Add one that gives "kms:*" to the Principal {"AWS": "arn:aws:iam::ACCOUNT:root"}.',
            )
    yield from _administrators(policy)


def _is_root_statement(clause: Clause, account: str | None) -> bool:
    """Does it let the account itself (any account, where ours is not known) change the policy?"""
    if not clause.covers(CHANGE):
        return False
    all_of_an_account = all(found.key == "kms:calleraccount" for found in clause.requirements)
    return (clause.everyone and all_of_an_account) or any(
        found.kind is Kind.ROOT and account in (None, found.account) for found in clause.people
    )


def _who_may_change(policy: Whole) -> set[str]:
    """Whom the Allows give kms:PutKeyPolicy, less whom a Deny without conditions takes it from. ARNs, or "*".

    An Allow with conditions counts: they may hold. PutKeyPolicy works within the key's own account only.
    """
    left = {
        found.id
        for clause in policy.allows
        if clause.covers(CHANGE)
        for found in map(principal, (EVERYONE,) if "NotPrincipal" in clause.source else clause.names)
        if found.id == EVERYONE or (found.account and policy.account in (None, found.account))
    }
    denies = [
        clause
        for clause in policy.clauses
        if not clause.allows and clause.covers(CHANGE) and not clause.requirements
    ]
    for clause in denies:
        if "NotPrincipal" in clause.source:
            left = {name for name in clause.spared if {name, EVERYONE, _root_of(name)} & left}
    denied = {found.id for clause in denies for found in clause.people}
    if any(clause.everyone for clause in denies):
        return set()
    return {name for name in left if not {name, _root_of(name)} & denied}


def _root_of(name: str) -> str:
    """The account that the principal belongs to, as a principal."""
    return f"arn:aws:iam::{principal(name).account}:root"


def _administrators(policy: Whole) -> Iterator[Remark]:
    """Users and roles that both manage the key and decrypt with it, by statements that name them."""
    change: dict[str, Clause] = {}
    use: dict[str, Clause] = {}
    for clause in policy.allows:
        if EVERYTHING & set(map(str.lower, clause.actions)):
            continue  # that has a remark of its own
        covered = [found for found, action in ((change, CHANGE), (use, USE)) if clause.covers(action)]
        for found in covered:
            for one in clause.people:
                if one.kind is not Kind.ROOT:
                    found.setdefault(one.id, clause)
    for name in [name for name in change if name in use]:
        yield use[name].remark(
            "administrator-can-decrypt",
            Severity.SUGGESTION,
            f"{principal(name).name} may decrypt here, and may change the key policy by "
            f"{change[name].statement.name}.",
            "Let those who manage a key be others than those who use it.",
        )
