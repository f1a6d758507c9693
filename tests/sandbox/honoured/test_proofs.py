"""The proofs prove something: a member that is ignored is found, and so is one that a new botocore brings."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from kmscourse.sandbox import console, offered
from kmscourse.sandbox.model import shapes
from kmscourse.sandbox.model.descriptions import description
from tests.sandbox.honoured import kms, sts
from tests.sandbox.honoured.account import Prepared, step
from tests.sandbox.honoured.members import members
from tests.sandbox.honoured.proofs import ANSWER, Operation, Proof, differs, fault, refused, unproved

RANDOM = kms.OPERATIONS["GenerateRandom"]


@pytest.fixture(scope="module")
def prepared() -> Iterator[Prepared]:
    """An account with a role."""
    made = Prepared(sts.PREPARED)
    yield made
    made.close()


@pytest.fixture
def read_anew() -> Iterator[None]:
    """What was read of the models before is forgotten, and what the test reads of them too."""
    cached = (shapes.service_model, shapes.input_shape, offered.members_not_offered)
    for function in cached:
        function.cache_clear()
    yield
    for function in cached:
        function.cache_clear()


@pytest.fixture
def newer_botocore(read_anew: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """In its model, GenerateRandom has another member, and the recipient of what it makes too."""

    def with_moon(service: str) -> Any:
        model = copy.deepcopy(description(service))
        for shape in (
            ("GenerateRandomRequest", "RecipientInfo", "GrantConstraints") if service == "kms" else ()
        ):
            model["shapes"][shape]["members"]["Moon"] = {"shape": "DescriptionType"}
        return model

    monkeypatch.setattr(shapes, "description", with_moon)


@pytest.mark.usefixtures("newer_botocore")
def test_a_member_that_is_new_in_botocore_has_no_proof() -> None:
    assert unproved("kms:GenerateRandom", RANDOM) == ["Moon"]
    assert unproved("kms:CreateGrant", kms.OPERATIONS["CreateGrant"]) == ["Constraints.Moon"]
    assert unproved("kms:Encrypt", kms.OPERATIONS["Encrypt"]) == []


@pytest.mark.usefixtures("newer_botocore")
@pytest.mark.parametrize(
    ("action", "parameters", "name"),
    [
        ("kms:GenerateRandom", {"NumberOfBytes": 8, "Moon": "full"}, "Moon"),
        (
            "kms:CreateGrant",
            {
                "KeyId": "<<key/KeyMetadata/KeyId>>",
                "GranteePrincipal": "arn:aws:iam::<<account>>:root",
                "Operations": ["Encrypt"],
                "Constraints": {"Moon": "full"},
            },
            "Constraints.Moon",
        ),
    ],
)
def test_and_is_refused_by_its_name_meanwhile(
    prepared: Prepared, action: str, parameters: dict[str, Any], name: str
) -> None:
    told = prepared.play({"key": step("kms:CreateKey"), ANSWER: step(action, **parameters)})[ANSWER]
    operation = action.partition(":")[2]
    assert told.code == "UnsupportedOperationException"
    assert told.message == f"The practice account does not offer {name} in {operation}."


@pytest.mark.usefixtures("read_anew")
def test_a_member_that_is_ignored_is_found(prepared: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    honoured = offered.SERVICES["sts"].members.operations
    monkeypatch.setitem(honoured, "AssumeRole", f"{honoured['AssumeRole']} MinimumSessionTokenSize")
    found = faults_of(prepared, {"MinimumSessionTokenSize": differs(4096)})
    assert "4096 makes no difference" in found["MinimumSessionTokenSize"]


def test_a_proof_that_is_none_is_found(prepared: Prepared) -> None:
    found = faults_of(
        prepared,
        {
            "DurationSeconds": differs(1),  # refused by the model, which does not show that it counts
            "RoleSessionName": refused("AccessDenied", "play"),  # not refused
            "ExternalId": refused("AccessDenied", "x", text="moon"),  # not refused so
            "Policy": differs(sts.LIST, beside={"RoleArn": "moon"}),  # the base call is refused
            "SourceIdentity": differs("a", first={"before": step("kms:DescribeKey", KeyId="moon")}),
        },
    )
    assert {place: text.partition(", and")[0] for place, text in found.items()} == {
        "DurationSeconds": "with 1 it should be told no refusal",
        "RoleSessionName": "with 'play' it should be told AccessDenied",
        "ExternalId": "with 'x' it should be told AccessDenied",
        "Policy": "the base call should be told no refusal",
        "SourceIdentity": found["SourceIdentity"],
    }
    assert found["SourceIdentity"].startswith("a step before the base call is refused")


def test_what_differs_by_chance_is_no_difference(prepared: Prepared) -> None:
    drawn = step("kms:GenerateRandom", NumberOfBytes=8)
    assert prepared.play_for_control({ANSWER: drawn}) == prepared.play({ANSWER: drawn})


def test_each_situation_finds_the_account_as_it_was(prepared: Prepared) -> None:
    made, listed = step("iam:CreateUser", UserName="new"), step("iam:ListUsers")
    before = prepared.play({"listed": listed})["listed"]
    after = prepared.play({"made": made, "listed": listed})["listed"]
    assert before != after
    assert prepared.play({"listed": listed})["listed"] == before


@pytest.mark.parametrize("service", offered.SERVICES)
def test_what_is_said_to_be_honoured_is_in_the_model(service: str) -> None:
    """``members.py`` names operations, structures and members that there are, and a successor that there is."""
    described, model = offered.SERVICES[service].members, shapes.service_model(service)
    inputs = {name: shapes.input_shape(service, name) for name in described.operations}
    structures = {name: model.shape_for(name) for name in described.structures}
    for name, shape in (inputs | structures).items():
        named = {**described.operations, **described.structures}[name].split()
        assert set(named) <= set(getattr(shape, "members", ())), f"{name} has not all of {named}"
        assert len(set(named)) == len(named), name
    assert described.operations.keys() <= offered.SERVICES[service].operations.keys()
    assert {name for names in described.successors.values() for name in names.split()} <= {
        name for names in described.operations.values() for name in names.split()
    }


@pytest.mark.parametrize("operation", console.OPERATIONS)
def test_the_console_refuses_whatever_it_does_not_know(prepared: Prepared, operation: str) -> None:
    parameters = dict.fromkeys(members(f"kmscourse:{operation}"), "alice")
    told = prepared.play({ANSWER: step(f"kmscourse:{operation}", **parameters, Moon=True)})[ANSWER]
    assert told.message == f"The practice account does not offer Moon in {operation}."


def faults_of(prepared: Prepared, proofs: dict[str, Proof]) -> dict[str, str]:
    """What is wrong with these proofs about AssumeRole."""
    robot = Operation({"RoleArn": sts.ROBOT, "RoleSessionName": "work"}, proofs)
    return {place: fault(prepared, "sts:AssumeRole", robot, place) for place in proofs}
