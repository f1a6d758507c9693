"""What can be wrong with any policy.

IAM User Guide, "IAM JSON policy elements reference" and "IAM Access Analyzer policy check reference"; AWS KMS Developer
Guide, "AWS KMS condition keys".
"""

from __future__ import annotations

from collections.abc import Iterator

from kmscourse.policy.actions import asked_as, exists, nearest
from kmscourse.policy.document import VARIABLES_SINCE
from kmscourse.policy.lint.clause import Clause, Whole
from kmscourse.policy.lint.remark import Remark, Severity
from kmscourse.policy.operators import boolean

# KMS's keys with many values, and the families of keys with one.
MANY_VALUED = frozenset({
    "kms:encryptioncontextkeys", "kms:grantoperations", "kms:resourcealiases",
})  # fmt: skip
ONE_VALUED = ("kms:", "aws:requesttag/", "aws:resourcetag/", "aws:principaltag/")
BY_HAND = "kms:createg"  # "kms:Create*", which the console gives its administrators, is not meant
GRANTS_LIMITED_BY = ("kms:grant", "kms:viaservice", "kms:retiringprincipal")


def remarks(policy: Whole) -> Iterator[Remark]:
    """All that these checks find."""
    yield from _version(policy)
    for clause in policy.clauses:
        yield from _actions(clause)
        yield from _conditions(clause)
        yield from _grants(clause)


def _version(policy: Whole) -> Iterator[Remark]:
    if policy.source.get("Version") == VARIABLES_SINCE:
        return
    found = (
        "has no Version" if "Version" not in policy.source else f"is of Version {policy.source['Version']}"
    )
    variable = next((clause for clause in policy.clauses if "${" in str(clause.source)), None)
    yield policy.remark(
        "old-version",
        Severity.WARNING if variable else Severity.SUGGESTION,
        f"The policy {found}, so a variable such as ${{aws:username}} means the very text"
        + (f", as in statement {variable.statement.number}." if variable else "."),
        f'Write "Version": "{VARIABLES_SINCE}".',
    )


def _actions(clause: Clause) -> Iterator[Remark]:
    if clause.allows and "NotAction" in clause.source:
        yield clause.remark(
            "not-action-allow",
            Severity.SECURITY,
            "An Allow with NotAction gives everything else, what AWS adds one day included.",
            "Say in Action what is allowed.",
        )
    for action in (*clause.actions, *clause.not_actions):
        instead = asked_as(action)
        if instead:
            yield clause.remark(
                "no-such-action",
                Severity.ERROR,
                f"{action} is an operation but no action: AWS asks for {' and '.join(instead)} instead.",
                "Name those that are needed.",
            )
        elif not exists(action):
            meant = nearest(action)
            yield clause.remark(
                "no-such-action",
                Severity.ERROR,
                f"There is no action {action}, so naming it does nothing.",
                f"Write {meant}, if that is what you mean." if meant else "Look the name up, or take it out.",
            )


def _conditions(clause: Clause) -> Iterator[Remark]:
    present = {
        test.key
        for test in clause.requirements
        if test.quantifier == "ForAnyValue"
        or (test.operator == "Null" and set(map(boolean, test.values)) == {False})
    }
    for test in clause.requirements:
        if test.operator in ("Bool", "Null"):
            yield from _not_boolean(clause, test.operator, test.spelled, test.values)
        if test.quantifier != "ForAllValues":
            continue
        if test.key.startswith(ONE_VALUED) and test.key not in MANY_VALUED:
            yield clause.remark(
                "for-all-values-single-valued",
                Severity.ERROR,
                f"{test.spelled} has one value at most, and ForAllValues also holds where it has none at all.",
                f"Use {test.operator} without ForAllValues.",
            )
        elif clause.allows and test.key not in present:
            yield clause.remark(
                "for-all-values-without-null",
                Severity.SECURITY,
                f"ForAllValues also holds for a request that has no {test.spelled} at all.",
                f'Ask for the key as well: "Null": {{"{test.spelled}": "false"}}.',
            )


def _not_boolean(clause: Clause, operator: str, key: str, values: tuple[str, ...]) -> Iterator[Remark]:
    wrong = next((value for value in values if boolean(value) is None and "${" not in value), None)
    if wrong is not None:
        yield clause.remark(
            "not-a-boolean",
            Severity.ERROR,
            f'{operator} compares with true or false, and the value of {key} is "{wrong}".',
            'Write "true" or "false"' + (" (true: the key must be missing)." if operator == "Null" else "."),
        )


def _grants(clause: Clause) -> Iterator[Remark]:
    """A grant made by hand can hand on any use of the key, to anybody, unseen in any policy."""
    by_hand = any(action.lower().startswith(BY_HAND) for action in clause.actions)
    limited = any(test.key.startswith(GRANTS_LIMITED_BY) for test in clause.requirements)
    if clause.allows and by_hand and not limited:
        yield clause.remark(
            "grants-by-hand",
            Severity.WARNING,
            "Whoever may create grants without a limit can pass any use of the key on to anybody.",
            'Add the condition "Bool": {"kms:GrantIsForAWSResource": "true"}, so that only AWS services make them.',
        )
