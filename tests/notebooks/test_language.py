"""The prose is written for readers who learned English later: subject, verb, object, and the field's own words."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from kmscourse.course import LAB_SECTIONS, SECTIONS, Section

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
MAX_WORDS = 12_000
"""In the prose of sections 0 to 9 together: whatever is between two blanks, signs too, as ``wc -w`` counts."""
READING_SPEED = 170
"""Words a minute, of someone who reads in a second language and tries what they read."""

UNPLAIN = {
    r"^(Should|Were|Had) (?![^?]*\?)": "an inverted condition: begin with “If”",
    r"^(Whether|That|What|How) [^,.?]+, (AWS|KMS|IAM|DynamoDB|you|it|the|nobody)\b(?![^?]*\?)": "put the subject first",
    r"(?<!\b[Tt]here )\b(is|are|was|were) no (?!longer|more\b|such|way|need|one\b)\w+": (
        "write “is not a …”, or “there is no …”"
    ),
    r"\bstands?\b(?! (for|alone|still|by))": "a text “is” or “says”; nothing stands there",
    r"\banew\b": "again",
    r"\b(whole|unharmed)\b(?=[*.,;]| and\b)": "the field's word is integrity, or unchanged",
    r"\b\w*(needn't|mustn't|oughtn't|shan't)\b": "don't have to, must not",
    r"\b(drawn up|put to rest|slip of the pen|in vain|at no moment|wish (it|them) back|call (it|them) back)\b": (
        "say it plainly"
    ),
    r"\b(along|save for|lest|hence|thereof|therein|whereby|albeit)\b": "a word that learners do not know",
    r"\bin so many words\b|\bto the letter\b|\bspeaks? of\b|\bat first hand\b": "say it plainly",
    r"\b(A|a|An|an) \w+ (a|an) (square|section|piece|record|item|call|day|month)\b": "write “one … for each …”",
    r"\bbe it\b|\bcome what may\b|\bmind you\b": "say it plainly",
}
"""A construction (in one sentence), and what to write instead."""


def prose_of(section: Section) -> str:
    cells = json.loads((NOTEBOOKS / section.notebook).read_text(encoding="utf-8"))["cells"]
    return "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")


def words_of(section: Section) -> int:
    """How many words its prose has for a reader: a sign by itself, as of a table or a list, is none."""
    return sum(any(map(str.isalnum, token)) for token in prose_of(section).split())


def sentences(text: str) -> list[str]:
    """The sentences of a Markdown text, without its code, links' targets and emphasis."""
    text = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"<[^>]+>|[#>|]|^- ", " ", text.replace("*", ""), flags=re.MULTILINE)
    return [" ".join(each.split()) for each in re.split(r"(?<=[.!?:;])\s+|\n\n", text) if each.strip()]


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.slug)
def test_its_sentences_are_plain(section: Section) -> None:
    found = [
        f"{sentence!r}: {advice}"
        for sentence in sentences(prose_of(section))
        for pattern, advice in UNPLAIN.items()
        if re.search(pattern, re.sub(r"`[^`]*`", "`x`", sentence))
    ]
    assert not found, f"write it plainly in {section.notebook}:\n" + "\n".join(found)


def test_the_course_is_short_enough_to_be_read() -> None:
    words = {section.number: len(prose_of(section).split()) for section in LAB_SECTIONS}
    assert sum(words.values()) <= MAX_WORDS, f"{sum(words.values())} words, at most {MAX_WORDS}: {words}"


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.slug)
def test_its_minutes_are_honest(section: Section) -> None:
    """Reading, 24 seconds for each cell of code, and two and a half minutes for each of two exercises."""
    cells = json.loads((NOTEBOOKS / section.notebook).read_text(encoding="utf-8"))["cells"]
    code = sum(cell["cell_type"] == "code" for cell in cells)
    needed = words_of(section) / READING_SPEED + code * 0.4 + 2 * 2.5
    assert abs(section.minutes - needed) <= 3, f"about {needed:.0f} minutes, and {section.minutes} are stated"


def test_the_constructions_are_found() -> None:
    for sentence in (
        "Should a later cell answer, run it again.",
        "Whether the name was wrong, AWS does not say.",
        "The nonce is no secret.",
        "Between the brackets stands the action.",
        "It keeps the text *whole*.",
        "A block a square is stored.",
    ):
        plain = sentences(sentence)[0]
        assert any(re.search(pattern, plain) for pattern in UNPLAIN), sentence
