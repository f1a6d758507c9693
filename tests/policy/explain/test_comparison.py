"""What a policy change opens and closes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kmscourse.policy import (
    Layers,
    Request,
    compare,
    console_key_policy,
    evaluate,
    use_statement,
    what_would_allow,
    with_statement,
    without_sid,
)
from tests.policy.key_policies import default_key_policy

ACCOUNT = "123456789012"
READER = f"arn:aws:iam::{ACCOUNT}:user/IAMLabUser"
OWNER = f"arn:aws:iam::{ACCOUNT}:user/ed-user-1"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"

CONSOLE = console_key_policy(ACCOUNT, [OWNER], [OWNER])
REQUESTS = [
    Request(who, action, KEY)
    for who in (READER, OWNER)
    for action in ("kms:Decrypt", "kms:ScheduleKeyDeletion")
]
POLICIES = [
    CONSOLE,
    default_key_policy(ACCOUNT),
    with_statement(CONSOLE, use_statement(READER)),
    without_sid(CONSOLE, "Allow use of the key"),
]


def test_a_new_statement_opens_what_it_names() -> None:
    opened = with_statement(CONSOLE, use_statement(READER))
    found = compare({"resource_policy": CONSOLE}, {"resource_policy": opened}, REQUESTS)
    assert [each.request for each in found.opened] == [Request(READER, "kms:Decrypt", KEY)]
    assert found.closed == ()
    assert len(found.unchanged) == 3
    assert repr(found).splitlines() == [
        'opened: IAMLabUser may call kms:Decrypt: the statement "Allow use of the key" of the key policy lets them.',
        "unchanged: 2 allowed, 1 refused",
    ]


def test_a_sid_that_two_statements_share_closes_more_than_was_meant() -> None:
    twins = with_statement(CONSOLE, use_statement(READER, sid="Allow use of the key"))
    left = without_sid(twins, "Allow use of the key")
    found = compare({"resource_policy": twins}, {"resource_policy": left}, REQUESTS)
    assert {each.request.principal for each in found.closed} == {READER, OWNER}
    for each in found.closed:
        assert each.before.allowed
        assert not each.after.allowed
    assert repr(found).count("closed: ") == 2


def test_the_change_that_was_advised_opens_the_request_and_closes_none() -> None:
    before: Layers = {"resource_policy": CONSOLE}
    for way in what_would_allow(REQUESTS[0], **before):
        found = compare(before, way.layers, REQUESTS)
        assert [each.request for each in found.opened] == REQUESTS[:1]
        assert not found.closed


@given(st.sampled_from(POLICIES), st.sampled_from(POLICIES), st.lists(st.sampled_from(REQUESTS)))
def test_every_request_is_found_once_with_both_decisions(
    old: dict[str, object], new: dict[str, object], requests: list[Request]
) -> None:
    before, after = Layers(resource_policy=old), Layers(resource_policy=new)
    found = compare(before, after, requests)
    everything = [*found.opened, *found.closed, *found.unchanged]
    assert len(everything) == len(requests)
    for each in everything:
        assert each.before.allowed is evaluate(each.request, **before).allowed
        assert each.after.allowed is evaluate(each.request, **after).allowed
    turned = compare(after, before, requests)
    assert [each.request for each in turned.opened] == [each.request for each in found.closed]
