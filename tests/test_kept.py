"""What the course remembers in small files: whole or not at all, and never lost to a file that can't be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmscourse.errors import CourseError
from kmscourse.kept import Kept


@pytest.mark.parametrize("damage", ["", "{nope", "[]", '{"123456789012": 3}', "\ud800"])
def test_a_damaged_file_is_said_and_kept(tmp_path: Path, damage: str) -> None:
    file = tmp_path / "notes.json"
    file.write_bytes(damage.encode("utf-8", "surrogatepass"))
    kept = Kept(file, "123456789012")
    with pytest.raises(CourseError, match=r"can.t be read\. Move it away"):
        kept.write({**kept.read(), "new": 1})
    assert file.read_bytes() == damage.encode("utf-8", "surrogatepass")


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "notes.json", "123456789012")
    kept.write({"a": 1})
    with pytest.raises(TypeError):
        kept.write({"a": object()})
    assert kept.read() == {"a": 1}
