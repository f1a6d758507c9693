"""Statements against a request: what they cover, and how closely they name the caller."""

from __future__ import annotations

from collections.abc import Iterable

from kmscourse.policy.evaluate.request import Request
from kmscourse.policy.language.document import Policy
from kmscourse.policy.language.principals import NAMED, NOT_NAMED, Naming
from kmscourse.policy.language.statement import Statement


def find_allow(policies: Iterable[Policy], request: Request) -> Statement | None:
    """The first Allow that applies, in policies that hang on the caller."""
    action = request.lowercase_action
    for policy in policies:
        allows, _ = policy.about(action)
        for statement in allows:
            if matches(statement, request) and is_meant_for(statement, request):
                return statement
    return None


def applies(statement: Statement, request: Request) -> bool:
    """Does a statement apply, in a policy that hangs on the caller?"""
    return (
        statement.covers_action(request.lowercase_action)
        and matches(statement, request)
        and is_meant_for(statement, request)
    )


def matches(statement: Statement, request: Request) -> bool:
    """Do the resource and every condition of the statement match? Its action and its principals are not looked at."""
    resources = statement.resources
    if (resources is None or not resources.everything) and not covers_resource(statement, request):
        return False
    for condition in statement.conditions:  # noqa: SIM110 (a loop costs half of what all() does)
        if not condition.holds(request.values):
            return False
    return True


def covers_resource(statement: Statement, request: Request) -> bool:
    """Does its Resource or NotResource cover the resource?"""
    if statement.resources is not None:
        return bool(statement.resources.cover(request.segments, request.values))
    excluded_resources = statement.not_resources
    if excluded_resources is None:
        # Only a role's trust policy does without: the role that it hangs on is meant.
        return request.assumes_role
    excluded = excluded_resources.cover(request.segments, request.values)
    if excluded is None or (not excluded and excluded_resources.incomplete):
        # What is excluded can't be told: an Allow does not take effect, a Deny does.
        return statement.denies
    return not excluded


def name_caller(statement: Statement, request: Request) -> Naming:
    """How closely the statement, in a resource-based policy, names the caller."""
    if statement.principals is not None:
        return statement.principals.names(request.caller)
    if statement.not_principals is None:
        return NOT_NAMED
    if statement.denies:
        spared = statement.not_principals.exempts(request.caller)
    else:
        spared = statement.not_principals.names(request.caller) is not NOT_NAMED
    return NOT_NAMED if spared else NAMED


def is_meant_for(statement: Statement, request: Request) -> bool:
    """Is the caller meant, where the policy hangs on the caller? Nobody need be named there."""
    if statement.principals is None and statement.not_principals is None:
        return True
    return name_caller(statement, request) is not NOT_NAMED
