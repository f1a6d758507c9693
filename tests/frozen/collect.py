"""Makes scenarios of tapes (``watch.py``): what is random in a request becomes a reference to where it came from."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tests.frozen import bodies
from tests.frozen.normalise import shortened, strings
from tests.frozen.replay import Scenario, Step, numbered

MAX_STEPS = 120
_RANDOM = re.compile(
    r"mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64}|A(?:KIA|SIA|IDA|ROA|GPA|NPA)[A-Z0-9]{12,20}"
)
_BLOBS = frozenset({
    "CiphertextBlob", "Plaintext", "PrivateKeyPlaintext", "PrivateKeyCiphertextBlob", "PublicKey", "ImportToken",
    "GrantToken", "NextToken", "NextMarker", "Marker", "AccessKeyId", "SecretAccessKey", "SessionToken",
})  # fmt: skip
_YEAR = 366 * 86_400
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)")


def scenarios(tapes: Path) -> Iterator[Scenario]:
    """A scenario of each tape in a folder."""
    for path in sorted(tapes.glob("*.jsonl")):
        lines = []
        for text in path.read_text(encoding="utf-8").splitlines():
            try:
                lines.append(json.loads(text))
            except ValueError:  # Its process was killed.
                break
        if len(lines) > 1:
            yield _Tape(lines[0]).scenario(lines[1 : MAX_STEPS + 1])


class _Tape:
    def __init__(self, head: dict[str, str]) -> None:
        self._head = head
        self._values = {
            head["main"]: "<<main>>",
            head["main_id"]: "<<main_id>>",
            head["main_key"]: "<<main_key>>",
        }
        self._holders: dict[str, str] = {}  # the step whose answer holds an access key, by its id
        self._counts: dict[str, int] = {}
        self._blobs: dict[bytes, str] = {}
        self._steps: list[Step] = []
        self._materials: dict[str, str] = {}

    def scenario(self, lines: Iterable[dict[str, Any]]) -> Scenario:
        ahead: float | None = None
        for line in lines:
            known, ahead = ahead, line["at"] - line["real"]
            step: Step = {"call": f"{line['service']}:{line['operation']}"}
            if known is not None and abs(ahead - known) >= 0.5:
                step["later"] = round(ahead - known)
            if line["region"] != "us-east-1":
                step["region"] = line["region"]
            by = line.get("key", self._head["main_key"])
            if by != self._head["main_key"]:
                if by not in self._holders:
                    self._sign_in(by, line)
                step["by"] = self._holders[by]
            step["with"] = self._referring(line["parameters"], line)
            self._steps.append(step)
            self._learn(line)
        return {"name": name_of(self._head["test"]), "steps": self._steps}

    def _sign_in(self, key: str, line: dict[str, Any]) -> None:
        """A session that the test took from the account's inside is one that the console gives."""
        name = self._name("SessionFor")
        self._steps.append(
            {"call": "kmscourse:SessionFor", "with": {"UserName": self._text(line["user"], line)}}
        )
        self._holders[key] = name
        self._values[key] = f"<<{name}/AccessKeyId>>"

    def _name(self, operation: str) -> str:
        count = self._counts[operation] = self._counts.get(operation, 0) + 1
        return numbered(operation, count)

    def _learn(self, line: dict[str, Any]) -> None:
        name = self._name(line["operation"])
        if "body" not in line:
            return
        content = bodies.read(line["type"], line["body"].encode("latin-1"))
        for path, text in strings(content):
            reference = f"{name}/{'/'.join(path)}"
            if any(mark in reference for mark in "<> "):
                continue
            if path[-1] == "AccessKeyId":
                self._holders.setdefault(text, name)
            if (_RANDOM.search(text) and len(text) < 300) or (path[-1] in _BLOBS and len(text) >= 16):
                self._values.setdefault(text, f"<<{reference}>>")
            if path[-1] in _BLOBS and len(text) >= 16 and (blob := _decoded(text)):
                self._blobs.setdefault(blob, reference)

    def _referring(self, value: Any, line: dict[str, Any]) -> Any:
        if isinstance(value, dict):
            return {
                self._text(str(name), line): self._member(name, inner, line) for name, inner in value.items()
            }
        if isinstance(value, list):
            return [self._referring(inner, line) for inner in value]
        if line["service"] in ("iam", "sts") and not isinstance(value, str):
            return str(value).lower() if isinstance(value, bool) else str(value)
        return self._text(value, line) if isinstance(value, str) else value

    def _member(self, name: str, value: Any, line: dict[str, Any]) -> Any:
        if (
            name in ("ValidTo", "StartTime", "EndTime")
            and isinstance(value, int | float)
            and not isinstance(value, bool)
        ):
            apart = value - line["at"]
            return f"<<time {round(apart):+d}>>" if abs(apart) < 3 * _YEAR else value
        if name == "EncryptedKeyMaterial" and line.get("wrapped"):
            public_key, plaintext, algorithm = line["wrapped"]
            found = self._values.get(public_key, "")
            if found:
                known = self._materials.setdefault(plaintext, f"material{len(self._materials) + 1}")
                return f"<<wrap {found[2:-2]} {known} {len(base64.b64decode(plaintext))} {algorithm}>>"
        return self._referring(value, line)

    def _text(self, text: str, line: dict[str, Any]) -> str:
        if text in self._values:
            return self._values[text]
        if 40 <= len(text) < 10_000 and (blob := _decoded(text)) and (derived := self._derived(blob)):
            return derived
        for match in sorted(set(_RANDOM.findall(text)), key=len, reverse=True):
            whole = f"arn:aws:kms:{line['region']}:{self._head['account']}:key/{match}"
            for known in (whole, match):
                if known in self._values:
                    text = text.replace(known, self._values[known])
        for known in (self._head["main"], self._head["main_id"]):
            text = text.replace(known, self._values[known])
        # What is still random was read from the account's inside: any other will do.
        text = re.sub(r"\b(AKIA|ASIA)[A-Z0-9]{16}\b", r"\1IOSFODNN7EXAMPLE", text)
        return shortened(re.sub(r"\bed-user-[0-9a-f]{8}\b", "ed-user-of-old", text))

    def _derived(self, blob: bytes) -> str:
        """A reference to a blob that was answered, of which this one is a changed or a shortened copy."""
        for known, reference in self._blobs.items():
            if len(blob) == len(known):
                changed = [place for place in range(len(blob)) if blob[place] != known[place]]
                if len(changed) == 1:
                    return f"<<flip {reference} {changed[0]} {blob[changed[0]] ^ known[changed[0]]}>>"
            elif len(known) > len(blob) >= 8 and known.startswith(blob):
                return f"<<cut {reference} {len(blob)}>>"
        return ""


def name_of(test: str) -> str:
    """A test's own name, without where it lies: a scenario outlives its test."""
    words = re.sub(r"(tests/|sandbox/|test_|\.py|\.ipynb| \([a-z]+\)$)", "", test)
    return re.sub(r"[^\x20-\x7e]", "?", words)[:120]


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
