"""kmscourse: AWS Key Management Service by doing. A notebook needs ``Lab`` and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmscourse.errors import KmsCourseError

if TYPE_CHECKING:
    from kmscourse.lab import Lab

__all__ = ["KmsCourseError", "Lab"]


def __getattr__(name: str) -> object:
    # Lab is imported on first use: the sandbox's process imports this package too, and needs no notebook.
    if name == "Lab":
        from kmscourse.lab import Lab

        return Lab
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
