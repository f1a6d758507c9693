"""What is about to be made is written down, for each account and Region."""

from __future__ import annotations

from pathlib import Path

from kmscourse.ownership import Ledger


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


def test_a_region_that_is_cleaned_up_is_struck(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, "1")
    for region in ("us-east-1", "eu-west-1"):
        ledger.write(region, "key", "")
    ledger.strike("us-east-1")
    ledger.strike("us-east-1")
    assert ledger.regions == ["eu-west-1"]
