"""Sections that begin differently: one for each set of things that ``prepare`` makes or takes away before it."""

from __future__ import annotations

from kmscourse.course import SECTIONS

BEGINNINGS = sorted(
    {(section.needs, section.clears): section.number for section in reversed(SECTIONS)}.values()
)
