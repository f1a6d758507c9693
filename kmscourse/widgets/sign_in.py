"""The console's sign-in page, for an IAM user of the account."""

from __future__ import annotations

import boto3

from kmscourse.iam import LAB_USER
from kmscourse.widgets.controls import Secret, text
from kmscourse.widgets.field import Field, require_value
from kmscourse.widgets.form import Form
from kmscourse.widgets.look import code
from kmscourse.widgets.page import LabProtocol


class SignInPage(Form):
    """Signs a user in: ``session`` is theirs afterwards, and None where nobody is signed in.

    The password is forgotten as soon as it has been used. On a real account no API signs in with a password: none is
    asked for there, and the page says how the session comes about.
    """

    title = "Sign in as IAM user"
    action = "Sign in"

    def __init__(self, lab: LabProtocol) -> None:
        self._lab = lab
        self.session: boto3.Session | None = None
        self.user_name = Field(text("IAM user name", LAB_USER), require_value("Type the name of the user."))
        self.password = Field(text("Password", kind=Secret), require_value("Type the password of the user."))
        self.password.offer(lab.account.practice)
        super().__init__([self.user_name, self.password])

    def preview_html(self) -> str:
        """The call that would be made, the password apart."""
        return self.really(
            "no API signs in with a password, so none is checked here. An access key of the user is made, exchanged "
            "for a session, and deleted at once."
        ) + code(
            "In this course (no API of AWS takes a password)",
            f"reader = lab.sign_in({self.user_name.value!r}, password=…)",
        )

    def act(self) -> str:
        """Sign in, and say as whom."""
        self.session, password = None, self.password.value
        self.password.control.value = ""
        self.password.say("")
        session = self._lab.sign_in(self.user_name.value, password)
        arn = session.client("sts").get_caller_identity()["Arn"]
        self.session = session
        return f"Signed in as {arn}" if self._lab.account.practice else f"This is a session of {arn}"
