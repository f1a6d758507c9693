"""AWS's own managed policies, as moto ships them: found by ARN, each read when it is first asked for.

moto keeps all of them, nearly five megabytes of JSON, in one text. It is imported when the first of them is asked for:
most students ask for none. To parse it whole would take a tenth of a second.
"""

from __future__ import annotations

import base64
import json
import re
from functools import cache
from hashlib import sha256
from typing import Any

from kmscourse.sandbox.moto_adapter.deferred_imports import whole
from kmscourse.sandbox.moto_adapter.iam_entities import AWSManagedPolicy

PREFIX = "arn:aws:iam::aws:policy"


def find(arn: str, account: str) -> Any:
    """A new object for the policy with this ARN; None where AWS has no such policy."""
    name = arn.rpartition("/")[2]
    place = _places().get(name)
    return read(name, account) if place and arn == PREFIX + place[1] + name else None


def names(path_prefix: str) -> list[str]:
    """The names of all those below a path."""
    return [name for name, (_, path) in _places().items() if path.startswith(path_prefix)]


def read(name: str, account: str) -> Any:
    """A new object for the policy with this name."""
    data: dict[str, Any] = json.JSONDecoder().raw_decode(_text(), _places()[name][0])[0]
    policy: Any = AWSManagedPolicy.from_data(name, account, "us-east-1", data)
    policy.versions[0].document = json.dumps(data["Document"], indent=2)  # as AWS prints its own
    digest = base64.b32encode(sha256(name.encode()).digest()).decode("ascii")
    policy.id = f"ANPA{digest[:17]}"
    return policy


def _text() -> str:
    text: str = whole("moto.iam.aws_managed_policies").aws_managed_policies_data
    return text


@cache
def _places() -> dict[str, tuple[int, str]]:
    """Where in the text each policy begins, and its path, by its name: read off the indentation."""
    places: dict[str, tuple[int, str]] = {}
    name, start = "", 0
    for line in re.finditer(r'^ "([^"]+)":|^  "Path":"([^"]+)"', _text(), re.MULTILINE):
        if line[1]:
            name, start = line[1], line.end()
        else:
            places[name] = (start, line[2])
    return places
