"""The page Create key: filled in, filled in wrongly, and what KMS then has."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from kmscourse import Lab
from kmscourse.account import Account
from kmscourse.iam import LAB_USER, user_arn
from kmscourse.kms import create_key, find_key, key_policy
from kmscourse.policy import console_key_policy, use_statement
from kmscourse.widgets import CreateKeyPage
from kmscourse.widgets.configure import KEY_TYPE, KEY_USAGE, ORIGIN, REGIONALITY, Choice
from tests.widgets.reading import codes, words

LABELS, ADMINISTRATORS, USERS, POLICY, REVIEW = 1, 2, 3, 4, 5


@pytest.fixture
def page(lab1: Lab) -> CreateKeyPage:
    """The page, filled in as the lab does."""
    page = CreateKeyPage(lab1)
    page.alias.control.value = "myKey"
    page.administrators.control.value = page.users.control.value = (lab1.account.user_arn,)
    return page


def keys(lab: Lab) -> list[dict[str, Any]]:
    return list(lab.client("kms").list_keys()["Keys"])


def shown_policy(page: CreateKeyPage) -> Any:
    page.go(REVIEW)
    return json.loads(codes(page.preview.value)["Key policy"])


def test_the_steps_lead_to_the_key_that_section_1_asks_for(lab1: Lab) -> None:
    page = CreateKeyPage(lab1)
    page.next.click()
    page.alias.control.value = "myKey"
    page.next.click()
    page.administrators.control.value = (lab1.account.user_arn,)
    page.next.click()
    page.users.control.value = (lab1.account.user_arn,)
    page.next.click()
    assert page.step == POLICY
    page.next.click()
    assert page.step == REVIEW
    page.button.click()
    arn = find_key(lab1.client("kms"), "myKey")
    assert arn is not None
    assert arn in page.outcome.value
    assert "✓ The key has been created." in words(page.outcome.value)
    assert lab1.check().passed


def test_description_and_tags_become_the_keys(lab1: Lab, page: CreateKeyPage) -> None:
    page.description.control.value = "For the books"
    page.tags.control.value = "project=kms-course\nowner = me"
    page.button.click()
    kms = lab1.client("kms")
    assert kms.describe_key(KeyId=lab1.key_arn)["KeyMetadata"]["Description"] == "For the books"
    tags = kms.list_resource_tags(KeyId=lab1.key_arn)["Tags"]
    assert {tag["TagKey"]: tag["TagValue"] for tag in tags} == {"project": "kms-course", "owner": "me"}


def test_the_policy_shown_is_the_policy_that_the_key_gets(lab1: Lab, page: CreateKeyPage) -> None:
    page.users.control.value = (user_arn(lab1.client("iam"), LAB_USER), lab1.account.user_arn)
    page.deletion.control.value = False
    shown = shown_policy(page)
    page.button.click()
    assert shown == key_policy(lab1.client("kms"), lab1.key_arn)
    assert "kms:ScheduleKeyDeletion" not in json.dumps(shown), "administrators may not delete the key"


def test_the_policy_grows_with_each_choice(lab1: Lab) -> None:
    page = CreateKeyPage(lab1)
    page.go(ADMINISTRATORS)
    sids = ["Allow access for Key Administrators", "Allow use of the key"]
    assert [sid in page.preview.value.split("The key policy so far")[1] for sid in sids] == [False, False]
    page.administrators.control.value = (lab1.account.user_arn,)
    assert [sid in page.preview.value.split("The key policy so far")[1] for sid in sids] == [True, False]
    assert "kms:ScheduleKeyDeletion" in page.preview.value
    page.deletion.control.value = False
    assert "kms:ScheduleKeyDeletion" not in page.preview.value
    page.go(USERS)
    page.users.control.value = (lab1.account.user_arn,)
    assert [sid in page.preview.value.split("The key policy so far")[1] for sid in sids] == [True, True]


def test_the_lines_of_python_shown_do_what_the_button_does(lab1: Lab, page: CreateKeyPage) -> None:
    page.description.control.value = "It's for the books"
    page.tags.control.value = "project=kms"
    policy = shown_policy(page)
    lines = codes(page.preview.value)["In boto3"]
    names = {"kms": lab1.client("kms"), "json": json, "policy": policy}
    exec(lines, names)  # noqa: S102  the page's own lines
    assert lab1.check().passed
    assert key_policy(lab1.client("kms"), lab1.key_arn) == policy


def test_the_alias_is_shown_once_prefixed_however_it_is_typed(page: CreateKeyPage) -> None:
    page.alias.control.value = "alias/other"
    page.go(REVIEW)
    assert "--alias-name alias/other " in codes(page.preview.value)["In the AWS CLI"]


@pytest.mark.parametrize("alias", ["", "my key", "aws/mine", "x" * 251, "ключ"])
def test_an_alias_that_cannot_be_is_said_at_its_field(lab1: Lab, page: CreateKeyPage, alias: str) -> None:
    page.alias.control.value = alias
    page.go(LABELS)
    page.next.click()
    assert page.step == LABELS, "one goes on without mistakes only"
    assert "can't be an alias" in page.alias.problem
    page.go(REVIEW)
    page.button.click()
    assert page.step == LABELS, "the button leads back to the mistake"
    assert "Nothing was sent" in page.outcome.value
    assert keys(lab1) == []
    page.alias.control.value = "myKey"
    assert page.alias.problem == "", "it goes away when it is mended"
    page.alias.control.value = "myKey!"
    assert page.alias.problem, "and comes back at once"


@pytest.mark.parametrize("who", ["administrators", "users"])
def test_nobody_chosen_is_said_at_its_field(lab1: Lab, page: CreateKeyPage, who: str) -> None:
    field = getattr(page, who)
    field.control.value = ()
    page.button.click()
    assert field.problem == f"Nobody is chosen. Choose yourself: {lab1.account.user_name}."
    assert keys(lab1) == []


@pytest.mark.parametrize(
    ("tags", "problem"),
    [
        ("project", "Line 1: write a name"),
        ("a=1\n\na=2", "Line 3: a stands there already"),
        ("AWS:mine=1", "names that begin with aws: are AWS's own"),
        (f"{'n' * 129}=1", "128"),
        (f"n={'v' * 257}", "256"),
        ("\n".join(f"n{i}=1" for i in range(51)), "50 tags"),
    ],
)
def test_a_wrong_tag_is_said_at_its_field(lab1: Lab, page: CreateKeyPage, tags: str, problem: str) -> None:
    page.tags.control.value = tags
    page.button.click()
    assert problem in page.tags.problem
    assert (page.step, keys(lab1)) == (LABELS, [])
    assert page.tags.value == tags, "nothing typed is lost"


@pytest.mark.parametrize(
    "choice", [KEY_TYPE, KEY_USAGE, ORIGIN, REGIONALITY], ids=lambda choice: choice.label
)
def test_another_choice_than_the_courses_is_explained_at_its_field(
    page: CreateKeyPage, choice: Choice
) -> None:
    field = next(each for each in page.fields if each.control.description == choice.label)
    for option, meaning in choice.meaning.items():
        field.control.value = option
        assert words(field.view.children[1].value) == meaning
        assert field.problem == ("" if option == choice.taken else f"{choice.why} Choose {choice.taken}.")
    page.next.click()
    assert page.step == 0


def test_an_alias_that_is_taken_is_said_before_one_goes_on(lab1: Lab, page: CreateKeyPage) -> None:
    create_key(lab1.client("kms"), "myKey")
    page.go(LABELS)
    page.next.click()
    assert page.step == LABELS
    assert "already names a key" in page.alias.problem
    page.alias.control.value = "another"
    page.next.click()
    assert page.step == ADMINISTRATORS


def test_an_alias_that_is_taken_meanwhile_makes_no_key(lab1: Lab, page: CreateKeyPage) -> None:
    page.button.click()
    page.go(REVIEW)
    page.button.click()
    assert "already names a key" in page.alias.problem
    assert page.step == LABELS
    assert len(keys(lab1)) == 1
    assert not page.button.disabled


def test_refresh_finds_people_who_came_later_and_keeps_what_was_chosen(
    lab1: Lab, page: CreateKeyPage
) -> None:
    iam = lab1.client("iam")
    iam.create_user(UserName="Ada")
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
    }
    iam.create_role(RoleName="Reader", AssumeRolePolicyDocument=json.dumps(trust))
    page.refresh.click()
    assert [name for name, _ in page.users.control.options] == [
        "Ada",
        "IAMLabUser",
        lab1.account.user_name,
        "Reader",
    ]
    assert page.users.value == (lab1.account.user_arn,)


def test_the_steps_are_the_consoles(page: CreateKeyPage) -> None:
    """AWS KMS Developer Guide, "Create a symmetric encryption KMS key", by the console."""
    assert [step.title for step in page.steps] == [
        "Configure key",
        "Add labels",
        "Define key administrative permissions",
        "Define key usage permissions",
        "Edit key policy (optional)",
        "Review",
    ]
    assert [button.description for button in page.buttons.children] == [
        "Refresh",
        "Cancel",
        "Previous",
        "Next",
        "Finish",
    ]


def test_a_policy_that_is_edited_is_the_one_that_the_key_gets(lab1: Lab, page: CreateKeyPage) -> None:
    page.go(POLICY)
    policy = json.loads(page.policy_text.value)
    policy["Statement"].append(use_statement(lab1.account.user_arn, ["kms:Encrypt"], sid="Typed by hand"))
    page.policy_text.control.value = json.dumps(policy)
    assert shown_policy(page) == policy
    page.button.click()
    assert key_policy(lab1.client("kms"), lab1.key_arn) == policy


def test_a_policy_that_cannot_be_read_is_said_at_its_step(lab1: Lab, page: CreateKeyPage) -> None:
    page.go(POLICY)
    page.policy_text.control.value = "{"
    page.next.click()
    assert page.step == POLICY
    page.go(REVIEW)
    page.button.click()
    assert (page.step, keys(lab1)) == (POLICY, [])
    assert page.policy_text.problem


def test_a_choice_that_is_made_later_writes_the_policy_anew(lab1: Lab, page: CreateKeyPage) -> None:
    page.policy_text.control.value = "{"
    page.deletion.control.value = False
    assert page.policy_text.problem == ""
    assert page.policy == console_key_policy(
        lab1.account.id, page.administrators.value, page.users.value, administrators_may_delete=False
    )


def test_cancel_makes_the_page_as_it_was(lab1: Lab, page: CreateKeyPage) -> None:
    page.alias.control.value = ""
    page.tags.control.value = "not a tag"
    page.button.click()
    assert page.alias.problem
    page.cancel.click()
    assert words(page.outcome.value) == "· No key has been created."
    assert page.step == 0
    assert [field.value for field in page.fields] == [field.value for field in CreateKeyPage(lab1).fields]
    assert [field.problem for field in page.fields if field.problem] == []
    assert keys(lab1) == []


def test_on_a_real_account_the_tag_and_the_price_are_said(lab1: Lab, page: CreateKeyPage) -> None:
    page.go(REVIEW)
    assert "which is real" not in page.preview.value
    lab1.account.kind = "aws"
    page.go(REVIEW)
    assert "the key also gets the tag kmscourse" in words(page.preview.value)
    assert "about 1 US dollar a month" in words(page.preview.value)


def test_a_refusal_by_aws_is_shown_as_aws_says_it(account: Account, page: CreateKeyPage) -> None:
    def refuse(**_: object) -> None:
        raise ClientError(
            {"Error": {"Code": "LimitExceededException", "Message": "Too <many> keys"}}, "CreateKey"
        )

    account.client("kms").meta.events.register("provide-client-params.kms.CreateKey", refuse)
    page.button.click()
    assert "(LimitExceededException)" in page.outcome.value
    assert "Too &lt;many&gt; keys" in page.outcome.value
    assert 'role="alert"' in page.outcome.value
