"""The console's page of a key, its tab for rotation: new key material by itself, or on demand."""

from __future__ import annotations

from typing import Any

from kmscourse.widgets.calls import AwsCall, show_calls
from kmscourse.widgets.controls import number, tick
from kmscourse.widgets.field import Field, require_days
from kmscourse.widgets.form import Form
from kmscourse.widgets.look import facts, message, table
from kmscourse.widgets.page import LabProtocol, button

MIN_DAYS, MAX_DAYS, DEFAULT_DAYS = 90, 2560, 365  # days (KMS API Reference, "EnableKeyRotation")


class KeyRotationPage(Form):
    """Switches the yearly rotation of the course's key, or of ``key_arn``, on and off, and rotates it now.

    Raises CourseError where there is no such key yet, ClientError where its rotation may not be read.
    """

    title = "Key rotation"
    action = "Save"
    refreshes = True

    def __init__(self, lab: LabProtocol, key_arn: str | None = None) -> None:
        self._lab, self._arn = lab, key_arn or lab.key_arn
        self.automatic = Field(tick("Rotate this key automatically"))
        self.days = Field(
            number(f"Rotation period, in days ({MIN_DAYS} to {MAX_DAYS})", DEFAULT_DAYS),
            require_days(MIN_DAYS, MAX_DAYS),
            live=True,
        )
        self.read()
        self.now = button("Rotate now", "Make new key material now")
        super().__init__([self.automatic, self.days], after=[self.now])
        self._resting = [self.button, self.now]
        self.now.on_click(self._rotate)

    def read(self) -> None:
        """How the key is rotated, and how often it has been."""
        kms = self._lab.client("kms")
        self._status: dict[str, Any] = kms.get_key_rotation_status(KeyId=self._arn)
        pages = kms.get_paginator("list_key_rotations").paginate(KeyId=self._arn)
        self._rotations: list[dict[str, Any]] = [each for page in pages for each in page["Rotations"]]
        self.automatic.control.value = self._status["KeyRotationEnabled"]
        self.days.control.value = self._status.get("RotationPeriodInDays", DEFAULT_DAYS)

    def preview_html(self) -> str:
        """How it is, what a rotation means, and the calls that would be made."""
        self.days.offer(self.automatic.value)
        is_on = self._status["KeyRotationEnabled"]
        now = [("Automatic rotation", "On" if is_on else "Off")]
        if "RotationPeriodInDays" in self._status:
            now.append(("Period", f"{self._status['RotationPeriodInDays']} days"))
        if "NextRotationDate" in self._status:
            now.append(("Next rotation", str(self._status["NextRotationDate"].date())))
        meaning = (
            "A rotation gives the key new material to encrypt with. It keeps the old, so that everything opens as "
            "before; its ARN, its alias and its policy stay."
        )
        price = self.really("each of a key's first two rotations adds 1 US dollar to its price a month.")
        return facts(now) + self._history() + message("·", meaning) + price + show_calls(self.call)

    @property
    def call(self) -> AwsCall:
        """The call that Save makes."""
        if not self.automatic.value:
            return AwsCall("kms", "disable_key_rotation", {"KeyId": self._arn})
        return AwsCall(
            "kms", "enable_key_rotation", {"KeyId": self._arn, "RotationPeriodInDays": self.days.value}
        )

    def act(self) -> str:
        """Switch the rotation on or off."""
        self.call.make(self._lab.client("kms"))
        self.read()
        self._update_preview(None)
        return f"Automatic rotation is {'on' if self._status['KeyRotationEnabled'] else 'off'}."

    def _rotate(self, _: object) -> None:
        with self.answering():
            AwsCall("kms", "rotate_key_on_demand", {"KeyId": self._arn}).make(self._lab.client("kms"))
            self.read()
            self._update_preview(None)
            self.outcome.value = message("✓", "The rotation has been asked for.")

    def _history(self) -> str:
        rows = [
            (str(rotation["RotationDate"].date()), rotation["RotationType"]) for rotation in self._rotations
        ]
        return table("Rotations so far", ("When", "How"), rows) if rows else ""
