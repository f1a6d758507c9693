"""Cards are blocks in HTML that needs no kernel, and in words; what they show is never run."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from kmscourse.display.card import Banner, Card, Facts, Folded, Grid, Points, Words
from kmscourse.display.table import Code, Hex

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("<>&\"'\n:/ "), max_size=30)
CELL = TEXT | TEXT.map(Code) | st.binary(max_size=40).map(lambda data: Hex(data.hex(" ")))
BLOCK = (
    st.builds(Words, TEXT, TEXT)
    | st.builds(Banner, TEXT, TEXT)
    | st.builds(Facts, TEXT, st.lists(st.tuples(CELL, CELL), max_size=3))
    | st.builds(Grid, TEXT, st.just(("A", "B")), st.lists(st.tuples(CELL, CELL), max_size=3))
    | st.builds(Folded, TEXT, TEXT | st.dictionaries(TEXT, TEXT))
    | st.builds(
        Points,
        TEXT,
        st.lists(st.tuples(TEXT, st.lists(st.builds(Folded, TEXT, TEXT), max_size=1)), max_size=2),
    )
)
OURS = {
    "blockquote", "br", "caption", "code", "details", "div", "li", "p", "pre", "span", "strong", "style", "summary",
    "table", "tbody", "td", "th", "thead", "tr", "ul", "wbr",
}  # fmt: skip


class Reader(HTMLParser):
    """What a browser would make of it: the tags, and the words between them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.words = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in ("br", "wbr"):
            self.open.append(tag)
        self.words += "\n" if tag == "br" else ""

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


@given(st.lists(BLOCK, max_size=4))
def test_any_text_stays_text(blocks: list[Words | Facts | Grid | Folded | Points]) -> None:
    html = Card(*blocks)._repr_html_()
    read = Reader(html)
    assert not read.open
    assert read.tags <= OURS
    assert read.attributes <= {"class", "scope", "data-label"}
    assert isinstance(repr(Card(*blocks)), str)


@given(CELL)
def test_a_cell_says_on_a_page_what_it_is(text: str) -> None:
    words = Reader(Grid("", ("A",), [(text,)]).html()).words
    assert text.replace("\xa0", " ") in words.replace("\xa0", " "), "a sign stays with its first word"


@given(TEXT)
def test_what_is_folded_away_is_on_the_page_in_full(text: str) -> None:
    assert text in Reader(Folded("more", text).html()).words
    assert Folded("more", text).text() == ""


def test_rows_have_a_name_and_columns_a_head() -> None:
    assert '<th scope="row"' in Facts("f", [("name", "value")]).html()
    assert '<th scope="col"' in Grid("g", ("head",), [("cell",)]).html()


def test_in_a_terminal_columns_stand_under_each_other() -> None:
    assert (
        Grid("g", ("A", "Beta"), [("one\ntwo", "x"), ("", "y")]).text()
        == "g\nA         Beta\none, two  x\n          y"
    )
    assert Facts("none", []).text() == "none"


def test_long_names_may_be_broken_where_they_have_parts() -> None:
    html = Grid("", ("A",), [(Code("arn:aws:iam::123456789012:user/someone-with-a-name"),)]).html()
    assert "arn:aws:iam:<wbr>:<wbr>123456789012:<wbr>user/<wbr>someone-with-a-name" in html
    assert "<wbr>" not in Grid("", ("A",), [(Code("kms:Decrypt"),)]).html()
