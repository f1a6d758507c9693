"""The account as the sandbox's stages see it."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from kmscourse.sandbox import ciphertext
from kmscourse.sandbox.backend.invoke import Answer, invoke
from kmscourse.sandbox.backend.journal import Journal, Tracked
from kmscourse.sandbox.backend.keeping import Keeper
from kmscourse.sandbox.backend.models import Models
from kmscourse.sandbox.backend.principals import Principals, hashed, parsed
from kmscourse.sandbox.call import AwsError, Call, Caller
from kmscourse.sandbox.state import StateError
from kmscourse.sandbox.storage import Storage
from kmscourse.sandbox.views import Credentials, KeyView, TableView

ACCOUNT = "123456789012"
REGION = "us-east-1"

_KEY_ID = re.compile(r"(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.IGNORECASE)
_READS = re.compile(r"(BatchGet|Describe|Generate|Get|List|Query|Scan|Sign|Simulate|TransactGet|Verify)")
_ITEM_WRITES = re.compile(r"(PutItem|UpdateItem|DeleteItem|BatchWriteItem|TransactWriteItems|.*Execute.*)$")

# moto's registries are the process's own: two accounts in one process (in tests) take turns.
_LOCK = threading.RLock()


class Backend:
    """One account, in a file (``path``) or in memory only (None).

    A file that can't be read is set aside, and ``notice`` says so. Raises SandboxError where the file can't be
    opened or another process has it. All methods are called under ``lock``.
    """

    def __init__(
        self, path: Path | None = None, account_id: str = ACCOUNT, home_region: str = REGION
    ) -> None:
        self.account_id = account_id
        self.home_region = home_region
        self.lock = _LOCK
        self.storage = Storage(path, _moto_version())
        with self.lock:
            self._begin()
            try:
                self._keeper.load()
            except StateError as error:
                self.storage.set_aside(f"is damaged ({error})")
                self._begin()
            if "main_user" not in self._about:
                self.reset()

    def _begin(self) -> None:
        """An account with nothing in it."""
        journal = Journal()
        self._journal = journal
        self._models = Models(self.account_id, journal)
        self._about = Tracked(journal, "account/about")
        sessions = Tracked(journal, "account/sessions")
        self._principals = Principals(self._models, sessions, self.account_id)
        own = {tracked.collection: tracked for tracked in (self._about, sessions)}
        self._keeper = Keeper(self._models, journal, self.storage, own)

    def reset(self) -> None:
        """Start over, as ``seed.py`` has it; the main user and its first access key stay what they are."""
        from kmscourse.sandbox.seed import seed

        known = self.main_credentials() if "main_user" in self._about else None
        self.storage.clear()
        self._begin()
        self._about["since"] = time.time()
        self._about["main_user"] = seed(self._principals, known)
        self.commit()

    def close(self) -> None:
        """Give the file free."""
        self.storage.close()

    def commit(self) -> None:
        """Bring what was changed since the last commit to disk. Raises AwsError (500) where that fails."""
        self._keeper.commit()

    def rollback(self) -> None:
        """Undo what was changed since the last commit."""
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
        return self._principals.access_keys(self.main_user)[0]

    # Keys

    def key(self, region: str, key_id: str) -> KeyView:
        """The key that an id, a key ARN, an alias or an alias ARN names.

        Raises AwsError NotFoundException with AWS's texts.
        """
        name = key_id
        if key_id.startswith("arn:"):
            parts = key_id.split(":", 5)
            if len(parts) < 6 or parts[2] != "kms" or "/" not in parts[5]:
                raise _not_found(f"Invalid arn {key_id}")
            if parts[3] != region:
                raise _not_found(f"Invalid arn {parts[3]}")
            name = parts[5].removeprefix("key/")
            if parts[4] != self.account_id:
                raise _not_found(
                    f"Alias {key_id} is not found." if name.startswith("alias/") else _unknown(key_id)
                )
        kms = self._models("kms", region)
        arn = f"arn:aws:kms:{region}:{self.account_id}:"
        if name.startswith("alias/"):
            self._models.enter()
            found = dict.get(kms.keys, kms.get_key_id_from_alias(name))
            missing = f"Alias {arn}{name} is not found."
        elif _KEY_ID.fullmatch(name):
            found, missing = dict.get(kms.keys, name.lower()), _unknown(f"{arn}key/{name}")
        else:
            found, missing = None, f"Invalid keyId '{name}'"
        if found is None:
            raise _not_found(missing)
        return _key_view(found, kms)

    def find_key(self, arn: str) -> KeyView | None:
        """The key with this key ARN, in whatever region."""
        parts = arn.split(":", 5)
        if len(parts) < 6 or parts[:3] != ["arn", "aws", "kms"] or parts[4] != self.account_id:
            return None
        kms = self._models("kms", parts[3])
        found = dict.get(kms.keys, parts[5].removeprefix("key/"))
        return None if found is None else _key_view(found, kms)

    def keys(self, region: str) -> list[KeyView]:
        """All keys of a region, the oldest first."""
        kms = self._models("kms", region)
        return [_key_view(key, kms) for key in dict.values(kms.keys)]

    def alias_exists(self, region: str, alias_name: str) -> bool:
        """True where ``alias/name`` is taken."""
        return bool(self._models("kms", region).alias_exists(alias_name))

    def key_of_ciphertext(self, region: str, blob: bytes) -> KeyView:
        """The key that made a ciphertext. Raises AwsError InvalidCiphertextException."""
        kms = self._models("kms", region)
        try:
            found = kms.key_of_token(ciphertext.token_of(blob))
        except ciphertext.InvalidCiphertextError:
            found = None
        if found is None:
            raise _invalid_ciphertext()
        return _key_view(found, kms)

    def seal(self, key: KeyView, plaintext: bytes, context: Mapping[str, str]) -> bytes:
        """A KMS ciphertext blob, under the key's present material."""
        return ciphertext.seal(self._materials(key)[-1], plaintext, context)

    def open(self, key: KeyView, blob: bytes, context: Mapping[str, str]) -> bytes:
        """The plaintext of a blob. Raises AwsError InvalidCiphertextException, whatever is wrong with it."""
        try:
            return ciphertext.unseal(self._material_of(key, blob), blob, context)
        except ciphertext.InvalidCiphertextError:
            raise _invalid_ciphertext() from None

    def material_id(self, key: KeyView, blob: bytes | None = None) -> str:
        """The KeyMaterialId of the key's present material, or of that which made ``blob``."""
        material = self._materials(key)[-1] if blob is None else self._material_of(key, blob)
        return ciphertext.material_id(material)

    def _material_of(self, key: KeyView, blob: bytes) -> bytes:
        token = ciphertext.token_of(blob)
        for material in self._materials(key):
            if ciphertext.material_token(material) == token:
                return material
        raise ciphertext.InvalidCiphertextError

    def _materials(self, key: KeyView) -> list[bytes]:
        found: list[bytes] = self._models("kms", key.region).materials(key.id)
        return found

    def add_grant(self, key: KeyView, grant: Mapping[str, Any]) -> str:
        """Put a grant on a key; ``grant`` has the parameters of CreateGrant. Its id is returned."""
        grant_id, _ = self._models("kms", key.region).create_grant(
            key.id,
            grant["GranteePrincipal"],
            list(grant["Operations"]),
            grant.get("Name"),
            dict(grant.get("Constraints") or {}),
            grant.get("RetiringPrincipal"),
        )
        return str(grant_id)

    def remove_grants(self, key: KeyView, unwanted: Callable[[Mapping[str, Any]], bool]) -> list[str]:
        """Take from a key the grants that ``unwanted`` picks (as in ``KeyView.grants``). Their ids are returned."""
        removed = [grant["GrantId"] for grant in key.grants if unwanted(grant)]
        grants = self._models("kms", key.region).keys
        with self._journal.changing(reads_count=True, tables_count=False):
            for grant_id in removed:
                grants[key.id].grants.pop(grant_id, None)
        return removed

    # Tables

    def table(self, region: str, name: str) -> TableView | None:
        """A table by its name or its ARN."""
        tables = self._models("dynamodb", region).tables
        found = dict.get(tables, name.rpartition(":table/")[2])
        return None if found is None else _table_view(found)

    def tables(self, region: str) -> list[TableView]:
        """All tables of a region, the oldest first."""
        return [_table_view(table) for table in dict.values(self._models("dynamodb", region).tables)]

    def set_table_key(self, region: str, name: str, key_arn: str | None) -> None:
        """Have a table encrypted under this key, or under DynamoDB's own (None)."""
        tables = self._models("dynamodb", region).tables
        with self._journal.changing(reads_count=True, tables_count=True):
            tables[name].sse_specification = key_arn and {
                "Enabled": True,
                "SSEType": "KMS",
                "KMSMasterKeyId": key_arn,
            }

    # Principals

    def credentials(self, access_key_id: str) -> Credentials | None:
        """What an access key id stands for. Raises AwsError ExpiredTokenException for a session that is over."""
        return self._principals.credentials(access_key_id)

    def sign_in(self, user_name: str, password: str) -> Credentials:
        """What a user's name and password open. Raises AwsError SignInRefused (403), for every reason alike."""
        return self._principals.sign_in(user_name, password)

    def session_for(self, user_name: str) -> Credentials:
        """A session of a user without asking for a password. Raises AwsError NoSuchEntity (404)."""
        return self._principals.session_for(user_name)

    def identity_policies(self, caller: Caller) -> list[dict[str, Any]]:
        """The caller's identity policies: inline, attached and of its groups. Not to be changed."""
        return self._principals.identity_policies(caller)

    def permissions_boundaries(self, caller: Caller) -> list[dict[str, Any]]:
        """The policies that bound what the caller's identity policies can allow."""
        return self._principals.permissions_boundaries(caller)

    def principal_exists(self, arn: str) -> bool:
        """True for the account itself and for its users and roles."""
        return self._principals.exists(arn)

    # Operations

    def perform(self, call: Call) -> Answer:
        """moto's operation: a dict for KMS and DynamoDB, XML for IAM.

        Raises AwsError, moto's own or (status 500) where moto broke; the account is then as it was.
        """
        self._models.enter()
        self._models(call.service, call.region)
        changes = not _READS.match(call.operation)
        try:
            with self._journal.changing(changes, tables_count=not _ITEM_WRITES.match(call.operation)):
                return invoke(self._exact(call), self.account_id)
        except AwsError:
            self.rollback()
            raise

    def _exact(self, call: Call) -> Call:
        """The call as moto is to see it: keys by their bare ids, which it understands everywhere; no password."""
        parameters = dict(call.parameters)
        if call.service == "kms":
            for name in ("KeyId", "TargetKeyId"):
                if isinstance(parameters.get(name), str):
                    parameters[name] = self.key(call.region, parameters[name]).id
            if call.operation in ("GetKeyPolicy", "PutKeyPolicy"):
                parameters.setdefault("PolicyName", "default")
        elif call.operation in ("CreateLoginProfile", "UpdateLoginProfile") and "Password" in parameters:
            parameters["Password"] = hashed(parameters["Password"])
        return replace(call, parameters=parameters)


def _key_view(key: Any, kms: Any) -> KeyView:
    return KeyView(
        id=key.id,
        arn=key.arn,
        region=key.region,
        spec=key.key_spec,
        usage=key.key_usage,
        state=key.key_state,
        policy=parsed(key.policy),
        grants=[grant.to_json() for grant in key.grants.values()],
        aliases=list(key.aliases),
        tags=dict(dict.get(kms.tagger.tags, key.id, {})),
        origin=key.origin,
        multi_region=bool(key.multi_region),
    )


def _table_view(table: Any) -> TableView:
    encryption = table.sse_specification or {}
    key_arn = encryption.get("KMSMasterKeyId") if encryption.get("Enabled") else None
    return TableView(table.name, table.table_arn, table.region_name, key_arn)


def _not_found(message: str) -> AwsError:
    return AwsError("NotFoundException", message)


def _unknown(key_arn: str) -> str:
    return f"Key '{key_arn}' does not exist"


def _invalid_ciphertext() -> AwsError:
    return AwsError("InvalidCiphertextException", "")


def _moto_version() -> str:
    from importlib.metadata import version

    return f"moto {version('moto')}"
