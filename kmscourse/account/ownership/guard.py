"""What the lab's clients may change outside the practice account: what the course made, and nothing else.

Each call of such a client passes here before it is sent, from whichever cell, page or helper it comes. A call that only
reads goes on. One that makes a key, a table, a user or a role is written into the ledger and carries the mark. One that
changes something has to name what bears the mark. Everything else is refused: what a call changes, and that isn't known
here, may be foreign.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.model import OperationModel

from kmscourse.account.ownership.ledger import Ledger
from kmscourse.account.ownership.mark import MARK, MARK_VALUE, Owner, Owners
from kmscourse.account.table_names import table_names
from kmscourse.errors import ForeignError
from kmscourse.iam import LAB_PASSWORD

Parameters = Mapping[str, Any]

# Operations that change nothing of an account's: they look, or they calculate with a key.
_READS = {
    "kms": r"Get|List|Describe|Generate|Verify|((Re)?Encrypt|Decrypt|Sign|Encapsulate|Decapsulate|DeriveSharedSecret)$",
    "dynamodb": r"Get|List|Describe|BatchGet|Query$|Scan$|TransactGet",
    "iam": r"Get|List|Simulate",
    "sts": r"Get|Assume|Decode",
}
_READS_ELSEWHERE = r"Get|List|Describe|Lookup|Head"

_OF_A_KEY = frozenset(
    {
        *("CreateGrant", "RevokeGrant", "RetireGrant", "CreateAlias", "UpdateAlias", "DeleteAlias"),
        *("EnableKey", "DisableKey", "ScheduleKeyDeletion", "CancelKeyDeletion", "UpdateKeyDescription"),
        *("EnableKeyRotation", "DisableKeyRotation", "RotateKeyOnDemand", "PutKeyPolicy"),
        *("TagResource", "UntagResource", "ImportKeyMaterial", "DeleteImportedKeyMaterial"),
    }
)
_OF_A_TABLE = frozenset(
    {
        *("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"),
        *("UpdateTable", "DeleteTable", "UpdateTimeToLive", "UpdateContinuousBackups"),
        *("TagResource", "UntagResource"),
    }
)
_OF_A_USER = frozenset(
    {
        *("CreateAccessKey", "UpdateAccessKey", "DeleteAccessKey"),
        *("CreateLoginProfile", "UpdateLoginProfile", "DeleteLoginProfile"),
        *("PutUserPolicy", "DeleteUserPolicy", "AttachUserPolicy", "DetachUserPolicy"),
        *("PutUserPermissionsBoundary", "DeleteUserPermissionsBoundary", "RemoveUserFromGroup"),
        *("DeactivateMFADevice", "DeleteSigningCertificate", "DeleteSSHPublicKey"),
        *("DeleteServiceSpecificCredential", "TagUser", "UntagUser", "UpdateUser", "DeleteUser"),
    }
)
_OF_A_ROLE = frozenset(
    {
        *("PutRolePolicy", "DeleteRolePolicy", "AttachRolePolicy", "DetachRolePolicy"),
        *("PutRolePermissionsBoundary", "DeleteRolePermissionsBoundary", "RemoveRoleFromInstanceProfile"),
        *("UpdateAssumeRolePolicy", "UpdateRole", "UpdateRoleDescription"),
        *("TagRole", "UntagRole", "DeleteRole"),
    }
)
_CHANGES = {"kms": _OF_A_KEY, "dynamodb": _OF_A_TABLE, "iam": _OF_A_USER | _OF_A_ROLE}
_NOT_OFFERED = frozenset({"ReplicaUpdates", "GlobalTableWitnessUpdates"})  # they make tables in other Regions


@dataclass(frozen=True)
class Making:
    """How a call makes something: what that is, the parameter that names it, and how its tags are spelled."""

    kind: str
    name: str = ""
    tag: tuple[str, str] | None = None


MAKES = {
    ("kms", "CreateKey"): Making("key", "", ("TagKey", "TagValue")),
    ("kms", "CreateAlias"): Making("alias", "AliasName"),
    ("dynamodb", "CreateTable"): Making("table", "TableName", ("Key", "Value")),
    ("iam", "CreateUser"): Making("user", "UserName", ("Key", "Value")),
    ("iam", "CreateRole"): Making("role", "RoleName", ("Key", "Value")),
    ("iam", "CreateAccessKey"): Making("access key of", "UserName"),
    ("iam", "CreateLoginProfile"): Making("password of", "UserName"),
}


@dataclass
class Guard:
    """Stands before the calls of an account's sessions; ``made`` says what they have made in this process."""

    owners: Owners
    ledger: Ledger
    made: list[str] = field(default_factory=list)

    def watch(self, session: boto3.Session) -> None:
        """Stand before each call of the clients that the session makes from now on."""
        events = session.events
        # The last that sees the parameters: others before it, as those of boto3's resources, replace them.
        events.register_last("before-parameter-build", self.check_call, "kmscourse-guard-before")
        events.register("before-call", partial(self.check_destination, session), "kmscourse-guard-send")
        events.register("after-call", self.record_result, "kmscourse-guard-after")

    def check_call(
        self, params: dict[str, Any], model: OperationModel, context: dict[str, Any], **_: object
    ) -> None:
        """Let a call go, and put the mark among the tags of what it makes.

        Raises ForeignError for a call that would change what the course did not make, KmsCourseError where that
        can't be told.
        """
        if _only_reads(model):
            return
        service, operation = model.service_model.service_name, model.name
        if context.get("is_presign_request"):
            raise ForeignError(
                f"A URL for {service}:{operation} may be used when nobody looks any more at whose the thing is, "
                "so on a real account the lab's clients sign none. Make the call itself."
            )
        region = self._region(model, context)
        making = MAKES.get((service, operation))
        if making is None and operation not in _CHANGES.get(service, ()):
            raise ForeignError(
                f"{service}:{operation} may change what the course did not make, so the lab's clients do not call it "
                "on a real account. The practice account lets you try it."
            )
        for thing, owner in self._affected(service, operation, region, params):
            if owner is Owner.FOREIGN:
                raise _not_made(thing, f"so it does not change it ({service}:{operation})")
        _refuse_published_password(params)
        _keep_mark(params)
        if making is None:
            return
        name = str(params.get(making.name, ""))
        is_new = self.ledger.write(region, making.kind, name)
        context["kmscourse"] = (region, making.kind, name, is_new)
        if making.tag is not None:
            params["Tags"] = _marked(params.get("Tags"), making.tag)

    def require_own_role(self, role_name: str) -> None:
        """Let a session of a role be made where the course made the role, or where there is none: AWS says so then.

        Raises ForeignError for another role, HiddenError where that can't be told.
        """
        if self.owners.of_role(self.owners.region, role_name) is Owner.FOREIGN:
            raise _not_made(f"the role {role_name}", "so it makes no session of it")

    def check_destination(
        self,
        session: boto3.Session,
        model: OperationModel,
        params: Parameters,
        request_signer: Any,
        context: dict[str, Any],
        **_: object,
    ) -> None:
        """Let a call go that changes something where, and as whose, the owners have been looked up.

        Raises ForeignError for one of a client that was given another endpoint, or credentials of its own: these may
        be another account's.
        """
        if _only_reads(model):
            return
        service = model.service_model.service_name
        reading_client = self.owners.client_of(service, self._region(model, context))
        own_host, called_host = (
            urlsplit(url).netloc for url in (reading_client.meta.endpoint_url, params["url"])
        )
        # DynamoDB has an endpoint for each account, too.
        is_here = called_host == own_host or called_host.startswith(f"{self.owners.account}.ddb.")
        if not is_here or request_signer._credentials is not session.get_credentials():
            raise ForeignError(
                "This client has an endpoint or credentials of its own, which may be another account's, so it does not "
                f"call {service}:{model.name}. Make clients with lab.client(…) or lab.session_for(…)."
            )

    def record_result(self, parsed: dict[str, Any], context: dict[str, Any], **_: object) -> None:
        """Remember what a call has made, once AWS has answered that it did; strike what AWS has refused to make."""
        if "kmscourse" not in context:
            return
        region, kind, name, is_new = context["kmscourse"]
        if "Error" in parsed:
            # After a failure of AWS's own, status 500 and up, it may be there all the same.
            if is_new and parsed.get("ResponseMetadata", {}).get("HTTPStatusCode", 500) < 500:
                self.ledger.take_back(region, kind, name)
            return
        if kind == "key":  # only now it has a name
            name = parsed["KeyMetadata"]["Arn"]
            self.ledger.write(region, kind, name)
        self.made.append(f"{kind} {name}")

    def _region(self, model: OperationModel, context: Mapping[str, Any]) -> str:
        """The Region of a call's client; users and roles are in none, so theirs is the account's own."""
        if model.service_model.service_name == "iam":
            return self.owners.region
        return str(context["client_region"])

    def _affected(
        self, service: str, operation: str, region: str, params: Parameters
    ) -> Iterator[tuple[str, Owner]]:
        """What a call changes, or hands to others, each with its owner."""
        if service == "kms" and operation != "CreateKey":
            if operation in ("UpdateAlias", "DeleteAlias"):
                alias = str(params.get("AliasName"))
                yield alias, self.owners.of_key(region, alias)
            # Whose key is in a grant token, KMS alone can read.
            if operation == "RetireGrant" and params.get("GrantToken"):
                yield "the key of this grant token", Owner.FOREIGN
            if operation != "DeleteAlias":
                yield self._named_resource(
                    params, ("KeyId", "TargetKeyId"), "the key", self._key_owner(region)
                )
        elif service == "dynamodb":
            tables = set(table_names(params)) if operation != "CreateTable" else set()
            for name in sorted(tables):
                yield f"the table {name}", self.owners.of_table(region, name)
            key = (params.get("SSESpecification") or {}).get("KMSMasterKeyId")
            if key is not None:  # DynamoDB puts a grant on it
                yield f"the key {key}", self._key_owner(region)(key)
            for member in sorted(_NOT_OFFERED & set(params)):
                yield f"what {member} makes in other Regions", Owner.FOREIGN
        elif operation in _OF_A_ROLE:
            yield self._named_resource(
                params, ("RoleName",), "the role", lambda name: self.owners.of_role(region, name)
            )
        elif service == "iam" and operation not in ("CreateUser", "CreateRole"):
            yield self._named_resource(
                params, ("UserName",), "the user", lambda name: self.owners.of_user(region, name)
            )
            if params.get("NewUserName"):  # some that speak IAM put the user in the other's place
                name = str(params["NewUserName"])
                yield f"the user {name}", self.owners.of_user(region, name)

    def _key_owner(self, region: str) -> Callable[[str], Owner]:
        return lambda key: self.owners.of_key(region, key)

    def _named_resource(
        self, params: Parameters, names: Iterable[str], kind: str, owner_of: Callable[[str], Owner]
    ) -> tuple[str, Owner]:
        """What one of these parameters names; where none does, AWS takes what only it knows: the caller, a token."""
        name = next((str(params[name]) for name in names if params.get(name)), None)
        if name is None:
            return f"{kind} that this call leaves unnamed", Owner.FOREIGN
        return f"{kind} {name}", owner_of(name)


def _not_made(thing: str, consequence: str) -> ForeignError:
    return ForeignError(
        f"The course did not make {thing}, {consequence}. Use another account or another Region for the course."
    )


def _only_reads(model: OperationModel) -> bool:
    """Does an operation look or calculate, and change nothing?"""
    return re.match(_READS.get(model.service_model.service_name, _READS_ELSEWHERE), model.name) is not None


def _marked(tags: Iterable[Mapping[str, str]] | None, spelled: tuple[str, str]) -> list[Mapping[str, str]]:
    """The tags of what a call makes, the mark among them."""
    key, value = spelled
    return [*(tag for tag in tags or [] if tag.get(key) != MARK), {key: MARK, value: MARK_VALUE}]


def _keep_mark(params: Parameters) -> None:
    """The mark is neither removed nor, in other letters, replaced: IAM takes KMSCourse for the same key."""
    tags = [tag for tag in params.get("Tags") or [] if isinstance(tag, Mapping)]
    keys = [*(params.get("TagKeys") or []), *(tag.get("Key", tag.get("TagKey")) for tag in tags)]
    if MARK in (params.get("TagKeys") or []) or any(
        str(key).casefold() == MARK and key != MARK for key in keys
    ):
        raise ForeignError(
            f"The tag {MARK} stays: by it the course knows its own things, and finds them again to remove them."
        )


def _refuse_published_password(params: Parameters) -> None:
    """No password that is printed in the course opens a real account."""
    if str(params.get("Password", "")).casefold() == LAB_PASSWORD.casefold():
        raise ForeignError(
            "This password is printed in the course for everyone to read, so it opens the practice account only. "
            "lab.new_password() makes one for this account."
        )
