"""What is missing is said, package by package."""

from __future__ import annotations

from importlib import metadata
from importlib.metadata import PackageNotFoundError

import pytest

from kmscourse.course import environment


def test_here_nothing_is_missing() -> None:
    assert environment.problems() == []


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        if name == "pandas":
            raise PackageNotFoundError(name)
        return metadata.version(name)

    monkeypatch.setattr(environment, "version", version)
    assert environment.problems() == [f"pandas is missing. {environment.MENDED_BY}"]


def test_another_version_of_moto_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        environment, "version", lambda name: "999" if name == "moto" else metadata.version(name)
    )
    assert environment.problems() == [f"moto is 999, and the course needs ==5.2.5. {environment.MENDED_BY}"]
