"""Lists of what nobody has here: empty, for who may read them and of whom there is."""

from __future__ import annotations

from typing import Any

import pytest

OF_USERS = {
    "ListMFADevices": "MFADevices",
    "ListSigningCertificates": "Certificates",
    "ListSSHPublicKeys": "SSHPublicKeys",
    "ListServiceSpecificCredentials": "ServiceSpecificCredentials",
}


@pytest.mark.parametrize(("operation", "member"), OF_USERS.items())
def test_of_a_user(gate: Any, operation: str, member: str) -> None:
    empty = {member: [], "IsTruncated": False}
    assert gate(f"iam:{operation}") == empty, "without a name it is about the caller"
    assert gate(f"iam:{operation}", UserName="IAMLabUser", MaxItems="1") == empty
    refusal = gate.refused(f"iam:{operation}", UserName="Nobody")
    assert (refusal.code, refusal.status) == ("NoSuchEntity", 404)
    assert refusal.message == "The user with name Nobody cannot be found."


@pytest.mark.parametrize("operation", OF_USERS)
def test_who_may_read_that_of_a_user(gate: Any, operation: str) -> None:
    own = {"Effect": "Allow", "Action": f"iam:{operation}", "Resource": "arn:aws:iam::*:user/${aws:username}"}
    gate.user("Curious", own)
    assert gate(f"iam:{operation}", by="Curious")
    refusal = gate.refused(f"iam:{operation}", by="Curious", UserName="IAMLabUser")
    assert f"iam:{operation} on resource: {gate.arn('IAMLabUser')} because" in refusal.message


def test_of_a_role(gate: Any) -> None:
    gate.role("robot", Path="/lab/")
    assert gate("iam:ListInstanceProfilesForRole", RoleName="robot") == {
        "InstanceProfiles": [],
        "IsTruncated": False,
    }
    refusal = gate.refused("iam:ListInstanceProfilesForRole", RoleName="nobody")
    assert (refusal.code, refusal.status) == ("NoSuchEntity", 404)
    assert refusal.message == "The role with name nobody cannot be found."
    refusal = gate.refused("iam:ListInstanceProfilesForRole", by="IAMLabUser", RoleName="robot")
    assert f"on resource: arn:aws:iam::{gate.account_id}:role/lab/robot because" in refusal.message


def test_of_the_account(gate: Any) -> None:
    for status in ("Assigned", "Unassigned", "Any"):
        assert gate("iam:ListVirtualMFADevices", AssignmentStatus=status)["VirtualMFADevices"] == []
    refusal = gate.refused("iam:ListVirtualMFADevices", by="IAMLabUser")
    assert "iam:ListVirtualMFADevices on resource: * because" in refusal.message


def test_credentials_of_all_users_at_once_are_not_listed(gate: Any) -> None:
    assert gate("iam:ListServiceSpecificCredentials", AllUsers="false")
    refusal = gate.refused("iam:ListServiceSpecificCredentials", AllUsers="true")
    assert refusal.code == "UnsupportedOperationException"


def test_a_marker_that_no_list_has_given(gate: Any) -> None:
    assert gate.refused("iam:ListMFADevices", Marker="junk").code == "ValidationError"
