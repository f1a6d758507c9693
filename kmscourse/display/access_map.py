"""Who reaches which key, drawn: users at the left, the roles that they assume beside them, the keys at the right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kmscourse.access import Reach, Snapshot, who_may
from kmscourse.display.key import USAGES
from kmscourse.display.picture import Picture
from kmscourse.display.svg import FAINT, SMALL, Drawing
from kmscourse.kms import find_key
from kmscourse.policy import PrincipalKind

ROW = 112  # pixels from one principal to the next
TOP, GAP, EDGE = 20, 24, 20
USER, ROLE, KEY, KEY_WIDTH = 120, 420, 800, 290  # where each column is
HALF = 34  # of a person's width
MAX_NAME = 30  # letters of a role's name that fit between a user and a key
LETTER = 10.4  # pixels that a letter of a label takes, at most
STEP = 16  # pixels from the line of one user to that of the next


@dataclass(frozen=True)
class MappedKey:
    """A key of the map: ``notes`` say what kind it is and in which state, a line each."""

    name: str
    notes: Sequence[str]
    works: bool
    reaches: Sequence[Reach]

    @property
    def shown(self) -> list[Reach]:
        """Who is drawn: whoever may do anything with it, and whoever assumes such a role."""
        reaching = [reach for reach in self.reaches if reach.uses]
        assuming = {name for reach in reaching for name in reach.assumed_by}
        return [
            reach
            for reach in self.reaches
            if reach.uses or (reach.kind is PrincipalKind.USER and reach.name in assuming)
        ]


def mapped_keys(snapshot: Snapshot, aliases: Sequence[str]) -> list[MappedKey]:
    """The keys that aliases lead to, as the map has them: each once, under the first of its aliases.

    Raises ClientError where AWS doesn't show a key, its policy or its grants.
    """
    names: dict[str, list[str]] = {}
    for alias in aliases:
        arn = find_key(snapshot.account.client("kms"), alias)
        if arn is not None:
            names.setdefault(arn, []).append(alias.removeprefix("alias/"))
    return [_mapped(snapshot, arn, *of_key) for arn, of_key in names.items()]


def _mapped(snapshot: Snapshot, arn: str, name: str, *other_names: str) -> MappedKey:
    key = snapshot.account.client("kms").describe_key(KeyId=arn)["KeyMetadata"]
    state, usage = key["KeyState"], key["KeyUsage"]
    notes = [f"to {USAGES[usage]}", _STATES.get(state, state), *(f"also {other}" for other in other_names)]
    return MappedKey(name, notes, state == "Enabled", who_may(snapshot, arn, usage))


class AccessMap(Picture):
    """The map. Only who reaches a key is on it."""

    title = "Who reaches which key"
    width = 1120

    def __init__(self, keys: Sequence[MappedKey]) -> None:
        self.keys = tuple(keys)

    def __repr__(self) -> str:
        return "\n".join(self._sentences()) or "There is no key yet."

    def _sentences(self) -> Iterator[str]:
        for key in self.keys:
            yield f"The key {key.name}: {', '.join(key.notes)}."
            for reach in key.shown:
                for role in reach.assumed_by:
                    yield f"{role} may assume the role {reach.name}."
                for by in dict.fromkeys(reach.telling.values()):
                    yield f"{reach.name} may {_listed(reach, by)}: by {by}."

    def svg(self) -> str:
        """The drawing, as an SVG document."""
        heights = [max(1, len(key.shown)) * ROW for key in self.keys] or [ROW]
        height = TOP + sum(heights) + GAP * (len(heights) - 1) + EDGE
        draw = Drawing(self.width, height, title=self.title, description=" ".join(repr(self).splitlines()))
        top = TOP
        if not self.keys:
            draw.text(self.width / 2, TOP + ROW / 2, "No key yet", fill=FAINT)
        for key, of_key in zip(self.keys, heights, strict=False):
            self._key(draw, key, top, of_key)
            top += of_key + GAP
        return draw.document()

    def _key(self, draw: Drawing, key: MappedKey, top: int, height: int) -> None:
        kind = "key" if key.works else "off"
        draw.box(KEY, top + 4, KEY_WIDTH, height - 8, key.name, key.notes, kind=kind, icon="key")
        places: dict[str, tuple[int, int]] = {}
        for number, reach in enumerate(key.shown):
            middle = top + number * ROW + ROW // 2 - 8
            is_user = reach.kind is PrincipalKind.USER
            x = USER if is_user else ROLE
            if is_user:
                draw.person(x, middle, reach.name)
                places[reach.name] = (USER + 60 + STEP * len(places), middle)
            else:
                draw.person(x, middle, _short(reach.name))
                draw.text(
                    x - HALF - 8,
                    middle - 12,
                    _KINDS.get(reach.kind, ""),
                    size=SMALL,
                    fill=FAINT,
                    anchor="end",
                )
            if reach.uses:
                self._arrow(draw, x, middle, reach, works=key.works)
        roles: list[int] = []
        for number, reach in enumerate(key.shown):
            middle = top + number * ROW + ROW // 2 - 8
            assuming = [places[name] for name in reach.assumed_by if name in places]
            for side, user in assuming:
                self._assume(draw, side, user, middle)
            if assuming:
                roles.append(middle)
        for middle in roles:  # once every line is drawn, so that none runs through a label
            draw.label(ROLE - HALF - 20, middle + 32, "assumes", anchor="end")

    def _arrow(self, draw: Drawing, x: int, middle: int, reach: Reach, *, works: bool) -> None:
        """From somebody in the column ``x`` to the key."""
        start = x + HALF
        draw.arrow((start, middle), (KEY, middle), kind="plain" if works else "no")
        kinds = dict.fromkeys(reach.telling.values())
        for number, by in enumerate(kinds):
            below = middle - 10 if number == 0 else middle + 22 * number
            letters = int((KEY - start) / LETTER)
            draw.label((start + KEY) / 2, below, _short(f"{_listed(reach, by)} · {by}", letters))

    def _assume(self, draw: Drawing, side: int, user: int, role: int) -> None:
        """From a user, along a line of their own at ``side``, down (or up) to the role that they may assume."""
        draw.arrow((USER + HALF, user + 12), (side, user + 12), (side, role + 12), (ROLE - HALF, role + 12))


_STATES = {
    "Enabled": "enabled",
    "Disabled": "disabled",
    "PendingDeletion": "waits for its deletion",
    "PendingImport": "without key material",
}
_KINDS = {PrincipalKind.ROLE: "role", PrincipalKind.OUTSIDER: "service", PrincipalKind.SESSION: "session"}


def _listed(reach: Reach, by: str) -> str:
    return ", ".join(use for use, what in reach.telling.items() if what == by)


def _short(text: str, letters: int = MAX_NAME) -> str:
    return text if len(text) <= letters else f"{text[: letters - 1]}…"
