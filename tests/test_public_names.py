"""The few names that a notebook imports from the package itself, and what comes with them: nothing that is not used."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import kmscourse
from kmscourse.sandbox import client

USE_IT = """
import sys
from kmscourse import Lab, cli, display, widgets

lab = Lab.open(section=7)
cards = [lab.check(), lab.diagram(), lab.who_may("alias/myKey"), lab.certificate()]
cards += [lab.explain("IAMLabUser", "kms:Decrypt", lab.key_arn), widgets.SignInPage(lab)]
assert all(card._repr_html_() for card in cards)
assert cli.main(["check"]) == 0
print(sorted({"matplotlib", "moto", "numpy", "pandas"} & sys.modules.keys()))
"""


def test_the_public_names() -> None:
    assert kmscourse.__all__ == ["KmsCourseError", "Lab"]
    assert all(getattr(kmscourse, name) is not None for name in kmscourse.__all__)


def test_any_other_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Lob'"):
        kmscourse.Lob  # noqa: B018


def test_importing_the_package_alone_loads_no_aws_client() -> None:
    """The sandbox's process imports it too, and its first answer should not wait for a notebook's libraries."""
    code = "import sys, kmscourse; print([m for m in ('boto3', 'moto', 'pandas', 'IPython') if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_what_only_some_cells_use_is_imported_by_these_alone(tmp_path: Path) -> None:
    """pandas and what it brings are a third of an install, and take a second to import."""
    environment = {**os.environ, "KMSCOURSE_HOME": str(tmp_path), "KMSCOURSE_TARGET": "sandbox"}
    try:
        said = subprocess.check_output(
            [sys.executable, "-c", USE_IT], env=environment, text=True, encoding="utf-8"
        )
    finally:
        client.stop(tmp_path)
    assert said.splitlines()[-1] == "[]", "import it in the cell, or the function, that uses it"
