"""What one section writes down for a later one: an encrypted data key, a sealed message. Never a plaintext key.

Notes lie in ``notes.json`` in KMSCOURSE_HOME, one set for each account.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping
from pathlib import Path

from kmscourse.envelope import Envelope
from kmscourse.errors import CourseError
from kmscourse.kept import Kept

_SHORTEST_ENCRYPTED_KEY = 100  # bytes; a plaintext data key has 16 to 64, a KMS ciphertext blob has more


def _encrypted_key(value: str) -> None:
    try:
        size = len(bytes.fromhex(value))
    except (TypeError, ValueError):
        raise ValueError("it is kept in hexadecimal digits, as .hex() writes them.") from None
    if size < _SHORTEST_ENCRYPTED_KEY:
        raise ValueError(f"{size} bytes are too short for an encrypted data key; is this the plaintext one?")


def _envelope(value: str) -> None:
    if not isinstance(value, str):
        raise TypeError("it is kept as text, as .to_json() writes it.")
    Envelope.from_json(value)


NOTES: dict[str, Callable[[str], object]] = {
    "encrypted_data_key": _encrypted_key,
    "envelope": _envelope,
}
"""The notes that the course knows, each with what reads it: a value that can't be read is not written down."""


class Notes(MutableMapping[str, str]):
    """A mapping of names to texts that outlives the notebook.

    ``encrypted_data_key`` is the data key's ciphertext in hex, ``envelope`` a sealed message as JSON. Anything else
    raises CourseError, so that a plaintext data key can't be written down by mistake.
    """

    def __init__(self, folder: Path, account_id: str) -> None:
        self._kept = Kept(folder / "notes.json", account_id)

    def __getitem__(self, name: str) -> str:
        try:
            return str(self._kept.read()[name])
        except KeyError:
            raise CourseError(
                f"There is no note {name!r} yet: {', '.join(self) or 'none is written'}."
            ) from None

    def __contains__(self, name: object) -> bool:
        return name in self._kept.read()

    def __setitem__(self, name: str, value: str) -> None:
        if name not in NOTES:
            raise CourseError(f"The course keeps no note {name!r}: only {' and '.join(NOTES)}.")
        try:
            NOTES[name](value)
        except Exception as error:
            raise CourseError(f"This can't be kept as {name}: {error}") from None
        self._kept.write({**self._kept.read(), name: value})

    def __delitem__(self, name: str) -> None:
        self[name]
        self._kept.write({key: value for key, value in self._kept.read().items() if key != name})

    def __iter__(self) -> Iterator[str]:
        return iter(self._kept.read())

    def __len__(self) -> int:
        return len(self._kept.read())
