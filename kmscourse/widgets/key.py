"""The console's page of a key: what it is, and in tabs its policy, its rotation, and what can be done with it."""

from __future__ import annotations

from typing import Any

from ipywidgets import HTML, Tab

from kmscourse.kms import aliases
from kmscourse.widgets.controls import show
from kmscourse.widgets.key_actions import KeyActionsPage
from kmscourse.widgets.key_policy import KeyPolicyPage
from kmscourse.widgets.key_rotation import KeyRotationPage
from kmscourse.widgets.look import facts
from kmscourse.widgets.page import LabProtocol, Page, button

WORDS = {
    "SYMMETRIC_DEFAULT": "Symmetric",
    "ENCRYPT_DECRYPT": "Encrypt and decrypt",
    "AWS_KMS": "KMS",
    "PendingDeletion": "Pending deletion",
}
"""KMS's words, as the console shows them."""


class KeyPage(Page):
    """The page of the course's key, or of ``key_arn``.

    Raises CourseError where there is no such key yet, ClientError where it may not be read.
    """

    def __init__(self, lab: LabProtocol, key_arn: str | None = None) -> None:
        self._lab, self._arn = lab, key_arn or lab.key_arn
        self.general = HTML()
        self.policy = KeyPolicyPage(lab, self._arn)
        self.rotation = KeyRotationPage(lab, self._arn)
        self.actions = KeyActionsPage(lab, self._arn)
        tabs = (self.policy, self.rotation, self.actions)
        self.tabs = Tab([tab.view for tab in tabs], titles=[tab.title for tab in tabs])
        self.refresh = button("Refresh", "Read the account again")
        self.title = "Customer managed key"
        super().__init__([self.general, self.refresh, self.tabs])
        for tab in tabs:
            show(tab.refresh, False)  # the page's own does it for all
        self.read()
        self.refresh.on_click(self._refreshed)
        self.actions.when_done.append(self._described)

    def read(self) -> None:
        """Everything on the page, as it is now. A policy that is being edited stays as it was typed."""
        self._described()
        for tab in (self.policy, self.rotation, self.actions):
            tab.read()
            tab._update_preview(None)

    def rows(self) -> list[tuple[str, str]]:
        return [*self._facts, *self.policy.rows()]

    def _described(self) -> None:
        kms = self._lab.client("kms")
        key: dict[str, Any] = kms.describe_key(KeyId=self._arn)["KeyMetadata"]
        self._facts = [
            ("Alias", ", ".join(name.removeprefix("alias/") for name in aliases(kms, self._arn)) or "-"),
            ("Status", WORDS.get(key["KeyState"], key["KeyState"])),
            ("Key type", WORDS.get(key["KeySpec"], key["KeySpec"])),
            ("Key usage", WORDS.get(key["KeyUsage"], key["KeyUsage"])),
            ("Origin", WORDS.get(key["Origin"], key["Origin"])),
            ("Regionality", "Multi-Region key" if key["MultiRegion"] else "Single-Region key"),
            ("Description", key.get("Description") or "-"),
            ("Creation date", str(key["CreationDate"].date())),
            *([("Deletion date", str(key["DeletionDate"].date()))] if "DeletionDate" in key else []),
            ("ARN", key["Arn"]),
        ]
        self.general.value = f"<h4>General configuration</h4>{facts(self._facts)}"

    def _refreshed(self, _: object) -> None:
        with self.answering():
            self.read()
            self.outcome.value = ""
