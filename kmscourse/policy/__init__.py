"""How AWS decides: policies read, evaluated, explained and linted. Pure: no AWS client, no network, no clock.

language/   what a policy says
evaluate/   how a request is decided
explain/    why, and what would allow it
lint/       what is wrong, dangerous or doubtful in a policy

Arrows run one way: language <- evaluate <- explain, and language <- evaluate <- lint. Everything that the rest of the
package uses of them is named here.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from kmscourse.errors import PolicyError
from kmscourse.policy.evaluate.findings import Finding, Layer, Question
from kmscourse.policy.evaluate.kms import (
    CREATE_GRANT,
    MAX_CONSTRAINT_PAIRS,
    MAX_CONSTRAINT_VALUE_LENGTH,
    UNCONSTRAINED_ACTIONS,
    encryption_context,
)
from kmscourse.policy.evaluate.match import applies
from kmscourse.policy.evaluate.policies import Layers
from kmscourse.policy.evaluate.request import Request, RequestContext
from kmscourse.policy.explain.decision import Decision, DecisionStep, evaluate
from kmscourse.policy.language.actions import action_exists, suggest_action
from kmscourse.policy.language.build import (
    DELETION_ACTIONS,
    LAB_POLICY_NAME,
    LAB_USER,
    console_key_policy,
    deleted_principals,
    lab_user_policy,
    list_values,
    principals_of,
    rename_principal,
    replace_principals,
    root_statement,
    statements_naming,
    statements_of,
    trust_policy,
    use_statement,
    with_statement,
    without_principal,
    without_sid,
)
from kmscourse.policy.language.document import Policy, compile_policy, context_keys
from kmscourse.policy.language.patterns import action_matcher, has_wildcard_service
from kmscourse.policy.language.places import line_and_column, locate_statement, locate_statements
from kmscourse.policy.language.principals import ANONYMOUS, Principal, PrincipalKind, parse_principal
from kmscourse.policy.language.read import parse
from kmscourse.policy.language.service_principals import service_principal_exists
from kmscourse.policy.language.variables import fill_in
from kmscourse.policy.lint import Remark, Severity, lint

if TYPE_CHECKING:
    from kmscourse.policy.explain.advice import Advice, Change, what_would_allow
    from kmscourse.policy.explain.comparison import Comparison, compare
    from kmscourse.policy.explain.edits import EditKind
    from kmscourse.policy.explain.near_misses import NearMiss
    from kmscourse.policy.explain.wording import Subject, describe_evidence

__all__ = [
    "ANONYMOUS",
    "CREATE_GRANT",
    "DELETION_ACTIONS",
    "LAB_POLICY_NAME",
    "LAB_USER",
    "MAX_CONSTRAINT_PAIRS",
    "MAX_CONSTRAINT_VALUE_LENGTH",
    "UNCONSTRAINED_ACTIONS",
    "Advice",
    "Change",
    "Comparison",
    "Decision",
    "DecisionStep",
    "EditKind",
    "Finding",
    "Layer",
    "Layers",
    "NearMiss",
    "Policy",
    "PolicyError",
    "Principal",
    "PrincipalKind",
    "Question",
    "Remark",
    "Request",
    "RequestContext",
    "Severity",
    "Subject",
    "action_exists",
    "action_matcher",
    "applies",
    "compare",
    "compile_policy",
    "console_key_policy",
    "context_keys",
    "deleted_principals",
    "describe_evidence",
    "encryption_context",
    "evaluate",
    "fill_in",
    "has_wildcard_service",
    "lab_user_policy",
    "line_and_column",
    "lint",
    "list_values",
    "locate_statement",
    "locate_statements",
    "parse",
    "parse_principal",
    "principals_of",
    "rename_principal",
    "replace_principals",
    "root_statement",
    "service_principal_exists",
    "statements_naming",
    "statements_of",
    "suggest_action",
    "trust_policy",
    "use_statement",
    "what_would_allow",
    "with_statement",
    "without_principal",
    "without_sid",
]

# Loaded on first use: the sandbox, which only decides, starts sooner without them.
_LOADED_LATER = {
    "Advice": "advice",
    "Change": "advice",
    "what_would_allow": "advice",
    "Comparison": "comparison",
    "compare": "comparison",
    "EditKind": "edits",
    "NearMiss": "near_misses",
    "Subject": "wording",
    "describe_evidence": "wording",
}


def __getattr__(name: str) -> object:
    if name in _LOADED_LATER:
        return getattr(import_module(f"{__name__}.explain.{_LOADED_LATER[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
