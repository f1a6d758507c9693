"""Each part of AWS's sentence is underlined, numbered, named and explained."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.access.refusal import POLICY_TYPES, PartKind, Refusal
from kmscourse.display.refusal import DENIED, MISSING, UNSAID, RefusalCard, meaning
from kmscourse.errors import KmsCourseError
from tests.access.test_refusal import BARE, CALLED, KNOWN, OLD, RELAYED
from tests.access.test_refusal import MISSING as SENTENCE


@pytest.mark.parametrize("text", KNOWN)
def test_every_part_is_in_the_sentence_and_in_the_table(text: str) -> None:
    html, parts = RefusalCard(text)._repr_html_(), [part for part in Refusal.read(text).parts if part.kind]
    quoted = re.search(r"<blockquote.*?>(.*)</blockquote>", html)
    assert quoted
    assert unescape(re.sub(r"<sup>.*?</sup>|<[^>]+>", "", quoted[1])) == text
    assert re.findall(r"<sup>(\d+)\xa0(.*?)</sup>", quoted[1]) == [
        (str(number), str(part.kind)) for number, part in enumerate(parts, 1)
    ]
    assert html.count("<tr>") == 1 + len(parts)


def test_in_words_the_parts_follow_the_sentence() -> None:
    first, *lines = repr(RefusalCard(CALLED + RELAYED.format(SENTENCE, "; Proxy: null"))).splitlines()
    assert first.startswith("AWS says: An error occurred (AccessDeniedException [1])")
    assert [line.partition(":")[0] for line in lines] == [
        "[1] error code",
        "[2] call",
        "[3] passed on by DynamoDB",
        "[4] who",
        "[5] may not do",
        "[6] what",
        "[7] on which resource",
        "[8] because of which policy",
        "[9] how KMS answered DynamoDB",
    ]
    assert "the user U" in lines[3]


def test_the_reason_is_explained_by_its_kind() -> None:
    assert set(MISSING) == set(POLICY_TYPES)
    for layer in POLICY_TYPES:
        missing = Refusal.read(f"{BARE} because no {layer} allows the kms:Decrypt action")
        denied = Refusal.read(f"{BARE} with an explicit deny in a {layer}")
        assert meaning(missing, PartKind.BECAUSE) == MISSING[layer]
        assert meaning(denied, PartKind.BECAUSE) == DENIED
    assert meaning(Refusal.read(OLD), PartKind.BECAUSE) == UNSAID


def test_what_the_sentence_says_is_shown_and_never_run() -> None:
    html = RefusalCard(SENTENCE.replace("user/U", "user/<script>"))._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


@given(st.text())
def test_any_other_text_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(KmsCourseError, match="not an access-denied sentence"):
        RefusalCard(text)
