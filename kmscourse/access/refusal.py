"""AWS's refusals taken apart: each part of the sentence with its name, its place, and what it means.

The sentences are those of the IAM User Guide, "Troubleshoot access denied error messages", the ones that KMS and
DynamoDB are known to have said, and the one that KMS said until 2022. AWS promises none of them to the letter: a
program looks at the error code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from kmscourse.errors import KmsCourseError


class PartKind(StrEnum):
    """What a part of the sentence says."""

    CODE = "error code"
    CALL = "call"
    PASSED_ON = "passed on by DynamoDB"
    WHO = "who"
    MAY_NOT = "may not do"
    ACTION = "what"
    RESOURCE = "on which resource"
    BECAUSE = "because of which policy"
    TECHNICAL = "how KMS answered DynamoDB"


@dataclass(frozen=True)
class SentencePart:
    """A part of the sentence. ``kind`` is None for the words between two parts."""

    text: str
    kind: PartKind | None = None


POLICY_TYPES = (
    "identity-based policy", "resource-based policy", "permissions boundary", "session policy",
    "service control policy", "resource control policy", "VPC endpoint policy",
)  # fmt: skip
_TYPES = "|".join(POLICY_TYPES)

_CALLED = re.compile(
    r"An error occurred \((?P<CODE>\w+)\) when calling the (?P<CALL>\w+) operation(?: \(reached max retries: \d+\))?: "
)
_RELAYED = re.compile(
    r"(?P<PASSED_ON>KMS key access denied error: com\.amazonaws\.services\.kms\.model\.AWSKMSException:) "
    r"(?P<inner>.*?)(?: (?P<TECHNICAL>\(Service: AWSKMS; Status Code: \d+; Error Code: \w+; [^()]*\)))?",
    re.DOTALL,
)
_NOWHERE = (
    "because the resource does not exist in this Region, no resource-based policies allow access, "
    "or a resource-based policy explicitly denies access"
)
_SENTENCE = re.compile(
    r"User: (?P<WHO>\S+) (?P<MAY_NOT>is not authorized to perform): (?P<ACTION>[\w-]+:\w+)"
    r"(?: on resource: (?P<RESOURCE>(?:(?:user|role|group|policy) )?\S+)| on (?P<hidden>this resource))?"
    rf"(?: (?P<BECAUSE>because no (?P<missing>{_TYPES}) allows the \S+ action"
    rf"|with an explicit deny in an? (?P<denying>{_TYPES})(?:: \S+)?|{_NOWHERE}))?"
)
_OLD = re.compile(
    r"(?P<BECAUSE>The ciphertext refers to a customer master key that does not exist, does not exist in this region, "
    r"or you are not allowed to access\.)"
)


@dataclass(frozen=True)
class Refusal:
    """A refusal, in parts that together are the text again.

    ``principal``, ``action`` and ``resource`` are None where the sentence doesn't say; ``policy_type`` is the one kind
    of policy that it names. ``explicit``: a Deny statement refused. ``via_dynamodb``: DynamoDB passes on what KMS
    answered when it used a table's key. ``hides_resource``: there is one, and AWS doesn't say which.
    """

    text: str
    parts: tuple[SentencePart, ...]
    policy_type: str | None = None
    explicit: bool = False
    hides_resource: bool = False

    @classmethod
    def read(cls, text: str) -> Refusal:
        """Take a refusal apart, with or without boto3's introduction. Raises KmsCourseError where it is none."""
        matches: list[re.Match[str]] = []
        start, end = 0, len(text)
        if called := _CALLED.match(text):
            matches.append(called)
            start = called.end()
        if relayed := _RELAYED.fullmatch(text, start):
            matches.append(relayed)
            start, end = relayed.span("inner")
        sentence = _SENTENCE.match(text, start, end) or _OLD.match(text, start, end)
        if sentence is None:
            raise KmsCourseError(f"This is not an access-denied sentence of AWS: {text[:300]!r}")
        groups = sentence.groupdict()
        denying = groups.get("denying")
        return cls(
            text,
            tuple(_parts(text, [*matches, sentence])),
            denying or groups.get("missing"),
            denying is not None,
            groups.get("hidden") is not None,
        )

    def part(self, kind: PartKind) -> str | None:
        """What the sentence says in that part."""
        return next((part.text for part in self.parts if part.kind is kind), None)

    @property
    def principal(self) -> str | None:
        """The ARN of who was refused."""
        return self.part(PartKind.WHO)

    @property
    def action(self) -> str | None:
        """The action, as policies write it."""
        return self.part(PartKind.ACTION)

    @property
    def resource(self) -> str | None:
        """The ARN of what it was to be done on."""
        return self.part(PartKind.RESOURCE)

    @property
    def via_dynamodb(self) -> bool:
        """Does DynamoDB pass on what KMS answered?"""
        return self.part(PartKind.PASSED_ON) is not None


def _parts(text: str, matches: list[re.Match[str]]) -> Iterator[SentencePart]:
    """The parts of a text that was matched, with the words between them."""
    places = {}
    for match in matches:
        for name in match.groupdict():
            kind = PartKind.__members__.get(name)
            if kind is not None and match.start(name) >= 0:
                places[match.span(name)] = kind
    position = 0
    for (start, end), kind in sorted(places.items()):
        if start > position:
            yield SentencePart(text[position:start])
        yield SentencePart(text[start:end], kind)
        position = end
    if position < len(text):
        yield SentencePart(text[position:])
