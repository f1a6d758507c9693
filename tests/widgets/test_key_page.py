"""The page of a key: what it is, its rotation, and all of it in step."""

from __future__ import annotations

import pytest

from kmscourse import Lab
from kmscourse.errors import CourseError
from kmscourse.widgets import KeyPage, KeyRotationPage
from tests.widgets.reading import words


@pytest.fixture
def page(lab6: Lab) -> KeyPage:
    return KeyPage(lab6)


def test_it_says_what_the_key_is_with_its_arn_to_copy(lab6: Lab, page: KeyPage) -> None:
    facts = dict(page.rows())
    assert (facts["Alias"], facts["Status"], facts["Key type"]) == ("myKey", "Enabled", "Symmetric")
    assert facts["ARN"] == lab6.key_arn
    assert f'data-text="{lab6.key_arn}"' in page.general.value


def test_an_action_changes_the_general_part(page: KeyPage) -> None:
    page.actions.choice.control.value = "Schedule key deletion"
    page.actions.confirmed.control.value = True
    page.actions.button.click()
    assert "StatusPending deletion" in words(page.general.value)
    assert "Deletion date" in words(page.general.value)


def test_refresh_reads_every_part_and_loses_nothing_typed(lab6: Lab, page: KeyPage) -> None:
    kms = lab6.client("kms")
    page.policy.edit.click()
    page.policy.policy.control.value = typed = page.policy.policy.value + "\n"
    kms.update_key_description(KeyId=lab6.key_arn, Description="For the books")
    kms.enable_key_rotation(KeyId=lab6.key_arn)
    kms.create_alias(AliasName="alias/other", TargetKeyId=lab6.key_arn)
    kms.disable_key(KeyId=lab6.key_arn)
    page.refresh.click()
    general = words(page.general.value)
    assert "AliasmyKey, other" in general
    assert "StatusDisabled" in general
    assert "DescriptionFor the books" in general
    assert page.rotation.automatic.value
    assert page.actions.choice.control.options[0] == "Enable"
    assert page.policy.policy.value == typed


def test_another_key_than_the_courses_can_be_shown(lab6: Lab) -> None:
    arn = lab6.client("kms").create_key(Description="another")["KeyMetadata"]["Arn"]
    assert dict(KeyPage(lab6, arn).rows())["ARN"] == arn


def test_there_is_no_page_without_a_key(lab1: Lab) -> None:
    with pytest.raises(CourseError, match="section 1 creates it"):
        KeyPage(lab1)


def test_rotation_is_switched_on_and_off(lab6: Lab) -> None:
    kms, page = lab6.client("kms"), KeyRotationPage(lab6)
    assert "Automatic rotationOff" in words(page.preview.value)
    page.automatic.control.value = True
    assert "kms.enable_key_rotation(" in words(page.preview.value)
    page.button.click()
    assert kms.get_key_rotation_status(KeyId=lab6.key_arn)["KeyRotationEnabled"]
    assert words(page.outcome.value) == "✓ Automatic rotation is on."
    page.automatic.control.value = False
    page.button.click()
    assert not kms.get_key_rotation_status(KeyId=lab6.key_arn)["KeyRotationEnabled"]


def test_the_key_is_rotated_now(lab6: Lab) -> None:
    page = KeyRotationPage(lab6)
    page.now.click()
    rotations = lab6.client("kms").list_key_rotations(KeyId=lab6.key_arn)["Rotations"]
    assert [each["RotationType"] for each in rotations] == ["ON_DEMAND"]
    assert "ON_DEMAND" in words(page.preview.value)
    assert words(page.outcome.value) == "✓ The rotation has been asked for."


def test_a_key_that_cannot_be_rotated_says_so_as_kms_does(lab6: Lab) -> None:
    page = KeyRotationPage(lab6)
    lab6.client("kms").disable_key(KeyId=lab6.key_arn)
    page.now.click()
    assert "(DisabledException)" in words(page.outcome.value)
