"""Tags of keys: which are refused, and who may put them on and take them off."""

from __future__ import annotations

from typing import Any

import pytest

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.kms.keys import check_tags


@pytest.mark.parametrize(
    ("given_tags", "present", "message"),
    [
        (["a", "a"], [], "Duplicate tag keys"),
        ([str(number) for number in range(51)], [], "Too many tags"),
        (["new"], [str(number) for number in range(50)], "Too many tags"),
        (["aws:mine"], [], "Tags beginning with aws: are reserved"),
        (["AWS:mine"], [], "Tags beginning with aws: are reserved"),
        *(([f"a{character}b"], [], "Invalid tag") for character in "&<>!,;*#{}\t\n"),
        (["\N{GRINNING FACE}"], [], "Invalid tag"),
    ],
)
def test_tags_that_are_refused(given_tags: list[str], present: list[str], message: str) -> None:
    with pytest.raises(AwsError) as refusal:
        check_tags([{"TagKey": tag, "TagValue": ""} for tag in given_tags], dict.fromkeys(present, ""))
    assert (refusal.value.code, refusal.value.message) == ("TagException", message)


@pytest.mark.parametrize("value", ["My & My Team", "a<b>", "\N{GRINNING FACE}"])
def test_a_tags_value_has_awss_characters_too(gate: Any, value: str) -> None:
    """Source: a user of AWS, whose trail had the code TagException and the text "Invalid tag" for the first value."""
    key, tags = gate.key(), [{"TagKey": "Owner", "TagValue": value}]
    for operation, named in (("CreateKey", {}), ("TagResource", {"KeyId": key})):
        refusal = gate.refused(f"kms:{operation}", **named, Tags=tags)
        assert (refusal.code, refusal.message) == ("TagException", "Invalid tag")
    assert gate("kms:ListResourceTags", KeyId=key)["Tags"] == []


def test_tags_in_any_script_and_with_every_sign_that_aws_takes(gate: Any) -> None:
    tags = [
        {"TagKey": "Größe 鍵 ٣_.:/=+-@", "TagValue": "Ünïcödé 值 _.:/=+-@"},
        {"TagKey": "k" * 128, "TagValue": "v" * 256},
    ]
    key = gate.key(Tags=[*tags, {"TagKey": "empty", "TagValue": ""}])
    assert len(gate("kms:ListResourceTags", KeyId=key)["Tags"]) == 3


def test_tags_that_are_awss_own_stay(gate: Any) -> None:
    key = gate.key()
    for operation, parameters in (
        ("TagResource", {"Tags": [{"TagKey": "aws:mine", "TagValue": ""}]}),
        ("UntagResource", {"TagKeys": ["aws:mine"]}),
    ):
        refusal = gate.refused(f"kms:{operation}", KeyId=key, **parameters)
        assert (refusal.code, refusal.message) == ("TagException", "Tags beginning with aws: are reserved")


def test_tags_come_and_go_by_permission(gate: Any) -> None:
    key = gate.key()
    tagged = {"KeyId": key, "Tags": [{"TagKey": "team", "TagValue": "blue"}]}
    for action, parameters in (
        ("kms:TagResource", tagged),
        ("kms:ListResourceTags", {"KeyId": key}),
        ("kms:UntagResource", {"KeyId": key, "TagKeys": ["team", "none"]}),
    ):
        assert gate.refused(action, by="IAMLabUser", **parameters).code == "AccessDeniedException"
    gate.allow(key, "IAMLabUser", "kms:TagResource", "kms:UntagResource", "kms:ListResourceTags")
    gate("kms:TagResource", by="IAMLabUser", **tagged)
    assert gate("kms:ListResourceTags", by="IAMLabUser", KeyId=key)["Tags"] == tagged["Tags"]
    gate("kms:UntagResource", by="IAMLabUser", KeyId=key, TagKeys=["team", "none"])
    assert gate("kms:ListResourceTags", KeyId=key) == {"Tags": [], "Truncated": False}


def test_a_tag_may_take_anothers_place(gate: Any) -> None:
    check_tags([{"TagKey": "0", "TagValue": ""}], {str(number): "" for number in range(50)})
    refusal = gate.refused("kms:CreateKey", Tags=[{"TagKey": "a", "TagValue": "b"}] * 2)
    assert refusal.code == "TagException"
