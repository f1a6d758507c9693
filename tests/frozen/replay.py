"""Plays a scenario on a fresh account: what it answers to each step, and the events that each step left in the trail.

A scenario is ``{"name": …, "steps": […]}``. A step is one request:

    call        the operation, as in kms:Decrypt           region      us-east-1 unless said
    with        its parameters                             by          the step whose answer holds the credentials that
    later       seconds that pass before it                            sign it; the main user's unless said

or, in place of ``call`` and ``with``, ``http`` has a request to be sent as it stands, ``service`` and ``signing`` say
how it is signed. In texts, ``<<CreateKey#2/KeyMetadata/Arn>>`` is what the second CreateKey has answered; there are
also <<account>>, <<main>>, <<time +60>> (seconds from now), and wrap, run, flip and cut (see ``Values``).
"""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from tests.frozen import bodies, requests
from tests.frozen.account import Account, Answer, Credentials
from tests.frozen.normalise import Normaliser

START = datetime(2061, 3, 2, 10, tzinfo=UTC)  # Nothing else that an answer tells of is of that time.
_TICK = timedelta(milliseconds=1)  # No two requests come at the same time.
_REFERENCE = re.compile("<<([^<>]+)>>")

Step = dict[str, Any]
Scenario = dict[str, Any]


class Unresolved(LookupError):  # noqa: N818 - it says what the reference is
    """A step speaks of what no earlier step has answered."""


def play(scenario: Scenario, start: datetime = START) -> Scenario:
    """The scenario with the answers and events of this run in it: ``answer`` and ``events`` of its steps, ``later``
    events that no step asked for in ``events``. Raises Unresolved.
    """
    now = start

    def clock() -> datetime:
        return now

    account = Account(clock)
    try:
        values = Values(account)
        normaliser = Normaliser(account, start)
        request_ids: dict[str, int] = {}
        answers: list[dict[str, Any]] = []
        regions = {"us-east-1": 0}
        for number, step in enumerate(scenario["steps"]):
            now += _TICK + timedelta(seconds=step.get("later", 0))
            answer = _send(account, values, normaliser, step, now)
            request_ids[answer.headers.get("x-amzn-requestid", "")] = number
            regions[step.get("region", "us-east-1")] = 0
            paged = bool({"Limit", "Marker"} & set(step.get("with", ())))
            answers.append(normaliser.answer(answer, service_of(step), paged))
            values.add(name_of(step), content_of(answer))
        events: list[list[dict[str, Any]]] = [[] for _ in answers]
        others: list[dict[str, Any]] = []
        for region in regions:
            now += _TICK
            for record in _trail(account, region, now):
                number = request_ids.get(str(record.get("requestID")), -1)
                told = normaliser.event(record)
                (others if number < 0 else events[number]).append(told)
    finally:
        account.close()
    steps = [
        {**{key: value for key, value in step.items() if key not in ("answer", "events")}, "answer": answer}
        | ({"events": told} if told else {})
        for step, answer, told in zip(scenario["steps"], answers, events, strict=True)
    ]
    return {"name": scenario["name"], "steps": steps} | ({"events": others} if others else {})


def name_of(step: Step) -> str:
    """The operation of a step; ``Http`` where it is a whole request."""
    return str(step.get("call", ":Http")).partition(":")[2]


def service_of(step: Step) -> str:
    """The service that a step asks."""
    return str(step["service"] if "http" in step else step["call"].partition(":")[0])


def content_of(answer: Answer) -> Any:
    """What is in an answer's body."""
    return bodies.read(answer.headers.get("content-type", ""), answer.body)


def _send(account: Account, values: Values, normaliser: Normaliser, step: Step, now: datetime) -> Answer:
    values.now = now
    by = values.credentials(step["by"]) if "by" in step else account.main_credentials
    region = step.get("region", "us-east-1")
    service = service_of(step)
    if "http" in step:
        raw = values.resolved(step["http"])
        request = requests.Request(
            raw["method"], raw["target"], raw["headers"], raw.get("body", "").encode("latin-1")
        )
        how: requests.Signing | None = requests.Signing(**values.resolved(step.get("signing", {})))
    else:
        parameters = values.resolved(step["with"])
        normaliser.keep(step["with"], parameters)
        request = requests.of_operation(service, name_of(step), region, parameters)
        how = None
    request = requests.signed(request, by, service, region, now, how)
    return account.send(request.method, request.target, request.headers, request.body)


def _trail(account: Account, region: str, now: datetime) -> list[dict[str, Any]]:
    """All events of a Region, oldest first, as the main user reads them; one that says so where that is refused."""
    found: list[dict[str, Any]] = []
    own: set[str] = set()
    token: dict[str, str] = {}
    while True:
        request = requests.of_operation("cloudtrail", "LookupEvents", region, {"MaxResults": 50, **token})
        request = requests.signed(request, account.main_credentials, "cloudtrail", region, now)
        answer = account.send(request.method, request.target, request.headers, request.body)
        if answer.status != 200:
            return [{"trail": f"LookupEvents was refused with status {answer.status}."}]
        own.add(answer.headers.get("x-amzn-requestid", ""))
        page = json.loads(answer.body)
        found += [json.loads(event["CloudTrailEvent"]) for event in page["Events"]]
        if "NextToken" not in page:
            return [record for record in reversed(found) if record.get("requestID") not in own]
        token = {"NextToken": page["NextToken"]}


class Values:
    """What a scenario's texts may speak of: earlier answers, the account, the time, and what is made from them.

    ``wrap PUBLIC-KEY NAME SIZE HASH`` is key material (made from its name) encrypted under a public key,
    ``run CODE COUNT`` so many of one character, ``flip BLOB PLACE MASK`` a blob with one byte changed,
    ``cut BLOB SIZE`` its beginning.
    """

    def __init__(self, account: Account) -> None:
        self.now = START
        self._answers: dict[str, Any] = {}
        self._fixed = {"account": account.id, "main": account.main_user, "main_id": account.main_user_id}
        self._fixed["main_key"] = account.main_credentials.access_key_id
        self._counts: dict[str, int] = {}

    def copy(self) -> Values:
        """The same, so that what is added to the one is not in the other."""
        copied = copy.copy(self)
        copied._answers, copied._counts = dict(self._answers), dict(self._counts)
        return copied

    def add(self, name: str, content: Any) -> None:
        """Remember what a step has answered."""
        count = self._counts[name] = self._counts.get(name, 0) + 1
        self._answers[numbered(name, count)] = content

    def credentials(self, step: str) -> Credentials:
        """Those in a step's answer."""
        for holder in _dicts(self._answers.get(step)):
            if "SecretAccessKey" in holder:
                return Credentials(
                    holder["AccessKeyId"], holder["SecretAccessKey"], holder.get("SessionToken", "")
                )
        raise Unresolved(step)

    def resolved(self, value: Any) -> Any:
        """The value with every reference in its texts put in."""
        if isinstance(value, dict):
            return {self.resolved(name): self.resolved(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.resolved(inner) for inner in value]
        if not isinstance(value, str):
            return value
        if whole := _REFERENCE.fullmatch(value):
            return self._referred(whole[1])
        return _REFERENCE.sub(lambda match: str(self._referred(match[1])), value)

    def _referred(self, reference: str) -> Any:
        match reference.split(" "):
            case ["time", seconds]:
                return self.now.timestamp() + int(seconds)
            case ["iso", seconds]:
                return f"{self.now + timedelta(seconds=int(seconds)):%Y-%m-%dT%H:%M:%SZ}"
            case ["wrap", public_key, name, size, algorithm]:
                return self._wrapped(public_key, material(name, int(size)), algorithm)
            case ["run", character, count]:
                return chr(int(character, 16)) * int(count)
            case ["flip", path, place, mask]:
                blob = bytearray(base64.b64decode(self._found(path)))
                blob[int(place) % len(blob)] ^= int(mask)
                return base64.b64encode(blob).decode()
            case ["cut", path, size]:
                return base64.b64encode(base64.b64decode(self._found(path))[: int(size)]).decode()
            case [name] if name in self._fixed:
                return self._fixed[name]
        return self._found(reference)

    def _wrapped(self, public_key: str, plaintext: bytes, algorithm: str) -> str:
        key = load_der_public_key(base64.b64decode(self._found(public_key)))
        assert isinstance(key, RSAPublicKey)
        digest = hashes.SHA256() if algorithm == "sha256" else hashes.SHA1()  # noqa: S303
        return base64.b64encode(
            key.encrypt(plaintext, padding.OAEP(padding.MGF1(digest), digest, None))
        ).decode()

    def _found(self, path: str) -> str:
        first, *members = path.split("/")
        value = self._answers.get(first)
        for member in members:
            if isinstance(value, Mapping):
                value = value.get(member)
            elif isinstance(value, Sequence) and member.isdecimal() and int(member) < len(value):
                value = value[int(member)]
            else:
                value = None
        if not isinstance(value, str):
            raise Unresolved(path)
        return value


def numbered(name: str, count: int) -> str:
    """How the answer of an operation's first, second … step is called."""
    return name if count == 1 else f"{name}#{count}"


def material(name: str, size: int) -> bytes:
    """Key material for an import, the same for the same name."""
    return hashlib.shake_256(name.encode()).digest(size)


def _dicts(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _dicts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _dicts(inner)
