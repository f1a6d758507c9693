"""How the findings of a decision read as sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kmscourse.policy.evaluate.findings import Finding, Layer, Question
from kmscourse.policy.evaluate.request import Request
from kmscourse.policy.language.statement import Statement

GIVING_QUESTIONS = (
    Question.FREE, Question.NAMED, Question.GRANTED, Question.IDENTITY, Question.ROOT,
)  # fmt: skip


class Subject:
    """Who and what a decision is about, in the words of its texts."""

    __slots__ = ("action", "policy", "who")

    def __init__(self, request: Request) -> None:
        self.who = request.caller.name
        self.action = request.action
        self.policy = "resource-based policy"
        if request.policy_is_root_of_trust:
            self.policy = "key policy" if request.on_key else "trust policy"

    def ask(self, question: Question) -> str:
        """The question, about this caller and this action."""
        return question.value.format(who=self.who, action=self.action, policy=self.policy)


def explain_findings(findings: Sequence[Finding], subject: Subject, *, allowed: bool) -> str:
    """The clause that says why: what gave the permission, or the last thing that was missing."""
    by_question = {finding.question: finding for finding in findings}
    if allowed:
        giving = (by_question[each] for each in GIVING_QUESTIONS if each in by_question)
        clause = _explain_given(next(finding for finding in giving if finding.yes), subject)
    else:
        clause = _explain_missing(findings[-1], subject, with_grants=Question.GRANTED in by_question)
    delegated = by_question.get(Question.DELEGATED)
    if delegated is None or not delegated.yes:
        return clause
    policy = subject.policy if isinstance(delegated.evidence, Statement) else "grant"
    evidence = describe_evidence(delegated.evidence)
    return f"the {policy} leaves it to the account's IAM ({evidence}), and {clause}"


def _explain_given(finding: Finding, subject: Subject) -> str:
    evidence = describe_evidence(finding.evidence)
    match finding.question:
        case Question.FREE:
            return "the call needs no permission"
        case Question.NAMED:
            return f"{evidence} of the {subject.policy} lets them"
        case Question.GRANTED:
            return f"{evidence} of the key lets them"
        case Question.ROOT:
            return "the account's root user needs no identity-based policy"
        case _:
            return f"{evidence} of an identity-based policy allows it"


def _explain_missing(finding: Finding, subject: Subject, *, with_grants: bool) -> str:
    layer = finding.layer or Layer.IDENTITY
    match finding.question:
        case Question.DENIED:
            statement = describe_evidence(finding.evidence)
            return f"{statement} of {layer.with_article} denies it, and a Deny wins over every Allow"
        case Question.READABLE:
            return f"{layer.with_article} can't be read. {finding.evidence}".rstrip(".")
        case Question.SIGNED:
            return "KMS answers signed calls only, whomever the key policy names"
        case Question.SERVICE_CONTROL:
            return f"{finding.evidence} of the organisation's service control policies does not allow it"
        case Question.ALIAS:
            return "permission on an alias is for naming keys, and names that begin with alias/aws/ are AWS's own"
        case Question.ACCOUNT:
            return "who may retire a grant, the grant says, and it does not name them"
        case Question.NAMED | Question.GRANTED | Question.DELEGATED:
            neither = f"the {subject.policy} neither lets them nor leaves it to the IAM of their account"
            return f"{neither}, and no grant lets them" if with_grants else neither
        case _:
            return f"no {layer.noun} allows it"


def describe_evidence(evidence: object) -> str:
    """The statement or grant as a sentence refers to it, as in: the statement "Allow use of the key"."""
    if isinstance(evidence, Statement):
        return evidence.name
    grant = evidence if isinstance(evidence, Mapping) else {}
    return f"the grant {grant.get('GrantId', '')}".rstrip()
