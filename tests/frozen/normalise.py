"""Answers and events without what is random in them: each random value gets a name, the same wherever it comes again.

Ids are named by their kind and a number (``<uuid1>``), key material, ciphertexts and tokens by the member that first
held them and their size (``<Plaintext1 32 bytes>``), times by how long after the scenario's start they are
(``<start+7d>``). What the scenario itself has put in a request stays as it is. Of an answer and an event, what is the
same in nearly all of them is left out: a status 200, the usual headers, an event's version, the main user's identity.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import time
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from tests.frozen import bodies, requests
from tests.frozen.account import Account, Answer

_KINDS = {
    "mrk": re.compile(r"\bmrk-[0-9a-f]{32}\b"),
    "uuid": re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"),
    "hex": re.compile(r"\b[0-9a-f]{64}\b"),
    "id": re.compile(r"\bA(?:KIA|SIA|IDA|ROA|GPA|NPA)[A-Z0-9]{12,20}\b"),
}
_SECRET = frozenset({
    "CiphertextBlob", "CiphertextForRecipient", "Plaintext", "PrivateKeyPlaintext", "PrivateKeyCiphertextBlob",
    "PublicKey", "ImportToken", "GrantToken", "SecretAccessKey", "SessionToken", "NextToken", "NextMarker", "Marker",
    "LatestStreamLabel", "Instance", "Signature", "Mac", "SharedSecret", "SharedSecretCiphertextBlob",
})  # fmt: skip
NAMESPACES = {
    "iam": "https://iam.amazonaws.com/doc/2010-05-08/",
    "sts": "https://sts.amazonaws.com/doc/2011-06-15/",
}
SIZED = frozenset(
    {"CiphertextBlob", "Plaintext", "Mac", "SharedSecret", "SharedSecretCiphertextBlob"}
)  # The size of others may vary with what is random in them.
_TIMES = (
    (re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)"), None),
    (re.compile(r"\b\d{8}T\d{6}Z"), "%Y%m%dT%H%M%SZ"),
    (re.compile(r"\b[A-Z][a-z]{2} \d{1,2}, \d{4},? \d{1,2}:\d\d:\d\d [AP]M"), "%b %d, %Y, %I:%M:%S %p"),
)
_MODELS_VALUES = re.compile(r"(?<=enum value set: )\[[^\]]*\]")  # grows with botocore
_UNORDERED = {"Keys", "Grants"}
_NUMBER = re.compile(r"<(uuid|hex|mrk)\d+>")
_RUN = re.compile(r"(.)\1{199,}", re.DOTALL)
_SCOPE_DATE = re.compile(r"(?<=/)20\d{6}(?=/)")  # in what a request is signed for
_HOUR, _DAY = 3_600, 86_400
_NEAR = (
    -400 * _DAY,
    40 * 366 * _DAY,
)  # Times that far from the start are relative to it, others are somebody's own.
_HEADERS = ("content-type", "x-amzn-errortype", "smithy-protocol")


class Normaliser:
    """The names of one scenario's random values. ``start`` is when it began; of what is ``sized`` the size is told."""

    def __init__(self, account: Account, start: datetime, sized: frozenset[str] = SIZED) -> None:
        self._sized = sized
        self._start = start.timestamp()
        self._names: dict[str, str] = {}
        self._counts: dict[str, int] = {}
        self._literals: set[str] = set()
        self._fixed = (
            (account.main_user, "<main>"),
            (account.main_user_id, "<main id>"),
            (account.main_credentials.access_key_id, "<main key>"),
        )
        self._main_identity = {
            "type": "IAMUser",
            "principalId": "<main id>",
            "arn": f"arn:aws:iam::{account.id}:user/<main>",
            "accountId": account.id,
            "accessKeyId": "<main key>",
            "userName": "<main>",
        }
        self._usual_event = {
            "eventVersion": "1.11",
            "userIdentity": "<main user>",
            "eventTime": "<start>",
            "awsRegion": "us-east-1",
            "sourceIPAddress": "127.0.0.1",
            "userAgent": requests.USER_AGENT,
            "requestParameters": None,
            "responseElements": None,
            "requestID": "<random>",
            "eventID": "<random>",
            "eventType": "AwsApiCall",
            "managementEvent": True,
            "recipientAccountId": account.id,
            "eventCategory": "Management",
        }

    def keep(self, written: Any, sent: Any) -> None:
        """Texts that the scenario itself sends stay as they are wherever they come again."""
        for (_, text), (_, resolved) in zip(strings(written), strings(sent), strict=False):
            if text == resolved:
                self._literals.add(text)

    def answer(self, answer: Answer, service: str, paged: bool = False) -> dict[str, Any]:
        """What is in the body; status and headers only where they are not what the service's protocol has.

        KMS lists keys and grants in the order of their ids, which is any order; ``paged`` says that it is a part.
        """
        body = bodies.read(answer.headers.get("content-type", ""), answer.body)
        headers = {name: answer.headers[name] for name in _HEADERS if name in answer.headers}
        headers["x-amzn-requestid"] = "there" if answer.headers.get("x-amzn-requestid") else "empty"
        if (crc := answer.headers.get("x-amz-crc32")) is not None:
            headers["x-amz-crc32"] = "right" if crc == str(zlib.crc32(answer.body)) else "wrong"
        told = {} if answer.status == 200 else {"status": answer.status}
        if unusual := _unlike(headers, _usual_headers(service, answer.status, body)):
            told["headers"] = unusual
        if isinstance(body, dict):
            _forget_request_id(body)
            if body.get("xmlns") == NAMESPACES.get(service):
                body.pop("xmlns", None)
        content = self.value(body)
        for member in _UNORDERED & set(content) if service == "kms" and isinstance(content, dict) else ():
            content[member] = sorted(content[member], key=lambda entry: json.dumps(entry, sort_keys=True))
            if paged:
                content[member] = json.loads(_NUMBER.sub(r"<\1>", json.dumps(content[member])))
        return {**told, "body": content}

    def event(self, record: dict[str, Any]) -> dict[str, Any]:
        """A CloudTrail record, but for what is the same in most: see ``_usual_event``."""
        told = {**record, **{name: "<random>" for name in ("requestID", "eventID") if record.get(name)}}
        told = dict(self.value(told))
        if told.get("userIdentity") == self._main_identity:
            told["userIdentity"] = "<main user>"
        return _unlike(told, self._usual_event)

    def value(self, value: Any, member: str = "") -> Any:
        """Any JSON value with names for what is random in it."""
        if isinstance(value, dict):
            return {self._text(str(key)): self.value(inner, key) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.value(inner, member) for inner in value]
        if isinstance(value, bool) or value is None:
            return value
        if isinstance(value, int | float):
            return self._moment(value) if value > 1_500_000_000 else value
        return self._secret(value, member) if value in self._names or member in _SECRET else self._text(value)

    def _secret(self, text: str, member: str) -> str:
        if text in self._literals or not text:
            return text
        if text not in self._names:
            self._names[text] = f"<{self._numbered(member)}{_size(text) if member in self._sized else ''}>"
        return self._names[text]

    def _text(self, text: str) -> str:
        if text in self._literals and not any(pattern.search(text) for pattern in _KINDS.values()):
            return shortened(text)
        for given, name in self._fixed:
            text = text.replace(given, name)
        for kind, pattern in _KINDS.items():
            text = pattern.sub(lambda match, kind=kind: self._named(kind, match[0]), text)
        for pattern, form in _TIMES:
            text = pattern.sub(lambda match, form=form: self._time(match[0], form), text)
        text = _MODELS_VALUES.sub("[…]", _SCOPE_DATE.sub("<date>", text))
        return shortened(text)

    def _named(self, kind: str, text: str) -> str:
        if text not in self._names:
            self._names[text] = f"<{self._numbered(kind)}>"
        return self._names[text]

    def _numbered(self, kind: str) -> str:
        self._counts[kind] = self._counts.get(kind, 0) + 1
        return f"{kind}{self._counts[kind]}"

    def _time(self, text: str, form: str | None) -> str:
        try:
            at = datetime.strptime(text, form) if form else datetime.fromisoformat(text)
        except ValueError:
            return text
        return str(self._moment(at.replace(tzinfo=UTC).timestamp(), text))

    def _moment(self, seconds: float, otherwise: float | str | None = None) -> Any:
        """How long after the start, to the minute: what is done takes its time."""
        if abs(seconds - time.time()) < _HOUR:
            return "<wall clock>"  # Not the account's own clock: what keeps its tables has another one.
        apart = seconds - self._start
        if not _NEAR[0] < apart < _NEAR[1]:
            return seconds if otherwise is None else otherwise
        minutes = round(apart / 60)
        days, rest = divmod(abs(minutes), 1440)
        span = "".join(f"{n}{unit}" for n, unit in ((days, "d"), (rest // 60, "h"), (rest % 60, "m")) if n)
        return f"<start{'-' if minutes < 0 else '+'}{span}>" if span else "<start>"


def shortened(text: str) -> str:
    """A text with a long run of one character written as a scenario refers to it."""
    return _RUN.sub(lambda match: f"<<run {ord(match[1]):x} {len(match[0])}>>", text)


def strings(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every text in a JSON value, with the members that lead to it."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from strings(inner, (*path, str(name)))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from strings(inner, (*path, str(number)))


def _usual_headers(service: str, status: int, body: Any) -> dict[str, str]:
    usual = {"x-amzn-requestid": "there", "content-type": requests.content_type(service)}
    if service == "dynamodb":
        usual["x-amz-crc32"] = "right"
    if status >= 400:
        if service in NAMESPACES:
            usual["content-type"] = "text/xml"
        usual["x-amzn-errortype"] = code_of(body)
    return usual


def code_of(body: Any) -> str:
    """The code of a refusal, as its body has it."""
    for path, text in strings(body):
        if path and path[-1] in ("__type", "Code"):
            return text.rpartition("#")[2]
    return ""


def _unlike(told: dict[str, Any], usual: dict[str, Any]) -> dict[str, Any]:
    """What is not as usual; what is usual and is not there is said to be missing."""
    rest = {name: value for name, value in told.items() if name not in usual or usual[name] != value}
    missing = [name for name in usual if name not in told]
    return {**rest, "missing": missing} if missing else rest


def _forget_request_id(body: dict[str, Any]) -> None:
    """Leave out the request's id, which is random, where there is one."""
    for inner in (body, *body.values()):
        for holder in (inner, inner.get("ResponseMetadata")) if isinstance(inner, dict) else ():
            for name in ("RequestId", "RequestID"):
                if isinstance(holder, dict) and holder.get(name):
                    del holder[name]
        if isinstance(inner, dict) and inner.get("ResponseMetadata") == {}:
            del inner["ResponseMetadata"]


def _size(text: str) -> str:
    try:
        return f" {len(base64.b64decode(text, validate=True))} bytes"
    except (binascii.Error, ValueError):
        return ""
