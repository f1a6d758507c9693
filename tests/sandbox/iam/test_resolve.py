"""A call of IAM is resolved once: its form unfolded, and whom it names found a single time."""

from __future__ import annotations

from typing import Any

import pytest

from kmscourse.sandbox.iam.operations import OPERATIONS
from kmscourse.sandbox.iam.resolve import resolve
from kmscourse.sandbox.iam.store import Identities
from kmscourse.sandbox.model import shapes

TAG = {"Tags.member.1.Key": "team", "Tags.member.1.Value": "blue"}


def resolved(gate: Any, action: str, **parameters: Any) -> Any:
    call = gate.call(action, **parameters)
    return resolve(call, gate.caller(gate.main), gate.account, gate.account.now(), True)


def test_a_form_is_unfolded(gate: Any) -> None:
    call = resolved(gate, "iam:TagUser", UserName="IAMLabUser", **TAG)
    assert call.parameters == {"UserName": "IAMLabUser", "Tags": [{"Key": "team", "Value": "blue"}]}
    assert call.tags == [("team", "blue")]
    assert call.recorded_parameters == call.parameters
    assert shapes.parameters_of(call.call) == call.parameters, "unfolding it again leaves it as it is"


def test_a_number_in_a_form_is_a_number(gate: Any) -> None:
    assert resolved(gate, "iam:ListUsers", MaxItems="5").parameters == {"MaxItems": 5}


def test_whom_a_call_names_is_looked_up_once(gate: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up: list[str] = []
    find = Identities.user

    def user(self: Identities, name: str) -> Any:
        looked_up.append(name)
        return find(self, name)

    monkeypatch.setattr(Identities, "user", user)
    gate("iam:TagUser", UserName="IAMLabUser", **TAG)
    assert looked_up == ["IAMLabUser"]


def test_a_form_is_unfolded_once_in_a_call(gate: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    forms: list[Any] = []
    unfold = shapes._unfolded

    def unfolded(shape: Any, form: Any, path: str = "") -> Any:
        if not path and "Tags.member.1.Key" in form:
            forms.append(form)
        return unfold(shape, form, path)

    monkeypatch.setattr(shapes, "_unfolded", unfolded)
    gate("iam:TagUser", UserName="IAMLabUser", **TAG)
    assert len(forms) == 1


def test_the_model_says_which_calls_may_leave_out_the_users_name(gate: Any) -> None:
    about_oneself = {
        name
        for name in OPERATIONS
        if (shape := shapes.input_shape("iam", name)) is not None
        and "UserName" in shape.members
        and "UserName" not in shape.required_members
    }
    assert about_oneself == {
        "GetUser",
        "ListAccessKeys",
        "CreateAccessKey",
        "UpdateAccessKey",
        "DeleteAccessKey",
        "GetLoginProfile",
        "CreateLoginProfile",
        "DeleteLoginProfile",
        "ListMFADevices",
        "ListSSHPublicKeys",
        "ListServiceSpecificCredentials",
        "ListSigningCertificates",
    }
    assert resolved(gate, "iam:GetUser").user.name == gate.main


def test_a_session_of_a_role_has_no_user_name_to_leave_out(gate: Any) -> None:
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    refusal = gate.refused("iam:GetUser", by=gate.assume(gate.role("robot", everything)))
    assert (refusal.code, refusal.message) == (
        "ValidationError",
        "Must specify userName when calling with non-User credentials",
    )
