"""A big file sealed or opened, with a bar that shows how far it is, and a button that calls it off."""

from __future__ import annotations

import threading
from html import escape
from pathlib import Path

from ipywidgets import HTML

from kmscourse.envelope import seal_file, unseal_file
from kmscourse.envelope.files import Progress
from kmscourse.envelope.progress import Meter, ProgressReading
from kmscourse.errors import Cancelled, KmsCourseError
from kmscourse.widgets.controls import lines, one_of, text
from kmscourse.widgets.field import Field
from kmscourse.widgets.form import Form
from kmscourse.widgets.look import code, message
from kmscourse.widgets.page import LabProtocol, button
from kmscourse.widgets.pairs import read_pairs

SEAL, OPEN = "Seal", "Open"
SUFFIX = ".sealed"


class SealFilePage(Form):
    """Seals a file under the course's key, or opens a sealed one, while the notebook goes on.

    Cancel leaves nothing behind: what was written is gone, and a file that would have been replaced is as it was.
    So does the end of the notebook's kernel.

    Raises CourseError where there is no key yet.
    """

    title = "Seal a file"
    action = SEAL

    def __init__(self, lab: LabProtocol) -> None:
        self._lab, self._key_arn = lab, lab.key_arn
        self._work: threading.Thread | None = None
        self._suggested = ""
        self._called_off = threading.Event()
        self.what = Field(one_of("What to do", [SEAL, OPEN]))
        self.source = Field(text("File"), _is_file)
        self.target = Field(text("Result"), self._can_be_target)
        self.context = Field(
            lines("Encryption context", "course=kms", rows=2),
            read_pairs,
            note="One pair in each line, as in course=kms. Whoever opens the file has to know them.",
        )
        self.bar = HTML()
        self.cancel = button("Cancel", "Stop the work")
        fields = [self.what, self.source, self.target, self.context]
        super().__init__(fields, after=[self.cancel])
        self.view.children = [*self.view.children[:-1], self.bar, self.view.children[-1]]
        self.source.control.observe(self._suggest, "value")
        self.what.control.observe(self._suggest, "value")
        # The work has a thread of its own: what it is about can't be changed meanwhile, and it can be called off.
        self._resting = [field.control for field in fields]
        self.cancel.on_click(self._call_off)

    def preview_html(self) -> str:
        """The call that would be made, and what it replaces."""
        self.button.description = self.what.value
        try:
            context = read_pairs(self.context.value)
        except KmsCourseError:  # the field says it
            context = {}
        source, target = self.source.value, self.target.value
        key = f"{self._key_arn!r}, " if self.what.value == SEAL else ""
        verb = "seal_file" if self.what.value == SEAL else "unseal_file"
        call = f"{verb}(\n    kms, {key}{source!r}, {target!r},\n    encryption_context={context!r},\n)"
        replaced = target and _exists(target)
        return (message("!", f"{target} is there already, and will be replaced.") if replaced else "") + code(
            "In this course", call
        )

    def act(self) -> str:
        """Seal or open the file. Raises Cancelled where that was called off."""
        kms, context = self._lab.client("kms"), read_pairs(self.context.value)
        source, target, progress = self.source.value, self.target.value, Meter(self._tell)
        try:
            if self.what.value == SEAL:
                seal_file(kms, self._key_arn, source, target, context, progress=self._heard(progress))
            else:
                unseal_file(kms, source, target, context, progress=self._heard(progress))
        except OSError as error:
            raise KmsCourseError(
                f"{error.filename or target}: {error.strerror}. Nothing has been changed."
            ) from None
        return f"{target} has been written: {Path(target).stat().st_size:,} bytes."

    def refused(self, error: Exception) -> str:
        """What went wrong; to have called it off is no mistake."""
        self.bar.value = ""
        return message("·", str(error)) if isinstance(error, Cancelled) else super().refused(error)

    def clear_answer(self) -> None:
        super().clear_answer()
        self.bar.value = ""

    def wait(self, seconds: float | None = None) -> None:
        """Wait until the work is done, or called off."""
        if self._work is not None:
            self._work.join(seconds)

    def _pressed(self, pressed: object) -> None:
        """Work beside the notebook, whose kernel stays free for the other button."""
        if self._work is not None and self._work.is_alive():
            return
        self._called_off.clear()
        self._work = threading.Thread(target=super()._pressed, args=[pressed], name=self.title)
        self._work.start()

    def settle(self) -> None:
        """The keyboard stays where it is by now."""

    def _call_off(self, _: object) -> None:
        if self._work is not None and self._work.is_alive():
            self._called_off.set()
        else:
            self.outcome.value = message("·", "Nothing is under way.")

    def _heard(self, progress: Meter) -> Progress:
        """The same progress, which ends where the work is called off, or where the notebook's kernel ends."""

        def hear(done: int, total: int) -> None:
            if self._called_off.is_set() or not threading.main_thread().is_alive():
                raise Cancelled(f"Cancelled: the unfinished {self.target.value} is deleted.")
            progress(done, total)

        return hear

    def _tell(self, reading: ProgressReading) -> None:
        name = escape(f"{self.what.value}: {self.source.value}")
        self.bar.value = (
            f'<progress class="kms-bar" aria-label="{name}" max="1" value="{reading.share:.3f}"></progress> '
            f"<div>{escape(str(reading))}</div>"
        )

    def _suggest(self, _: object) -> None:
        """A name for the result, where none has been typed."""
        source, opens = self.source.value, self.what.value == OPEN
        name = source.removesuffix(SUFFIX) if opens else f"{source}{SUFFIX}"
        if source and name != source and self.target.value in ("", self._suggested):
            self._suggested = name
            self.target.control.value = name

    def _can_be_target(self, name: str) -> None:
        if not name:
            raise KmsCourseError("Type a name for the result.")
        try:
            place, source = Path(name).resolve(), Path(self.source.value).resolve()
            writable = place.parent.is_dir() and not place.is_dir()
        except (OSError, ValueError) as error:  # too long, or with characters that no name has
            raise KmsCourseError(f"{name!r} can't be the name of a file: {error}.") from None
        if not writable:
            raise KmsCourseError(
                f"{name} can't be written: give the name of a file in a folder that is there."
            )
        if place == source:
            raise KmsCourseError("This is the file itself: give the result another name.")


def _exists(name: str) -> bool:
    try:
        return Path(name).is_file()
    except OSError:  # a name that is too long is the name of no file
        return False


def _is_file(name: str) -> None:
    if not name:
        raise KmsCourseError("Type the name of a file.")
    if not _exists(name):
        raise KmsCourseError(f"There is no file {name} here. The notebook works in the folder {Path.cwd()}.")
