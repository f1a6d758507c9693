"""Write notebooks/glossary.md from the words of the course: ``python -m tools.glossary``.

Run it after a change to ``kmscourse/course/glossary.py``. A test holds the page to it.
"""

from __future__ import annotations

from pathlib import Path

from kmscourse.course.glossary import GLOSSARY

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "notebooks" / "glossary.md"

HEAD = """\
<!-- Written by `python -m tools.glossary` from kmscourse/course/glossary.py: change it there. -->

# Glossary

The words of the course. Each is linked where a notebook first uses it.
"""


def page() -> str:
    """The whole page, in Markdown."""
    entries = [f"### {term.name}\n\n{term.meaning} [Source]({term.source})\n" for term in GLOSSARY]
    return "\n".join([HEAD, *entries])


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
