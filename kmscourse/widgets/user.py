"""The console's page of an IAM user: its ARN, its permissions, and whether it may sign in."""

from __future__ import annotations

from botocore.exceptions import ClientError
from ipywidgets import HTML

from kmscourse.access import find_identity, read_identities
from kmscourse.display.policy import PolicyCard
from kmscourse.errors import KmsCourseError
from kmscourse.iam import LAB_USER, enable_console_access, has_console_access, user_arn
from kmscourse.widgets.calls import AwsCall, NamedValue, show_calls
from kmscourse.widgets.controls import Secret, one_of, text
from kmscourse.widgets.field import Field, require_value
from kmscourse.widgets.form import Form
from kmscourse.widgets.look import cards, facts, folded, message
from kmscourse.widgets.page import LabProtocol

ENABLE, DISABLE = "Enable", "Disable"


class UserPage(Form):
    """Shows a user of the account, and gives or takes its console access. The password is forgotten once it is used.

    Raises ClientError where there is no such user, ClientError or KmsCourseError where it may not be read.
    """

    title = "User"
    action = "Apply"
    refreshes = True

    def __init__(self, lab: LabProtocol, name: str = LAB_USER) -> None:
        self._lab, self.name = lab, name
        self.general = HTML()
        self.access = Field(one_of("Console access", [ENABLE, DISABLE]))
        self.password = Field(
            text("Custom password", kind=Secret),
            require_value("Type a password for the user."),
            note="The user signs in with this password, and with this one only.",
        )
        self.read()
        super().__init__(
            [self.access, self.password], body=[self.general, self.access.view, self.password.view]
        )

    def read(self) -> None:
        """The user, its policies, and whether it may sign in, as they are now."""
        iam = self._lab.client("iam")
        arn = user_arn(iam, self.name)
        self.enabled = has_console_access(iam, self.name)
        self._facts = [
            ("User name", self.name),
            ("Console access", "Enabled" if self.enabled else "Disabled"),
            ("Console sign-in link", f"https://{self._lab.account.id}.signin.aws.amazon.com/console"),
            ("ARN", arn),
        ]
        policies = find_identity(read_identities(iam), arn).policies
        self._policies = [PolicyCard(policy, title=name) for name, policy in policies.items()]
        self.general.value = (
            f"<h4>Summary</h4>{facts(self._facts)}"
            + folded("Permissions", cards(*self._policies) or "This user carries no policy.")
            + "<h4>Security credentials</h4>"
        )

    def preview_html(self) -> str:
        """What is about to be done, and the call that would be made, the password apart."""
        wants_access = self.access.value == ENABLE
        self.password.offer(wants_access)
        if not wants_access and not self.enabled:
            return message("·", f"{self.name} has no console access: there is nothing to disable.")
        return show_calls(self.call)

    @property
    def call(self) -> AwsCall:
        """The call that Apply makes."""
        if self.access.value == DISABLE:
            return AwsCall("iam", "delete_login_profile", {"UserName": self.name})
        return AwsCall(
            "iam",
            "update_login_profile" if self.enabled else "create_login_profile",
            {
                "UserName": self.name,
                "Password": NamedValue("password", '"$PASSWORD"', None),
                "PasswordResetRequired": False,
            },
        )

    def act(self) -> str:
        """Give console access with the password, or take it; a password that IAM refuses is said at its field."""
        iam = self._lab.client("iam")
        if self.access.value == DISABLE:
            if not has_console_access(iam, self.name):
                raise KmsCourseError(f"{self.name} has no console access: there is nothing to disable.")
            self.call.make(iam)
            sentence = f"{self.name} can no longer sign in to the console."
        else:
            try:
                enable_console_access(iam, self.name, self.password.value)
            except ClientError as error:
                if error.response["Error"]["Code"] != "PasswordPolicyViolation":
                    raise
                self.password.say(str(error))
                return ""
            sentence = f"{self.name} can sign in to the console with the password that you typed."
        self.password.control.value = ""
        self.password.say("")
        self.read()
        self._update_preview(None)
        return sentence

    def rows(self) -> list[tuple[str, str]]:
        return [*self._facts, *(("Permissions", repr(card)) for card in self._policies), *super().rows()]
