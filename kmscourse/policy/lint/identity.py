"""What can be wrong with a policy that hangs on a user, group or role. IAM User Guide, "IAM JSON policy elements"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kmscourse.policy.evaluate.kms import ALIAS_ACTIONS
from kmscourse.policy.language.actions import services
from kmscourse.policy.lint.linted import ALIAS, LintedPolicy, LintedStatement
from kmscourse.policy.lint.remark import Remark, Severity

_WILDCARD_VENDOR = re.compile(r"arn:[^:]*:[^:]*[*?]")


def find_remarks(policy: LintedPolicy) -> Iterator[Remark]:
    """All that these checks find."""
    for first, second in policy.twins():
        yield second.remark(
            "duplicate-sid",
            Severity.ERROR,
            f"It has the Sid of statement {first.compiled.number}, and IAM refuses such a policy.",
            "Give each statement a Sid of its own, or none.",
        )
    for statement in policy.statements:
        if statement.sid and not (statement.sid.isascii() and statement.sid.isalnum()):
            yield statement.remark(
                "sid-characters",
                Severity.ERROR,
                "IAM takes only letters and digits in a Sid; spaces are for key policies.",
                f"Write {''.join(re.findall('[A-Za-z0-9]+', statement.sid)) or 'another one'}.",
            )
        yield from _check_statement(statement)


def _check_statement(statement: LintedStatement) -> Iterator[Remark]:
    for element in ("Principal", "NotPrincipal"):
        if element in statement.source:
            yield statement.remark(
                "principal-in-identity-policy",
                Severity.ERROR,
                f"Whoever the policy is attached to is meant, so IAM refuses {element} here.",
                "Take it out.",
            )
    if not statement.complete:
        yield statement.remark(
            "no-effect",
            Severity.ERROR,
            "A statement without Action or Resource does nothing, and IAM refuses it.",
            "Say what may be done (Action) and on what (Resource).",
        )
    yield from _check_resources(statement)


def _check_resources(statement: LintedStatement) -> Iterator[Remark]:
    aliases = [resource for resource in statement.resources if ALIAS.match(resource)]
    if aliases and not _names_keys(statement) and _uses_keys(statement):
        yield statement.remark(
            "alias-as-resource",
            Severity.ERROR,
            f"{aliases[0]} opens no use of a key: that is decided by the key, under whatever name it is called.",
            "Write the key's ARN, arn:aws:kms:REGION:ACCOUNT:key/ID.",
        )
    for resource in (*statement.resources, *statement.not_resources):
        if resource not in aliases and not resource.startswith("arn:") and resource.strip("*"):
            yield statement.remark(
                "resource-not-an-arn",
                Severity.ERROR,
                f"{resource} is no ARN, and IAM refuses any other name of a resource.",
                'Write the ARN, or "*".',
            )
        elif _WILDCARD_VENDOR.match(resource):
            yield statement.remark(
                "wildcard-service",
                Severity.ERROR,
                f"{resource} has a wildcard where the service is named, and IAM refuses such a policy.",
                "Write an ARN for each service, as in arn:aws:kms:*:*:key/*.",
            )


def _uses_keys(statement: LintedStatement) -> bool:
    """Does it speak of more than making, moving and deleting aliases, which need permission on alias and key?"""
    return any(statement.covers(action) for action in services()["kms"].names if action not in ALIAS_ACTIONS)


def _names_keys(statement: LintedStatement) -> bool:
    return any(resource == "*" or ":key/" in resource for resource in statement.resources)
