"""What may be left of the course in an account, and of its secrets on the machine."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.real_account.conftest import Learner
from tests.real_account.inventory import Inventory, added, changed, waits_for_deletion
from tests.real_account.recorder import Recorder


def assert_nothing_is_left(learner: Learner, before: Inventory, capsys: pytest.CaptureFixture[str]) -> None:
    """Clean up; then what was there before is as it was, and nothing is left but keys that wait for their deletion.

    A second clean-up finds nothing to do, and status tells of those keys alone.
    """
    cleaned = learner.clean_up(capsys)
    after = learner.inventory()
    left = added(before, after)
    told = f"{cleaned.out}{cleaned.err}"
    assert changed(before, after) == []
    assert [name for name, thing in left.items() if not waits_for_deletion(name, thing)] == [], told
    assert cleaned.status == 0, told
    assert all("kmscourse" in key["tags"] for key in left.values()), "a key without the mark is left"

    learner.recorder.requests.clear()
    again = learner.clean_up(capsys)
    assert (again.status, learner.recorder.changes) == (0, []), f"{again.out}{again.err}"
    assert learner.inventory() == after
    lines = learner.status(capsys).out.splitlines()
    told = "\n".join(
        line for line in lines if not line.startswith("In the way")
    )  # what was there before may be
    assert not any(name in told for name in ("Books", "Films", "IAMLabUser")), told
    for name in left:
        assert name.removeprefix("key/") in told, "the keys that are left are named"


def assert_secrets_are_kept_nowhere(recorder: Recorder, places: Iterable[Path]) -> None:
    """No password that was set, and no secret access key that was made, is in any of these files and folders."""
    files = [file for place in places for file in [place, *place.rglob("*")] if file.is_file()]
    for secret in recorder.secrets:
        forms = {secret.encode(), base64.b64encode(secret.encode())}
        kept = [file.name for file in files if any(form in file.read_bytes() for form in forms)]
        assert kept == [], "a password or a secret access key was written down"
