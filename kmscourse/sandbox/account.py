"""The account as the sandbox's stages see it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from kmscourse.errors import SandboxError
from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.cloudtrail.trail import Trail
from kmscourse.sandbox.dynamodb.store import TableStore
from kmscourse.sandbox.iam.main_user import MainUser
from kmscourse.sandbox.iam.sessions import upgrade_session_rows
from kmscourse.sandbox.iam.store import Identities
from kmscourse.sandbox.kms.earlier_rows import upgrade_key_rows
from kmscourse.sandbox.kms.store import KeyStore
from kmscourse.sandbox.moto_adapter.models import COLLECTIONS, Models
from kmscourse.sandbox.moto_adapter.rows import MotoRows, drop_unknown_rows
from kmscourse.sandbox.seed import seed
from kmscourse.sandbox.settings import DEFAULTS, Settings
from kmscourse.sandbox.storage.codec import StateError
from kmscourse.sandbox.storage.collection import Collection, OwnRows
from kmscourse.sandbox.storage.earlier_formats import upgrade_account_rows
from kmscourse.sandbox.storage.file import FORMAT, DamagedError, Row, Storage
from kmscourse.sandbox.storage.journal import Journal
from kmscourse.sandbox.storage.unit_of_work import UnitOfWork, Upgrade

ACCOUNT = "123456789012"
REGION = "us-east-1"
SYSTEM_CLOCK: Callable[[], datetime] = partial(datetime.now, UTC)


_MAX_NOTICES = 5  # The latest notices are kept until somebody reads them.

# moto's registries are the process's own: two accounts in one process (in tests) take turns.
_LOCK = threading.RLock()


class Account:
    """One account, in a file (``path``) or in memory only (None).

    A file that can't be read is set aside, and ``notices`` says so. Raises SandboxError where the file can't be
    opened or written, or another process has it. All methods are called under ``lock``. ``now`` is the account's
    clock, in UTC. ``settings`` count again after ``reset``.
    """

    def __init__(
        self,
        path: Path | None = None,
        account_id: str = ACCOUNT,
        home_region: str = REGION,
        now: Callable[[], datetime] = SYSTEM_CLOCK,
        settings: Settings = DEFAULTS,
    ) -> None:
        self.now = now
        self.account_id = account_id
        self.home_region = home_region
        self.lock = _LOCK
        self.settings = settings
        self._moto_version = version("moto")  # Read from the disk each time.
        self.storage = Storage(path, self._moto_version)
        self.trail = Trail(self.storage, lambda name: self.identities.user_named(name))
        with self.lock:
            self._begin()
            try:
                if self._unit_of_work.load(self._is_readable):
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
        self._about: Collection[Any] = Collection(
            self._journal,
            "account/about",
            lambda value: {"version": 1, "value": value},
            lambda document: document["value"],
        )
        self.identities = Identities(self.account_id, self._models, self._journal, lambda: self.now())
        self.main_user = MainUser(self.identities, self._about)
        self.tables = TableStore(self.account_id, self._models, self._journal, self.settings.table_key_cache)
        self.keys = KeyStore(
            self.account_id, self._journal, lambda: self.now(), self.identities, self.settings
        )
        self.keys.state_changed = self.tables.follow_key
        self.identities.principal_renamed = self.keys.rename_principal
        rows = (OwnRows(self._collection), MotoRows(self._models))
        self._unit_of_work = UnitOfWork(self._journal, self.storage, rows, self._upgrades())

    def _own_collections(self) -> list[Collection[Any]]:
        return [self._about, self.identities.sessions, self.tables.transactions]

    def _collection(self, name: str) -> Collection[Any] | None:
        if name.startswith("kms/"):
            return self.keys.collection(name)
        own = self._own_collections()
        return next((collection for collection in own if collection.collection == name), None)

    def _upgrades(self) -> list[Upgrade]:
        """What turns the rows of a file of an earlier format into those of this one."""
        if self.storage.format == FORMAT:
            return []
        return [drop_unknown_rows, upgrade_account_rows, upgrade_session_rows, upgrade_key_rows]

    def _is_readable(self, row: Row) -> bool:
        """Whether a row can be read: moto's things only under the version of moto that wrote them."""
        is_moto = row.collection.partition("/")[0] in COLLECTIONS
        return not is_moto or self.storage.moto_version == self._moto_version

    def _keep_copy_of_lost(self) -> str | None:
        """A notice where another version of moto wrote the file, which is kept as a copy; None for the present one."""
        if self.storage.moto_version == self._moto_version:
            return None
        return (
            f"The practice account's file was written under moto {self.storage.moto_version}. Users, roles, policies "
            f"and tables start over; keys, aliases and grants stay. The file as it was is kept as "
            f"{self.storage.copy_aside()}."
        )

    def _start(self) -> None:
        """Let the main user into what was loaded, or begin an account. Nothing is written before all of it is there.

        Raises AwsError where it can't be written.
        """
        is_new, restored, notice = not self.main_user.is_known, None, self._keep_copy_of_lost()
        if notice is not None and not is_new:
            name = str(dict.__getitem__(self._about, "main_user"))
            self.main_user.set(seed(self.identities, name=name))
            # The tables are gone, and with them what was done to them.
            self.keys.remove_grants_of_service("dynamodb")
            self.tables.forget_transactions()
        elif not is_new:
            restored = self.main_user.restore()
        self.notices = [*self.notices, *filter(None, (self.storage.notice, notice, restored))][-_MAX_NOTICES:]
        if is_new:
            self.reset()
        elif self.storage.is_outdated:
            self._unit_of_work.write_anew()
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
        earlier = self.main_user
        known = earlier.credentials() if earlier.is_known else None
        notices = self.notices
        self._begin()
        try:
            self.main_user.set(seed(self.identities, known))
            self._about["since"] = self.now().timestamp()
            self.notices = notices
            self._unit_of_work.commit(afresh=True)
            self.trail.forget()
        except BaseException:
            self._begin()
            self._unit_of_work.load()
            if known is not None:
                self.main_user.access_key = earlier.access_key
            raise

    @contextmanager
    def set_back(self, at: datetime) -> Iterator[None]:
        """Within it, the account's clock stands at an earlier time."""
        now, self.now = self.now, lambda: at
        try:
            yield
        finally:
            self.now = now

    def close(self) -> None:
        """Release the file."""
        self.storage.close()

    @property
    def changed(self) -> bool:
        """Whether a call may have changed anything since the last commit."""
        return bool(self._journal)

    def commit(self) -> None:
        """Bring what was changed since the last commit to disk. Raises AwsError (500) where that fails."""
        self._unit_of_work.commit()

    def rollback(self) -> None:
        """Undo what was changed since the last commit."""
        self.keys.take_service_events()
        self._unit_of_work.rollback()

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
