"""Whatever text a call of IAM or STS carries, stores or meets in the account: any client can read its answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kmscourse.sandbox import protocol
from kmscourse.sandbox.call import AwsError, Call, Entries, HttpRequest, HttpResponse
from tests.sandbox.conftest import OFFERED
from tests.sandbox.fuzz.account import Furnished
from tests.sandbox.fuzz.members import Place, parameters_with, places

ACTIONS = [f"{service}:{operation}" for service in ("iam", "sts") for operation in OFFERED[service]]
# What XML 1.0 has no room for, what it means something by, and what it would change.
ODD = "\x00\x08\x0b\x0c\x0e\x1b\x1c\x1d\x1e\x1f\x7f\x85\u2028\ufffe\uffff<>&\"'\r\n\t]]>\U0001f511"
texts = st.text(st.characters(codec="utf-8"), max_size=10) | st.text(ODD, min_size=1, max_size=5)
READS = {
    "iam:GetAccountAuthorizationDetails": {},
    "iam:GetUser": {"UserName": "IAMLabUser"},
    "iam:ListUserTags": {"UserName": "IAMLabUser"},
    "iam:GetRole": {"RoleName": "robot"},
    "iam:GetPolicy": {"PolicyArn": "arn:aws:iam::123456789012:policy/own"},
    "iam:ListPolicies": {},
}


@pytest.fixture
def furnished() -> Iterator[Furnished]:
    """An account for each test: a text that is a name can rename what the next one reads."""
    made = Furnished()
    yield made
    made.close()


def parsed(answer: HttpResponse) -> ElementTree.Element:
    try:
        return ElementTree.fromstring(answer.body)  # noqa: S314  (our own answer)
    except ElementTree.ParseError as error:
        raise AssertionError(f"no client can read this answer ({error}): {answer.body[:1000]!r}") from None


@pytest.mark.parametrize("action", ACTIONS)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_answer_to_any_text_can_be_read(furnished: Furnished, action: str, data: st.DataObject) -> None:
    here: list[Place] = places(action, "string")
    if here:
        parameters = parameters_with(action, data.draw(st.sampled_from(here)), data.draw(texts))
        assert parsed(furnished.call(action, parameters)).tag
    read = data.draw(st.sampled_from(sorted(READS)))
    assert parsed(
        furnished.call(read, READS[read])
    ).tag  # of the thing, or of the sentence that it is not there


CONTROLS = [chr(number) for number in (*range(0x20), 0x7F, 0x85, 0xFFFE)]


@pytest.mark.parametrize("field", ["Key", "Value"])
@pytest.mark.parametrize(
    "action", ["iam:TagUser", "iam:CreateUser", "iam:TagRole", "iam:TagPolicy", "sts:AssumeRole"]
)
def test_a_tag_has_no_control_characters(furnished: Furnished, action: str, field: str) -> None:
    named = {
        "iam:TagUser": {"UserName": "IAMLabUser"},
        "iam:CreateUser": {"UserName": "somebody"},
        "iam:TagRole": {"RoleName": "robot"},
        "iam:TagPolicy": {"PolicyArn": "arn:aws:iam::123456789012:policy/own"},
        "sts:AssumeRole": {"RoleArn": "arn:aws:iam::123456789012:role/robot", "RoleSessionName": "work"},
    }[action]
    for control in CONTROLS:
        tag = {"Key": "key", "Value": "value", field: f"a{control}b"}
        answer = furnished.call(action, {**named, "Tags": [tag]})
        assert answer.status == 400, f"{action} takes {control!a} in a tag"
        assert b"ValidationError" in answer.body
        assert b"regular expression pattern" in answer.body


@pytest.mark.parametrize("text", ["a b", "é/ß", "名前", "٣", "a\u00a0b\u2028c\u3000d", "_.:/=+-@"])
def test_a_tag_has_letters_numbers_and_separators_of_every_script(furnished: Furnished, text: str) -> None:
    tag = {"Key": text, "Value": text}
    assert furnished.call("iam:TagUser", {"UserName": "IAMLabUser", "Tags": [tag]}).status == 200
    answer = parsed(furnished.call("iam:ListUserTags", {"UserName": "IAMLabUser"}))
    assert text in [element.text for element in answer.iter()]


def test_tags_that_an_earlier_version_took_make_no_answer_unreadable() -> None:
    made = Furnished()
    iam = made.application.account.identities.iam
    iam.tagger.tag_resource(iam.users["IAMLabUser"].arn, [{"Key": "a\x0bb", "Value": "c\x1fd\re"}])
    iam.roles.values()
    iam.role("robot").description = "e\x0cf"
    iam.managed_policies["arn:aws:iam::123456789012:policy/own"].description = "g\x1ch"
    for action, parameters in READS.items():
        parsed(made.call(action, parameters))
    tags = parsed(made.call("iam:ListUserTags", READS["iam:ListUserTags"]))
    assert {"a\ufffdb", "c\ufffdd\re"} <= {element.text for element in tags.iter()}
    made.close()


NO_XML = {chr(number) for number in range(0x20)} - set("\t\n\r") | {"\ufffe", "\uffff"}
CALL = Call("sts", "GetCallerIdentity", "us-east-1", {}, "AKIA", "1", HttpRequest("POST", "/", {}, b""))


@given(texts)
@example(ODD)
def test_the_writer_holds_that_for_every_text(text: str) -> None:
    answers: list[dict[str, Any]] = [
        {"Arn": text},
        {"Of": [text, {"In": text}]},
        {"Map": Entries({text: text})},
    ]
    for answer in answers:
        parsed(protocol.write(CALL, answer))
    written = parsed(protocol.write(CALL, {"Arn": text})).find(".//{*}Arn")
    assert written is not None
    assert (written.text or "") == "".join("\ufffd" if each in NO_XML else each for each in text)
    form = {"content-type": "application/x-www-form-urlencoded"}
    http = HttpRequest("POST", "/", form, b"Action=GetUser&Version=2010-05-08")
    parsed(protocol.write_error(http, AwsError(text, text), "1"))
