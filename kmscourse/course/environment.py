"""Is everything here that the course needs? What is wrong is said in a sentence each."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, requires, version

from packaging.requirements import Requirement

MENDED_BY = "Run `make lab` again: it installs what the course needs."


def problems() -> list[str]:
    """A sentence for each package that is missing or not of a version that the course was made for."""
    found: list[str] = []
    for line in requires("kmscourse") or []:
        wanted = Requirement(line)
        if wanted.marker and not wanted.marker.evaluate({"extra": ""}):
            continue
        try:
            here = version(wanted.name)
        except PackageNotFoundError:
            found.append(f"{wanted.name} is missing. {MENDED_BY}")
            continue
        if not wanted.specifier.contains(here, prereleases=True):
            found.append(f"{wanted.name} is {here}, and the course needs {wanted.specifier}. {MENDED_BY}")
    return found
