"""The account as the sandbox's stages see it."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from kmscourse.sandbox.backend.aliases import Aliases
from kmscourse.sandbox.backend.entities import Entities
from kmscourse.sandbox.backend.grants import Grants
from kmscourse.sandbox.backend.invoke import Answer, invoke
from kmscourse.sandbox.backend.journal import Journal, Tracked
from kmscourse.sandbox.backend.keeping import Keeper
from kmscourse.sandbox.backend.key_life import KeyLife
from kmscourse.sandbox.backend.keys import Keys
from kmscourse.sandbox.backend.models import Models
from kmscourse.sandbox.backend.passwords import Passwords, hashed
from kmscourse.sandbox.backend.sessions import Sessions
from kmscourse.sandbox.backend.tables import Database
from kmscourse.sandbox.call import AwsError, Call
from kmscourse.sandbox.resources.sse import named_key
from kmscourse.sandbox.seed import seed, seed_main_user
from kmscourse.sandbox.state import StateError
from kmscourse.sandbox.storage import DamagedError, Storage
from kmscourse.sandbox.views import Credentials, Happening

ACCOUNT = "123456789012"
REGION = "us-east-1"

_READS = re.compile(r"(BatchGet|Describe|Generate|Get|List|Query|Scan|Sign|Simulate|TransactGet|Verify)")
_ITEM_WRITES = re.compile(r"(PutItem|UpdateItem|DeleteItem|BatchWriteItem|TransactWriteItems)$")

# moto's registries are the process's own: two accounts in one process (in tests) take turns.
_LOCK = threading.RLock()


class Backend(Keys, KeyLife, Aliases, Grants, Database, Entities, Passwords):
    """One account, in a file (``path``) or in memory only (None).

    A file that can't be read is set aside, and ``notice`` says so. Raises SandboxError where the file can't be
    opened or another process has it. All methods are called under ``lock``. ``now`` is the account's clock, in UTC.
    """

    def __init__(
        self,
        path: Path | None = None,
        account_id: str = ACCOUNT,
        home_region: str = REGION,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.now = now
        self.account_id = account_id
        self.home_region = home_region
        self.lock = _LOCK
        self.storage = Storage(path, f"moto {version('moto')}")
        with self.lock:
            self._begin()
            try:
                self._keeper.load()
            except (StateError, DamagedError) as error:
                self.storage.set_aside(f"is damaged ({error})")
                self._begin()
            if "main_user" not in self._about:
                self.reset()
            elif not self.access_keys(self.main_user):
                seed_main_user(self, self.main_user)
                self.commit()

    def _begin(self) -> None:
        """An account with nothing in it."""
        self._journal = Journal()
        self._models = Models(self.account_id, self._journal, lambda: self.now())
        self._about = Tracked(self._journal, "account/about")
        self._sessions = Sessions(self._journal)
        self._happened: list[Happening] = []
        self._transactions = Tracked(self._journal, "account/transactions")
        own = {kept.collection: kept for kept in (self._about, self._sessions, self._transactions)}
        self._keeper = Keeper(self._models, self._journal, self.storage, own)

    def reset(self) -> None:
        """Start over, as ``seed.py`` has it; the main user and its first access key stay what they are."""
        known = self.access_keys(self.main_user)[:1] if "main_user" in self._about else []
        self._begin()
        try:
            self._about["since"] = self.now().timestamp()
            self._about["main_user"] = seed(self, *known)
            self._keeper.commit(afresh=True)
        except BaseException:
            self._begin()
            self._keeper.load()
            raise

    def close(self) -> None:
        """Give the file free."""
        self.storage.close()

    @property
    def changed(self) -> bool:
        """Whether a call may have changed anything since the last commit."""
        return bool(self._journal)

    def commit(self) -> None:
        """Bring what was changed since the last commit to disk. Raises AwsError (500) where that fails."""
        self._keeper.commit()

    def rollback(self) -> None:
        """Undo what was changed since the last commit."""
        self._happened.clear()
        self._keeper.rollback()

    @property
    def notice(self) -> str | None:
        """The sentence to show where an earlier file was set aside."""
        return self.storage.notice

    @property
    def since(self) -> float:
        """When this account began, in seconds since 1970."""
        return float(dict.__getitem__(self._about, "since"))

    @property
    def main_user(self) -> str:
        """The name of the account's administrator, as in ``ed-user-1a2b3c4d``."""
        return str(dict.__getitem__(self._about, "main_user"))

    def main_credentials(self) -> Credentials:
        """The main user's access key, the one that the course works with."""
        return self.access_keys(self.main_user)[0]

    def perform(self, call: Call) -> Answer:
        """moto's operation: a dict for KMS and DynamoDB, XML for IAM.

        Raises AwsError, moto's own or (status 500) where moto broke; the account is then as it was.
        """
        self._models(call.service, call.region)
        changes = not _READS.match(call.operation)
        journal = self._journal.changing(changes, tables_count=not _ITEM_WRITES.match(call.operation))
        try:
            with self._models.entered(), journal:
                answer = invoke(self._exact(call), self.account_id)
                if call.operation in ("CreateTable", "UpdateTable"):
                    self._settle(call)
                return answer
        except AwsError:
            self.rollback()
            raise

    def _exact(self, call: Call) -> Call:
        """The call as moto is to see it: keys by the names that it understands everywhere, and no password."""
        parameters = dict(call.parameters)
        if call.service == "kms":
            if isinstance(parameters.get("KeyId"), str):
                parameters["KeyId"] = self.key(call.region, parameters["KeyId"]).arn
            if call.operation in ("GetKeyPolicy", "PutKeyPolicy"):
                parameters.setdefault("PolicyName", "default")
        elif call.operation in ("CreateTable", "UpdateTable") and "SSESpecification" in parameters:
            encryption = self._encryption(call.region, parameters)
            del parameters["SSESpecification"]
            if call.operation == "CreateTable" and encryption is not None:
                parameters["SSESpecification"] = encryption
        elif call.operation in ("CreateLoginProfile", "UpdateLoginProfile") and "Password" in parameters:
            parameters["Password"] = hashed(parameters["Password"])
        return replace(call, parameters=parameters)

    def _settle(self, call: Call) -> None:
        """What moto does not keep of a table, or does not change, after it has answered (with the table as it was)."""
        tables, name = self._models("dynamodb", call.region), call.parameters["TableName"]
        created = call.operation == "CreateTable"
        tables.choose(name, call.parameters, self.now().timestamp(), created=created)
        if not created and "SSESpecification" in call.parameters:
            tables.encrypt(name, self._encryption(call.region, call.parameters))

    def _encryption(self, region: str, parameters: Mapping[str, Any]) -> dict[str, Any] | None:
        """The encryption that a table is to have, with its key's ARN; None under DynamoDB's own key."""
        key_id = named_key(parameters)
        if key_id is None:
            return None
        return {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": self.key(region, key_id).arn}
