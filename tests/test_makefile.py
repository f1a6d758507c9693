"""What `make` would do, seen without doing it: it says what it installs before it does, and how far it is."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
INSTALLING = " install "

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="there is no make here")


@pytest.fixture(params=["", "uv"], ids=["pip", "uv"])
def installer(request: pytest.FixtureRequest) -> str:
    """The path of uv; nothing where pip installs."""
    return str(request.param)


def would_run(target: str, folder: Path, installer: str) -> list[str]:
    """The lines that ``make TARGET`` would run in a fresh copy, where neither environment is there yet."""
    words = [f"UV={installer}", f"VENV={folder / 'venv'}", f"CLIENTS={folder / 'clients'}", "PYTHON=python3"]
    words.append(f"HUB={folder / 'hub'}")
    said = subprocess.check_output(["make", "--dry-run", *words, target], cwd=ROOT, text=True)
    return said.splitlines()


@pytest.mark.parametrize("target", ["lab", "test", "clients"])
def test_it_says_what_it_installs_before_it_does(target: str, tmp_path: Path, installer: str) -> None:
    lines = would_run(target, tmp_path, installer)
    (install,) = (number for number, line in enumerate(lines) if INSTALLING in line)
    assert lines[install - 1].startswith('echo "Installing '), "say what takes so long, in the line before"


@pytest.mark.parametrize("target", ["lab", "test", "clients"])
def test_the_installer_shows_how_far_it_is(target: str, tmp_path: Path, installer: str) -> None:
    (install,) = (line for line in would_run(target, tmp_path, installer) if INSTALLING in line)
    assert not {"-q", "--quiet"} & set(install.split()), "minutes without a word look like a fault"


def test_uv_is_used_where_it_is(tmp_path: Path, installer: str) -> None:
    lines = would_run("lab", tmp_path, installer)
    assert any(line.startswith("uv ") for line in lines) == bool(installer)


@pytest.mark.parametrize("target", ["lab", "test", "clients", "test-hub"])
def test_it_says_what_each_installation_is(target: str, tmp_path: Path, installer: str) -> None:
    said = [line for line in would_run(target, tmp_path, installer) if line.startswith('echo "Installing ')]
    assert said
    for line in said:
        assert line.startswith(('echo "Installing the ', 'echo "Installing other ')), line


@pytest.mark.parametrize("target", ["lab", "test"])
def test_either_target_may_come_first(target: str, tmp_path: Path, installer: str) -> None:
    lines = would_run(target, tmp_path, installer)
    environment = next(number for number, line in enumerate(lines) if " venv " in line)
    install = next(number for number, line in enumerate(lines) if INSTALLING in line)
    assert environment < install < len(lines) - 1
