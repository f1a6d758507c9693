"""The account as the sandbox's stages see it."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from kmscourse.errors import SandboxError
from kmscourse.sandbox.call import AwsError, Call
from kmscourse.sandbox.cloudtrail.trail import Trail
from kmscourse.sandbox.dynamodb.store import TableStore
from kmscourse.sandbox.iam.entities import Entities
from kmscourse.sandbox.iam.main_user import MainUser
from kmscourse.sandbox.iam.passwords import Passwords, hashed
from kmscourse.sandbox.iam.sessions import Sessions
from kmscourse.sandbox.kms.alias_store import Aliases
from kmscourse.sandbox.kms.grant_store import Grants
from kmscourse.sandbox.kms.key_life import KeyLife
from kmscourse.sandbox.kms.key_store import Keys
from kmscourse.sandbox.kms.views import Happening
from kmscourse.sandbox.moto_adapter.invoke import Answer, invoke
from kmscourse.sandbox.moto_adapter.keeping import Keeper
from kmscourse.sandbox.moto_adapter.models import Models
from kmscourse.sandbox.seed import seed
from kmscourse.sandbox.storage.codec import StateError
from kmscourse.sandbox.storage.file import DamagedError, Storage
from kmscourse.sandbox.storage.journal import Journal, Tracked

ACCOUNT = "123456789012"
REGION = "us-east-1"

_READS = re.compile(r"(Describe|Generate|Get|List|Sign|Simulate|Verify)")

_NOTICES = 5  # Kept until they are told: the latest.

# moto's registries are the process's own: two accounts in one process (in tests) take turns.
_LOCK = threading.RLock()


class Account(Keys, KeyLife, Aliases, Grants, Entities, Passwords, MainUser):
    """One account, in a file (``path``) or in memory only (None).

    A file that can't be read is set aside, and ``notices`` says so. Raises SandboxError where the file can't be
    opened or written, or another process has it. All methods are called under ``lock``. ``now`` is the account's
    clock, in UTC.
    """

    def __init__(
        self,
        path: Path | None = None,
        account_id: str = ACCOUNT,
        home_region: str = REGION,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        table_key_cache: float = 0.0,
    ) -> None:
        self.now = now
        self.account_id = account_id
        self.home_region = home_region
        self.lock = _LOCK
        self._table_key_cache = table_key_cache
        self.storage = Storage(path, f"moto {version('moto')}")
        self.trail = Trail(self.storage, self.user_named)
        with self.lock:
            self._begin()
            try:
                if self._keeper.load():
                    self._check_about()
            except (StateError, DamagedError) as error:
                self.storage.set_aside(f"is damaged ({error})")
                self._begin()
            try:
                self._start()
            except AwsError as error:
                self.close()
                raise SandboxError(error.message) from None

    def _begin(self) -> None:
        """An account with nothing in it."""
        self._journal = Journal()
        self._models = Models(self.account_id, self._journal, lambda: self.now())
        self._about = Tracked(self._journal, "account/about")
        self._sessions = Sessions(self._journal)
        self._happened: list[Happening] = []
        self.tables = TableStore(self._models, self._journal, self._table_key_cache)
        own = {kept.collection: kept for kept in (self._about, self._sessions, self.tables.transactions)}
        self._keeper = Keeper(self._models, self._journal, self.storage, own)

    def _start(self) -> None:
        """Let the main user into what was loaded, or begin an account. Raises AwsError where it can't be written."""
        is_new = "main_user" not in self._about
        mended = None if is_new else self._let_main_user_in()
        self.notices = [*self.notices, *filter(None, (self.storage.notice, mended))][-_NOTICES:]
        if is_new:
            self.reset()
        else:
            self.commit()

    def _check_about(self) -> None:
        """Raises StateError where the account does not say what every account says of itself."""
        since, notices = dict.get(self._about, "since"), dict.get(self._about, "notices", [])
        names = [dict.get(self._about, "main_user"), dict.get(self._about, "main_user_id", "")]
        texts = [*names, *(notices if isinstance(notices, list) else [None])]
        if not isinstance(since, float) or not all(isinstance(text, str) for text in texts):
            raise StateError("A row about the account is missing, or is not what it should be.")

    def reset(self) -> None:
        """Start over, as ``seed.py`` has it; the main user's name and access key stay, and what it was not told yet."""
        known = self.main_credentials() if "main_user" in self._about else None
        notices = self.notices
        self._begin()
        try:
            main = seed(self, known)
            self._about["since"] = self.now().timestamp()
            self._about["main_user"] = main.caller.user_name
            self._about["main_user_id"] = main.caller.user_id
            self.notices = notices
            self._keeper.commit(afresh=True)
            self.trail.forget()
        except BaseException:
            self._begin()
            self._keeper.load()
            raise
        self._main_key = main

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
    def notices(self) -> list[str]:
        """What happened to the account and was not told yet: a sentence each, kept until somebody sets others."""
        return list(dict.get(self._about, "notices", ()))

    @notices.setter
    def notices(self, sentences: list[str]) -> None:
        if sentences != self.notices:
            self._about["notices"] = sentences

    @property
    def since(self) -> float:
        """When this account began, in seconds since 1970."""
        return float(dict.__getitem__(self._about, "since"))

    def follow_key(self, key_arn: str, at: datetime) -> None:
        """Tell the tables under a key whether it is usable, as it is since ``at``."""
        key = self.find_key(key_arn)
        self.tables.follow_key(key_arn, key is not None and key.state == "Enabled", at)

    def perform(self, call: Call, changes: bool | None = None, tables_change: bool = True) -> Answer:
        """moto's operation: a dict for KMS and DynamoDB, XML for IAM.

        ``changes`` is whether it can change anything, ``tables_change`` whether DynamoDB's tables themselves, too.

        Raises AwsError, moto's own or (status 500) where moto broke; the account is then as it was.
        """
        self._models(call.service, call.region)
        if changes is None:
            changes = not _READS.match(call.operation)
        try:
            with self._models.entered(), self._journal.changing(changes, tables_count=tables_change):
                return invoke(self._exact(call), self.account_id)
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
        elif call.operation in ("CreateLoginProfile", "UpdateLoginProfile") and "Password" in parameters:
            parameters["Password"] = hashed(parameters["Password"])
        return replace(call, parameters=parameters)
