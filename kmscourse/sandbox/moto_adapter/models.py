"""moto's models of one account: which they are, what replaces some of them, and where they lie.

``Models`` makes moto's backend of a service on its first use (importing one takes tenths of a second) and sees
to it that moto's own look-ups end there. What is overridden is slow in moto (items found by going
through all of a table) or visibly unlike AWS (identifiers).
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from kmscourse.sandbox.moto_adapter.items import Tables
from kmscourse.sandbox.storage.journal import Journal, Tracked

LETTERS = string.ascii_uppercase + "234567"

# The dicts of moto's backends whose entries are rows, in the order in which they can be read back:
# a thing comes after what it refers to.
COLLECTIONS = {
    "dynamodb": ("tables",),
    "iam": (
        "settings",
        "tagger.tags",
        "managed_policies",
        "users",
        "groups",
        "roles",
    ),
}


class Models:
    """moto's backends of one account: ``models("dynamodb", "us-east-1")``. Each has the account's clock as ``now``."""

    def __init__(self, account: str, journal: Journal, now: Callable[[], datetime]) -> None:
        self._account = account
        self._journal = journal
        self._now = now
        self._services: dict[str, _Regions] = {}

    def __call__(self, service: str, region: str) -> Any:
        if service not in self._services:
            self._services[service] = _Regions(service, self._account, self._journal, self._now)
        return self._services[service]["aws" if service == "iam" else region]

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Within it, moto's own look-ups (a user's of its tags) find this account.

        They go by account id through registries that the whole process shares; whatever else stands there (a
        test's ``mock_aws``) is put back.
        """
        registries = [(regions.registry, regions) for regions in self._services.values()]
        before = [dict.get(registry, self._account) for registry, _ in registries]
        for registry, regions in registries:
            registry[self._account] = regions
        try:
            yield
        finally:
            for (registry, _), earlier in zip(registries, before, strict=True):
                if earlier is None:
                    del registry[self._account]
                else:
                    registry[self._account] = earlier
            _forget_instances()

    def has(self, service: str, region: str) -> bool:
        """True where that backend was made before: an account's own things can only be in such a one."""
        return region in self._services.get(service, ())

    def made(self, service: str) -> list[Any]:
        """The backends of a service that were made before, of every region."""
        return list(self._services.get(service, {}).values())

    def index(self, services: Iterable[str]) -> None:
        """Find anew what is derived from the rows of these services, after some were read back."""
        for service in services:
            for backend in self.made(service):
                backend.index()

    def collection(self, name: str) -> Tracked:
        """``dynamodb/us-east-1/tables``, made if need be. Raises KeyError for a name that stands for nothing."""
        service, region, path = name.split("/", 2)
        if path not in COLLECTIONS[service]:
            raise KeyError(name)
        tracked: Tracked = _at(self(service, region), path)
        return tracked


class _Regions(dict[str, Any]):
    """The backends of one service by region (IAM: by partition), each made when it is first asked for."""

    def __init__(self, service: str, account: str, journal: Journal, now: Callable[[], datetime]) -> None:
        super().__init__()
        self.service = service
        self._account = account
        self._journal = journal
        self._now = now
        self._make, self.registry = _service(service)

    def __missing__(self, region: str) -> Any:
        backend = self[region] = self._make(region, self._account)
        backend.now = self._now
        for path in COLLECTIONS[self.service]:
            holder, _, name = path.rpartition(".")
            kind = Tables if path == "tables" else Tracked
            setattr(
                getattr(backend, holder) if holder else backend,
                name,
                kind(self._journal, f"{self.service}/{region}/{path}"),
            )
        return backend


def _forget_instances() -> None:
    """moto lists every object that it ever made, to reset its mocks; a process that runs for days must not."""
    from moto.core.model_instances import model_data

    for classes in model_data.values():
        for cls in classes.values():
            cls.instances_tracked.clear()  # type: ignore[attr-defined]


def _at(backend: Any, path: str) -> Any:
    for name in path.split("."):
        backend = getattr(backend, name)
    return backend


def _service(name: str) -> tuple[Any, Any]:
    """The class of a service's backend, and moto's registry of all accounts' backends."""
    if name == "dynamodb":
        from moto.dynamodb.models import dynamodb_backends

        from kmscourse.sandbox.moto_adapter.dynamodb import DynamoDb

        return DynamoDb, dynamodb_backends
    from moto.iam.models import iam_backends

    from kmscourse.sandbox.moto_adapter.iam import Iam

    return Iam, iam_backends


def identifier(prefix: str, length: int = 21) -> str:
    """An identifier as IAM gives them out: AIDA… for a user, AGPA… for a group, ASIA… (20 letters) for a session."""
    return prefix + "".join(secrets.choice(LETTERS) for _ in range(length - len(prefix)))
