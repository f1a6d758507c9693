"""Grants are found by all that they are looked up by, as if one went through those on a key one by one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kmscourse.policy import Request, encryption_context, evaluate
from kmscourse.sandbox.kms.grant_index import GrantIndex
from kmscourse.sandbox.kms.grants import Grant
from tests.effort import calls

ACCOUNT = "123456789012"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
ANN, BOB = (f"arn:aws:iam::{ACCOUNT}:user/{name}" for name in ("Ann", "Bob"))
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/a"
OPERATIONS = ("Decrypt", "Encrypt", "DescribeKey", "CreateGrant")

contexts = st.dictionaries(st.sampled_from("xy"), st.sampled_from("12"), max_size=2)
constraints = st.dictionaries(
    st.sampled_from(["EncryptionContextSubset", "EncryptionContextEquals"]), contexts, max_size=1
)
terms = st.fixed_dictionaries(
    {
        "GranteePrincipal": st.sampled_from([ANN, BOB, ROOT]),
        "Operations": st.lists(st.sampled_from(OPERATIONS), min_size=1, max_size=3, unique=True),
        "Constraints": constraints,
    },
    optional={"RetiringPrincipal": st.sampled_from([ANN, BOB]), "Name": st.sampled_from("mn")},
)


def grants_of(drawn: list[dict[str, Any]], key_id: str = "a") -> list[Grant]:
    return [Grant(f"{number:064x}", key_id, b"", 0.0, terms, {}) for number, terms in enumerate(drawn)]


def decided(grants: list[Mapping[str, Any]], action: str, context: Mapping[str, str], passed_on: str) -> bool:
    values: dict[str, Any] = {f"kms:EncryptionContext:{name}": value for name, value in context.items()}
    if action == "kms:CreateGrant":
        values |= {"kms:GrantOperations": [passed_on], "kms:GrantConstraintType": "EncryptionContextEquals"}
    policy = {"Version": "2012-10-17", "Statement": []}
    return evaluate(Request(ANN, action, KEY, values), resource_policy=policy, grants=grants).allowed


@settings(max_examples=300)
@given(st.lists(terms, max_size=8), st.sampled_from(OPERATIONS), contexts, st.sampled_from(OPERATIONS))
def test_those_that_are_found_decide_as_all_do(
    drawn: list[dict[str, Any]], operation: str, context: dict[str, str], passed_on: str
) -> None:
    grants, action = grants_of(drawn), f"kms:{operation}"
    index = GrantIndex(grants)
    found = set(index.permitting("a", (ANN, ROOT), action.lower(), context))
    some = [grant.terms for grant in grants if grant.id in found]
    assert decided(some, action, context, passed_on) == decided(drawn, action, context, passed_on)


@settings(max_examples=100)
@given(st.lists(terms, max_size=8), st.sets(st.integers(0, 7)))
def test_what_is_taken_away_is_listed_nowhere(drawn: list[dict[str, Any]], gone: set[int]) -> None:
    grants = grants_of(drawn)
    index = GrantIndex(grants)
    for number in gone & set(range(len(grants))):
        index.remove(grants[number])
    left = [grant for number, grant in enumerate(grants) if number not in gone]
    assert vars(index) == vars(GrantIndex(reversed(left)))
    assert index.on_key("b") == ()
    for principal in (ANN, BOB):
        grantee = [grant.id for grant in left if grant.terms["GranteePrincipal"] == principal]
        retiring = [grant.id for grant in left if grant.terms.get("RetiringPrincipal") == principal]
        assert list(index.for_grantee("a", "GranteePrincipal", principal)) == grantee
        assert list(index.retirable_by(principal)) == retiring


def test_a_grant_is_found_in_as_many_steps_among_many() -> None:
    def steps(count: int) -> int:
        one = {"Operations": ["Decrypt"], "Constraints": {"EncryptionContextSubset": {"x": "1"}}}
        drawn = [{**one, "GranteePrincipal": f"{ANN}{number}"} for number in range(count)]
        drawn += [
            {
                "GranteePrincipal": ANN,
                "Operations": ["Decrypt"],
                "Constraints": {"EncryptionContextSubset": {"x": str(number)}},
            }
            for number in range(count)
        ]
        index = GrantIndex(grants_of(drawn))
        return calls(lambda: list(index.permitting("a", (ANN,), "kms:decrypt", {"x": "1", "y": "2"})))

    assert steps(1000) <= steps(10) + 5


def test_the_encryption_context_is_the_requests() -> None:
    values = {"kms:EncryptionContext:Shelf": "3", "kms:EncryptionContextKeys": ["Shelf"]}
    assert encryption_context(Request(ANN, "kms:Decrypt", KEY, values)) == {"Shelf": "3"}
