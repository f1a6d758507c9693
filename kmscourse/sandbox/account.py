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

from kmscourse.errors import SandboxError
from kmscourse.sandbox.call import AwsError, Call
from kmscourse.sandbox.cloudtrail.trail import Trail
from kmscourse.sandbox.dynamodb import table_access
from kmscourse.sandbox.dynamodb.sse import named_key
from kmscourse.sandbox.dynamodb.store import Database
from kmscourse.sandbox.dynamodb.table_key_cache import TableKeyCache
from kmscourse.sandbox.iam.entities import Entities
from kmscourse.sandbox.iam.main_user import MainUser
from kmscourse.sandbox.iam.passwords import Passwords, hashed
from kmscourse.sandbox.iam.sessions import Sessions
from kmscourse.sandbox.kms import earlier_rows
from kmscourse.sandbox.kms.store import KeyStore
from kmscourse.sandbox.moto_adapter.invoke import Answer, invoke
from kmscourse.sandbox.moto_adapter.keeping import Keeper
from kmscourse.sandbox.moto_adapter.models import Models
from kmscourse.sandbox.seed import seed
from kmscourse.sandbox.storage.codec import StateError
from kmscourse.sandbox.storage.file import DamagedError, Storage
from kmscourse.sandbox.storage.journal import Journal, Tracked

ACCOUNT = "123456789012"
REGION = "us-east-1"

_READS = re.compile(r"(BatchGet|Describe|Generate|Get|List|Query|Scan|Sign|Simulate|TransactGet|Verify)")
_ITEM_WRITES = re.compile(r"(PutItem|UpdateItem|DeleteItem|BatchWriteItem|TransactWriteItems)$")

_ACCOUNT = re.compile(r"\d{12}|arn:aws:iam::\d{12}:root")
_SERVICE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com")

_NOTICES = 5  # Kept until they are told: the latest.

# moto's registries are the process's own: two accounts in one process (in tests) take turns.
_LOCK = threading.RLock()


class Account(Database, Entities, Passwords, MainUser):
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
        self.opened_table_keys = TableKeyCache(table_key_cache)
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
        self._transactions = Tracked(self._journal, "account/transactions")
        self.identities = Identities(self)
        self.keys = KeyStore(self.account_id, self._journal, lambda: self.now(), self.identities)
        self.keys.state_changed = lambda key_arn, usable, at: table_access.follow(key_arn, usable, at, self)
        own = {kept.collection: kept for kept in (self._about, self._sessions, self._transactions)}
        self._keeper = Keeper(
            self._models, self._journal, self.storage, own, self.keys.collection, earlier_rows.converted
        )

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
            self.opened_table_keys.clear()
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
        self.keys.take_service_events()
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

    def perform(self, call: Call) -> Answer:
        """moto's operation: a dict for DynamoDB, XML for IAM.

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
        """The call as moto is to see it: a table's key by its ARN, and no password."""
        parameters = dict(call.parameters)
        if call.operation in ("CreateTable", "UpdateTable") and "SSESpecification" in parameters:
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
        return {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": self.keys.named(region, key_id).arn}


class Identities:
    """What KMS asks of IAM."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def is_policy_principal(self, kind: str, name: str) -> bool:
        """Whether a policy can name this principal: everyone, an account, a service, or one that exists here.

        There are no other accounts beside the practice account; any twelve digits pass for one, their users do not.
        """
        if kind == "Service":
            return _SERVICE.fullmatch(name) is not None
        if kind != "AWS":
            return kind == "Federated"
        return name == "*" or _ACCOUNT.fullmatch(name) is not None or self._account.principal_exists(name)

    def unique_id(self, arn: str) -> str | None:
        """The unique id of the user or role with this ARN; None for any other principal."""
        iam, name = self._account._models("iam", "aws"), arn.rpartition("/")[2]
        for known in (dict.get(iam.users, name), iam.role(name)):
            if known is not None and known.arn == arn:
                return str(known.id)
        return None

    def present_name(self, principal_id: str) -> str:
        """The ARN of the user or role with this id; where it is gone the id alone. Any other name stays."""
        iam = self._account._models("iam", "aws")
        known = iam.users_by_id.get(principal_id) or dict.get(iam.roles, principal_id)
        return principal_id if known is None else str(known.arn)
