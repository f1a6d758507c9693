"""The grants on a key as a card: to whom each gives what, under which constraint, and who may retire it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kmscourse.display.card import Card, Grid, Words
from kmscourse.display.table import Code
from kmscourse.policy import parse_principal

HEAD = ("Name", "To", "May", "Only with the encryption context", "Retired by")
_CONSTRAINTS = {"EncryptionContextEquals": "exactly", "EncryptionContextSubset": "at least"}


class GrantsCard(Card):
    """Grants as ``kms.grants`` gives them, in the order in which they were created."""

    def __init__(self, grants: Iterable[Mapping[str, Any]], title: str = "The grants on the key") -> None:
        in_order = sorted(grants, key=lambda grant: grant["CreationDate"])
        rows = [_row(grant) for grant in in_order]
        super().__init__(Grid(title, HEAD, rows) if rows else Words("There is no grant on it.", f"{title}."))


def _row(grant: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        grant.get("Name") or "·",
        _who(grant, "Grantee"),
        Code("\n".join(grant["Operations"])),
        "\n".join(_constraints(grant)) or "any",
        _who(grant, "Retiring"),
    )


def _who(grant: Mapping[str, Any], role: str) -> str:
    """A principal of the grant by name; "·" where it has none."""
    principal = grant.get(f"{role}Principal") or grant.get(f"{role}ServicePrincipal")
    return parse_principal(principal).name if principal else "·"


def _constraints(grant: Mapping[str, Any]) -> Iterable[str]:
    constraints = grant.get("Constraints") or {}
    for name, word in _CONSTRAINTS.items():
        if pairs := constraints.get(name):
            yield f"{word} {', '.join(f'{key}={value}' for key, value in pairs.items())}"
    if source := constraints.get("SourceArn"):
        yield f"any, for {source}"
