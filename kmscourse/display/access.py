"""Who may use a key, as a card: a row for each principal, a column for each use, and in each cell what lets them in.

Whoever is let in comes first, in the order given. Those whom nothing lets in share the last row, which names them all.
"""

from __future__ import annotations

from collections.abc import Sequence

from kmscourse.access import CONTAINED_USES, Reach
from kmscourse.display.card import Card, Grid
from kmscourse.policy import PrincipalKind


class AccessCard(Card):
    """The card. ``name`` is what people call the key, ``uses`` what it can be used for.

    A use that another one contains has a column only where it tells something of somebody.
    """

    def __init__(self, name: str, uses: Sequence[str], reaches: Sequence[Reach]) -> None:
        self.reaches = tuple(reaches)
        uses = [
            use for use in uses if use not in CONTAINED_USES or any(use in each.telling for each in reaches)
        ]
        let_in = [reach for reach in reaches if reach.uses]
        kept_out = [reach for reach in reaches if not reach.uses]
        rows = [(_who(reach), *(_answer(reach.uses.get(use, "")) for use in uses)) for reach in let_in]
        if kept_out:
            who = _who(kept_out[0]) if len(kept_out) == 1 else _together(kept_out)
            rows.append((who, *(_answer("") for _ in uses)))
        super().__init__(Grid(f"Who may use {name}, and by what", ("who", *uses), rows))


def _who(reach: Reach) -> str:
    assumed = f"\nassumed by {', '.join(reach.assumed_by)}" if reach.assumed_by else ""
    kind = "another account" if reach.kind is PrincipalKind.ROOT else reach.kind.value
    return f"{reach.name}\n{kind}{assumed}"


def _together(kept_out: Sequence[Reach]) -> str:
    return f"{', '.join(reach.name for reach in kept_out)}\nnothing lets them in"


def _answer(by: str) -> str:
    return f"✓ {by}" if by else "✗"
