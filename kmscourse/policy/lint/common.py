"""What can be wrong with any policy.

IAM User Guide, "IAM JSON policy elements reference" and "IAM Access Analyzer policy check reference"; AWS KMS Developer
Guide, "AWS KMS condition keys".
"""

from __future__ import annotations

from collections.abc import Iterator

from kmscourse.policy.language.actions import action_exists, required_actions, suggest_action
from kmscourse.policy.language.document import VARIABLES_SINCE
from kmscourse.policy.language.operators import read_boolean
from kmscourse.policy.language.patterns import has_wildcard_service
from kmscourse.policy.lint.linted import LintedPolicy, LintedStatement
from kmscourse.policy.lint.remark import Remark, Severity

# KMS's keys with many values, and the families of keys with one.
MANY_VALUED = frozenset({
    "kms:encryptioncontextkeys", "kms:grantoperations", "kms:resourcealiases",
})  # fmt: skip
ONE_VALUED = ("kms:", "aws:requesttag/", "aws:resourcetag/", "aws:principaltag/")
BY_HAND = "kms:createg"  # "kms:Create*", which the console gives its administrators, is not meant
GRANTS_LIMITED_BY = ("kms:grant", "kms:viaservice", "kms:retiringprincipal")


def find_remarks(policy: LintedPolicy) -> Iterator[Remark]:
    """All that these checks find."""
    yield from _check_version(policy)
    for statement in policy.statements:
        yield from _check_actions(statement)
        yield from _check_conditions(statement)
        yield from _check_grants(statement)


def _check_version(policy: LintedPolicy) -> Iterator[Remark]:
    if policy.source.get("Version") == VARIABLES_SINCE:
        return
    version = policy.source.get("Version")
    state = f"is of Version {version}" if version else "has no Version"
    variable = next((statement for statement in policy.statements if "${" in str(statement.source)), None)
    yield policy.remark(
        "old-version",
        Severity.WARNING if variable else Severity.SUGGESTION,
        f"The policy {state}, so a variable such as ${{aws:username}} means the very text"
        + (f", as in statement {variable.compiled.number}." if variable else "."),
        f'Write "Version": "{VARIABLES_SINCE}".',
    )


def _check_actions(statement: LintedStatement) -> Iterator[Remark]:
    if statement.allows and "NotAction" in statement.source:
        yield statement.remark(
            "not-action-allow",
            Severity.SECURITY,
            "An Allow with NotAction gives everything else, what AWS adds one day included.",
            "Say in Action what is allowed.",
        )
    for action in (*statement.actions, *statement.not_actions):
        instead = required_actions(action)
        if instead:
            yield statement.remark(
                "no-such-action",
                Severity.ERROR,
                f"{action} is an operation but no action: AWS asks for {' and '.join(instead)} instead.",
                "Name those that are needed.",
            )
        elif has_wildcard_service(action):
            yield statement.remark(
                "wildcard-service",
                Severity.ERROR,
                f"{action} has a wildcard where the service is named, and AWS refuses such a policy.",
                f'Name the service, as in kms:{action.partition(":")[2]}. Only "*" alone stands for all of them.',
            )
        elif not action_exists(action):
            meant = suggest_action(action)
            yield statement.remark(
                "no-such-action",
                Severity.ERROR,
                f"There is no action {action}, so naming it does nothing.",
                f"Write {meant}, if that is what you mean." if meant else "Look the name up, or take it out.",
            )


def _check_conditions(statement: LintedStatement) -> Iterator[Remark]:
    present = {
        requirement.key
        for requirement in statement.requirements
        if requirement.quantifier == "ForAnyValue"
        or (requirement.operator == "Null" and set(map(read_boolean, requirement.values)) == {False})
    }
    for requirement in statement.requirements:
        if requirement.operator in ("Bool", "Null"):
            yield from _check_boolean(
                statement, requirement.operator, requirement.spelled, requirement.values
            )
        if requirement.quantifier != "ForAllValues":
            continue
        if requirement.key.startswith(ONE_VALUED) and requirement.key not in MANY_VALUED:
            yield statement.remark(
                "for-all-values-single-valued",
                Severity.ERROR,
                f"{requirement.spelled} has one value at most, and ForAllValues also holds where it has none at all.",
                f"Use {requirement.operator} without ForAllValues.",
            )
        elif statement.allows and requirement.key not in present:
            yield statement.remark(
                "for-all-values-without-null",
                Severity.SECURITY,
                f"ForAllValues also holds for a request that has no {requirement.spelled} at all.",
                f'Ask for the key as well: "Null": {{"{requirement.spelled}": "false"}}.',
            )


def _check_boolean(
    statement: LintedStatement, operator: str, key: str, values: tuple[str, ...]
) -> Iterator[Remark]:
    wrong = next((value for value in values if read_boolean(value) is None and "${" not in value), None)
    if wrong is not None:
        yield statement.remark(
            "not-a-boolean",
            Severity.ERROR,
            f'{operator} compares with true or false, and the value of {key} is "{wrong}".',
            'Write "true" or "false"' + (" (true: the key must be missing)." if operator == "Null" else "."),
        )


def _check_grants(statement: LintedStatement) -> Iterator[Remark]:
    """A grant made by hand can hand on any use of the key, to anybody, unseen in any policy."""
    by_hand = any(action.lower().startswith(BY_HAND) for action in statement.actions)
    limited = any(requirement.key.startswith(GRANTS_LIMITED_BY) for requirement in statement.requirements)
    if statement.allows and by_hand and not limited:
        yield statement.remark(
            "grants-by-hand",
            Severity.WARNING,
            "Whoever may create grants without a limit can pass any use of the key on to anybody.",
            'Add the condition "Bool": {"kms:GrantIsForAWSResource": "true"}, so that only AWS services make them.',
        )
