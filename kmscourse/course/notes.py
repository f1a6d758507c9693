"""What is kept beside the account: an encrypted data key, messages, records, a timeline. Never a plaintext key.

Notes lie in ``notes.json`` in KMSCOURSE_HOME, one set for each account. When the practice account starts over, its
notes go with it: the keys that they need are gone (``sandbox/process.py`` does so).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, MutableMapping
from pathlib import Path
from uuid import UUID

from kmscourse.envelope import Envelope
from kmscourse.errors import CourseError, KmsCourseError
from kmscourse.home.account_file import NOTES_FILE, AccountFile

# Bytes: a plaintext data key has 16 to 64, AWS's ciphertext blob 152 or more, moto's 80.
_MIN_BLOB_SIZE = 80


def _encrypted(what: str) -> Callable[[str], None]:
    def read(value: str) -> None:
        try:
            size = len(bytes.fromhex(value))
        except (TypeError, ValueError):
            raise ValueError("it is kept in hexadecimal digits, as .hex() writes them.") from None
        if size < _MIN_BLOB_SIZE:
            raise ValueError(
                f"{size} bytes are too short for an encrypted {what}; is this the plaintext one?"
            )

    return read


def _envelope(value: str) -> None:
    if not isinstance(value, str):
        raise TypeError("it is kept as text, as .to_json() writes it.")
    Envelope.from_json(value)


def _envelopes(value: str) -> None:
    messages = json.loads(value)
    if not isinstance(messages, dict):
        raise TypeError("it is kept as a JSON object of envelopes, each as .to_json() writes it.")
    for envelope in messages.values():
        _envelope(envelope)


def _event_ids(value: str) -> None:
    try:
        is_list = all(str(UUID(event_id)) == event_id for event_id in json.loads(value))
    except (TypeError, ValueError, AttributeError):
        is_list = False
    if not is_list:
        raise ValueError('it is kept as JSON: a list of events\' ids, as in event["eventID"].')


def _sealed_by_kms(value: str) -> None:
    sealed = json.loads(value)
    if not isinstance(sealed, dict):
        raise TypeError(
            "it is kept as a JSON object of what KMS has encrypted or signed, each as .hex() writes it."
        )
    for blob in sealed.values():
        _encrypted("record")(blob)


NOTES: dict[str, Callable[[str], object]] = {
    "encrypted_data_key": _encrypted("data key"),
    "envelope": _envelope,
    "messages": _envelopes,
    "thousand_records": _envelopes,
    "messages_as_leaked": _envelopes,
    **dict.fromkeys(("archive", "north", "south", "west"), _encrypted("record")),
    "timeline": _event_ids,
    "tickets": _sealed_by_kms,
}
"""The notes that the course knows, each with what reads it: a value that can't be read is not written down."""


class Notes(MutableMapping[str, str]):
    """A mapping of names to texts that outlives the notebook.

    ``encrypted_data_key`` is the data key's ciphertext in hex, ``envelope`` a sealed message as JSON; ``messages``,
    ``messages_as_leaked`` and ``thousand_records`` are a JSON object of such messages, each under its number.
    ``timeline`` is a JSON list of the ids of events in the audit trail. ``tickets`` is a JSON object of what KMS has
    encrypted or signed for the tickets of section 20, in hex, each under its number. The others are records of section
    14, encrypted by KMS, in hex. Anything else raises CourseError, so that a plaintext data key can't be written down
    by mistake. What somebody else has written into the file and can't be such a text is no note. ``folder`` and
    ``account_key`` say where they lie, and whose they are.
    """

    def __init__(self, folder: Path, account_key: str) -> None:
        self.folder, self.account_key = folder, account_key
        self._file = AccountFile(folder / NOTES_FILE, account_key)

    def __getitem__(self, name: str) -> str:
        notes = self._valid()
        try:
            return notes[name]
        except KeyError:
            raise CourseError(
                f"There is no note {name!r} yet: {', '.join(notes) or 'none is written'}."
            ) from None

    def __contains__(self, name: object) -> bool:
        return name in self._valid()

    def __setitem__(self, name: str, value: str) -> None:
        if name not in NOTES:
            raise CourseError(f"The course keeps no note {name!r}: only {', '.join(NOTES)}.")
        fault = _fault(name, value)
        if fault is not None:
            raise CourseError(f"This can't be kept as {name}: {fault}")
        with self._file.update() as notes:
            notes[name] = value

    def __delitem__(self, name: str) -> None:
        self[name]
        with self._file.update() as notes:
            notes.pop(name, None)

    def __iter__(self) -> Iterator[str]:
        return iter(self._valid())

    def __len__(self) -> int:
        return len(self._valid())

    def _valid(self) -> dict[str, str]:
        return {name: value for name, value in self._file.read().items() if _fault(name, value) is None}


def _fault(name: str, value: str) -> str | None:
    """What hinders that this is a note of that name, if anything does."""
    if name not in NOTES:
        return "the course keeps no such note."
    try:
        NOTES[name](value)
    except (TypeError, ValueError, KmsCourseError) as error:
        return str(error)
    return None
