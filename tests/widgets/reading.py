"""What stands on a page, read as people read it."""

from __future__ import annotations

import html
import re


def words(shown: str) -> str:
    """The text of HTML, without its tags and its style."""
    return html.unescape(re.sub(r"<style>.*?</style>|<[^>]+>", "", shown, flags=re.DOTALL))


def codes(shown: str) -> dict[str, str]:
    """The pieces of code, by their titles."""
    found = re.findall(
        r'<div class="kms-name">(.*?)</div><div class="kms-code"><pre>(.*?)</pre>', shown, re.DOTALL
    )
    return {html.unescape(title): html.unescape(text) for title, text in found}
