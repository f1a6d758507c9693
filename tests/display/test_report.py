"""A report says of each check what was found, and links a missing step to its heading."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from kmscourse.course.checks import Check, Observation, Report, Result
from kmscourse.course.progress import Progress
from kmscourse.display.report import ReportCard


def card(folder: Path, passed: bool, words: str = "myKey is Disabled") -> ReportCard:
    found = Observation(passed, words)
    check = Check(words, lambda account, notes: found, "Create it", (words,))
    return ReportCard(Report([Result(check, found)]), Progress(folder, "123456789012"))


def test_it_leads_to_the_step_that_is_missing(tmp_path: Path) -> None:
    shown = card(tmp_path, passed=False)
    assert '<a href="#Create-it">Create it</a>' in shown._repr_html_()
    assert "✗ Not yet" in shown._repr_html_()
    assert "Step: “Create it”" in repr(shown)
    assert not shown.passed


def test_it_says_what_was_found_and_how_far_one_has_come(tmp_path: Path) -> None:
    shown = card(tmp_path, passed=True)
    assert shown.passed
    assert repr(shown).splitlines() == [
        "✓ myKey is Disabled (myKey is Disabled)",
        "□□□□□□□□□□ 0 of 10 sections, 0 of 20 exercises done",
    ]
    assert "0 of 10 sections" in shown._repr_html_()


def test_a_finished_check_looks_finished_and_an_unfinished_one_does_not(tmp_path: Path) -> None:
    done, missing = (card(tmp_path, passed)._repr_html_() for passed in (True, False))
    assert '<p class="kms-banner kms-allow"><strong>✓ Done.</strong> 1 of 1 check passed.</p>' in done
    assert '<p class="kms-banner kms-warn"><strong>! Not yet.</strong> 0 of 1 check passed.</p>' in missing
    assert "✓" not in missing.replace("kms-", "")


class _Tags(HTMLParser):
    """The names of all tags, in their order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.names.append(tag)


@given(words=st.text(min_size=1, alphabet="<>&\"'/ab"), passed=st.booleans())
def test_whatever_was_found_is_only_text(words: str, passed: bool) -> None:
    def tags(found: str) -> list[str]:
        return _Tags(card(Path("/nowhere"), passed, found)._repr_html_()).names

    assert tags(words) == tags("plain")
