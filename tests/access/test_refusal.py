"""AWS's refusals, taken apart: the sentences that AWS is known to say, and nothing that it doesn't."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.access.refusal import POLICY_TYPES, PartKind, Refusal
from kmscourse.errors import KmsCourseError
from kmscourse.policy import Request, evaluate

USER = "arn:aws:iam::111122223333:user/U"
KEY = "arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
BARE = f"User: {USER} is not authorized to perform: kms:Decrypt on resource: {KEY}"
MISSING = f"{BARE} because no identity-based policy allows the kms:Decrypt action"
OLD = (
    "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not "
    "allowed to access."
)
RELAYED = (
    "KMS key access denied error: com.amazonaws.services.kms.model.AWSKMSException: {} (Service: AWSKMS; Status Code: "
    "400; Error Code: AccessDeniedException; Request ID: 0e35c348-57ef-4b0a-81e7-87e3fd0e4344{})"
)
CALLED = "An error occurred (AccessDeniedException) when calling the Scan operation: "
NOWHERE = (
    f"User: {USER} is not authorized to perform: kms:DescribeKey on this resource because the resource does not exist "
    "in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access"
)
KNOWN = [
    BARE,
    MISSING,
    OLD,
    NOWHERE,
    RELAYED.format(MISSING, "; Proxy: null"),
    RELAYED.format(OLD, ""),
    CALLED + MISSING,
    CALLED + RELAYED.format(MISSING, "; Proxy: null"),
    f"User: {USER} is not authorized to perform: kms:TagResource because no identity-based policy allows the "
    "kms:TagResource action",
    f"User: {USER} is not authorized to perform: kms:CreateKey on resource: * with an explicit deny in a "
    "service control policy: arn:aws:organizations::111122223333:policy/o-1/service_control_policy/p-2",
    f"User: {USER} is not authorized to perform: iam:GetUser on resource: user U because no identity-based policy "
    "allows the iam:GetUser action",
]


def together(refusal: Refusal) -> str:
    return "".join(part.text for part in refusal.parts)


@pytest.mark.parametrize("text", KNOWN)
def test_the_parts_are_the_sentence_again(text: str) -> None:
    assert together(Refusal.read(text)) == text


@pytest.mark.parametrize("layer", POLICY_TYPES)
@pytest.mark.parametrize("explicit", [True, False])
def test_each_kind_of_policy_is_read(layer: str, explicit: bool) -> None:
    article = "an" if layer[0] in "i" else "a"
    tail = (
        f"with an explicit deny in {article} {layer}"
        if explicit
        else f"because no {layer} allows the kms:Decrypt action"
    )
    refusal = Refusal.read(f"{BARE} {tail}")
    assert (refusal.policy_type, refusal.explicit) == (layer, explicit)
    assert (refusal.principal, refusal.action, refusal.resource) == (USER, "kms:Decrypt", KEY)
    assert (refusal.part(PartKind.BECAUSE), refusal.via_dynamodb) == (tail, False)


def test_what_dynamodb_passes_on_is_read_with_what_is_in_it() -> None:
    refusal = Refusal.read(CALLED + RELAYED.format(MISSING, "; Proxy: null"))
    assert refusal.via_dynamodb
    assert (refusal.principal, refusal.action, refusal.resource) == (USER, "kms:Decrypt", KEY)
    assert (refusal.part(PartKind.CODE), refusal.part(PartKind.CALL)) == ("AccessDeniedException", "Scan")
    assert str(refusal.part(PartKind.TECHNICAL)).startswith("(Service: AWSKMS; Status Code: 400;")


def test_the_old_sentence_names_nobody() -> None:
    refusal = Refusal.read(RELAYED.format(OLD, ""))
    assert (refusal.principal, refusal.action, refusal.resource, refusal.policy_type) == (
        None,
        None,
        None,
        None,
    )
    assert (refusal.part(PartKind.BECAUSE), refusal.via_dynamodb) == (OLD, True)


def test_where_aws_says_no_more_there_is_no_resource() -> None:
    refusal = Refusal.read(NOWHERE)
    assert (refusal.principal, refusal.action, refusal.resource) == (USER, "kms:DescribeKey", None)
    assert str(refusal.part(PartKind.BECAUSE)).startswith(
        "because the resource does not exist in this Region"
    )


def test_what_an_unknown_ending_says_is_kept() -> None:
    text = f"{BARE} because of something that AWS will think of"
    assert together(Refusal.read(text)) == text
    assert Refusal.read(text).principal == USER


@pytest.mark.parametrize(
    "text", ["", "The key is disabled.", f"x {MISSING}", "KMS key access denied error: "]
)
def test_another_sentence_is_not_taken_for_a_refusal(text: str) -> None:
    with pytest.raises(KmsCourseError, match="not an access-denied sentence"):
        Refusal.read(text)


@given(
    action=st.sampled_from(["kms:Decrypt", "dynamodb:Scan", "iam:GetUser"]),
    resource=st.sampled_from([KEY, "*", "arn:aws:dynamodb:us-east-2:111122223333:table/Books"]),
    denied=st.booleans(),
)
def test_it_reads_what_the_policy_engine_writes(action: str, resource: str, denied: bool) -> None:
    deny = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}
    decision = evaluate(Request(USER, action, resource), identity_policies=[deny] if denied else [])
    refusal = Refusal.read(decision.sentence())
    assert (refusal.principal, refusal.action, refusal.resource) == (USER, action, resource)
    assert refusal.explicit == decision.explicit
    assert refusal.policy_type == f"{decision.layer} policy"


@given(
    st.text()
    | st.builds("".join, st.lists(st.sampled_from([*KNOWN, CALLED, " ", "User: ", "\n", "("]), max_size=4))
)
def test_any_text_is_read_in_whole_or_refused_in_one_sentence(text: str) -> None:
    try:
        refusal = Refusal.read(text)
    except KmsCourseError:
        return
    assert together(refusal) == text
