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

NOT_HERE = {
    KEY_ALIAS,  # the lab's: what is there is used
    "alias/lock",  # no cell makes it: it is for an exercise
    "alias/stranger",  # cells before it call the AWS Encryption SDK, which reaches no account in memory
}
TAKEN = [
    (section, alias)
    for section in BEYOND_SECTIONS
    for alias in section.names.aliases
    if alias not in NOT_HERE and not section.practice_only
]


def run(section: Section) -> None:
    """Run the code cells of a section's notebook; those that are meant to fail may."""
    names: dict[str, Any] = {}
    for cell in nbformat.read(NOTEBOOKS / section.notebook, as_version=4).cells:
        if cell.cell_type != "code":
            continue
        try:
            exec(compile(cell.source, section.notebook, "exec"), names)  # noqa: S102 (the course's own cells)
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
    with pytest.raises(CourseError, match=f"{alias} was not made by this section, so nothing was changed"):
        run(section)
    assert (client.describe_key(KeyId=mine)["KeyMetadata"], kms.key_policy(client, mine)) == before
    assert kms.aliases(client, mine) == [alias]
