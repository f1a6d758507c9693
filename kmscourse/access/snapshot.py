"""An account as it is at one moment: its identities, keys and tables, and every policy that bears on a request.

Identities are read in one go, keys and tables when they are first asked about. Nothing here writes, and nothing is
read again: take another snapshot for the account as it is later.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from botocore.exceptions import ClientError

from kmscourse import kms as keys
from kmscourse.access import conditions
from kmscourse.access.facts import SOURCES, Facts, Source
from kmscourse.access.identities import Document, Identity, read_identities
from kmscourse.access.trail import Session
from kmscourse.account import Account
from kmscourse.errors import PolicyError
from kmscourse.policy import (
    Layers,
    Policy,
    PrincipalKind,
    Request,
    RequestContext,
    compile_policy,
    context_keys,
    parse_principal,
)

NOT_SHOWN = ("AccessDeniedException", "NotFoundException")
"""The codes with which KMS doesn't tell of a key."""


@dataclass(frozen=True)
class Table:
    """A table, and the customer managed key that it is encrypted under (None: a key of AWS's)."""

    arn: str
    name: str
    key_arn: str | None


class Snapshot:
    """The account as its main user sees it. Raises KmsCourseError where that user may not look at its identities.

    What is read later raises ClientError where AWS refuses.
    """

    def __init__(self, account: Account) -> None:
        self.account = account
        self.identities: Mapping[str, Identity] = read_identities(account.client("iam"))
        self._policies: dict[str, Document] = {}
        self._grants: dict[str, list[Document]] = {}
        self._facts: dict[tuple[str, Source], RequestContext | ClientError] = {}
        self._tables: dict[str, Table] = {}

    @property
    def people(self) -> dict[str, Identity]:
        """The users and roles that are the account's own, and not a service's of AWS, by ARN."""
        return {arn: identity for arn, identity in self.identities.items() if not identity.of_a_service}

    @cached_property
    def keys(self) -> Mapping[str, str]:
        """The customer managed keys that have an alias: key ARN -> its first alias."""
        prefix = f"arn:aws:kms:{self.account.region}:{self.account.id}:key/"
        first_alias = {
            key: min(names) for key, names in keys.aliases_by_key(self.account.client("kms")).items()
        }
        return {
            prefix + key: alias.removeprefix("alias/")
            for key, alias in sorted(first_alias.items(), key=lambda pair: pair[1])
            if key and not alias.startswith("alias/aws/")
        }

    @cached_property
    def tables(self) -> Mapping[str, Table]:
        """The tables of the account, by ARN."""
        pages = self.account.client("dynamodb").get_paginator("list_tables").paginate()
        tables = [self.table(name) for page in pages for name in page["TableNames"]]
        return {table.arn: table for table in tables}

    def table(self, name: str) -> Table:
        """One table, without a look at the others."""
        if name not in self._tables:
            description = self.account.client("dynamodb").describe_table(TableName=name)["Table"]
            key_arn = description.get("SSEDescription", {}).get("KMSMasterKeyArn")
            self._tables[name] = Table(description["TableArn"], description["TableName"], key_arn)
        return self._tables[name]

    def name_of(self, resource: str) -> str:
        """What people call a key or a table."""
        if ":table/" in resource and resource in self.tables:
            return self.tables[resource].name
        return self.keys.get(resource, resource.rpartition("/")[2])

    def key_policy(self, key_arn: str) -> Document:
        """The key policy of a key."""
        if key_arn not in self._policies:
            self._policies[key_arn] = keys.key_policy(self._kms(key_arn), key_arn)
        return self._policies[key_arn]

    def grants(self, key_arn: str) -> list[Document]:
        """The grants on a key."""
        if key_arn not in self._grants:
            self._grants[key_arn] = keys.grants(self._kms(key_arn), key_arn)
        return self._grants[key_arn]

    def facts(self, resource: str, layers: Layers, action: str) -> Facts:
        """What a key, user or role brings into ``action`` on it; of a key only what the policies ask about."""
        if resource in self.identities:
            tags = self.identities[resource].tags
            services = ("aws", "iam")
            return Facts(
                {
                    f"{service}:ResourceTag/{name}": value
                    for service in services
                    for name, value in tags.items()
                }
            )
        context: dict[str, Any] = {}
        unread: dict[str, ClientError] = {}
        condition_keys = self.condition_keys(layers) if ":key/" in resource else []
        for source in SOURCES:
            names = [name for name in condition_keys if name.lower().startswith(source.prefixes)]
            if not names or (source.actions and action not in source.actions):
                continue
            answer = self._facts_from(source, resource)
            if isinstance(answer, ClientError):
                unread |= dict.fromkeys(names, answer)
            else:
                context |= answer
        return Facts(context, unread)

    def _facts_from(self, source: Source, key_arn: str) -> RequestContext | ClientError:
        """What one call tells of a key, or the error with which KMS doesn't tell."""
        if (key_arn, source) not in self._facts:
            try:
                self._facts[key_arn, source] = source.read(self._kms(key_arn), key_arn)
            except ClientError as error:
                if error.response["Error"]["Code"] not in NOT_SHOWN:
                    raise
                self._facts[key_arn, source] = error
        return self._facts[key_arn, source]

    def condition_keys(self, layers: Layers) -> list[str]:
        """The condition keys that the policies ask about; a policy that can't be read asks about none."""
        documents = [*layers.get("identity_policies", ()), *layers.get("permissions_boundaries", ())]
        documents += [
            document for document in (layers.get("resource_policy"), layers.get("session_policy")) if document
        ]
        policies: list[Policy] = []
        for document in documents:
            with suppress(PolicyError):
                policies.append(compile_policy(document))
        return context_keys(policies)

    def _kms(self, key_arn: str) -> Any:
        """A client of the Region that a key is in."""
        return self.account.client_in("kms", key_arn.split(":")[3])

    def identity_of(self, arn: str, session: Session | None = None) -> Identity | None:
        """Whose policies a principal has: a session those of its role, a federated user those of who vouches for it."""
        who = parse_principal(arn)
        if who.kind is PrincipalKind.FEDERATED_USER:
            return self.identities.get(session.issuer) if session else None
        if who.kind is PrincipalKind.SESSION and who.account == self.account.id:
            roles = (identity for identity in self.identities.values() if ":role/" in identity.arn)
            return next((role for role in roles if role.name == who.role), None)
        return self.identities.get(arn)

    def layers(self, arn: str, resource: str, action: str = "", session: Session | None = None) -> Layers:
        """Everything in the account that bears on what a principal asks of a resource."""
        layers = Layers()
        identity = self.identity_of(arn, session)
        if identity is not None:
            layers["identity_policies"] = list(identity.policies.values())
            layers["permissions_boundaries"] = list(identity.boundaries.values())
        if session is not None and session.policy is not None:
            layers["session_policy"] = session.policy
        if ":key/" in resource:
            layers["resource_policy"] = self.key_policy(resource)
            layers["grants"] = self.grants(resource)
        elif action.startswith("sts:") and resource in self.identities:
            layers["resource_policy"] = self.identities[resource].trust
        return layers

    def request(
        self,
        arn: str,
        action: str,
        resource: str,
        context: RequestContext | None = None,
        session: Session | None = None,
    ) -> Request:
        """What a principal asks, with what AWS knows about that principal."""
        asker = conditions.of_caller(arn, self.identity_of(arn, session), session)
        return Request(
            arn,
            action,
            resource,
            {**asker, **(context or {})},
            resource_account=_owner(resource, self.account.id),
        )


def _owner(resource: str, account: str) -> str:
    """The account that a resource belongs to: its ARN says so, unless it is AWS's own policy, which all may use."""
    segments: list[Any] = resource.split(":", 5)
    account_id = segments[4] if len(segments) == 6 else ""
    return account if account_id in ("", "aws") else str(account_id)
