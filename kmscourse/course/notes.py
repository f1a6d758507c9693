"""What is kept beside the account: an encrypted data key, messages, records, a timeline. Never a plaintext key.

Notes lie in ``notes.json`` in KMSCOURSE_HOME, one set for each account. When the practice account starts over, its
notes go with it: the keys that they need are gone (``sandbox/process.py`` does so).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, MutableMapping
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from kmscourse.envelope import Envelope
from kmscourse.errors import CourseError, KmsCourseError
from kmscourse.home.account_file import NOTES_FILE, AccountFile

# Bytes: a plaintext data key has 16 to 64, AWS's ciphertext blob 152 or more, moto's 80.
_MIN_BLOB_SIZE = 80
_MIN_SIGNATURE_SIZE = (
    64  # of Ed25519; a data key that encrypts, a digest and a MAC by SHA-256 have at most 32
)


def _size(value: str) -> int:
    """The size in bytes of what hexadecimal digits write."""
    try:
        return len(bytes.fromhex(value))
    except (TypeError, ValueError):
        raise ValueError("it is kept in hexadecimal digits, as .hex() writes them.") from None


def _encrypted(what: str) -> Callable[[str], None]:
    def read(value: str) -> None:
        if (size := _size(value)) < _MIN_BLOB_SIZE:
            raise ValueError(
                f"{size} bytes are too short for an encrypted {what}; is this the plaintext one?"
            )

    return read


def _signature(value: str) -> None:
    if (size := _size(value)) < _MIN_SIGNATURE_SIZE:
        raise ValueError(
            f"{size} bytes are too short for a signature; is this a digest, a MAC or a data key?"
        )


def _envelope(value: str) -> None:
    if not isinstance(value, str):
        raise TypeError("it is kept as text, as .to_json() writes it.")
    Envelope.from_json(value)


def _read(value: str, kind: type, how: str) -> Any:
    """What is written in JSON. Raises ValueError, with ``how`` it is kept, where it is no text or of another kind."""
    try:
        written = json.loads(value) if isinstance(value, str) else None
    except (ValueError, RecursionError):
        written = None
    if not isinstance(written, kind):
        raise ValueError(how)
    return written


def _envelopes(value: str) -> None:
    how = "it is kept as a JSON object of envelopes, each as .to_json() writes it."
    for envelope in _read(value, dict, how).values():
        _envelope(envelope)


def _event_ids(value: str) -> None:
    how = 'it is kept as JSON: a list of events\' ids, as in event["eventID"].'
    for event_id in _read(value, list, how):
        try:
            is_id = str(UUID(event_id)) == event_id
        except (ValueError, TypeError, AttributeError):
            is_id = False
        if not is_id:
            raise ValueError(how)


def _names(value: str) -> None:
    how = "it is kept as JSON: a list of names, as json.dumps(names) writes it."
    if not all(isinstance(name, str) for name in _read(value, list, how)):
        raise ValueError(how)


def _received(*fields: str) -> Callable[[str], None]:
    how = "only the course writes it."

    def read(value: str) -> None:
        match _read(value, dict, how):
            case {"key": str(), "since": str(since), "items": [*items]} if items:
                datetime.fromisoformat(since)
            case _:
                raise ValueError(how)
        for item in items:
            if not isinstance(item, dict) or not all(
                isinstance(item.get(name), str) for name in ("name", *fields)
            ):
                raise ValueError(how)

    return read


def _sealed_by_kms(value: str) -> None:
    how = "it is kept as a JSON object of what KMS has encrypted or signed, each as .hex() writes it."
    for blob in _read(value, dict, how).values():
        _encrypted("record")(blob)


NOTES: dict[str, Callable[[str], object]] = {
    # sections 2 and 3: a data key's ciphertext in hex, and a sealed message as JSON
    "encrypted_data_key": _encrypted("data key"),
    "envelope": _envelope,
    # sections 13 and 16: JSON objects of sealed messages, each under its number
    "messages": _envelopes,
    "messages_as_leaked": _envelopes,
    "thousand_records": _envelopes,
    # section 14: records that KMS has encrypted, in hex
    **dict.fromkeys(("cellar", "north", "south", "west"), _encrypted("record")),
    # sections 17 and 18: a signature and an encrypted message in hex, what was received, and which of it was taken
    "signature": _signature,
    "updates": _received("text", "algorithm", "signature"),
    "accepted": _names,
    "rewritten": _encrypted("message"),
    "orders": _received("message"),
    "opened": _names,
    # section 19: a JSON list of the ids of events in the audit trail
    "timeline": _event_ids,
    # section 20: a JSON object of what KMS has encrypted or signed for each ticket, in hex
    "tickets": _sealed_by_kms,
}
"""The notes that the course knows, each with what reads it: a value that can't be read is not written down."""


class Notes(MutableMapping[str, str]):
    """A mapping of names to texts that outlives the notebook.

    Its names are those of NOTES. Anything else raises CourseError, so that a plaintext data key can't be written down
    by mistake. What somebody else has written into the file and can't be such a text is no note. ``folder`` and
    ``account_key`` say where they lie, and whose they are.
    """

    def __init__(self, folder: Path, account_key: str) -> None:
        self.folder, self.account_key = folder, account_key
        self._file = AccountFile(folder / NOTES_FILE, account_key)

    def __getitem__(self, name: str) -> str:
        value = self._read(name)
        if value is None:
            raise CourseError(f"There is no note {name!r} yet: {', '.join(self) or 'none is written'}.")
        return value

    def __contains__(self, name: object) -> bool:
        return self._read(name) is not None

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
        return (name for name, value in self._file.read().items() if _fault(name, value) is None)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _read(self, name: object) -> str | None:
        """The note of that name, which alone is looked through; None where there is none."""
        value = self._file.read().get(str(name))
        return None if value is None or _fault(str(name), value) is not None else value


def _fault(name: str, value: str) -> str | None:
    """What hinders that this is a note of that name, if anything does."""
    if name not in NOTES:
        return "the course keeps no such note."
    try:
        NOTES[name](value)
    except (TypeError, ValueError, KmsCourseError) as error:
        return str(error)
    return None
