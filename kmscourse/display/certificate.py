"""What somebody has done in the course, and when, as a card that can be saved. It says what is kept, and no more."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from pathlib import Path

from kmscourse.course.overview import Item, Overview, count_done, count_right
from kmscourse.display.card import Card, Facts, Words

NAMES = {
    "section": "Sections",
    "exercise": "Exercises",
    "prediction": "Predictions",
    "recall": "Questions from earlier sections",
    "quiz before": "Quiz before the course",
    "quiz after": "Quiz after the course",
    "quiz again": "Quiz a week later",
    "challenge": "Last challenge",
}
FILE_NAME = "kmscourse-certificate.html"


class CertificateCard(Card):
    """The card. ``where`` says in which account it was done."""

    def __init__(self, overview: Overview, where: str) -> None:
        self.is_complete = overview.is_complete
        done = "done" if self.is_complete else "not done yet"
        rows = [("Account", where)]
        for kind in overview.kinds:
            items = overview.of(kind)
            rows.append((NAMES[kind], _told([item for item in items if not item.is_beyond])))
            if any(item.is_beyond and item.done for item in items):
                rows.append(
                    (f"{NAMES[kind]}, beyond the lab", _told([item for item in items if item.is_beyond]))
                )
        super().__init__(
            Words("", f"kmscourse, a course on AWS Key Management Service: {done}."),
            Facts("What is kept of it on this machine", rows),
            Words("Only what the learner's own calls brought about is counted. Nobody supervised it."),
        )

    def save(self, path: str | Path = FILE_NAME) -> Path:
        """Write the card into a file, as a page of its own; its path is returned. Raises OSError where it can't be."""
        file = Path(path)
        file.write_text(self._page(), encoding="utf-8")
        return file

    def _repr_html_(self) -> str:
        source = b64encode(self._page().encode()).decode()
        link = f'<a download="{FILE_NAME}" href="data:text/html;base64,{source}">Save this card as a page</a>'
        return f"{super()._repr_html_()}\n<p>{link}</p>"

    def _page(self) -> str:
        title = escape(self.blocks[0].text())
        return (
            f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>\n'
            "<style>body{font:1.1rem/1.6 system-ui,sans-serif;margin:8vh 8vw;color-scheme:light dark}</style></head>\n"
            f"<body>{super()._repr_html_()}</body></html>\n"
        )


def _told(items: list[Item]) -> str:
    """How many of these were done, how many were right, and from when to when."""
    said = count_done(items)
    if any(item.right is not None for item in items):
        said += f", {count_right(items)} right"
    days = sorted(item.day for item in items if item.done)
    if days:
        said += f" ({days[0]})" if days[0] == days[-1] else f" ({days[0]} to {days[-1]})"
    return said
