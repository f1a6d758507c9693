"""How many descriptors connections may take."""

from __future__ import annotations

import subprocess
import sys

import pytest

from kmscourse.errors import SandboxError
from kmscourse.sandbox.http import descriptors

LIMITED = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")


@LIMITED
@pytest.mark.parametrize("wanted", [1, 8])
def test_a_shortage_is_what_the_reserve_and_the_connections_lack(wanted: int) -> None:
    """Whoever has taken the descriptors. In a process of its own, which has 64."""
    code = f"""
import os, resource
from kmscourse.sandbox.http import descriptors
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
taken, told = [], []
while True:
    told.append(descriptors.count_missing({wanted}))
    try:
        taken.append(os.open(os.devnull, os.O_RDONLY))
    except OSError:
        break
print(*reversed(told))
for descriptor in taken[::2]:
    os.close(descriptor)
print(descriptors.count_missing({wanted}))
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    told, after = said.splitlines()
    lacking = [int(number) for number in told.split()]
    assert lacking == [max(0, descriptors.RESERVED + wanted - free) for free in range(len(lacking))]
    assert after == "0"


def test_where_there_is_no_limit_nothing_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(descriptors, "limit", lambda: descriptors.UNLIMITED)
    assert descriptors.count_missing(0) == 0


def test_too_low_a_limit_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(descriptors, "limit", lambda: descriptors.MIN_NEEDED - 1)
    monkeypatch.setattr(descriptors, "_raise_limit", lambda: None)
    with pytest.raises(SandboxError, match="only 31 files open here, and the practice account needs 32"):
        descriptors.require_enough()


@LIMITED
@pytest.mark.parametrize(
    ("soft", "hard", "after"),
    [(64, 64, 64), (64, 200, 200), (64, 1500, 1024), (1100, 1500, 1100), (descriptors.MIN_NEEDED, 100, 100)],
)
def test_the_soft_limit_is_raised_as_far_as_is_useful_and_allowed(soft: int, hard: int, after: int) -> None:
    code = (
        f"import resource; resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard})); "
        "from kmscourse.sandbox.http import descriptors; descriptors.require_enough(); "
        "print(*resource.getrlimit(resource.RLIMIT_NOFILE), descriptors.limit())"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.split() == [str(after), str(hard), str(after)]
