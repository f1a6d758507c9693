"""A call of STS is resolved once: its form unfolded, the role that it names found, the session's tags put together."""

from __future__ import annotations

from typing import Any

import pytest

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.iam.store import Identities
from kmscourse.sandbox.sts.resolve import StsCall, resolve

TAG = {"Tags.member.1.Key": "team", "Tags.member.1.Value": "blue"}


def resolved(gate: Any, by: str = "", **parameters: Any) -> StsCall:
    call = gate.call("sts:AssumeRole", by=by, RoleSessionName="work", **parameters)
    return resolve(call, gate.caller(by or gate.main), gate.account, gate.account.now(), True)


def test_a_role_is_looked_up_once(gate: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    role = gate.role("robot")
    looked_up: list[str] = []
    find = Identities.entity_of

    def entity_of(self: Identities, arn: str) -> Any:
        looked_up.append(arn)
        return find(self, arn)

    monkeypatch.setattr(Identities, "entity_of", entity_of)
    gate("sts:AssumeRole", RoleArn=role, RoleSessionName="work", **TAG)
    assert looked_up == [role]


def test_what_is_no_role_is_none(gate: Any) -> None:
    assert resolved(gate, RoleArn=gate.arn(gate.main)).role is None
    assert resolved(gate, RoleArn="arn:aws:iam::123456789012:role/absent").role is None


def test_transitive_tags_of_the_calling_session_go_on(gate: Any) -> None:
    every_sts = {"Effect": "Allow", "Action": "sts:*", "Resource": "*"}
    first = gate.assume(
        gate.role("first", every_sts),
        SourceIdentity="Ann",
        **TAG,
        **{"TransitiveTagKeys.member.1": "team"},
    )
    cost = {"Tags.member.1.Key": "cost", "Tags.member.1.Value": "1", "TransitiveTagKeys.member.1": "Cost"}
    session = resolved(gate, by=first, RoleArn=gate.role("second"), **cost).session_tags
    assert session.tags == {"team": "blue", "cost": "1"}
    assert session.transitive == ("team", "cost"), "a key is spelled as the tag's is"
    assert session.source_identity == "Ann"


def test_tags_that_contradict_each_other_are_refused_when_they_are_read(gate: Any) -> None:
    call = resolved(gate, RoleArn=gate.role("robot"), **{"TransitiveTagKeys.member.1": "team"})
    with pytest.raises(AwsError, match="must be included in the requested tags"):
        _ = call.session_tags
