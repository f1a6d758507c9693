"""The console's page of a key, its tab Key policy, switched to policy view and to Edit."""

from __future__ import annotations

import difflib
import json
import re

from ipywidgets import Button, Textarea

from kmscourse.errors import KmsCourseError, PolicyError
from kmscourse.kms import key_policy, put_key_policy
from kmscourse.policy.lint import lint
from kmscourse.policy.read import parse
from kmscourse.widgets.field import Field, message
from kmscourse.widgets.page import Lab, Page, code


class KeyPolicyPage(Page):
    """Changes the key policy of the course's key: mistakes are said while you type, the difference before you save.

    A policy that can be read is linted as you type; a remark keeps nobody from saving.

    Raises CourseError where there is no such key yet, ClientError where its policy may not be read.
    """

    title = "Key policy"
    action = "Save changes"

    def __init__(self, lab: Lab) -> None:
        self._lab, self._arn = lab, lab.key_arn
        self._before = key_policy(lab.client("kms"), self._arn)
        self.policy = Field(
            Textarea(
                value=_text(self._before),
                description="Key policy",
                rows=24,
                tooltip="Key policy, as JSON",
                layout={"width": "auto"},
            ),
            _readable,
            live=True,
        )
        self.again = Button(
            description="Read it again", tooltip="Drop your changes and read the key's policy again"
        )
        self.again.on_click(self._read_again)
        super().__init__([self.policy], more=[self.again])

    def shown(self) -> str:
        """What a linter says of the text, what a save would change, and the calls that would be made."""
        return self._remarks() + self._difference()

    def _remarks(self) -> str:
        try:
            found = lint(self.policy.value, account=self._lab.account.id)
        except PolicyError:  # the field says it
            return ""
        return "".join(message("!", str(remark)) for remark in found)

    def _difference(self) -> str:
        before, after = _text(self._before).splitlines(), _laid_out(self.policy.value).splitlines()
        difference = list(difflib.unified_diff(before, after, "as it is", "as you want it", lineterm="", n=2))
        if not difference:
            return message("·", "No difference yet from the policy as it is.")
        arn = json.dumps(self._arn)
        return "".join(
            [
                code("The difference (+ comes, - goes)", "\n".join(difference)),
                code("In boto3", f'kms.put_key_policy(KeyId={arn}, PolicyName="default", Policy=text)'),
                code(
                    "In the AWS CLI",
                    f"aws kms put-key-policy --key-id {self._arn} --policy-name default --policy file://policy.json",
                ),
            ]
        )

    def act(self) -> str:
        """Put the policy, unless somebody else has changed it in the meantime: what they did would be lost."""
        kms, wanted = self._lab.client("kms"), parse(self.policy.value)
        if key_policy(kms, self._arn) != self._before:
            raise KmsCourseError(
                "The key's policy is no longer the one on this page. Copy what you typed, choose Read it again, "
                "and make your change there."
            )
        if wanted == self._before:
            raise KmsCourseError("There is nothing to save: this is the policy as it is.")
        put_key_policy(kms, self._arn, wanted)
        self._before = wanted
        self._follow(None)
        return "The key policy has been saved."

    def _read_again(self, _: object) -> None:
        with self.answering():
            self._before = key_policy(self._lab.client("kms"), self._arn)
            self.policy.control.value = _text(self._before)
            self._follow(None)
            self.outcome.value = message("✓", "This is the key's policy as it is now.")


def _text(policy: dict[str, object]) -> str:
    return json.dumps(policy, indent=4)


def _laid_out(text: str) -> str:
    """The policy in the layout of the page, so that only what it says makes a difference; as it is where it is none."""
    try:
        return _text(parse(text))
    except PolicyError:
        return text


def _readable(text: str) -> None:
    """Raises PolicyError with the line at fault, and a mark where in the line."""
    try:
        parse(text)
    except PolicyError as error:
        place = re.match(r"Line (\d+), column (\d+):", str(error))
        if place is None:
            raise
        number, column = int(place[1]), int(place[2])
        line = text.split("\n")[number - 1]
        raise PolicyError(f"{error}\n{number} | {line[: column - 1]}▸{line[column - 1 :]}") from None
