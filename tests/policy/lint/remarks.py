"""Policies to lint, and what holds for each remark: it is made of one policy, and not of one nearly the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import pytest

from kmscourse.policy import Remark, Severity, lint, root_statement

Kind = Literal["key", "identity"]
ACCOUNT = "123456789012"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
ANA, BEN = (f"arn:aws:iam::{ACCOUNT}:user/{name}" for name in ("Ana", "Ben"))
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ALIAS = f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/myKey"
OURS = {"StringEquals": {"kms:CallerAccount": ACCOUNT}}

# a kind of policy, a remark's name, its severity, a policy that has it, one that nearly has.
Case = tuple[Kind, str, Severity, dict[str, Any], dict[str, Any]]


def statement(*, effect: str = "Allow", **elements: Any) -> dict[str, Any]:
    """A statement of a key policy, Ana may decrypt; an element that is None is left out."""
    usual = {"Effect": effect, "Principal": {"AWS": ANA}, "Action": "kms:Decrypt", "Resource": "*"}
    return {name: value for name, value in (usual | elements).items() if value is not None}


def key(*statements: dict[str, Any], **elements: Any) -> dict[str, Any]:
    """A key policy with those statements behind the root statement."""
    policy = {"Version": "2012-10-17", "Statement": [root_statement(ACCOUNT), *statements]} | elements
    return {name: value for name, value in policy.items() if value is not None}


def bare(*statements: dict[str, Any], **elements: Any) -> dict[str, Any]:
    """A key policy of those statements only."""
    return {"Version": "2012-10-17", "Statement": list(statements)} | elements


def mine(*, effect: str = "Allow", **elements: Any) -> dict[str, Any]:
    """An identity policy of one statement: its carrier may decrypt with the key."""
    usual = {"Effect": effect, "Action": "kms:Decrypt", "Resource": KEY}
    found = {name: value for name, value in (usual | elements).items() if value is not None}
    return {"Version": "2012-10-17", "Statement": found}


def named(found: tuple[Remark, ...], name: str) -> list[Remark]:
    return [remark for remark in found if remark.name == name]


def proofs_of(cases: list[Case]) -> tuple[Callable[..., None], Callable[..., None]]:
    """The two tests that every case has to pass, for a module to name ``test_…``."""
    each = pytest.mark.parametrize(("kind", "name", "severity", "wrong", "right"), cases)

    @each
    def made_where_deserved(
        kind: Kind, name: str, severity: Severity, wrong: dict[str, Any], right: dict[str, Any]
    ) -> None:
        made = named(lint(wrong, kind=kind, account=ACCOUNT), name)
        assert [remark.severity for remark in made[:1]] == [severity]
        assert not named(lint(right, kind=kind, account=ACCOUNT), name)

    @each
    def sentences(
        kind: Kind, name: str, severity: Severity, wrong: dict[str, Any], right: dict[str, Any]
    ) -> None:
        for remark in lint(wrong, kind=kind, account=ACCOUNT):
            assert remark.reason.endswith(".")
            assert remark.mend.endswith(".")
            assert remark.where in str(remark)

    return made_where_deserved, sentences
