"""Changing a policy gives a new one and leaves the old as it was."""

from __future__ import annotations

from copy import deepcopy

from kmscourse.policy import build, edit

A = "123456789012"
ANA, BOB = f"arn:aws:iam::{A}:user/Ana", f"arn:aws:iam::{A}:user/Bob"
POLICY = build.console_key_policy(A, [ANA], [ANA, BOB])
BEFORE = deepcopy(POLICY)


def sids(policy: dict[str, object]) -> list[str]:
    return [statement["Sid"] for statement in edit.statements(policy)]


def test_a_statement_is_added_at_the_end() -> None:
    statement = build.use_statement(BOB, sid="Mine")
    changed = edit.with_statement(POLICY, statement)
    assert sids(changed) == [*sids(POLICY), "Mine"]
    assert {name: changed[name] for name in ("Id", "Version")} == {
        name: POLICY[name] for name in ("Id", "Version")
    }
    statement["Sid"] = "Yours"
    assert sids(changed)[-1] == "Mine"


def test_a_single_statement_becomes_a_list() -> None:
    single = {"Version": "2012-10-17", "Statement": build.root_statement(A)}
    assert len(edit.with_statement(single, build.use_statement(ANA))["Statement"]) == 2


def test_statements_go_by_their_sid() -> None:
    twice = edit.with_statement(POLICY, build.use_statement(BOB))
    assert "Allow use of the key" not in sids(edit.without_sid(twice, "Allow use of the key"))
    assert edit.without_sid(POLICY, "no such Sid") == POLICY


def test_statements_are_found_by_whom_they_name() -> None:
    assert [found["Sid"] for found in edit.statements_for(POLICY, ANA)] == sids(POLICY)[1:]
    assert len(edit.statements_for(POLICY, BOB)) == 2
    assert edit.statements_for(POLICY, f"arn:aws:iam::{A}:user/Eve") == []
    assert edit.statements_for({"Statement": [{"Effect": "Allow", "Principal": "*"}]}, ANA) == []


def test_a_principal_is_taken_out() -> None:
    changed = edit.without_principal(POLICY, ANA)
    assert edit.statements_for(changed, ANA) == []
    assert sids(changed) == [sids(POLICY)[0], *sids(POLICY)[2:]]
    assert changed["Statement"][1]["Principal"] == {"AWS": BOB}


def test_a_service_beside_the_principal_stays() -> None:
    statement = build.use_statement(ANA) | {"Principal": {"AWS": ANA, "Service": "s3.amazonaws.com"}}
    changed = edit.without_principal({"Statement": [statement]}, ANA)
    assert changed["Statement"][0]["Principal"] == {"Service": "s3.amazonaws.com"}


def test_nothing_that_was_handed_in_has_changed() -> None:
    edit.with_statement(POLICY, build.use_statement(BOB))["Statement"][0]["Effect"] = "Deny"
    edit.without_principal(POLICY, ANA)["Statement"][1]["Principal"]["AWS"] = "x"
    edit.statements_for(POLICY, ANA)[0]["Effect"] = "Deny"
    assert POLICY == BEFORE
