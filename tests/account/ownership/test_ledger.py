"""What is about to be made is written down, for each account and Region."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kmscourse.account.ownership import Ledger
from kmscourse.errors import CourseError


def test_what_is_written_is_there_for_the_next_process(tmp_path: Path) -> None:
    Ledger(tmp_path, "1").write("us-east-1", "table", "Books")
    ledger = Ledger(tmp_path, "1")
    assert ledger.regions == ["us-east-1"]
    assert ledger.has("us-east-1", "table", "Books")
    assert not ledger.has("us-east-1", "table", "Films")
    assert not ledger.has("eu-west-1", "table", "Books")


def test_each_account_has_its_own(tmp_path: Path) -> None:
    Ledger(tmp_path, "1").write("us-east-1", "table", "Books")
    assert Ledger(tmp_path, "1 at http://127.0.0.1:5000").regions == []


def test_what_is_cleaned_up_is_struck(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, "1")
    for region in ("us-east-1", "eu-west-1"):
        ledger.write(region, "key", "")
    written = {"us-east-1": ledger.entries["us-east-1"]}
    ledger.strike(written)
    ledger.strike(written)
    assert ledger.regions == ["eu-west-1"]


def test_what_is_written_down_while_a_clean_up_runs_stays(tmp_path: Path) -> None:
    """Another notebook goes on making things, and has named some of them before."""
    ledger = Ledger(tmp_path, "1")
    ledger.write("eu-west-1", "table", "Books")
    written = ledger.entries
    ledger.write("eu-west-1", "table", "Books")
    ledger.write("eu-central-1", "key", "")
    ledger.strike(written)
    assert ledger.regions == ["eu-central-1", "eu-west-1"]


def test_what_was_not_made_is_taken_back(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, "1")
    assert ledger.write("us-east-1", "table", "Books")
    assert not ledger.write("us-east-1", "table", "Books")
    ledger.take_back("us-east-1", "table", "Books")
    assert ledger.regions == []


@pytest.mark.parametrize("made", [[], None, "x", 3, {"us-east-1": []}, {"us-east-1": None}])
def test_a_damaged_ledger_is_one_sentence(tmp_path: Path, made: object) -> None:
    (tmp_path / "ledger.json").write_text(json.dumps({"1": {"made": made}}))
    ledger = Ledger(tmp_path, "1")
    for use in (lambda: ledger.regions, lambda: ledger.write("us-east-1", "table", "Books")):
        with pytest.raises(CourseError, match=r"ledger\.json in KMSCOURSE_HOME\) is damaged"):
            use()
