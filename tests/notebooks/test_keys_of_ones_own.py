"""A learner may have a key under a name that a section beyond the lab uses: it stops there, in one sentence.

The cells are run here one after the other up to the first that fails unexpectedly, as JupyterLab runs a notebook.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest

from kmscourse import kms, lab
from kmscourse.account import Account
from kmscourse.course import BEYOND_SECTIONS, Section
from kmscourse.course.artifacts import KEY_ALIAS
from kmscourse.errors import CourseError
from tests.notebooks.test_structure import NOTEBOOKS

TAKEN = [
    (section, alias)
    for section in BEYOND_SECTIONS
    for alias in section.names.aliases
    if alias not in (KEY_ALIAS, "alias/stranger") and not section.practice_only
]
"""Up to alias/stranger, cells call the AWS Encryption SDK, whose own sessions reach no account in memory."""


def run(section: Section) -> None:
    """Run the code cells of a section's notebook; those that are meant to fail may."""
    names: dict[str, Any] = {}
    for cell in nbformat.read(NOTEBOOKS / section.notebook, as_version=4).cells:
        if cell.cell_type != "code":
            continue
        try:
            exec(compile(cell.source, section.notebook, "exec"), names)
        except Exception:
            if "raises-exception" not in cell.metadata.get("tags", []):
                raise


@pytest.mark.parametrize(("section", "alias"), TAKEN, ids=lambda value: str(getattr(value, "number", value)))
def test_a_key_of_the_learners_stays_as_it_is(
    account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, section: Section, alias: str
) -> None:
    monkeypatch.setenv("KMSCOURSE_HOME", str(tmp_path))
    monkeypatch.setattr(lab, "open_account", lambda: account)
    client = account.client("kms")
    mine = kms.create_key(client, alias, spec="ECC_NIST_P256", usage="SIGN_VERIFY")
    before = client.describe_key(KeyId=mine)["KeyMetadata"], kms.key_policy(client, mine)
    try:
        run(section)
    except CourseError as stopped:
        assert f"{alias} was not made by this section, so nothing was changed" in str(stopped)
    else:
        assert f'"{alias.removeprefix("alias/")}"' not in "".join(_made(section)), "a cell has passed over it"
    assert (client.describe_key(KeyId=mine)["KeyMetadata"], kms.key_policy(client, mine)) == before
    assert kms.aliases(client, mine) == [alias]


def _made(section: Section) -> list[str]:
    """The lines of a notebook's cells that make a key or point an alias, but for the stubs of its exercises."""
    cells = nbformat.read(NOTEBOOKS / section.notebook, as_version=4).cells
    lines = [line for cell in cells if cell.cell_type == "code" for line in cell.source.splitlines()]
    calls = ("lab.make_key(", "lab.point_alias(")
    return [line for line in lines if any(call in line for call in calls) and not line.startswith("#")]
