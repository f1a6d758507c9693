"""Is everything here that the course needs? What is wrong is said in a sentence each."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, requires, version

from packaging.requirements import Requirement

MENDED_BY = (
    "Run `make lab` again, or install kmscourse again with pip: either installs what the course needs."
)


def problems() -> list[str]:
    """A sentence for each package that is missing or not of a version that the course was made for."""
    sentences: list[str] = []
    for line in requires("kmscourse") or []:
        requirement = Requirement(line)
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            installed = version(requirement.name)
        except PackageNotFoundError:
            sentences.append(f"{requirement.name} is missing. {MENDED_BY}")
            continue
        if not requirement.specifier.contains(installed, prereleases=True):
            sentences.append(
                f"{requirement.name} is {installed}, and the course needs {requirement.specifier}. {MENDED_BY}"
            )
    return sentences
