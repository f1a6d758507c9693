"""The few names that a notebook imports from the package itself, and nothing else."""

from __future__ import annotations

import subprocess
import sys

import pytest

import kmscourse


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
