"""A prepared account in which one situation after another is played: each finds it as it was prepared.

What is answered is compared as the frozen scenarios are: without what is random in it.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tests.frozen import requests
from tests.frozen.account import Account, Answer
from tests.frozen.normalise import NAMESPACES, SIZED, Normaliser, code_of, strings
from tests.frozen.replay import START, Step, Values, content_of

_TICK = timedelta(milliseconds=1)


def step(call: str, by: str = "", **parameters: Any) -> Step:
    """A request as the frozen scenarios have it: of whoever ``by`` has credentials for, else of the main user."""
    return {"call": call, "with": parameters, **({"by": by} if by else {})}


class Told(dict[str, Any]):
    """What a step is answered, without what is random: ``body``, and ``status`` where that is not 200."""

    @property
    def code(self) -> str:
        """The code of a refusal; empty where there is none."""
        return code_of(self["body"]) if "status" in self else ""

    @property
    def message(self) -> str:
        """The text of a refusal."""
        return next((text for path, text in strings(self["body"]) if path[-1] in ("message", "Message")), "")


class Prepared:
    """An account in which steps were taken; ``<<name/Member>>`` stands for what the step of that name was answered."""

    def __init__(self, steps: Mapping[str, Step]) -> None:
        self._now = START
        self._account = Account(self._clock)
        self._values = Values(self._account)
        self._normaliser = Normaliser(self._account, START, SIZED | {"PublicKey"})
        self._played: dict[str, dict[str, Told]] = {}
        for name, each in steps.items():
            told = self._take(name, each, self._values, self._normaliser)
            assert not told.code, f"{name} could not be prepared: {told}"
        self._prepared_at = self._now

    def play(self, steps: Mapping[str, Step]) -> dict[str, Told]:
        """What each of these steps is told, one taken after the other, until one is refused."""
        values, normaliser = self._values.copy(), copy.deepcopy(self._normaliser)
        told: dict[str, Told] = {}
        self._now = self._prepared_at
        with self._account.undoing():
            for name, each in steps.items():
                told[name] = self._take(name, each, values, normaliser)
                if told[name].code:
                    break
        return told

    def play_for_control(self, steps: Mapping[str, Step]) -> dict[str, Told]:
        """The same, played twice the first time: what is told by chance would pass for a difference."""
        key = json.dumps(steps)
        if key not in self._played:
            told, again = self.play(steps), self.play(steps)
            assert told == again, f"these steps are not told the same each time: {steps}"
            self._played[key] = told
        return self._played[key]

    def close(self) -> None:
        """Let go of it."""
        self._account.close()

    def _clock(self) -> datetime:
        return self._now

    def _take(self, name: str, each: Step, values: Values, normaliser: Normaliser) -> Told:
        self._now += _TICK  # No two requests come at the same time.
        values.now = self._now
        service, _, operation = each["call"].partition(":")
        by = values.credentials(each["by"]) if "by" in each else self._account.main_credentials
        parameters = values.resolved(each["with"])
        normaliser.keep(each["with"], parameters)
        request = requests.of_operation(service, operation, "us-east-1", parameters)
        request = requests.signed(request, by, service, "us-east-1", self._now)
        answer = self._account.send(request.method, request.target, request.headers, request.body)
        values.add(name, _result(answer, service, operation))
        return Told(normaliser.answer(answer, service))


def _result(answer: Answer, service: str, operation: str) -> Any:
    """What is in an answer; in XML within ``<GetUserResponse><GetUserResult>``."""
    content = content_of(answer)
    if service in NAMESPACES and answer.status == 200:
        return content[f"{operation}Response"].get(f"{operation}Result")
    return content
