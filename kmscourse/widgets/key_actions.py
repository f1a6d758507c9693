"""The console's menu Key actions: enable, disable, schedule the key's deletion, call that back."""

from __future__ import annotations

from dataclasses import dataclass

from kmscourse.errors import KmsCourseError
from kmscourse.widgets.calls import AwsCall, show_calls
from kmscourse.widgets.controls import chosen, number, offer, show, tick
from kmscourse.widgets.field import Field, require_days
from kmscourse.widgets.form import Form
from kmscourse.widgets.look import message
from kmscourse.widgets.page import LabProtocol

MIN_DAYS, MAX_DAYS = 7, 30  # days (KMS API Reference, "ScheduleKeyDeletion")


@dataclass(frozen=True)
class Action:
    """One thing to do with a key: in which states of it, what it means, and what has to be confirmed."""

    name: str
    method: str
    states: tuple[str, ...]
    meaning: str
    confirm: str
    done: str


ACTIONS = {
    action.name: action
    for action in (
        Action(
            "Disable",
            "disable_key",
            ("Enabled",),
            "Nothing is lost, and nothing works: what is encrypted under the key can't be opened until it is enabled.",
            "I confirm that I want to disable this key",
            "The key has been disabled.",
        ),
        Action(
            "Enable",
            "enable_key",
            ("Disabled",),
            "The key works again, and opens what was encrypted under it.",
            "",
            "The key has been enabled.",
        ),
        Action(
            "Schedule key deletion",
            "schedule_key_deletion",
            ("Enabled", "Disabled"),
            "The key is out of use at once. After the waiting period it is gone for ever, and with it everything that "
            "is encrypted under it. Until then the deletion can be called back.",
            "I confirm that I want to delete this key after the waiting period",
            "The key's deletion has been scheduled.",
        ),
        Action(
            "Cancel key deletion",
            "cancel_key_deletion",
            ("PendingDeletion",),
            "The key stays. It is disabled afterwards, whatever it was before.",
            "",
            "The key's deletion has been called back. The key is disabled.",
        ),
    )
}


class KeyActionsPage(Form):
    """Does what the key's state lets one do with the course's key, or with ``key_arn``.

    Raises CourseError where there is no such key yet, ClientError where it may not be described.
    """

    title = "Key actions"
    action = "Disable"
    refreshes = True

    def __init__(self, lab: LabProtocol, key_arn: str | None = None) -> None:
        self._lab, self._arn = lab, key_arn or lab.key_arn
        self.choice = Field(chosen("Key action", list(ACTIONS)))
        self.days = Field(
            number(f"Waiting period, in days ({MIN_DAYS} to {MAX_DAYS})", MAX_DAYS),
            require_days(MIN_DAYS, MAX_DAYS),
            live=True,
        )
        self.confirmed = Field(tick("I confirm"), _confirmed)
        self.read()
        super().__init__([self.choice, self.days, self.confirmed])
        self.choice.control.observe(self._forget, "value")

    def read(self) -> None:
        """The key's state, and the actions that there are in it."""
        self.state = self._lab.client("kms").describe_key(KeyId=self._arn)["KeyMetadata"]["KeyState"]
        offer(self.choice.control, [name for name, action in ACTIONS.items() if self.state in action.states])
        self.confirmed.control.value = False
        self.confirmed.say("")

    def preview_html(self) -> str:
        """What the action means, and the call that would be made."""
        action = ACTIONS.get(self.choice.value)
        self.days.offer(action is not None and action.method == "schedule_key_deletion")
        self.confirmed.offer(action is not None and bool(action.confirm))
        show(self.button, action is not None)
        if action is None:
            return message("·", f"The key is {self.state}: nothing can be done with it here.")
        self.button.description = action.name
        self.confirmed.control.description = action.confirm or "I confirm"
        return message("·", f"The key is {self.state}. {action.meaning}") + show_calls(self.call)

    @property
    def call(self) -> AwsCall:
        """The call that the button makes."""
        action = ACTIONS[self.choice.value]
        request: dict[str, object] = {"KeyId": self._arn}
        if action.method == "schedule_key_deletion":
            request["PendingWindowInDays"] = self.days.value
        return AwsCall("kms", action.method, request)

    def act(self) -> str:
        """Make the call, and see what state the key is in then."""
        sentence = ACTIONS[self.choice.value].done
        answer = self.call.make(self._lab.client("kms"))
        if "DeletionDate" in answer:
            sentence = f"{sentence} It is deleted on {answer['DeletionDate'].date()}."
        self.read()
        self._update_preview(None)
        return sentence

    def _forget(self, _: object) -> None:
        """What was confirmed was confirmed for another action."""
        self.confirmed.control.value = False
        self.confirmed.say("")


def _confirmed(ticked: bool) -> None:
    if not ticked:
        raise KmsCourseError("Tick the box first: it is what keeps a slip of the hand from doing this.")
