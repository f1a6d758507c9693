"""The page Seal a file: sealed and opened beside the notebook, with a bar, and called off without a trace."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kmscourse import Lab
from kmscourse.errors import CourseError
from kmscourse.widgets import SealFilePage
from tests.widgets.reading import codes, words

FRAME = 64 * 1024
SECONDS = 60  # enough for a busy machine


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which the notebook works, with a file of three frames."""
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    (work / "photo.raw").write_bytes(os.urandom(2 * FRAME + 7))
    return work


@pytest.fixture
def page(lab6: Lab, folder: Path) -> SealFilePage:
    page = SealFilePage(lab6)
    page.source.control.value = "photo.raw"
    page.context.control.value = "course=kms"
    return page


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def run(page: SealFilePage) -> str:
    page.button.click()
    page.wait(SECONDS)
    return words(page.outcome.value)


def pause(page: SealFilePage) -> tuple[threading.Event, threading.Event]:
    """Let the work halt at its first frame: an event that says it has come there, and one that lets it go on."""
    reached, go_on = threading.Event(), threading.Event()
    tell = page._tell

    def telling(reading: object) -> None:
        tell(reading)  # type: ignore[arg-type]
        reached.set()
        go_on.wait(SECONDS)

    page._tell = telling  # type: ignore[method-assign]
    return reached, go_on


def test_a_file_is_sealed_and_opened_again(folder: Path, page: SealFilePage) -> None:
    assert page.target.value == "photo.raw.sealed", "a name is suggested"
    assert run(page).startswith("✓ photo.raw.sealed has been written: 131,")
    assert 'value="1.000"' in page.bar.value
    page.what.control.value = "Open"
    assert page.button.description == "Open"
    page.source.control.value = "photo.raw.sealed"
    page.target.control.value = "again.raw"
    assert run(page).startswith("✓ again.raw has been written")
    assert (folder / "again.raw").read_bytes() == (folder / "photo.raw").read_bytes()


def test_the_lines_shown_do_the_same(lab6: Lab, folder: Path, page: SealFilePage) -> None:
    from kmscourse.envelope import seal_file, unseal_file

    names = {"kms": lab6.client("kms"), "seal_file": seal_file, "unseal_file": unseal_file}
    exec(codes(page.preview.value)["In this course"], names)  # noqa: S102  the page's own lines
    page.what.control.value = "Open"
    page.source.control.value, page.target.control.value = "photo.raw.sealed", "again.raw"
    exec(codes(page.preview.value)["In this course"], names)  # noqa: S102
    assert (folder / "again.raw").read_bytes() == (folder / "photo.raw").read_bytes()


def test_while_it_works_the_kernel_is_free_and_the_bar_says_how_far_it_is(
    folder: Path, page: SealFilePage
) -> None:
    reached, go_on = pause(page)
    page.button.click()
    assert reached.wait(SECONDS)
    assert "49 %" in words(page.bar.value)
    assert 'aria-label="Seal: photo.raw"' in page.bar.value
    assert all(field.control.disabled for field in page.fields), "what the work is about stays as it is"
    work = page._work
    page.button.click()
    assert page._work is work, "a second press changes nothing"
    go_on.set()
    page.wait(SECONDS)
    page.cancel.click()
    assert words(page.outcome.value) == "· Nothing is under way."
    assert files(folder) == {"photo.raw", "photo.raw.sealed"}
    assert not any(field.control.disabled for field in page.fields)


def test_another_task_clears_how_far_the_last_one_came(page: SealFilePage) -> None:
    run(page)
    page.what.control.value = "Open"
    assert (page.outcome.value, page.bar.value) == ("", "")


@pytest.mark.parametrize("before", [None, b"what was there"])
def test_cancel_leaves_nothing_behind(folder: Path, page: SealFilePage, before: bytes | None) -> None:
    if before is not None:
        (folder / "photo.raw.sealed").write_bytes(before)
    there = files(folder)
    reached, go_on = pause(page)
    page.button.click()
    assert reached.wait(SECONDS)
    page.cancel.click()
    go_on.set()
    page.wait(SECONDS)
    assert words(page.outcome.value).startswith("· Cancelled")
    assert page.bar.value == ""
    assert files(folder) == there
    if before is not None:
        assert (folder / "photo.raw.sealed").read_bytes() == before
    page._tell = lambda _: None  # type: ignore[method-assign]
    assert run(page).startswith("✓"), "and it can be begun again"


def test_another_context_does_not_open_it_and_leaves_nothing(folder: Path, page: SealFilePage) -> None:
    run(page)
    page.what.control.value = "Open"
    page.source.control.value, page.target.control.value = "photo.raw.sealed", "again.raw"
    page.context.control.value = "course=other"
    assert "InvalidCiphertextException" in run(page)
    assert files(folder) == {"photo.raw", "photo.raw.sealed"}


def test_a_changed_file_is_not_opened(folder: Path, page: SealFilePage) -> None:
    run(page)
    sealed = bytearray((folder / "photo.raw.sealed").read_bytes())
    sealed[-1] ^= 1
    (folder / "photo.raw.sealed").write_bytes(sealed)
    page.what.control.value = "Open"
    page.source.control.value, page.target.control.value = "photo.raw.sealed", "again.raw"
    assert run(page).startswith("✗ The file photo.raw.sealed")
    assert files(folder) == {"photo.raw", "photo.raw.sealed"}


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("source", "", "Type the name of a file."),
        ("source", "nowhere.raw", "There is no file nowhere.raw here. The notebook works in the folder "),
        ("source", ".", "There is no file ."),
        ("target", "", "Type a name for the result."),
        ("target", "photo.raw", "This is the file itself"),
        ("target", "./photo.raw", "This is the file itself"),
        ("target", "nowhere/x", "nowhere/x can't be written"),
        ("target", ".", ". can't be written"),
        ("context", "course", "Line 1: write a name"),
    ],
)
def test_wrong_input_is_said_at_its_field(
    folder: Path, page: SealFilePage, field: str, value: str, problem: str
) -> None:
    getattr(page, field).control.value = value
    assert "Nothing was sent" in run(page)
    assert getattr(page, field).problem.startswith(problem)
    assert files(folder) == {"photo.raw"}


def test_a_file_that_would_be_replaced_is_warned_of(folder: Path, page: SealFilePage) -> None:
    assert "will be replaced" not in words(page.preview.value)
    (folder / "photo.raw.sealed").write_bytes(b"")
    page.context.control.value = ""
    assert "photo.raw.sealed is there already, and will be replaced." in words(page.preview.value)


def test_a_name_that_was_typed_is_not_suggested_over(page: SealFilePage) -> None:
    page.target.control.value = "mine"
    page.source.control.value = "other.raw"
    assert page.target.value == "mine"


@pytest.mark.parametrize("name", ["photo.raw.sealed", None])
def test_what_the_disk_refuses_is_said(
    folder: Path, page: SealFilePage, monkeypatch: pytest.MonkeyPatch, name: str | None
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), name)

    (folder / "photo.raw.sealed").write_bytes(b"what was there")
    monkeypatch.setattr(os, "fsync", full)
    assert run(page) == "✗ photo.raw.sealed: No space left on device. Nothing has been changed."
    assert files(folder) == {"photo.raw", "photo.raw.sealed"}
    assert (folder / "photo.raw.sealed").read_bytes() == b"what was there"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text() | st.sampled_from(["x" * 300, "a\0b", "~", "/", "..", "photo.raw/x", "\ud800"]))
def test_any_name_is_taken_or_explained(page: SealFilePage, name: str) -> None:
    for field in (page.source, page.target):
        field.control.value = name
        assert field.passes() or field.problem
        assert field.value == name


def test_there_is_no_page_without_a_key(lab1: Lab) -> None:
    with pytest.raises(CourseError, match="section 1 creates it"):
        SealFilePage(lab1)


def test_when_the_kernel_ends_in_the_middle_nothing_is_left(folder: Path) -> None:
    """The kernel's process ends while the work is under way: as when a notebook is closed or its kernel restarted."""
    (folder / "big.raw").touch()
    os.truncate(folder / "big.raw", 8 * 1024**3)  # takes a while to seal, and no room on the disk by itself
    program = textwrap.dedent("""
        import time
        from pathlib import Path
        from types import SimpleNamespace
        from kmscourse.widgets import SealFilePage
        from tests.conftest import PocketKms

        kms = PocketKms()
        page = SealFilePage(SimpleNamespace(key_arn=kms.key_id, client=lambda _: kms))
        page.source.control.value = "big.raw"
        page.button.click()
        while len(list(Path().iterdir())) == 1:
            time.sleep(0.01)
    """)
    root = Path(__file__).parents[2]
    subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(root)},
        check=True,
        timeout=60,
    )
    assert files(folder) == {"photo.raw", "big.raw"}
