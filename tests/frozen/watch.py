"""Writes down what tests, clients and notebooks ask of practice accounts: the tapes that scenarios are made from.

It hooks into the account's inside by name, and is needed only to collect scenarios anew. Whoever moves that inside
re-points it or deletes it with ``collect.py`` and ``watching/``: replaying and recording again do not need it.
Tapes hold what was answered, secrets too; they go to a temporary folder and are deleted.
"""

from __future__ import annotations

import base64
import itertools
import json
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

_numbers = itertools.count()
_nested = threading.local()


def install(folder: str) -> None:
    """Write a tape of each account of this process into ``folder``."""
    from kmscourse.sandbox import protocol as wire
    from kmscourse.sandbox.account import Backend
    from kmscourse.sandbox.application import Application
    from kmscourse.sandbox.call import AwsError
    from kmscourse.sandbox.kms import operations as keyops

    def tape_of(backend: Any) -> Any:
        tape = backend.__dict__.get("frozen_tape")
        if tape is None:
            path = Path(folder) / f"{os.getpid()}-{next(_numbers)}.jsonl"
            tape = backend.__dict__["frozen_tape"] = path.open("a", encoding="utf-8", buffering=1)
            main = backend.main_credentials().caller
            head = {
                "test": os.environ.get("PYTEST_CURRENT_TEST") or os.environ.get("FROZEN_NAME", ""),
                "account": backend.account_id,
                "main": main.user_name,
                "main_id": main.user_id,
                "main_key": main.access_key_id,
            }
            tape.write(json.dumps(head) + "\n")
        return tape

    def watched(backend: Any, call: Any, caller: Any, act: Callable[[], Any]) -> Any:
        if getattr(_nested, "on", False):
            return act()
        tape, at = tape_of(backend), backend.now().timestamp()
        if getattr(tape, "closed", True):
            return act()
        who: dict[str, str] = {}
        if caller is not None:
            who = {"key": caller.access_key_id, "user": caller.user_name, "made_by": caller.made_by}
        line: dict[str, Any] = {
            "service": call.service,
            "operation": call.operation,
            "region": call.region,
            "parameters": call.parameters,
            "at": at,
            "real": time.time(),
            **who,
        }
        _nested.on = True
        try:
            answer = act()
            try:
                response = wire.write(call, answer)
            except Exception:
                return answer
            line |= {
                "status": 200,
                "type": response.headers["Content-Type"],
                "body": response.body.decode("latin-1"),
            }
            return answer
        except AwsError as error:
            line |= {"status": error.status, "code": error.code}
            raise
        finally:
            _nested.on = False
            if "EncryptedKeyMaterial" in call.parameters:
                line["wrapped"] = _wrapped.get(str(call.parameters["EncryptedKeyMaterial"]))
            tape.write(json.dumps(line, default=_plain) + "\n")

    inner_answer, inner_backend, inner_keyops = Application._answer, Backend.perform, keyops.perform

    def answer(self: Any, call: Any, caller: Any, now: Any) -> Any:
        return watched(self.backend, call, caller, lambda: inner_answer(self, call, caller, now))

    def perform(self: Any, call: Any) -> Any:
        return watched(self, call, None, lambda: inner_backend(self, call))

    def perform_key(call: Any, backend: Any) -> Any:
        return watched(backend, call, None, lambda: inner_keyops(call, backend))

    Application._answer, Backend.perform, keyops.perform = answer, perform, perform_key  # type: ignore[method-assign]
    _watch_wrapping()


_wrapped: dict[str, list[str]] = {}


def _watch_wrapping() -> None:
    """Remember what is encrypted under a public key: it is wrapped again when a scenario is replayed."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    load = serialization.load_der_public_key

    class Watched:
        def __init__(self, der: bytes, key: Any) -> None:
            self._der, self._key = der, key

        def encrypt(self, plaintext: bytes, padding: Any) -> bytes:
            made: bytes = self._key.encrypt(plaintext, padding)
            names = [base64.b64encode(data).decode() for data in (made, self._der, plaintext)]
            _wrapped[names[0]] = [*names[1:], padding.algorithm.name]
            return made

        def __getattr__(self, name: str) -> Any:
            return getattr(self._key, name)

    RSAPublicKey.register(Watched)

    def loaded(data: bytes, *rest: Any, **options: Any) -> Any:
        key = load(data, *rest, **options)
        return Watched(data, key) if isinstance(key, RSAPublicKey) else key

    serialization.load_der_public_key = loaded


def _plain(value: Any) -> Any:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)
