"""AWS's sentence with each part labelled: who may not do what on which resource, because of which policy."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from kmscourse.access.refusal import PartKind, Refusal
from kmscourse.display.card import Card, Grid
from kmscourse.display.table import Code, breakable
from kmscourse.policy import parse_principal

MEANINGS = {
    PartKind.CODE: "A program reads this. AWS may change the message, but not the code.",
    PartKind.CALL: "The call that was refused.",
    PartKind.PASSED_ON: "The call itself is allowed. But DynamoDB asked KMS to decrypt the table key in the "
    "caller's name. The rest is the answer of KMS.",
    PartKind.WHO: "The caller: the {kind} {name}.",
    PartKind.MAY_NOT: "The signature is right, and AWS knows the caller. A permission is missing.",
    PartKind.ACTION: "The action, as policies write it.",
    PartKind.RESOURCE: "The resource that the call was about.",
    PartKind.TECHNICAL: "For support: the service, its HTTP status, its error code, and the number of the request.",
}
MISSING = {
    "identity-based policy": "No IAM policy of the caller allows it. AWS names only one kind of policy: "
    "for a key, a statement in its key policy or a grant would be enough too.",
    "resource-based policy": "The policy of the resource (for a key: the key policy) does not name the caller, and "
    "does not let the account's IAM policies decide.",
    "permissions boundary": "The caller's permissions boundary does not allow it. No other policy can change that.",
    "session policy": "The session's own policy does not allow it. No other policy can change that. A federated user "
    "without a session policy may do nothing.",
    "service control policy": "A policy of the organisation above the account does not allow it. No policy of the "
    "account can change that.",
    "resource control policy": "A policy of the organisation above the account does not allow it on these resources.",
    "VPC endpoint policy": "The policy of the network's endpoint does not allow the call.",
}
DENIED = "A statement says Deny, and a Deny wins over every Allow. Somebody has to change or remove that statement."
UNSAID = (
    "AWS does not say why. Perhaps the key does not exist, or it is in another Region, or the caller may not use it. "
    "AWS does not tell this to a caller who may not know it."
)


class RefusalCard(Card):
    """A refusal as AWS said it, with each part labelled; takes the message or boto3's whole sentence.

    Raises KmsCourseError for a text that is no refusal.
    """

    def __init__(self, text: str) -> None:
        super().__init__(Labelled(Refusal.read(text)))


@dataclass(frozen=True)
class Labelled:
    """A refusal's text with its parts underlined, numbered and named, and what each of them says.

    ``folded``: on a page, only its opening shows until one unfolds it.
    """

    refusal: Refusal
    opening: str = "AWS says"
    folded: bool = False

    def html(self) -> str:
        """For a page."""
        quoted, rows = "", list[tuple[str, str, str]]()
        for part in self.refusal.parts:
            quoted += breakable(escape(part.text)) if part.kind is None else ""
            if part.kind is not None:
                label = f"{len(rows) + 1}\N{NO-BREAK SPACE}{part.kind}"
                quoted += f"<strong>{breakable(escape(part.text))}</strong><sup>{label}</sup>"
                rows.append((label, Code(part.text), meaning(self.refusal, part.kind)))
        body = (
            f"<blockquote>{quoted}</blockquote>\n"
            + Grid("What each part says", ("Part", "In AWS's words", "Meaning"), rows).html()
        )
        if self.folded:
            return f"<details><summary>{self.opening}, word for word</summary>{body}</details>"
        return f"<p><strong>{self.opening}</strong></p>{body}"

    def text(self) -> str:
        """For a terminal."""
        quoted, lines = f"{self.opening}: ", list[str]()
        for part in self.refusal.parts:
            quoted += part.text
            if part.kind is not None:
                lines.append(f"[{len(lines) + 1}] {part.kind}: {meaning(self.refusal, part.kind)}")
                quoted += f" [{len(lines)}]"
        return "\n".join([quoted, *lines])


def meaning(refusal: Refusal, kind: PartKind) -> str:
    """What a part of the sentence tells."""
    if kind is not PartKind.BECAUSE:
        who = parse_principal(refusal.principal or "")
        return MEANINGS[kind].format(kind=who.kind.value, name=who.name)
    if refusal.explicit:
        return DENIED
    return MISSING.get(refusal.policy_type or "", UNSAID)
