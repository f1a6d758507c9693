"""Arrows run one way: what a module may import, and what only one place may touch."""

from __future__ import annotations

import ast
import fnmatch
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "kmscourse"
MODULES = sorted(PACKAGE.rglob("*.py"))

# Each room, and the rooms that it may use; a room may always use itself and what is in ALWAYS.
MAY_USE: dict[str, set[str]] = {
    "kmscourse": {"lab"},
    "errors": set(),
    "home": set(),
    "environment": set(),
    "policy": set(),
    "files": set(),
    "lock": set(),
    "sandbox": {"kept", "policy"},
    "kms": {"policy"},
    "envelope": set(),
    "legacy": set(),
    "dynamodb": set(),
    "iam": {"policy"},
    "audit": set(),
    "table_names": set(),
    "denial": {"table_names"},
    "aws_settings": set(),
    "aws_session": set(),
    "ownership": {"iam", "kept", "table_names"},
    "user_sessions": set(),
    "passwords": set(),
    "target": set(),
    "account": {
        "user_sessions",
        "aws_session",
        "aws_settings",
        "denial",
        "iam",
        "ownership",
        "passwords",
        "sandbox",
        "target",
    },
    "holdings": {"account", "iam", "ownership", "pieces"},
    "cleanup": {"account", "dynamodb", "holdings", "iam", "ownership"},
    "access": {"account", "audit", "denial", "kms", "policy"},
    "kept": set(),
    "notes": {"envelope", "kept"},
    "pieces": {"account", "notes", "kms", "envelope", "dynamodb", "iam", "passwords", "policy"},
    "course": {"account", "holdings", "iam", "notes", "pieces"},
    "checks": {
        "access",
        "account",
        "audit",
        "denial",
        "dynamodb",
        "environment",
        "iam",
        "kms",
        "notes",
        "pieces",
        "policy",
    },
    "progress": {"checks", "course", "kept"},
    "display": {
        "access",
        "account",
        "audit",
        "checks",
        "denial",
        "envelope",
        "iam",
        "kms",
        "notes",
        "pieces",
        "policy",
        "progress",
    },
    "widgets": {"display", "access", "account", "denial", "kms", "envelope", "dynamodb", "iam", "policy"},
    "lab": {
        "access",
        "account",
        "checks",
        "course",
        "display",
        "iam",
        "notes",
        "passwords",
        "pieces",
        "progress",
    },
    "jupyter": set(),
    "slides": set(),
    "terminal": set(),
    "cli": {
        "account",
        "aws_settings",
        "checks",
        "cli_aws",
        "course",
        "jupyter",
        "notes",
        "progress",
        "sandbox",
        "slides",
        "terminal",
    },
    "cli_aws": {"account", "cleanup", "holdings", "sandbox"},
}
ALWAYS = {"errors", "files", "home", "lock"}


def name_of(path: Path) -> str:
    parts = ("kmscourse", *path.relative_to(PACKAGE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else module


def imports(path: Path) -> set[str]:
    """Every module that a file imports, wherever in the file it does."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def own_modules(path: Path) -> set[str]:
    known = {name_of(module) for module in MODULES}
    return {module for module in imports(path) if module in known and module != "kmscourse"}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_uses_only_the_rooms_below_it(path: Path) -> None:
    here = room(name_of(path))
    assert here in MAY_USE, f"{here} is a new room: say in MAY_USE what it may use"
    too_many = {room(module) for module in own_modules(path)} - MAY_USE[here] - ALWAYS - {here}
    assert not too_many, f"{name_of(path)} imports {sorted(too_many)}: arrows run one way"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_only_the_backend_touches_moto(path: Path) -> None:
    if not fnmatch.fnmatch(name_of(path), "kmscourse.sandbox.backend*"):
        assert not any(module.split(".")[0] == "moto" for module in imports(path))


def test_policy_knows_no_aws_client() -> None:
    for path in (PACKAGE / "policy").rglob("*.py"):
        outside = {module.split(".")[0] for module in imports(path)}
        assert not outside & {"boto3", "botocore", "moto", "IPython", "ipywidgets"}, path


def test_account_uses_the_sandbox_only_to_find_or_start_it() -> None:
    used = {module for module in own_modules(PACKAGE / "account.py") if room(module) == "sandbox"}
    assert used == {"kmscourse.sandbox", "kmscourse.sandbox.client"}


def test_no_file_is_two_rooms() -> None:
    long = {
        name_of(path): lines
        for path in MODULES
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 300
    }
    assert not long, f"find the wall in {long}"
