"""Who calls: whose an access key is, which policies apply to it, and new temporary credentials.

Source: IAM User Guide, "Temporary security credentials in IAM", "Policy evaluation logic" (session policies).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from kmscourse.policy import list_values
from kmscourse.sandbox.auth.credentials import Credentials
from kmscourse.sandbox.call import AwsError, Caller, Issuer, Temporary
from kmscourse.sandbox.iam.sessions import SIGN_IN_SECONDS, Session, Sessions, account_of, new_session
from kmscourse.sandbox.iam.views import Terms
from kmscourse.sandbox.moto_adapter.models import Part
from kmscourse.sandbox.operation import CallerPolicies

_SESSION_ARN = re.compile(r"arn:aws:sts::(\d{12}):(?:assumed-role/([^/]+)|federated-user)/[\w+=,.@-]+")


class Principals(Part):
    """The part of ``Account`` that knows users, roles and sessions, for authentication and authorization."""

    _sessions: Sessions

    @property
    def _iam(self) -> Any:
        return self._models("iam", "aws")

    def add_user(self, name: str, policies: Mapping[str, Mapping[str, Any]]) -> None:
        """Create a user with these inline policies."""
        user = self._iam.add_user(name)
        for policy_name, document in policies.items():
            user.put_policy(policy_name, json.dumps(document))

    def add_access_key(
        self, user_name: str, key_id: str | None = None, secret: str | None = None
    ) -> Credentials:
        """Give a user an access key, a new one where none is named."""
        key = self._iam.create_access_key(user_name)
        if key_id is not None and secret is not None:
            key.access_key_id, key.secret_access_key = key_id, secret
            self._iam.index()
        self._iam.users.touch(user_name)
        return self._of_access_key(self._user(user_name), key)

    def access_keys(self, user_name: str) -> list[Credentials]:
        """A user's access keys, the oldest first."""
        user = self._user(user_name)
        return [] if user is None else [self._of_access_key(user, key) for key in user.access_keys]

    def credentials(self, access_key_id: str) -> Credentials | None:
        """What an access key id stands for. Raises AwsError ExpiredTokenException for a session that is over."""
        session = dict.get(self._sessions, access_key_id)
        if session is not None:
            if session.expires < self.now().timestamp():
                raise AwsError(
                    "ExpiredTokenException", "The security token included in the request is expired"
                )
            return self._of_session(session)
        key = self._iam.access_keys.get(access_key_id)
        user = self._user(key.user_name) if key is not None else None
        return self._of_access_key(user, key) if user is not None and key in user.access_keys else None

    def owner_of(self, access_key_id: str) -> str | None:
        """The name of the user whose access key it is; None where it is nobody's."""
        key = self._iam.access_keys.get(access_key_id)
        return None if key is None else str(key.user_name)

    def user_named(self, name: str) -> Caller | None:
        """A user as an identity without an access key; None where there is no such user."""
        user = self._user(name)
        return None if user is None else Caller(user.arn, self.account_id, user.id, user.name, "")

    def account_of(self, access_key_id: str) -> str | None:
        """The account that an access key id names; None where it is none."""
        return account_of(access_key_id)

    def note_use(self, caller: Caller, service: str, region: str) -> None:
        """Remember that an access key, or a role, was used: roughly, so that few calls write it."""
        if caller.temporary is None:
            owner = self._iam.note_use_of_key(caller.access_key_id, service, region)
            if owner is not None:
                self._iam.users.touch(owner)
        elif caller.made_by == "AssumeRole":
            role = self._principal(caller.principal_id)
            if role is not None and self._iam.note_use_of_role(role, region):
                self._iam.roles.touch(role.id)

    def session_for(self, user_name: str) -> Credentials:
        """A new session of a user, as a console's sign-in opens it. Raises AwsError NoSuchEntity (404)."""
        user = self._user(user_name)
        if user is None:
            raise AwsError("NoSuchEntity", f"The user with name {user_name} cannot be found.", 404)
        return self.begin_session(user.id, SIGN_IN_SECONDS, Terms())

    def begin_session(self, principal_id: str, seconds: int, terms: Terms) -> Credentials:
        """New temporary credentials of the user or role with this id. Those that are over are forgotten."""
        now = self.now()
        self._sessions.forget(now.timestamp())
        session = new_session(principal_id, seconds, terms, self.account_id, now)
        self._sessions[session.access_key_id] = session
        made = self._of_session(session)
        if made is None:
            raise LookupError(f"nobody has the id {principal_id}")
        return made

    def ends_at(self, access_key_id: str) -> float:
        """When temporary credentials are over, in seconds since 1970."""
        return float(dict.__getitem__(self._sessions, access_key_id).expires)

    def caller_policies(self, caller: Caller) -> CallerPolicies:
        """The policies that apply to a caller, and its tags."""
        return CallerPolicies(
            self.identity_policies(caller),
            self.permissions_boundaries(caller),
            self.session_policy(caller),
            self.principal_tags(caller),
        )

    def identity_policies(self, caller: Caller) -> list[dict[str, Any]]:
        """The documents of all identity policies of a user or role: inline and attached ones, of its groups too."""
        return [parsed(text) for _, _, text in self.policy_texts(self._principal(caller.principal_id))]

    def policy_texts(self, principal: Any) -> Iterator[tuple[Any, str, str]]:
        """(holder, name, text) of each identity policy, a holder being the principal itself or one of its groups."""
        if principal is None:
            return
        groups = self._iam.get_groups_for_user(principal.name) if principal.kind == "user" else ()
        for holder in (principal, *groups):
            for name, text in holder.policies.items():
                yield holder, name, text
            for policy in holder.managed_policies.values():
                yield policy, policy.name, document_of(policy)

    def permissions_boundaries(self, caller: Caller) -> list[dict[str, Any]]:
        """The documents that bound what the identity policies can allow."""
        principal = self._principal(caller.principal_id)
        arn = principal.permissions_boundary_arn if principal is not None else None
        return [] if arn is None else [self._managed(arn)]

    def session_policy(self, caller: Caller) -> dict[str, Any] | None:
        """What the session policies of temporary credentials allow together; None where there are none."""
        session = dict.get(self._sessions, caller.access_key_id) if caller.temporary else None
        if session is None or not (session.terms.policies or session.terms.policy_arns):
            return None
        documents = [parsed(text) for text in session.terms.policies]
        documents += [self._managed(arn) for arn in session.terms.policy_arns]
        # STS takes none but those of Version 2012-10-17, so that one document can stand for all.
        statements = [
            statement for document in documents for statement in list_values(document.get("Statement"))
        ]
        return {"Version": "2012-10-17", "Statement": statements}

    def principal_tags(self, caller: Caller) -> dict[str, str]:
        """aws:PrincipalTag: the tags of the user or role, those of the session above them."""
        if caller.made_by == "GetFederationToken":
            return dict(caller.temporary.tags) if caller.temporary else {}
        own = self._tags(self._principal(caller.principal_id))
        if caller.temporary is None or not caller.temporary.tags:
            return own
        over = {key.lower() for key in caller.temporary.tags}
        kept = {key: value for key, value in own.items() if key.lower() not in over}
        return {**kept, **caller.temporary.tags}

    def principal_exists(self, arn: str) -> bool:
        """True for the account itself (its root ARN or its number), its users and roles, and their sessions.

        Any name can be a role's session's, or a federated user's.
        """
        if arn in (self.account_id, f"arn:aws:iam::{self.account_id}:root"):
            return True
        match = _SESSION_ARN.fullmatch(arn)
        if match:
            return match[1] == self.account_id and (match[2] is None or self._iam.role(match[2]) is not None)
        kind, _, path = arn.rpartition(":")[2].partition("/")
        name = path.rpartition("/")[2]
        found = self._user(name) if kind == "user" else self._iam.role(name) if kind == "role" else None
        return found is not None and found.arn == arn

    def _user(self, name: str | None) -> Any:
        return dict.get(self._iam.users, name)

    def _principal(self, principal_id: str) -> Any:
        return self._iam.users_by_id.get(principal_id) or dict.get(self._iam.roles, principal_id)

    def keep_policy(self, arn: str) -> None:
        """See to it that a managed policy can be referred to. Raises AwsError NoSuchEntity (404)."""
        policy = self._iam.policy(arn)
        if policy is None:
            raise AwsError("NoSuchEntity", f"Policy {arn} does not exist or is not attachable.", 404)
        if arn not in self._iam.managed_policies:
            self._iam.managed_policies[arn] = policy

    def _managed(self, arn: str) -> dict[str, Any]:
        """A managed policy's document; an empty one, which allows nothing, where the policy is gone."""
        policy = dict.get(self._iam.managed_policies, arn)
        return {} if policy is None else parsed(document_of(policy))

    def _tags(self, holder: Any) -> dict[str, str]:
        """The tags of a user, role or managed policy."""
        if holder is None or getattr(holder, "kind", "") == "group":
            return {}
        if getattr(holder, "kind", "") == "user":
            return dict(dict.get(self._iam.tagger.tags, holder.arn) or {})
        tags = holder.tags.values() if isinstance(holder.tags, dict) else holder.tags
        return {tag["Key"]: tag["Value"] for tag in tags}

    def _of_access_key(self, user: Any, key: Any) -> Credentials:
        caller = Caller(user.arn, self.account_id, user.id, user.name, key.access_key_id)
        return Credentials(caller, key.secret_access_key, None, key.status == "Active")

    def _of_session(self, session: Session) -> Credentials | None:
        """A session belongs to the very user or role that it was made for: not to another of the same name."""
        principal = self._principal(session.user_id)
        if principal is None:
            return None
        terms, account = session.terms, self.account_id
        kind = "Role" if principal.kind == "role" else "IAMUser"
        temporary = Temporary(
            terms.made_by,
            session.since,
            Issuer(kind, principal.arn, principal.id, principal.name),
            terms.tags,
            terms.transitive,
            terms.source_identity,
        )
        arn, user_id, name = principal.arn, principal.id, principal.name
        if terms.made_by == "AssumeRole":
            arn = f"arn:aws:sts::{account}:assumed-role/{principal.name}/{terms.name}"
            user_id, name = f"{principal.id}:{terms.name}", ""
        elif terms.made_by == "GetFederationToken":
            arn = f"arn:aws:sts::{account}:federated-user/{terms.name}"
            user_id, name = f"{account}:{terms.name}", ""
        caller = Caller(arn, account, user_id, name, session.access_key_id, temporary)
        return Credentials(caller, session.secret, session.token, active=True)


def document_of(managed_policy: Any) -> str:
    """The text of the version in force."""
    return next(str(version.document) for version in managed_policy.versions if version.is_default)


@lru_cache(maxsize=1024)
def parsed(document: str) -> dict[str, Any]:
    """A policy's text as the dict that it stands for, an empty one where it is not JSON. Not to be changed."""
    try:
        loaded = json.loads(document)
    except ValueError:
        return {}
    return loaded if isinstance(loaded, dict) else {}
