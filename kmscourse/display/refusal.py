"""AWS's sentence with each part labelled: who may not do what on which resource, because of which policy."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from kmscourse.access.refusal import PartKind, Refusal
from kmscourse.display.card import Card, Grid
from kmscourse.display.table import Code, breakable
from kmscourse.policy import parse_principal

MEANINGS = {
    PartKind.CODE: "What a program looks at. The words behind it may change, this doesn't.",
    PartKind.CALL: "The call that was refused.",
    PartKind.PASSED_ON: "DynamoDB let the call itself pass, and wanted to open the table's key in the caller's name. "
    "What follows is what KMS answered.",
    PartKind.WHO: "The caller: the {kind} {name}.",
    PartKind.MAY_NOT: "The caller is known, and the call was signed as it should be: what is missing is a permission.",
    PartKind.ACTION: "The action, as policies write it.",
    PartKind.RESOURCE: "What it was to be done on.",
    PartKind.TECHNICAL: "For support: the service, its HTTP status, its error code, and the number of the request.",
}
MISSING = {
    "identity-based policy": "Nothing that the caller carries in IAM allows it. AWS names one kind of policy only: "
    "of a key, a statement in its key policy, or a grant, would do as well.",
    "resource-based policy": "The resource's own policy (of a key: the key policy) neither names the caller nor "
    "leaves it to the account's IAM.",
    "permissions boundary": "The caller's permissions boundary doesn't allow it, whatever else does.",
    "session policy": "The session's own policy doesn't allow it, whatever else does. A federated user who was given "
    "none may do nothing.",
    "service control policy": "The organisation above the account doesn't allow it, whatever the account does.",
    "resource control policy": "The organisation above the account doesn't allow it on its resources.",
    "VPC endpoint policy": "The network's endpoint doesn't let the call through.",
}
DENIED = "A statement says Deny, and a Deny wins over every Allow: it has to be changed or taken out."
UNSAID = (
    "AWS doesn't say more: the key may be missing, or in another Region, or closed to the caller. "
    "Whoever may not know is not told."
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
