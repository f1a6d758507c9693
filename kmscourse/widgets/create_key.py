"""The console's page KMS, Customer managed keys, Create key, in its six steps."""

from __future__ import annotations

import json
import shlex
from typing import Any

from ipywidgets import ToggleButton, VBox

from kmscourse.account.ownership import MARK
from kmscourse.display.policy import PolicyCard
from kmscourse.errors import KmsCourseError
from kmscourse.kms import alias_name, create_key, find_key
from kmscourse.policy import console_key_policy
from kmscourse.widgets.calls import AwsCall, NamedValue
from kmscourse.widgets.configure import KEY_TYPE, KEY_USAGE, ORIGIN, REGIONALITY
from kmscourse.widgets.controls import lines, show, text, tick
from kmscourse.widgets.field import Field, require_value
from kmscourse.widgets.look import cards, code, facts, folded, message
from kmscourse.widgets.page import LabProtocol
from kmscourse.widgets.pairs import read_pairs
from kmscourse.widgets.people import People, people_of
from kmscourse.widgets.policy_field import PolicyField, text_of
from kmscourse.widgets.steps import FormStep, SteppedForm


class CreateKeyPage(SteppedForm):
    """Creates a symmetric key with an alias, for the administrators and users that are chosen.

    The fifth step, which can be passed over, has the key policy that follows from the choices as text, to be edited. A
    choice that is made afterwards writes it anew.

    Raises ClientError where the account's users and roles may not be listed.
    """

    title = "Create key"
    action = "Finish"
    refreshes = True
    cancelled = "No key has been created."

    def __init__(self, lab: LabProtocol) -> None:
        self._lab = lab
        self._arn = ""
        nobody = f"Nobody is chosen. Choose yourself: {lab.account.user_name}."
        configure = [choice.field() for choice in (KEY_TYPE, KEY_USAGE, ORIGIN, REGIONALITY)]
        self.advanced = ToggleButton(description="Advanced options", layout={"width": "auto"})
        self._more = VBox([field.view for field in configure[2:]])
        self.alias = Field(
            text("Alias", "myKey"),
            alias_name,
            note="A name for people and programs; it can be changed later.",
        )
        self.description = Field(text("Description (optional)"), _description)
        self.tags = Field(
            lines("Tags (optional)", "project=kms-course", rows=2),
            _tags,
            note="In each line: a name, =, and a value.",
        )
        self.administrators = Field(People("Key administrators"), require_value(nobody))
        self.deletion = Field(tick("Allow key administrators to delete this key", value=True))
        self.users = Field(People("Key users"), require_value(nobody))
        self.policy_text = PolicyField("Key policy", account=lab.account.id)
        self.policy_text.tell(
            "It says what you have chosen. You may change it here, or go on; a choice that you change later writes it "
            "anew."
        )
        self.read()
        self._write_policy(None)
        for field in (self.administrators, self.deletion, self.users):
            field.control.observe(self._write_policy, "value")
        super().__init__(
            [
                FormStep(
                    "Configure key",
                    configure,
                    [configure[0].view, configure[1].view, self.advanced, self._more],
                ),
                FormStep("Add labels", [self.alias, self.description, self.tags]),
                FormStep("Define key administrative permissions", [self.administrators, self.deletion]),
                FormStep("Define key usage permissions", [self.users]),
                FormStep("Edit key policy (optional)", [self.policy_text]),
                FormStep("Review"),
            ]
        )
        self.advanced.observe(self._unfold, "value")
        self._unfold(None)

    def read(self) -> None:
        """The account's users and roles, as they are now."""
        people = people_of(self._lab.client("iam"))
        self.administrators.control.offer(people)
        self.users.control.offer(people)

    def preview_html(self) -> str:
        """From the third step on the key policy as it grows; at the last all that is chosen, and the calls."""
        shown = [lambda: "", lambda: "", self._administration, self._use, self._remarks, self._review]
        return shown[self.step]()

    def leave(self) -> None:
        """An alias that is taken is said before one goes on."""
        if self.step == 1 and find_key(self._lab.client("kms"), self.alias.value) is not None:
            self.alias.say(f"{alias_name(self.alias.value)} already names a key: take another alias.")

    def act(self) -> str:
        """Create the key; an alias that has been taken meanwhile is said at its field."""
        try:
            self._arn = create_key(
                self._lab.client("kms"),
                self.alias.value,
                administrators=self.administrators.value,
                users=self.users.value,
                description=self.description.value,
                tags=read_pairs(self.tags.value),
                policy=self.policy,
            )
        except KmsCourseError as error:  # the people come from the account: only the alias can be wrong
            self.alias.say(str(error))
            return ""
        return "The key has been created."

    def result(self) -> str:
        return facts([("ARN", self._arn)])

    @property
    def policy(self) -> dict[str, Any] | None:
        """The key policy that the key will get, None where it can't be read."""
        return self.policy_text.policy

    @property
    def _chosen_policy(self) -> dict[str, Any]:
        """The console's key policy for what is chosen."""
        return console_key_policy(
            self._lab.account.id,
            self.administrators.value,
            self.users.value,
            administrators_may_delete=self.deletion.value,
        )

    def _write_policy(self, _: object) -> None:
        self.policy_text.control.value = text_of(self._chosen_policy)

    def _administration(self) -> str:
        return self._policy_after(
            "These people may manage the key, but not use it. Your choice goes into the statement "
            '"Allow access for Key Administrators".'
        )

    def _use(self) -> str:
        return self._policy_after(
            "These people may use the key, but not manage it. Your choice goes into two statements: one for "
            "their own calls, one for grants to AWS services."
        )

    def _policy_after(self, meaning: str) -> str:
        return message("·", meaning) + cards(PolicyCard(self._chosen_policy, title="The key policy so far"))

    def _remarks(self) -> str:
        policy = self.policy
        if policy is None:
            return ""
        return self.policy_text.shown_remarks(self._chosen_policy) + folded(
            "The same as a table", cards(PolicyCard(policy, title="The key policy"))
        )

    def _review(self) -> str:
        chosen = [(field.control.description, str(field.value)) for field in self.steps[0].fields]
        alias = f"alias/{self.alias.value.removeprefix('alias/')}"
        tags = ", ".join(self.tags.value.split("\n"))
        labels = [("Alias", alias), ("Description", self.description.value or "-"), ("Tags", tags or "-")]
        policy = self.policy or {}
        return "\n".join(
            [
                facts([*chosen, *labels]),
                cards(PolicyCard(policy, title="The key policy, as it will be")),
                folded(
                    "The same as JSON: policy, or policy.json",
                    code("Key policy", json.dumps(policy, indent=4)),
                ),
                self.really(
                    f"the key also gets the tag {MARK}, by which the course knows it again, and costs about 1 US "
                    "dollar a month until it is deleted."
                ),
                *self._calls(alias),
            ]
        )

    def _calls(self, alias: str) -> list[str]:
        request: dict[str, Any] = {"Policy": NamedValue("json.dumps(policy)", "file://policy.json", None)}
        if self.description.value:
            request["Description"] = self.description.value
        if tags := _pairs_or_none(self.tags.value):
            request["Tags"] = [{"TagKey": key, "TagValue": value} for key, value in tags.items()]
        create = AwsCall("kms", "create_key", request)
        return [
            code(
                "In boto3",
                f"answer = {create.python}\n"
                'arn = answer["KeyMetadata"]["Arn"]\n'
                f"kms.create_alias(AliasName={alias!r}, TargetKeyId=arn)",
            ),
            code(
                "In the AWS CLI",
                f"{create.cli}\n"
                f"aws kms create-alias --alias-name {shlex.quote(alias)} --target-key-id ARN-OF-THE-NEW-KEY",
            ),
        ]

    def _unfold(self, _: object) -> None:
        show(self._more, self.advanced.value)


def _description(description: str) -> None:
    if len(description) > 8192:
        raise KmsCourseError("A description has 8192 characters at the most.")


def _tags(text: str) -> None:
    """Raises KmsCourseError for what KMS would refuse as a tag."""
    tags = read_pairs(text)
    for name, value in tags.items():
        if name.lower().startswith("aws:"):
            raise KmsCourseError(f"{name}: names that begin with aws: are AWS's own.")
        if len(name) > 128 or len(value) > 256:
            raise KmsCourseError(
                f"{name[:40]}: a tag has a name of 128 and a value of 256 characters at the most."
            )
    if len(tags) > 50:
        raise KmsCourseError("A key has 50 tags at the most.")


def _pairs_or_none(text: str) -> dict[str, str]:
    try:
        return read_pairs(text)
    except KmsCourseError:  # the field says it
        return {}
