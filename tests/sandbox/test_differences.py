"""The table of differences: its page is current, its proofs are tests that run; and the proofs without another home."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest

from tools import differences as generator
from tools.differences_table import DIFFERENCES, Difference

ROOT = Path(__file__).parents[2]
ROWS = [row for rows in DIFFERENCES.values() for row in rows]


def test_the_page_is_current() -> None:
    written = generator.PAGE.read_text(encoding="utf-8")
    assert written == generator.page(), "write it again: python -m tools.differences"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.subject)
def test_every_difference_is_shown_by_a_test_that_runs(row: Difference) -> None:
    path, _, name = row.proof.partition("::")
    assert Path(path).name.startswith("test_"), f"pytest collects no tests from {path}"
    module = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    found = [node for node in module.body if isinstance(node, ast.FunctionDef) and node.name == name]
    assert name.startswith("test_"), f"{name} is no test"
    assert len(found) == 1, f"{path} has {len(found)} functions {name}: name the test that shows it"
    assert not marks(found[0].decorator_list) & {"skip", "skipif", "xfail"}, f"{name} does not always run"
    assert "pytestmark" not in {target for node in module.body for target in targets(node)}, (
        f"{path} may be skipped"
    )


def marks(decorators: list[ast.expr]) -> set[str]:
    """The last names of decorators, as in ``skip`` of ``@pytest.mark.skip(...)``."""
    return {
        node.attr
        for decorator in decorators
        for node in ast.walk(decorator)
        if isinstance(node, ast.Attribute)
    }


def targets(node: ast.stmt) -> set[str]:
    """The names that a statement assigns to."""
    return {target.id for target in getattr(node, "targets", []) if isinstance(target, ast.Name)}


def test_no_difference_is_told_twice_and_each_is_whole() -> None:
    subjects = [row.subject for row in ROWS]
    assert len(set(subjects)) == len(subjects)
    for row in ROWS:
        assert row.subject[0].isupper(), row.subject
        assert not row.subject.endswith("."), row.subject
        assert row.here.endswith("."), row.subject
        assert row.on_aws.endswith("."), row.subject
        assert "|" not in row.here + row.on_aws, f"{row.subject}: a bar would end the table's cell"


def test_a_change_counts_with_the_next_request(gate: Any) -> None:
    key = gate.key()
    request = {"KeyId": key, "Plaintext": "aGVsbG8="}
    assert gate.refused("kms:Encrypt", by="IAMLabUser", **request).code == "AccessDeniedException"
    gate("kms:CreateGrant", KeyId=key, GranteePrincipal=gate.arn("IAMLabUser"), Operations=["Encrypt"])
    assert gate("kms:Encrypt", by="IAMLabUser", **request)["KeyId"] == key, "a grant counts without its token"
    gate("kms:DisableKey", KeyId=key)
    assert gate.refused("kms:Encrypt", by="IAMLabUser", **request).code == "DisabledException"


def test_nobody_is_throttled(gate: Any) -> None:
    for _ in range(20):
        gate("kms:CreateKey")  # five a second on AWS
        gate.events()  # two a second on AWS


def test_an_event_appears_with_the_next_request(gate: Any) -> None:
    gate.refused("kms:ListKeys", by="IAMLabUser")
    [event] = gate("cloudtrail:LookupEvents", MaxResults=1)["Events"]
    assert json.loads(event["CloudTrailEvent"])["errorCode"] == "AccessDenied"
