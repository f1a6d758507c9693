"""What the presenter sees beside a slide: how to present it. The script adds what is folded away there, unfolded."""

from __future__ import annotations

import re
from collections.abc import Sequence

TITLE = (
    "Before you begin: {minutes} for those who work through it alone. To show the cells alive, put the practice "
    "account where this section starts: kmscourse sandbox reset --section {number}"
)
PREDICTION = "Let everybody choose before you go on, by a show of hands for each choice. The next slide has the answer."
BREAKING = "Ask first: will this be answered or refused, by whom, and in which words?"
EXERCISE = "Give them time to try it, then ask two of them how they did it. Hint and solution are below."
CLOSING = "Ask for one sentence from each: what would an attacker get here, and what did the key change?"
QUESTION = "Ask what they expect to see before you read the output."


def note_on(sources: Sequence[str]) -> str:
    """What to know about a slide that consists of these cells, by their sources. "" where there is nothing to say."""
    opening, text = sources[0], "\n".join(sources)
    if opening.startswith("# "):
        number = re.match(r"# (\d+)", opening)
        minutes = re.search(r"About \d+ minutes", opening)
        return TITLE.format(
            number=number[1] if number else "0", minutes=minutes[0].lower() if minutes else "time"
        )
    if any(source.startswith("lab.predict(") for source in sources):
        return PREDICTION
    if opening.startswith("## Your turn"):
        return EXERCISE
    if opening.startswith("## In short"):
        return CLOSING
    if "# meant to fail" in text:
        return BREAKING
    return QUESTION if len(sources) > 1 else ""
