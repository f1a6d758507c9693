"""Where the course does each step of the lab that it follows, and says each of its statements: a table a section.

A row is the step, in the course's own words, and its place in that section's notebook: a heading, with its ``#``, or
text of one of its cells.
"""

from __future__ import annotations

SECTION_00: dict[str, str] = {}

SECTION_01: dict[str, str] = {}

SECTION_02: dict[str, str] = {}

SECTION_03: dict[str, str] = {}

SECTION_04: dict[str, str] = {}

SECTION_05: dict[str, str] = {}

SECTION_06: dict[str, str] = {
    "open the console's page that creates a table": "CreateTablePage(lab)",
}

SECTION_07: dict[str, str] = {
    "read the policy of the second user": "## What IAMLabUser may do",
}

SECTION_08: dict[str, str] = {}

SECTION_09: dict[str, str] = {}

LAB_STEPS = {
    0: SECTION_00,
    1: SECTION_01,
    2: SECTION_02,
    3: SECTION_03,
    4: SECTION_04,
    5: SECTION_05,
    6: SECTION_06,
    7: SECTION_07,
    8: SECTION_08,
    9: SECTION_09,
}
