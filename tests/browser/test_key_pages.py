"""KMS's pages in the browser: what is done on them by mouse or by keys is what the account has then."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from playwright.sync_api import expect

from tests.browser.pages import Pages


def test_a_key_is_created_step_by_step(pages: Pages) -> None:
    page = pages.open("CreateKeyPage(lab)", section=1)
    page.press("Advanced options")
    page.labelled("Multi-Region key").check()
    page.press("Next")
    page.told("This course stays in one Region.")
    page.labelled("Single-Region key").check()
    page.press("Next")
    page.step(2)
    page.press("Next")
    page.told("✗")  # there is no alias yet
    page.fill("Tags (optional)", "project=kms-course")
    page.labelled("Alias").fill("browserKey")
    page.button("Next").click(
        delay=500
    )  # the mistake goes as the field is left, and Next moves up under the mouse
    page.step(3)
    page.labelled("Search by name").fill("lab")
    expect(page.labelled(pages.me)).to_have_count(0)
    page.labelled("IAMLabUser").check()
    page.press("Next")
    page.step(4)
    page.labelled(pages.me).check()
    expect(page.root).to_contain_text("Allow attachment of persistent resources")
    page.look("create-key")
    page.press("Next")
    page.step(5)
    page.look("create-key-policy")
    page.press("Next")
    page.step(6)
    page.press("Finish")
    page.told("The key has been created.")

    kms = pages.client("kms")
    key = kms.describe_key(KeyId="alias/browserKey")["KeyMetadata"]
    tags = kms.list_resource_tags(KeyId=key["Arn"])["Tags"]
    assert tags == [{"TagKey": "project", "TagValue": "kms-course"}]
    policy = pages.policy("alias/browserKey")
    by_sid = {statement["Sid"]: str(statement["Principal"]) for statement in policy["Statement"]}
    assert "user/IAMLabUser" in by_sid["Allow access for Key Administrators"]
    assert f"user/{pages.me}" in by_sid["Allow use of the key"]
    assert "IAMLabUser" not in by_sid["Allow use of the key"]


def test_a_key_is_created_by_keys_alone(pages: Pages) -> None:
    page = pages.open("CreateKeyPage(lab)", section=1)
    keyboard = page.browser.keyboard
    page.reach(page.labelled("Symmetric"))
    keyboard.press("ArrowDown")
    page.told("Choose Symmetric.")
    keyboard.press("ArrowUp")
    page.keys("Next")
    page.step(2)
    page.type_into("Alias", "typedKey")
    expect(page.button("Next")).to_be_enabled()
    keyboard.press("Enter")
    page.step(3)
    page.reach(page.labelled(pages.me))
    keyboard.press("Space")
    page.keys("Next", "Space")
    page.step(4)
    page.reach(page.labelled(pages.me))
    keyboard.press("Space")
    page.keys("Next")
    page.step(5)
    page.keys("Next")
    page.step(6)
    page.keys("Finish")
    page.told("The key has been created.")

    policy = pages.policy("alias/typedKey")
    users = next(one for one in policy["Statement"] if one["Sid"] == "Allow use of the key")
    assert users["Principal"] == {"AWS": pages.arn(pages.me)}


def test_a_key_policy_is_edited(pages: Pages) -> None:
    page = pages.open("KeyPage(lab)", section=8)
    page.press("Edit")
    text = page.labelled("Key policy").input_value()
    page.labelled("Key policy").fill(text.replace('"Statement": [', '"Statement": [ x'))
    line = text[: text.index('"Statement": [')].count("\n") + 1
    page.told(f"Line {line}, column ")
    page.labelled("Key policy").press("Control+Home")
    page.look("key-policy-mistake")
    page.press("Save changes")
    page.told("Nothing was sent")
    page.labelled("Key policy").fill(
        text.replace('"Statement": [', '"Statement": [' + statement(pages) + ",", 1)
    )
    page.root.get_by_text("What the change opens and closes").wait_for()  # the difference was there before
    page.look("key-policy-difference")
    page.press("Save changes")
    page.told("The key policy has been saved.")
    assert json.loads(statement(pages)) in pages.policy()["Statement"]


def test_a_key_policy_is_edited_by_keys_alone(pages: Pages) -> None:
    page = pages.open("KeyPolicyPage(lab)", section=8)
    keyboard = page.browser.keyboard
    page.keys("Edit")
    field = page.labelled("Key policy")
    expect(field).to_be_focused()
    at_the_top = "field => [field.selectionStart, field.closest('.kms-editor').scrollTop]"
    assert field.evaluate(at_the_top) == [0, 0], "it opens at its beginning"
    lines = field.input_value().split("\n")
    keyboard.press("Control+Home")
    for _ in range(next(i for i, line in enumerate(lines) if '"Statement"' in line)):
        keyboard.press("ArrowDown")
    keyboard.press("End")
    keyboard.type("dd x")  # with the notebook's own keys dd would delete the cell, and x cut it
    page.told("Line ")
    for _ in range(4):
        keyboard.press("Backspace")
    keyboard.insert_text(statement(pages) + ",")
    page.root.get_by_text("What the change opens and closes").wait_for()
    page.keys("Save changes")
    page.told("The key policy has been saved.")
    expect(page.button("Edit")).to_be_focused()
    expect(page.notebook.cells).to_have_count(2)
    assert json.loads(statement(pages)) in pages.policy()["Statement"]


def test_rotation_is_switched_on_and_asked_for(pages: Pages) -> None:
    page = pages.open("KeyRotationPage(lab)", section=6)
    page.labelled("Rotate this key automatically").check()
    page.fill("Rotation period, in days (90 to 2560)", "180")
    page.press("Save")
    page.told("Automatic rotation is on.")
    page.press("Rotate now")
    page.told("The rotation has been asked for.")
    page.look("key-rotation")
    kms = pages.client("kms")
    key = pages.key_arn
    status = kms.get_key_rotation_status(KeyId=key)
    assert (status["KeyRotationEnabled"], status["RotationPeriodInDays"]) == (True, 180)
    assert [one["RotationType"] for one in kms.list_key_rotations(KeyId=key)["Rotations"]] == ["ON_DEMAND"]


def test_what_ends_a_key_is_confirmed_first(pages: Pages) -> None:
    kms = pages.client("kms")
    arn = kms.create_key(Description="for the browser")["KeyMetadata"]["Arn"]

    def state() -> str:
        return str(kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyState"])

    page = pages.open(f"KeyActionsPage(lab, {arn!r})", section=1)
    page.press("Disable")
    page.told("Tick the box first")
    assert state() == "Enabled"
    page.labelled("I confirm that I want to disable this key").check()
    page.press("Disable")
    page.told("The key has been disabled.")
    assert state() == "Disabled"
    page.labelled("Key action").select_option("Schedule key deletion")
    page.fill("Waiting period, in days (7 to 30)", "3")
    page.told("3 days are not possible: type a number from 7 to 30.")
    page.fill("Waiting period, in days (7 to 30)", "7")
    page.labelled("I confirm that I want to delete this key after the waiting period").check()
    page.look("key-actions")
    page.press("Schedule key deletion")
    page.told("The key's deletion has been scheduled.")
    key = kms.describe_key(KeyId=arn)["KeyMetadata"]
    assert key["KeyState"] == "PendingDeletion"
    days = (key["DeletionDate"] - datetime.now(UTC)).total_seconds() / 86_400
    assert 6.9 < days <= 7


def statement(pages: Pages) -> str:
    """A statement that the key policy does not have yet."""
    return json.dumps(
        {
            "Sid": "Typed in a browser",
            "Effect": "Allow",
            "Principal": {"AWS": pages.arn("IAMLabUser")},
            "Action": "kms:Decrypt",
            "Resource": "*",
        }
    )
