"""Lists in pages: every entry once, whatever the pages' size, and though entries come and go in between."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.kms.keys import LIMITS, page

LISTS = [
    ("ListKeys", "Keys", "KeyId"),
    ("ListAliases", "Aliases", "AliasName"),
    ("ListGrants", "Grants", "GrantId"),
    ("ListRetirableGrants", "Grants", "GrantId"),
    ("ListResourceTags", "Tags", "TagKey"),
]


def shown(names: list[str], **parameters: Any) -> dict[str, Any]:
    return page(parameters, "Keys", names, str)


@given(st.sets(st.text(max_size=3), max_size=12), st.integers(1, 12), st.data())
def test_every_entry_comes_once_though_others_come_and_go(
    names: set[str], limit: int, data: st.DataObject
) -> None:
    staying, there, found = set(names), set(names), list[str]()
    answer = shown(sorted(there), Limit=limit)
    while True:
        assert len(answer["Keys"]) <= limit
        found += answer["Keys"]
        assert answer["Truncated"] == ("NextMarker" in answer)
        if "NextMarker" not in answer:
            break
        gone = data.draw(st.sets(st.sampled_from(sorted(there)))) if there else set()
        there = there - gone | data.draw(st.sets(st.text(max_size=3), max_size=2))
        staying &= there
        answer = shown(sorted(there), Limit=limit, Marker=answer["NextMarker"])
    assert len(set(found)) == len(found)
    assert staying <= set(found)


@pytest.mark.parametrize("marker", ["junk", "", "bm9uZQ==", "MQ==", "WyJLZXlzIl0=", "WyJLZXlzIiwgMV0="])
def test_a_marker_that_is_none(marker: str) -> None:
    with pytest.raises(AwsError, match="InvalidMarkerException"):
        shown(["a"], Marker=marker)


def test_a_marker_of_another_list() -> None:
    marker = base64.b64encode(b'["Tags", "a"]').decode()
    with pytest.raises(AwsError, match="InvalidMarkerException"):
        shown(["a"], Marker=marker)


@pytest.mark.parametrize("member", LIMITS)
def test_a_page_has_its_limits(member: str) -> None:
    usual, most = LIMITS[member]
    names = [f"{number:05}" for number in range(most + 1)]
    assert len(page({}, member, names, str)[member]) == usual
    assert len(page({"Limit": most}, member, names, str)[member]) == most
    with pytest.raises(AwsError, match=f"less than or equal to {most}"):
        page({"Limit": most + 1}, member, names, str)


@pytest.mark.parametrize(("operation", "member", "name"), LISTS, ids=[row[0] for row in LISTS])
def test_the_lists_of_kms_come_in_pages(gate: Any, operation: str, member: str, name: str) -> None:
    keys = [gate.key(Tags=[{"TagKey": tag, "TagValue": ""} for tag in "edcba"]) for _ in range(5)]
    for number in range(5):
        gate("kms:CreateAlias", AliasName=f"alias/{9 - number}", TargetKeyId=keys[0])
        gate(
            "kms:CreateGrant",
            KeyId=keys[0],
            GranteePrincipal=gate.arn("IAMLabUser"),
            RetiringPrincipal=gate.arn(gate.main),
            Operations=["Decrypt"],
        )
    subject = {
        "ListAliases": {"KeyId": keys[0]},
        "ListGrants": {"KeyId": keys[0]},
        "ListResourceTags": {"KeyId": keys[0]},
        "ListRetirableGrants": {"RetiringPrincipal": gate.arn(gate.main)},
    }.get(operation, {})
    found: list[str] = []
    marker: dict[str, str] = {}
    while True:
        answer = gate(f"kms:{operation}", Limit=2, **subject, **marker)
        found += [entry[name] for entry in answer[member]]
        if not answer["Truncated"]:
            break
        marker = {"Marker": answer["NextMarker"]}
    assert len(found) == 5
    assert found == sorted(found)
    assert found == [entry[name] for entry in gate(f"kms:{operation}", **subject)[member]]


def test_the_one_policy_of_a_key_is_a_list_too(gate: Any) -> None:
    key = gate.key()
    asked = {"KeyId": key, "Limit": 1}
    assert gate("kms:ListKeyPolicies", **asked) == {"PolicyNames": ["default"], "Truncated": False}
    refusal = gate.refused("kms:ListKeyPolicies", **asked, Marker="junk")
    assert (refusal.code, refusal.message) == ("InvalidMarkerException", "Could not deserialize marker")
