"""The house in numbers: files and lines of each room, and the way of a request through them.

    python benchmarks/house.py [ROOT]

ROOT is another checkout to measure, by default this one; so two checkouts are measured by the same command. Printed are

- files and lines of each room of ``kmscourse/``, and of each room of ``kmscourse/sandbox/``;
- for a CreateTable with encryption, a Scan of the table and a GenerateDataKey: how many files of ``kmscourse/`` are
  entered, how often the way goes from one file into another (hops), and how often a key was looked up.

The way is seen by ``sys.setprofile``: each call of a Python function is one event.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

LOOK_UPS = {"find_key", "key", "find", "named"}
STORES_OF_KEYS = (
    "kms/store.py",
    "backend/keys.py",
)  # the second one is where it was before the rooms by service
OPERATIONS = ("CreateTable", "Scan", "GenerateDataKey")


def rooms(folder: Path) -> Iterator[tuple[str, int, int]]:
    """(name, files, lines) of each room in a folder, the largest first."""
    files: Counter[str] = Counter()
    lines: Counter[str] = Counter()
    for path in folder.rglob("*.py"):
        room = path.relative_to(folder).parts[0]
        files[room] += 1
        lines[room] += len(path.read_text(encoding="utf-8").splitlines())
    for room, count in lines.most_common():
        yield room, files[room], count


class Way:
    """The way of one request through the files below ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)
        self._last = ""
        self.files: set[str] = set()
        self.hops = 0
        self.look_ups: Counter[str] = Counter()

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Within it each call of a function is noted."""
        sys.setprofile(self._note)
        try:
            yield
        finally:
            sys.setprofile(None)

    def _note(self, frame: FrameType, event: str, _: object) -> None:
        path = frame.f_code.co_filename
        if event != "call" or not path.startswith(self._folder):
            return
        if frame.f_code.co_name in LOOK_UPS and path.endswith(STORES_OF_KEYS):
            self.look_ups[f"{Path(path).stem}.{frame.f_code.co_name}"] += 1
        self.files.add(path)
        self.hops += path != self._last
        self._last = path


def ways(folder: Path) -> dict[str, Way]:
    """The way of each of ``OPERATIONS`` through an account that has been in use."""
    from kmscourse.sandbox import inprocess
    from kmscourse.sandbox.application import Application

    application = Application.open()
    found: dict[str, Way] = {}
    handle: Callable[[Any], Any] = application.handle

    def watched(http: Any) -> Any:
        operation = http.headers.get("x-amz-target", "").rpartition(".")[2]
        way = Way(folder)
        with way.watched():
            answer = handle(http)
        found[operation] = way
        return answer

    application.handle = watched  # type: ignore[method-assign]
    session = inprocess.session(application)
    kms, dynamodb = session.client("kms"), session.client("dynamodb")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName="alias/myKey", TargetKeyId=key)
    for name in ("Films", "Books"):
        dynamodb.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "Title", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "Title", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "alias/myKey"},
        )
    dynamodb.put_item(TableName="Books", Item={"Title": {"S": "The Dip"}})
    for _ in range(2):
        dynamodb.scan(TableName="Books")
        kms.generate_data_key(KeyId=key, KeySpec="AES_256")
    return found


def main() -> None:
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1]
    sys.path.insert(0, str(root.resolve()))
    folder = root.resolve() / "kmscourse"
    for place in (folder, folder / "sandbox"):
        found = list(rooms(place))
        print(f"\n{place.name}: {sum(n for _, n, _ in found)} files, {sum(n for *_, n in found)} lines")
        for room, files, lines in found:
            print(f"  {room:<22}{files:>5} files {lines:>7} lines")
    print()
    for operation, way in ways(folder).items():
        if operation in OPERATIONS:
            keys = ", ".join(f"{name} {count}" for name, count in way.look_ups.items()) or "none"
            print(
                f"{operation:<16}{len(way.files):>4} files entered {way.hops:>5} hops; look-ups of a key: {keys}"
            )


if __name__ == "__main__":
    main()
