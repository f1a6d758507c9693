"""Every member of every input of every offered operation is honoured, or refused by its name: none is ignored.

The members are AWS's own model's, in whatever botocore there is. The tables beside this file have a proof for each; see
``proofs.py``. A member that has none fails here, and so will one that a new botocore brings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import ModuleType

import pytest

from tests.frozen.account import offered
from tests.sandbox.honoured import (
    cloudtrail,
    dynamodb_items,
    dynamodb_tables,
    iam,
    kms,
    kmscourse,
    sts,
    tagging,
)
from tests.sandbox.honoured.account import Prepared
from tests.sandbox.honoured.members import members
from tests.sandbox.honoured.proofs import Operation, fault, unproved

TABLES: dict[str, tuple[ModuleType, ...]] = {
    "kms": (kms,),
    "dynamodb": (dynamodb_items, dynamodb_tables),
    "iam": (iam,),
    "sts": (sts,),
    "cloudtrail": (cloudtrail,),
    "tagging": (tagging,),
    "kmscourse": (kmscourse,),
}
"""By service, where the proofs for its operations' members are."""

OPERATIONS: dict[str, tuple[ModuleType, Operation]] = {
    f"{service}:{name}": (table, operation)
    for service, tables in TABLES.items()
    for table in tables
    for name, operation in table.OPERATIONS.items()
}
PROOFS = [(action, place) for action, (_, operation) in OPERATIONS.items() for place in operation.proofs]


@pytest.fixture(scope="module")
def prepared_for() -> Iterator[Callable[[ModuleType], Prepared]]:
    """The account that a table prepares, made when it is first asked for."""
    made: dict[ModuleType, Prepared] = {}

    def prepared(table: ModuleType) -> Prepared:
        if table not in made:
            made[table] = Prepared(table.PREPARED)
        return made[table]

    yield prepared
    for each in made.values():
        each.close()


@pytest.mark.parametrize(("action", "place"), PROOFS, ids=[f"{action}-{place}" for action, place in PROOFS])
def test_it_makes_a_difference_or_is_refused_by_its_name(
    prepared_for: Callable[[ModuleType], Prepared], action: str, place: str
) -> None:
    table, operation = OPERATIONS[action]
    found = fault(prepared_for(table), action, operation, place)
    assert not found, (
        f"{place} of {action}: {found}\nHonour it, or refuse it: take it out of "
        f"kmscourse/sandbox/{action.partition(':')[0]}/members.py, and write NOT_OFFERED in {tables_of(action)}."
    )


@pytest.mark.parametrize("action", sorted(offered()))
def test_every_member_has_a_proof(action: str) -> None:
    assert action in OPERATIONS, (
        f"{action} is offered: add it, with all members of its input, to {tables_of(action)}"
    )
    missing = unproved(action, OPERATIONS[action][1])
    assert not missing, (
        f"Nothing shows that {action} does not ignore {', '.join(missing)}. Add to {tables_of(action)} another value "
        "and where it makes a difference (differs, refused), or that the member is refused (NOT_OFFERED)."
    )


@pytest.mark.parametrize("action", OPERATIONS)
def test_every_proof_is_about_a_member(action: str) -> None:
    assert action in offered(), f"{action} is not offered: take it out of {tables_of(action)}"
    unknown = OPERATIONS[action][1].proofs.keys() - members(action).keys()
    assert not unknown, (
        f"{action} has no {', '.join(sorted(unknown))}: take it out of {tables_of(action)}, or take a newer botocore"
    )


def tables_of(action: str) -> str:
    """The files that have the proofs for the members of a service."""
    names = [table.__name__.rpartition(".")[2] for table in TABLES[action.partition(":")[0]]]
    return " or ".join(f"tests/sandbox/honoured/{name}.py" for name in names)
