"""What a decision finds on its way: the questions in AWS's order, the answers, and how they read.

The order is that of the IAM User Guide's "Policy evaluation logic"; for keys, that of the AWS KMS Developer
Guide's "Troubleshooting key access".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum, StrEnum
from typing import Any, NamedTuple

from kmscourse.policy.request import Asked
from kmscourse.policy.statement import Statement


class Layer(StrEnum):
    """The kinds of policy, by the names that AWS's sentence gives them."""

    SERVICE_CONTROL = "service control"
    RESOURCE = "resource-based"
    IDENTITY = "identity-based"
    BOUNDARY = "permissions boundary"
    SESSION = "session"

    @property
    def noun(self) -> str:
        """As in "no identity-based policy" and "no permissions boundary"."""
        return self.value if self is Layer.BOUNDARY else f"{self.value} policy"

    @property
    def with_article(self) -> str:
        """As in "an identity-based policy"."""
        return f"{'an' if self is Layer.IDENTITY else 'a'} {self.noun}"


class Question(Enum):
    """What is asked; {policy} is the resource's own policy."""

    FREE = "Is {action} a call that needs no permission?"
    SIGNED = "Is the call signed, as KMS wants every call to be?"
    READABLE = "Can every policy be read?"
    DENIED = "Does any statement explicitly deny it?"
    SERVICE_CONTROL = "Do the organisation's service control policies allow {action}, at every level?"
    ALIAS = "Can a policy give {action} on this alias?"
    NAMED = "Does the {policy} itself let {who} call {action}?"
    GRANTED = "Does a grant let {who} call {action}?"
    DELEGATED = "Does the {policy} let the account's IAM decide?"
    ACCOUNT = "May {who}'s account retire it, and let its own do so through IAM?"
    IDENTITY = "Does an identity-based policy allow {action}?"
    ROOT = "Is {who} the root user of that account, above every identity-based policy?"
    BOUNDARY = "Does the permissions boundary allow {action}?"
    SESSION = "Does the session policy allow {action}?"
    VERDICT = "Then may {who} call {action}?"


class Finding(NamedTuple):
    """The answer to one question. ``evidence``: the statement or the grant behind it, or a sentence."""

    question: Question
    yes: bool
    layer: Layer | None = None
    evidence: Statement | Mapping[str, Any] | str | None = None


class Subject:
    """Who and what a decision is about, in the words of its texts."""

    __slots__ = ("action", "policy", "who")

    def __init__(self, asked: Asked) -> None:
        self.who = asked.caller.name
        self.action = asked.request.action
        self.policy = "resource-based policy"
        if asked.policy_is_root_of_trust:
            self.policy = "key policy" if asked.on_key else "trust policy"

    def ask(self, question: Question) -> str:
        """The question, about this caller and this action."""
        return question.value.format(who=self.who, action=self.action, policy=self.policy)


GIVES = (Question.FREE, Question.NAMED, Question.GRANTED, Question.IDENTITY, Question.ROOT)


def why(findings: Sequence[Finding], subject: Subject, *, allowed: bool) -> str:
    """The clause that says why: what gave the permission, or the last thing that was missing."""
    asked = {found.question: found for found in findings}
    if allowed:
        clause = _given(
            next(asked[question] for question in GIVES if question in asked and asked[question].yes), subject
        )
    else:
        clause = _missing(findings[-1], subject, grants=Question.GRANTED in asked)
    delegated = asked.get(Question.DELEGATED)
    if delegated is None or not delegated.yes:
        return clause
    by = subject.policy if isinstance(delegated.evidence, Statement) else "grant"
    return f"the {by} leaves it to the account's IAM ({cited(delegated)}), and {clause}"


def _given(found: Finding, subject: Subject) -> str:
    match found.question:
        case Question.FREE:
            return "the call needs no permission"
        case Question.NAMED:
            return f"{cited(found)} of the {subject.policy} lets them"
        case Question.GRANTED:
            return f"{cited(found)} of the key lets them"
        case Question.ROOT:
            return "the account's root user needs no identity-based policy"
        case _:
            return f"{cited(found)} of an identity-based policy allows it"


def _missing(found: Finding, subject: Subject, *, grants: bool) -> str:
    layer = found.layer or Layer.IDENTITY
    match found.question:
        case Question.DENIED:
            return f"{cited(found)} of {layer.with_article} denies it, and a Deny wins over every Allow"
        case Question.READABLE:
            return f"{layer.with_article} can't be read. {found.evidence}".rstrip(".")
        case Question.SIGNED:
            return "KMS answers signed calls only, whomever the key policy names"
        case Question.SERVICE_CONTROL:
            return f"{found.evidence} of the organisation's service control policies does not allow it"
        case Question.ALIAS:
            return "permission on an alias is for naming keys, and names that begin with alias/aws/ are AWS's own"
        case Question.ACCOUNT:
            return "who may retire a grant, the grant says, and it does not name them"
        case Question.NAMED | Question.GRANTED | Question.DELEGATED:
            neither = f"the {subject.policy} neither lets them nor leaves it to the IAM of their account"
            return f"{neither}, and no grant lets them" if grants else neither
        case _:
            return f"no {layer.noun} allows it"


def cited(found: Finding) -> str:
    """The statement or grant behind an answer, as a sentence refers to it."""
    return name_of(found.evidence)


def name_of(evidence: object) -> str:
    """As in: the statement "Allow use of the key"."""
    if isinstance(evidence, Statement):
        return evidence.name
    grant = evidence if isinstance(evidence, Mapping) else {}
    return f"the grant {grant.get('GrantId', '')}".rstrip()
