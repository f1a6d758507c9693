"""What an access key stands for."""

from __future__ import annotations

from dataclasses import dataclass

from kmscourse.sandbox.call import Caller


@dataclass(frozen=True)
class Credentials:
    """What an access key id stands for. ``token`` is set for the temporary ones of a console sign-in."""

    caller: Caller
    secret: str
    token: str | None
    active: bool

    def __repr__(self) -> str:
        return f"Credentials(caller={self.caller!r}, secret=…, active={self.active})"
