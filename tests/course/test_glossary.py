"""The glossary is in order and short, its page is up to date, and the notebooks lead to it where a term comes first."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from kmscourse.course.glossary import GLOSSARY, Term
from tools.glossary import PAGE, page
from tools.record import NOTEBOOKS

MAX_WORDS = 45
NO_PROSE = re.compile(
    r"```.*?```|`[^`]*`|^#[^\n]*$|!\[.*?\]\(.*?\)|\[[^\]]*\]\(\d\d-[^)]*\)|https?://\S+",
    re.DOTALL | re.MULTILINE,
)
LINK = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")


def test_the_terms_are_in_alphabetical_order_and_each_is_there_once() -> None:
    names = [term.name.casefold() for term in GLOSSARY]
    assert names == sorted(names)
    assert max(Counter(term.anchor for term in GLOSSARY).values()) == 1


@pytest.mark.parametrize("term", GLOSSARY, ids=lambda term: term.name)
def test_a_meaning_is_short_and_has_a_source(term: Term) -> None:
    assert len(term.meaning.split()) <= MAX_WORDS
    assert term.meaning.endswith(".")
    assert term.source.startswith(("https://docs.aws.amazon.com/", "https://csrc.nist.gov/"))
    assert term.pattern.fullmatch(term.name)


def test_the_page_is_written_from_the_terms() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "write it again: python -m tools.glossary"


def test_each_link_to_it_leads_to_a_term() -> None:
    anchors = {term.anchor for term in GLOSSARY}
    for path in NOTEBOOKS:
        for _, target in LINK.findall(path.read_text(encoding="utf-8")):
            if target.startswith("glossary.md#"):
                assert target.partition("#")[2] in anchors, f"{path.name}: {target}"


def prose() -> Iterator[tuple[Path, str]]:
    """The prose of the notebooks in order, without code, headings, pictures and addresses, of the same length."""
    for path in NOTEBOOKS:
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown":
                yield path, NO_PROSE.sub(lambda match: " " * len(match[0]), cell.source)


def first_use(term: Term) -> tuple[str, bool]:
    """Where a term is used first, and whether it is linked to its place in the glossary there."""
    longer = [other for other in GLOSSARY if other is not term and term.pattern.search(other.name)]
    for path, text in prose():
        shown = LINK.sub(lambda match: match[1].ljust(len(match[0])), text)
        for other in longer:  # a condition key is no condition
            shown = other.pattern.sub(lambda match: " " * len(match[0]), shown)
        found = term.pattern.search(shown)
        if found:
            links = [m for m in LINK.finditer(text) if m.start() <= found.start() < m.end()]
            return path.name, any(link[2] == f"glossary.md#{term.anchor}" for link in links)
    return "no notebook", False


def test_each_term_is_linked_where_the_notebooks_first_use_it() -> None:
    missing = {term.name: where for term in GLOSSARY for where, linked in [first_use(term)] if not linked}
    assert not missing, "\n".join(f"link {name} in {where} to glossary.md" for name, where in missing.items())


def test_a_first_use_that_is_linked_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    term = next(term for term in GLOSSARY if term.name == "key policy")
    path = NOTEBOOKS[0]
    for text, linked in (
        ("A [key policy](glossary.md#key-policy) is a key policy.", True),
        ("A key policy is a [key policy](glossary.md#key-policy).", False),
        ("Several [key policies](glossary.md#key-policy).", True),
        ("A [key policy](glossary.md#grant).", False),
        ("It is no administrator's key policy. [Key policies](glossary.md#key-policy)", False),
        ("# The key policy\n`key policy` [key policy](glossary.md#key-policy)", True),
    ):
        shown = NO_PROSE.sub(lambda match: " " * len(match[0]), text)
        monkeypatch.setattr("tests.course.test_glossary.prose", lambda shown=shown: [(path, shown)])
        assert first_use(term) == (path.name, linked), text
