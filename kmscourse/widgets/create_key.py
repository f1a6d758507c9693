"""The console's page KMS, Customer managed keys, Create key: its five steps on one page."""

from __future__ import annotations

import json
import shlex
from html import escape

from ipywidgets import SelectMultiple

from kmscourse.display.policy import PolicyCard
from kmscourse.errors import KmsCourseError
from kmscourse.kms import alias_name, create_key
from kmscourse.policy.build import console_key_policy
from kmscourse.widgets.field import LABELS, WIDE, Field, fixed, given, text
from kmscourse.widgets.page import Lab, Page, code, scrolling

CHOSEN = {
    "Key type": "Symmetric",
    "Key usage": "Encrypt and decrypt",
    "Key material origin": "KMS",
    "Regionality": "Single-Region key",
}


class CreateKeyPage(Page):
    """Creates a symmetric key with an alias, for the administrators and users that are chosen.

    Raises ClientError where the account's users may not be listed.
    """

    title = "Create key"
    action = "Create key"

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        pages = lab.client("iam").get_paginator("list_users").paginate()
        people = sorted((user["UserName"], user["Arn"]) for page in pages for user in page["Users"])
        nobody = f"Nobody is chosen. Choose yourself: {lab.account.user_name}."
        self.alias = Field(text("Alias", "myKey"), alias_name)
        self.administrators = Field(_several("Key administrators", people), given(nobody))
        self.users = Field(_several("Key users", people), given(nobody))
        choices = [Field(fixed(label, value)) for label, value in CHOSEN.items()]
        super().__init__([*choices, self.alias, self.administrators, self.users])

    def shown(self) -> str:
        """The key policy as it grows, and the calls that would be made."""
        policy = console_key_policy(self._lab.account.id, self.administrators.value, self.users.value)
        alias = f"alias/{self.alias.value.removeprefix('alias/')}"
        boto3_lines = (
            'arn = kms.create_key(Policy=json.dumps(policy))["KeyMetadata"]["Arn"]\n'
            f"kms.create_alias(AliasName={alias!r}, TargetKeyId=arn)"
        )
        cli_lines = (
            "aws kms create-key --policy file://policy.json\n"
            f"aws kms create-alias --alias-name {shlex.quote(alias)} --target-key-id ARN-OF-THE-NEW-KEY"
        )
        return "\n".join(
            [
                scrolling(PolicyCard(policy, title="The key policy, as it will be")._repr_html_()),
                "<details><summary>The same as JSON: policy, or policy.json</summary>"
                f"<pre>{escape(json.dumps(policy, indent=4))}</pre></details>",
                code("In boto3", boto3_lines),
                code("In the AWS CLI", cli_lines),
            ]
        )

    def act(self) -> str:
        """Create the key; an alias that is taken is said at its field."""
        try:
            arn = create_key(
                self._lab.client("kms"),
                self.alias.value,
                administrators=self.administrators.value,
                users=self.users.value,
            )
        except KmsCourseError as error:  # the people come from the account: only the alias can be wrong
            self.alias.say(str(error))
            return ""
        return f"The key has been created.\nARN: {arn}"


def _several(label: str, people: list[tuple[str, str]]) -> SelectMultiple:
    return SelectMultiple(
        description=label,
        options=people,
        rows=min(len(people), 6),
        tooltip=f"{label}: with Ctrl or Shift, choose more than one",
        style=LABELS,
        layout=WIDE,
    )
