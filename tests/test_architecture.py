"""Arrows run one way: what a module may import, and what only one place may touch."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "kmscourse"
MODULES = sorted(PACKAGE.rglob("*.py"))

# Each room, and the rooms that it may use; a room may always use itself and what is in ALWAYS.
MAY_USE: dict[str, set[str]] = {
    "kmscourse": {"lab"},
    "errors": set(),
    "look": set(),
    "home": set(),
    "policy": set(),
    "sandbox": {"policy"},
    "kms": {"policy"},
    "envelope": set(),
    "legacy": set(),
    "dynamodb": set(),
    "iam": {"policy"},
    "audit": set(),
    "cells": set(),
    "account": {"iam", "sandbox"},
    "access": {"account", "audit", "kms", "policy"},
    "course": {"access", "account", "audit", "dynamodb", "envelope", "iam", "kms", "policy"},
    "display": {"access", "account", "audit", "course", "envelope", "iam", "kms", "look", "policy"},
    "widgets": {
        "access",
        "account",
        "cells",
        "course",
        "display",
        "dynamodb",
        "envelope",
        "iam",
        "kms",
        "look",
        "policy",
    },
    "lab": {"access", "account", "cells", "course", "display", "iam", "jupyter", "widgets"},
    "jupyter": {"look"},
    "slides": {"look"},
    "classroom": {"course", "look"},
    "cli": {"account", "classroom", "course", "jupyter", "sandbox", "slides"},
}
ALWAYS = {"errors", "home"}

# The rooms within a room, and those beside them that each may use. Whoever is outside uses the door, __init__.py.
INNER: dict[str, dict[str, set[str]]] = {
    "policy": {
        "language": set(),
        "evaluate": {"language"},
        "explain": {"language", "evaluate"},
        "lint": {"language", "evaluate"},
    },
    # In the order of a request, from below: no stage imports a later one, and no service another's inside.
    "sandbox": {
        "log": set(),
        "settings": set(),
        "call": set(),
        "operation": {"call"},
        "on_behalf": {"call", "operation"},
        "protocol": {"call"},
        "model": {"call", "protocol"},
        "auth": {"call", "on_behalf", "operation", "protocol"},
        "storage": {"call"},
        "moto_adapter": {"call", "model", "storage"},
        "cloudtrail": {"call", "model", "on_behalf", "operation", "storage"},
        "kms": {"auth", "call", "model", "on_behalf", "operation", "settings", "storage"},
        "dynamodb": {"call", "kms", "model", "moto_adapter", "on_behalf", "operation", "storage"},
        "iam": {"auth", "call", "model", "moto_adapter", "operation", "seed", "storage"},
        "sts": {"auth", "call", "iam", "model", "operation"},
        "tagging": {"call", "model", "operation"},
        "seed": {"auth", "iam"},
        "account": {
            "call",
            "cloudtrail",
            "dynamodb",
            "iam",
            "kms",
            "moto_adapter",
            "seed",
            "settings",
            "storage",
        },
        "console": {"account", "auth", "call", "iam", "kms", "operation"},
        "offered": {
            "call",
            "cloudtrail",
            "dynamodb",
            "iam",
            "kms",
            "model",
            "operation",
            "protocol",
            "sts",
            "tagging",
        },
        "application": {
            "account",
            "auth",
            "call",
            "console",
            "log",
            "offered",
            "operation",
            "protocol",
            "settings",
        },
        "inprocess": {"application", "auth", "call"},
        "client": {"auth", "call"},
        "http": {"call", "log"},
        "process": {"application", "client", "dynamodb", "http", "log", "moto_adapter", "settings"},
    },
}
CLOSED = {"policy"}  # rooms that the rest of the package enters by the door alone


def name_of(path: Path) -> str:
    parts = ("kmscourse", *path.relative_to(PACKAGE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else module


def import_statements(path: Path, *, types: bool = True) -> Iterator[tuple[str, list[str]]]:
    """Each module that a file imports, wherever in the file it does, and the names that it takes from it.

    Without ``types`` what is imported for annotations alone is left out: it is not there when the program runs.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree) if types else _that_run(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, []) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, [alias.name for alias in node.names]


def _that_run(tree: ast.Module) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        if not (isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING"):
            yield from ast.walk(node)


def named_modules(path: Path) -> set[str]:
    """The modules that a file names."""
    return {module for module, _ in import_statements(path)}


def imports(path: Path) -> set[str]:
    """The modules that a file imports: those that it names, and what may be modules among the names it takes."""
    return named_modules(path) | {
        f"{module}.{name}" for module, names in import_statements(path) for name in names
    }


def own_modules(path: Path) -> set[str]:
    known = {name_of(module) for module in MODULES}
    return {module for module in imports(path) if module in known and module != "kmscourse"}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_uses_only_the_rooms_below_it(path: Path) -> None:
    here = room(name_of(path))
    assert here in MAY_USE, f"{here} is a new room: say in MAY_USE what it may use"
    too_many = {room(module) for module in own_modules(path)} - MAY_USE[here] - ALWAYS - {here}
    assert not too_many, f"{name_of(path)} imports {sorted(too_many)}: arrows run one way"


def inner_room(module: str) -> str | None:
    """The room within a room that a module is in; None for a door."""
    parts = module.split(".")
    return parts[2] if len(parts) > 2 else None


def used_modules(path: Path) -> set[str]:
    """The modules of ours whose code a file runs; of ``from room import module`` only the module."""
    known, used = {name_of(module) for module in MODULES}, set()
    for module, names in import_statements(path, types=False):
        modules = {f"{module}.{name}" for name in names} & known
        used |= modules
        if module in known and len(modules) < max(len(names), 1):
            used.add(module)
    return used


INNER_MODULES = [path for path in MODULES if room(name_of(path)) in INNER and inner_room(name_of(path))]


@pytest.mark.parametrize("path", INNER_MODULES, ids=name_of)
def test_an_inner_module_uses_only_the_rooms_below_it(path: Path) -> None:
    outer, here = room(name_of(path)), inner_room(name_of(path))
    may_use = INNER[outer]
    assert here in may_use, f"{here} is a new room in {outer}: say in INNER what it may use"
    used = {inner_room(module) for module in used_modules(path) if room(module) == outer}
    assert None not in used, f"{name_of(path)} enters {outer} by its door, and is inside already"
    too_many = {str(inner) for inner in used} - may_use[here] - {here}
    assert not too_many, f"{name_of(path)} imports {sorted(too_many)}: arrows run one way"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_closed_room_is_entered_by_its_door(path: Path) -> None:
    inside = {
        module
        for module in named_modules(path)
        if room(module) in CLOSED and room(module) != room(name_of(path)) and inner_room(module)
    }
    assert not inside, f"{name_of(path)} imports {sorted(inside)}: use the door"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_only_the_adapter_touches_moto(path: Path) -> None:
    if not name_of(path).startswith("kmscourse.sandbox.moto_adapter"):
        assert not any(module.split(".")[0] == "moto" for module in imports(path))


def test_policy_knows_no_aws_client() -> None:
    for path in (PACKAGE / "policy").rglob("*.py"):
        outside = {module.split(".")[0] for module in imports(path)}
        assert not outside & {"boto3", "botocore", "moto", "IPython", "ipywidgets"}, path


def test_account_uses_the_sandbox_only_to_find_or_start_it() -> None:
    used = {
        (path.name, module)
        for path in (PACKAGE / "account").rglob("*.py")
        for module in own_modules(path)
        if room(module) == "sandbox"
    }
    assert used == {("opening.py", "kmscourse.sandbox"), ("opening.py", "kmscourse.sandbox.client")}
