"""The architecture, drawn; what is new in it has a thick line and a tag."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import wrap

from kmscourse.course.sections import BEYOND_SECTIONS
from kmscourse.display.architecture import MY_KEY, Architecture, Component, verdict
from kmscourse.display.growth import describe_changes, find_changes
from kmscourse.display.picture import Picture
from kmscourse.display.svg import FAINT, NAME, SEVERAL, Drawing

NOTES = {"Enabled": "enabled", "Disabled": "disabled", "PendingDeletion": "waits for its deletion"}
MAX_NAMES, MAX_NAME_LENGTH = 4, 19  # that a key policy shows
HEIGHTS: dict[int, set[Component]] = {
    556: {Component.ENCRYPTED, Component.READER, Component.AT_TABLE},
    300: {Component.KEY, Component.TABLE, Component.AT_KEY},
    176: set(),
}
"""How far down the drawing reaches, and what reaches so far."""
MAX_LINE_LENGTH = 104  # of the caption in a line


class Diagram(Picture):
    """The architecture ``now``; with ``before``, what has changed since then is marked, and said.

    Whoever comes to it later finds every part at its old place.
    """

    title = "The architecture of the lab"
    width = 1120

    def __init__(self, now: Architecture, before: Architecture | None = None) -> None:
        self.now = now
        self.changed = find_changes(now, before or now)

    def __repr__(self) -> str:
        return "\n".join([*self.now.sentences().values(), *self._caption()])

    def svg(self) -> str:
        """The drawing, as an SVG document."""
        shown = self.now.sentences().keys() | self.changed.keys()
        bottom = next(height for height, parts in HEIGHTS.items() if parts & shown or not parts)
        caption = [line for sentence in self._caption() for line in wrap(sentence, MAX_LINE_LENGTH)]
        height = bottom + 20 + 26 * len(caption)
        draw = Drawing(self.width, height, title=self.title, description=" ".join(repr(self).splitlines()))
        draw.frame(196, 18, 906, min(bottom, 300) - 18, "Your AWS account")
        draw.person(98, 106, "Administrator", mark=self._mark(Component.ADMINISTRATOR))
        self._key(draw)
        self._application(draw)
        self._table(draw)
        self._reader(draw)
        for number, line in enumerate(caption):
            draw.text(24, bottom + 30 + 26 * number, line, size=17, weight=600, anchor="start")
        return draw.document()

    def _caption(self) -> list[str]:
        return describe_changes(self.changed)

    def _mark(self, part: Component) -> str:
        return self.changed.get(part, "")

    def _key(self, draw: Drawing) -> None:
        """The KMS key and its policy."""
        state = self.now.key_state
        if state is None:
            draw.text(649, 106, "No customer managed key yet", size=NAME, fill=FAINT)
            return
        draw.arrow((136, 96), (240, 96))
        draw.label(186, 86, "manages")
        kind = "key" if self.now.works else "off"
        note = NOTES.get(state, state)
        draw.box(
            240,
            58,
            250,
            76,
            "KMS key myKey",
            [note],
            kind=kind,
            icon="key",
            mark=self._mark(Component.KEY),
        )
        denied = [f"✗ Deny: {_short(name, MAX_NAME_LENGTH - 6)}" for name in self.now.keeps_out]
        notes = [
            *_first(
                [f"· {_short(name)}" for name in self.now.lets_in or ()], MAX_NAMES - min(len(denied), 2)
            ),
            *_first(denied, 2),
        ] or ["lets nobody in"]
        mark = self._mark(Component.POLICY)
        height = max(96, 46 + 22 * len(notes))
        draw.box(286, 152, 204, height, "Key policy", notes, kind="paper", icon="paper", mark=mark)

    def _application(self, draw: Drawing) -> None:
        """The application with its data key in both forms, and its message."""
        if not self.now.data_key:
            return
        draw.frame(20, 330, 806, 226, "Your application")
        mark, kind = self._mark(Component.ENCRYPTED), "plain" if self.now.works else "no"
        several, top = self.now.message, 384 - SEVERAL if self.now.message else 384
        if self.now.key_state is not None:
            for end in (163, 488):
                draw.arrow((262, 134), (262, 350), (end, 350), (end, top), kind=kind, mark=mark)
            made = "GenerateDataKey gives both forms" if self.now.works else "makes and opens nothing"
            draw.label(280, 321, made, anchor="start")
        name, clear = "Data keys" if several else "Data key", ["plaintext: in memory,", "for a moment"]
        draw.box(
            40,
            384,
            246,
            96,
            name,
            clear,
            kind="open",
            icon="key",
            mark=self._mark(Component.PLAINTEXT),
            several=several,
        )
        encrypted = ["encrypted: kept,", "one per message"] if several else ["encrypted by", "KMS: kept"]
        draw.box(392, 384, 192, 96, name, encrypted, kind="key", icon="lock", mark=mark, several=several)
        if self.now.opened:
            mark = self._mark(Component.DECRYPT)
            draw.arrow((392, 438), (286 + 384 - top, 438), kind=kind, mark=mark)
            draw.label(340, 418, "Decrypt")
            draw.tag(366, 466, mark)
        if self.now.message:
            mark = self._mark(Component.MESSAGE)
            draw.arrow((163, 480), (163, 530), (717, 530), (717, 480), mark=mark)
            draw.label(440, 521, "seals and opens the message")
            sealed = ["sealed with a data", "key of its own: kept"]
            draw.box(622, 384, 190, 96, "Message", sealed, icon="lock", mark=mark)

    def _table(self, draw: Drawing) -> None:
        """The table, its key, and the grant with which DynamoDB uses myKey."""
        mark = self._mark(Component.TABLE)
        if mark == "gone":
            draw.empty(816, 58, 266, 200, "Table Books")
        if self.now.table_key is None:
            return
        draw.box(816, 58, 266, 200, "Table Books", icon="table", mark=mark)
        mark = self._mark(Component.TABLE_KEY)
        if self.now.table_key == MY_KEY:
            draw.arrow((490, 118), (834, 118), kind="plain" if self.now.works else "no", mark=mark)
            draw.label(653, 98, "encrypts the table key" if self.now.works else "opens nothing")
        under = [f"under {self.now.table_key}"]
        draw.box(834, 102, 230, 70, "Table key", under, kind="key", icon="key", mark=mark)
        draw.text(834, 200, "encrypts what is in it", anchor="start")
        if self.now.granted:
            note, mark = ["DynamoDB may use it"], self._mark(Component.GRANT)
            draw.box(550, 134, 206, 68, "Grant", note, kind="paper", icon="paper", mark=mark)

    def _reader(self, draw: Drawing) -> None:
        """IAMLabUser, and the two answers to a Scan."""
        if self.now.reader or self._mark(Component.READER):
            draw.person(949, 414, "IAMLabUser", mark=self._mark(Component.READER))
        if self.now.at_table is not None:
            kind, mark = "yes" if self.now.at_table else "no", self._mark(Component.AT_TABLE)
            draw.arrow((949, 372), (949, 258), kind=kind, mark=mark)
            draw.label(926, 321, f"Scan: {verdict(self.now.at_table)} by IAM", anchor="end")
            draw.tag(976 + 10 * len(mark), 340, mark)
        if self.now.at_key is not None:
            kind, mark = "yes" if self.now.at_key else "no", self._mark(Component.AT_KEY)
            draw.arrow((816, 236), (490, 236), kind=kind, mark=mark)
            draw.label(656, 270, f"Decrypt, as IAMLabUser: {verdict(self.now.at_key)}")
            draw.tag(808, 236, mark)


class CourseMap(Diagram):
    """The architecture ``now``, with the number of the section in which each part comes."""

    title = "What the course builds"

    def __init__(self, now: Architecture, sections: Mapping[Component, int]) -> None:
        super().__init__(now)
        self.changed = {part: str(section) for part, section in sections.items()}

    def _caption(self) -> list[str]:
        beyond = (f"{section.number} {section.title.partition(':')[0]}" for section in BEYOND_SECTIONS)
        return ["A number says in which section the part comes.", f"Beyond the lab: {' · '.join(beyond)}."]


def _short(name: str, most: int = MAX_NAME_LENGTH) -> str:
    return name if len(name) <= most else f"{name[: most - 1]}…"


def _first(lines: list[str], most: int) -> list[str]:
    """So many lines at the most; the last one counts those that are left out."""
    return lines if len(lines) <= most else [*lines[: most - 1], f"· {len(lines) - most + 1} more"]
