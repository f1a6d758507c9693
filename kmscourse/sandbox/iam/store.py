"""Who there is in the account: users, groups, roles and policies, which moto keeps, and the sessions of STS.

Source: IAM User Guide, "Temporary security credentials in IAM", "Policy evaluation logic" (session policies), "IAM
identifiers", "AWS JSON policy elements: Principal" and "Rename or delete an IAM user" (whom policies name).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any

from kmscourse.policy import list_values, rename_principal, service_principal_exists
from kmscourse.sandbox.auth.credentials import Credentials
from kmscourse.sandbox.call import AwsError, Call, Caller, Issuer, Temporary
from kmscourse.sandbox.iam.policy_documents import document_of
from kmscourse.sandbox.iam.sessions import SIGN_IN_SECONDS, Session, Sessions, SessionTerms, new_session
from kmscourse.sandbox.moto_adapter.invoke import Answer, invoke
from kmscourse.sandbox.moto_adapter.models import Models
from kmscourse.sandbox.operation import CallerPolicies
from kmscourse.sandbox.storage.journal import Journal

_ENTITY_ARN = re.compile(r"arn:aws:iam::\d{12}:(user|group|role)/(?:.*/)?([^/]+)")
_SESSION_ARN = re.compile(r"arn:aws:sts::(\d{12}):(?:assumed-role/([^/]+)|federated-user)/[\w+=,.@-]+")
_ACCOUNT = re.compile(r"\d{12}|arn:aws:iam::\d{12}:root")


@dataclass(frozen=True)
class Entity:
    """A user, group, role or managed policy: ``boundary`` is the ARN of what bounds it, None where nothing does.

    ``trust_policy`` (a document, not to be changed) and ``max_session_seconds`` are a role's alone.
    """

    kind: str
    name: str
    id: str
    arn: str
    tags: Mapping[str, str]
    boundary: str | None = None
    trust_policy: Mapping[str, Any] | None = None
    max_session_seconds: int = 0


class Identities:
    """The account's users, groups, roles, policies and sessions. ``now`` is the account's clock, in UTC.

    ``principal_renamed`` is told the ARN that a user or role had, and what policies name it by from then on.
    """

    def __init__(
        self, account_id: str, models: Models, journal: Journal, now: Callable[[], datetime]
    ) -> None:
        self.account_id = account_id
        self.now = now
        self.principal_renamed: Callable[[str, str], None] = lambda name, new_name: None
        self.sessions = Sessions(journal)
        self._models = models
        self._journal = journal

    @cached_property
    def iam(self) -> Any:
        """moto's IAM (``moto_adapter.iam.Iam``)."""
        return self._models("iam", "aws")

    def perform(self, call: Call, changes: bool) -> Answer:
        """The answer of moto's operation, as XML; ``call`` has its parameters as the model has them.

        Raises AwsError, moto's own or (status 400) where moto fails.
        """
        with self.entered(changes):
            return invoke(call, self.account_id)

    @contextmanager
    def entered(self, changes: bool) -> Iterator[None]:
        """Within it, moto finds this account; where it ``changes`` anything, what is read will be written."""
        self._models("iam", "aws")  # It is made before moto looks for it.
        with self._models.entered(), self._journal.changing(changes):
            yield

    # Users, groups, roles and policies

    def user(self, name: str) -> Entity | None:
        """The user with this name."""
        return self._entity(self.iam.user(name))

    def group(self, name: str) -> Entity | None:
        """The group with this name."""
        return self._entity(self.iam.group(name))

    def role(self, name: str) -> Entity | None:
        """The role with this name."""
        return self._entity(self.iam.role(name))

    def policy(self, arn: str) -> Entity | None:
        """The managed policy with this ARN, a customer's or AWS's own."""
        return self._entity(self.iam.policy(arn))

    def customer_policies(self) -> list[Entity]:
        """The managed policies that are the account's own, the oldest first."""
        policies = (self._entity(policy) for policy in dict.values(self.iam.managed_policies))
        return [policy for policy in policies if policy is not None and f"::{self.account_id}:" in policy.arn]

    def entity_of(self, arn: str) -> Entity | None:
        """The user, group or role with this ARN."""
        entity = self._entity(self._model_of(arn))
        return entity if entity is not None and entity.arn == arn else None

    def policy_text(self, arn: str) -> str | None:
        """The text of a managed policy's version in force; None where there is no such policy."""
        policy = self.iam.policy(arn)
        return None if policy is None else str(policy.text)

    def named_policies(self, entity: Entity) -> Iterator[tuple[str, str]]:
        """The identity policies of a user, group or role: each with the name that the policy simulator gives it."""
        for holder, name, text in self._policies_of(self._model_of(entity.arn)):
            yield (name if holder is None else f"{holder.kind}_{holder.name}_{name}"), text

    def add_user(self, name: str, policies: Mapping[str, Mapping[str, Any]]) -> None:
        """Create a user with these inline policies."""
        user = self.iam.add_user(name)
        for policy_name, document in policies.items():
            user.put_policy(policy_name, json.dumps(document))

    def keep_policy(self, arn: str) -> None:
        """See to it that a managed policy can be referred to. Raises AwsError NoSuchEntity (404)."""
        policy = self.iam.policy(arn)
        if policy is None:
            raise AwsError("NoSuchEntity", f"Policy {arn} does not exist or is not attachable.", 404)
        if arn not in self.iam.managed_policies:
            self.iam.managed_policies[arn] = policy

    # Principals

    def user_named(self, name: str) -> Caller | None:
        """A user as an identity without an access key; None where there is no such user."""
        user = self.iam.user(name)
        return None if user is None else Caller(user.arn, self.account_id, user.id, user.name, "")

    def principal_exists(self, arn: str) -> bool:
        """True for the account itself (its root ARN or its number), its users and roles, and their sessions.

        Any name can be a role's session's, or a federated user's.
        """
        if arn in (self.account_id, f"arn:aws:iam::{self.account_id}:root"):
            return True
        session = _SESSION_ARN.fullmatch(arn)
        if session:
            role = session[2]
            return session[1] == self.account_id and (role is None or self.iam.role(role) is not None)
        return self.unique_id(arn) is not None

    def is_policy_principal(self, kind: str, name: str) -> bool:
        """Whether a policy can name this principal: everyone, an account, a service, or one that exists here.

        There are no other accounts beside the practice account; any twelve digits pass for one, their users do not.
        """
        if kind == "Service":
            return service_principal_exists(name)
        if kind != "AWS":
            return kind == "Federated"
        return name == "*" or _ACCOUNT.fullmatch(name) is not None or self.principal_exists(name)

    def unique_id(self, arn: str) -> str | None:
        """The id (AIDA…, AROA…) of the user or role with this ARN; None for any other principal."""
        principal = self._model_of(arn)
        if principal is None or principal.arn != arn or principal.kind == "group":
            return None
        return str(principal.id)

    def present_name(self, principal_id: str) -> str:
        """The ARN of the user or role with this id; where it is gone the id alone, as on AWS. Other names stay."""
        principal = self.iam.principal(principal_id)
        return principal_id if principal is None else str(principal.arn)

    def name_in_policies(self, given: str) -> str:
        """How a policy shows a principal that was put into it: an account by its ARN, a user or role as it is now.

        Source: AWS's conversion of account ids is told in Terraform's documentation ("aws_sns_topic_policy", and
        hashicorp/terraform-provider-aws, pull request 1546: in the policies of all resources).
        """
        is_account_id = given.isdigit() and _ACCOUNT.fullmatch(given) is not None
        return f"arn:aws:iam::{given}:root" if is_account_id else self.present_name(given)

    def follow_principal(self, arn: str, principal_id: str) -> None:
        """Have the policies that name a user or role by the ARN that it had go on naming it, and nobody else.

        They name it by its new ARN, and by its id once it is gone: who gets its name later is another. Only what they
        say of principals is changed, neither conditions nor resources. The name of a session is nobody's id, and stays.
        """
        name = self.present_name(principal_id)
        if name == arn:
            return
        for role in dict.values(self.iam.roles):
            changed = rename_principal(role.assume_role_policy_document, arn, name)
            if changed is not None:
                self.iam.roles.touch(role.id)
                role.assume_role_policy_document = changed
        self.principal_renamed(arn, name)

    @property
    def users_may_change_passwords(self) -> bool:
        """May every user change its own password, whatever its policies say?"""
        return bool(getattr(self.iam.account_password_policy, "allow_users_to_change_password", False))

    # Access keys and sessions

    def add_access_key(
        self, user_name: str, access_key_id: str | None = None, secret: str | None = None
    ) -> Credentials:
        """Give a user an access key, a new one where none is named."""
        key = self.iam.create_access_key(user_name)
        if access_key_id is not None and secret is not None:
            key.access_key_id, key.secret_access_key = access_key_id, secret
            self.iam.index()
        self.iam.users.touch(user_name)
        return self._key_credentials(self.iam.user(user_name), key)

    def access_keys(self, user_name: str) -> list[Credentials]:
        """A user's access keys, the oldest first."""
        user = self.iam.user(user_name)
        return [] if user is None else [self._key_credentials(user, key) for key in user.access_keys]

    def access_key_owner(self, access_key_id: str) -> Entity | None:
        """The user whose access key it is; None where it is nobody's."""
        key = self.iam.access_keys.get(access_key_id)
        return None if key is None else self.user(key.user_name)

    def credentials(self, access_key_id: str) -> Credentials | None:
        """What an access key id stands for. Raises AwsError ExpiredTokenException for a session that is over."""
        session = self.sessions.get(access_key_id)
        if session is not None:
            if session.expires < self.now().timestamp():
                raise AwsError(
                    "ExpiredTokenException", "The security token included in the request is expired"
                )
            return self._session_credentials(session)
        key = self.iam.access_keys.get(access_key_id)
        user = self.iam.user(key.user_name) if key is not None else None
        return self._key_credentials(user, key) if user is not None and key in user.access_keys else None

    def session_for(self, user_name: str) -> Credentials:
        """A new session of a user, as a console's sign-in opens it. Raises AwsError NoSuchEntity (404)."""
        user = self.iam.user(user_name)
        if user is None:
            raise AwsError("NoSuchEntity", f"The user with name {user_name} cannot be found.", 404)
        return self.begin_session(user.id, SIGN_IN_SECONDS, SessionTerms())

    def begin_session(self, principal_id: str, seconds: int, terms: SessionTerms) -> Credentials:
        """New temporary credentials of the user or role with this id. Sessions that have expired are deleted.

        Raises LookupError where there is no such user or role.
        """
        now = self.now()
        self.sessions.delete_expired(now.timestamp())
        session = new_session(principal_id, seconds, terms, self.account_id, now)
        self.sessions[session.access_key_id] = session
        credentials = self._session_credentials(session)
        if credentials is None:
            raise LookupError(f"nobody has the id {principal_id}")
        return credentials

    def record_last_use(self, caller: Caller, call: Call, now: datetime) -> None:
        """Record when an access key, or a role, was last used: roughly, so that few calls write it."""
        moment = now.replace(tzinfo=None, microsecond=0)  # moto's times are in UTC and don't say so
        if caller.temporary is None:
            owner = self.iam.record_use_of_key(caller.access_key_id, call, moment)
            if owner is not None:
                self.iam.users.touch(owner)
        elif caller.made_by == "AssumeRole":
            role = self.iam.principal(caller.principal_id)
            if role is not None and self.iam.record_use_of_role(role, call, moment):
                self.iam.roles.touch(role.id)

    # What applies to a caller

    def caller_policies(self, caller: Caller) -> CallerPolicies:
        """The policies that apply to a caller, its groups' too, and its tags (aws:PrincipalTag)."""
        principal = self.iam.principal(caller.principal_id)
        boundary = None if principal is None else principal.permissions_boundary_arn
        return CallerPolicies(
            identity=[document_of(text) for _, _, text in self._policies_of(principal)],
            boundaries=[] if boundary is None else [self.managed_document(boundary)],
            session=self._session_policy(caller),
            tags=self._principal_tags(caller, principal),
        )

    def managed_document(self, arn: str) -> dict[str, Any]:
        """A managed policy's document; an empty one, which allows nothing, where the policy is gone."""
        policy = dict.get(self.iam.managed_policies, arn)
        return {} if policy is None else document_of(policy.text)

    def _policies_of(self, model: Any) -> Iterator[tuple[Any, str, str]]:
        """(holder, name, text) of each identity policy; the holder is None for a managed policy."""
        if model is None:
            return
        groups = self.iam.get_groups_for_user(model.name) if model.kind == "user" else ()
        for holder in (model, *groups):
            for name, text in holder.policies.items():
                yield holder, name, text
            for policy in holder.managed_policies.values():
                yield None, policy.name, policy.text

    def _session_policy(self, caller: Caller) -> dict[str, Any] | None:
        """What the session policies of temporary credentials allow together; None where there are none."""
        session = self.sessions.get(caller.access_key_id) if caller.temporary else None
        if session is None or not (session.terms.policies or session.terms.policy_arns):
            return None
        managed = (dict.get(self.iam.managed_policies, arn) for arn in session.terms.policy_arns)
        return _together(
            (*session.terms.policies, *(policy.text for policy in managed if policy is not None))
        )

    def _principal_tags(self, caller: Caller, principal: Any) -> dict[str, str]:
        """The tags of the user or role, those of the session above them."""
        if caller.made_by == "GetFederationToken":
            return dict(caller.temporary.tags) if caller.temporary else {}
        own: dict[str, str] = self.iam.tags_of(principal)
        if caller.temporary is None or not caller.temporary.tags:
            return own
        overridden = {key.lower() for key in caller.temporary.tags}
        return {
            **{key: value for key, value in own.items() if key.lower() not in overridden},
            **caller.temporary.tags,
        }

    # moto's objects as the account's records

    def _model_of(self, arn: str) -> Any:
        """moto's user, group or role of the name in an ARN, wherever its path says that it is."""
        match = _ENTITY_ARN.fullmatch(arn)
        if match is None:
            return None
        return {"user": self.iam.user, "group": self.iam.group, "role": self.iam.role}[match[1]](match[2])

    def _entity(self, model: Any) -> Entity | None:
        if model is None:
            return None
        return Entity(
            model.kind,
            model.name,
            model.id,
            model.arn,
            self.iam.tags_of(model),
            getattr(model, "permissions_boundary_arn", None),
            document_of(model.assume_role_policy_document) if model.kind == "role" else None,
            int(getattr(model, "max_session_duration", 0) or 0),
        )

    def _key_credentials(self, user: Any, key: Any) -> Credentials:
        caller = Caller(user.arn, self.account_id, user.id, user.name, key.access_key_id)
        return Credentials(caller, key.secret_access_key, None, key.status == "Active")

    def _session_credentials(self, session: Session) -> Credentials | None:
        """A session belongs to the very user or role that it was made for: not to another of the same name."""
        principal = self.iam.principal(session.principal_id)
        if principal is None:
            return None
        terms, account_id = session.terms, self.account_id
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
            arn = f"arn:aws:sts::{account_id}:assumed-role/{principal.name}/{terms.name}"
            user_id, name = f"{principal.id}:{terms.name}", ""
        elif terms.made_by == "GetFederationToken":
            arn = f"arn:aws:sts::{account_id}:federated-user/{terms.name}"
            user_id, name = f"{account_id}:{terms.name}", ""
        caller = Caller(arn, account_id, user_id, name, session.access_key_id, temporary)
        return Credentials(caller, session.secret, session.token, active=True)


@lru_cache(maxsize=256)
def _together(texts: tuple[str, ...]) -> dict[str, Any]:
    """Several session policies as one. (STS takes none but those of Version 2012-10-17.) Not to be changed."""
    documents = [document_of(text) for text in texts]
    statements = [statement for document in documents for statement in list_values(document.get("Statement"))]
    return {"Version": "2012-10-17", "Statement": statements}
