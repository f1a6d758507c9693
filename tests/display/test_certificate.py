"""The card says what is kept, of what is not done too, and can be saved as a page of its own."""

from __future__ import annotations

import base64
import re
from pathlib import Path

from kmscourse.course.answers import Answers
from kmscourse.course.checks import EXERCISES
from kmscourse.course.overview import Overview
from kmscourse.course.progress import Progress
from kmscourse.course.questions import PREDICTIONS
from kmscourse.display.certificate import CertificateCard

ACCOUNT = "123456789012"


def card(folder: Path) -> CertificateCard:
    return CertificateCard(Overview(folder, ACCOUNT), f"sandbox {ACCOUNT}")


def test_what_is_not_done_is_said(tmp_path: Path) -> None:
    said = repr(card(tmp_path))
    assert said.startswith("kmscourse, a course on AWS Key Management Service: not done yet.")
    assert re.search(r"^Sections +0 of 10$", said, re.MULTILINE)
    assert re.search(r"^Last challenge +0 of 1$", said, re.MULTILINE)


def test_what_was_done_has_its_days_and_what_was_right_its_number(tmp_path: Path) -> None:
    progress = Progress(tmp_path, ACCOUNT)
    for section, exercises in EXERCISES.items():
        progress.record(section)
        for number in range(1, len(exercises) + 1):
            progress.record(section, number)
    progress.record_challenge()
    Answers(tmp_path, "prediction").keep(PREDICTIONS[3][0], PREDICTIONS[3][0].right)
    kept = (tmp_path / "progress.json").read_text()
    day = re.search(r'"section 0": "(.*?)"', kept)
    assert day
    (tmp_path / "progress.json").write_text(
        kept.replace(f'"section 0": "{day[1]}"', '"section 0": "2026-01-31"')
    )
    said = repr(card(tmp_path))
    assert "Service: done." in said
    assert re.search(rf"^Sections +10 of 10 \(2026-01-31 to {day[1]}\)$", said, re.MULTILINE)
    assert re.search(rf"^Exercises +20 of 20 \({day[1]}\)$", said, re.MULTILINE)
    assert re.search(rf"^Predictions +1 of 17, 1 right \({day[1]}\)$", said, re.MULTILINE)


def test_it_can_be_saved(tmp_path: Path) -> None:
    shown = card(tmp_path)
    saved = shown.save(tmp_path / "card.html")
    page = saved.read_text("utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "10" in page
    link = re.search(r'href="data:text/html;base64,(.*?)"', shown._repr_html_())
    assert link
    assert base64.b64decode(link[1]).decode() == page
    assert "Save this card" not in page
