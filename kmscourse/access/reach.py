"""Who reaches a key, for what, and by what: each user and role of the account, and whom its policy or grants name else.

Each use is decided with every policy and grant that bears on it, as AWS decides a call: first one without an encryption
context, then one for each context that a grant or a statement names, then one that DynamoDB makes in the caller's name
for each table under the key. A signature needs an algorithm: where a call that names none is not let in, each of the
key's is tried.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kmscourse.access.conditions import of_call, table_key
from kmscourse.access.explain import case
from kmscourse.access.snapshot import Snapshot
from kmscourse.policy import (
    Principal,
    PrincipalKind,
    RequestContext,
    evaluate,
    fill_in,
    list_values,
    parse_principal,
    principals_of,
    statements_of,
)

Context = Mapping[str, str]

YOU = "you"
ANYBODY = "anybody"
"""How a picture calls you, and everybody of all other accounts."""
_ANOTHER_ACCOUNT = "arn:aws:iam::000000000000:root"
_PRINCIPAL_TAG = re.compile(r'aws:PrincipalTag/([^}"]+)', re.IGNORECASE)

_COMMON = {
    "grant": ("kms:CreateGrant",),
    "manage": ("kms:PutKeyPolicy", "kms:DisableKey", "kms:ScheduleKeyDeletion"),
}
_ENCRYPT = ("kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext")
USES: Mapping[str, Mapping[str, Sequence[str]]] = {
    "ENCRYPT_DECRYPT": {
        "encrypt": _ENCRYPT,
        "decrypt": ("kms:Decrypt",),
        "re-encrypt from": ("kms:ReEncryptFrom",),
        "re-encrypt to": ("kms:ReEncryptTo",),
    },
    "SIGN_VERIFY": {"sign": ("kms:Sign",), "verify": ("kms:Verify",)},
    "GENERATE_VERIFY_MAC": {"make a MAC": ("kms:GenerateMac",), "verify a MAC": ("kms:VerifyMac",)},
    "KEY_AGREEMENT": {"derive": ("kms:DeriveSharedSecret",)},
}
"""KeyUsage -> what a key of it is for, and the actions of which one is enough for that."""
CONTAINED_USES = {"re-encrypt from": "decrypt", "re-encrypt to": "encrypt"}
"""Uses that say little beside another one: whoever may decrypt can also move a ciphertext."""
_BY_A_SERVICE = ("encrypt", "decrypt")  # what DynamoDB uses the key of a table for, in a caller's name
_CONTEXTS = ("EncryptionContext", "SourceEncryptionContext", "DestinationEncryptionContext")
_CONTEXT_KEY = "kms:encryptioncontext:"
_EQUALS = ("StringEquals", "StringLike")  # operators whose value a request may have
_EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
_EVERY_USE = {use: actions for uses in USES.values() for use, actions in uses.items()} | _COMMON


@dataclass(frozen=True)
class Reach:
    """What one principal may do with a key: ``uses`` has each use that is let in, and by what.

    ``assumed_by`` names the users who may assume it, where it is a role.
    """

    name: str
    kind: PrincipalKind
    uses: Mapping[str, str]
    assumed_by: tuple[str, ...] = ()

    @property
    def telling(self) -> dict[str, str]:
        """The same uses, but for those that what contains them lets in already."""
        return {use: by for use, by in self.uses.items() if self.uses.get(CONTAINED_USES.get(use, "")) != by}


def uses_of(key_usage: str) -> Mapping[str, Sequence[str]]:
    """What a key of this KeyUsage can be used for, and the actions that stand for it."""
    return {**USES[key_usage], **_COMMON}


def who_may(
    snapshot: Snapshot, key_arn: str, key_usage: str, contexts: Sequence[Context] = ()
) -> tuple[Reach, ...]:
    """Everybody in the account, and whom else the key's policy or grants name, each with what they may do.

    ``contexts`` are encryption contexts to try; those that grants and statements ask for are tried by themselves.
    Raises ClientError where AWS doesn't show the key's policy or grants.
    """
    uses = uses_of(key_usage)
    algorithms = _signing_algorithms(snapshot, key_arn) if key_usage == "SIGN_VERIFY" else ()
    people = [
        Reach(
            _name(snapshot, arn),
            PrincipalKind.ROLE if ":role/" in arn else PrincipalKind.USER,
            dict(_uses(snapshot, arn, key_arn, uses, contexts, algorithms)),
            _assumed_by(snapshot, arn) if ":role/" in arn else (),
        )
        for arn in snapshot.people
    ]
    outside = _of_other_accounts(snapshot, key_arn, uses, contexts)
    return (*people, *outside, *_strangers(snapshot, key_arn))


def _name(snapshot: Snapshot, arn: str) -> str:
    """What a picture calls somebody: the account's main user is who looks at it."""
    return YOU if arn == snapshot.account.user_arn else snapshot.people[arn].name


def _uses(
    snapshot: Snapshot,
    arn: str,
    key_arn: str,
    uses: Mapping[str, Sequence[str]],
    contexts: Sequence[Context],
    algorithms: Sequence[str],
) -> Iterator[tuple[str, str]]:
    own_grants = [grant for grant in snapshot.grants(key_arn) if grant.get("GranteePrincipal") == arn]
    of_grants = filter(None, map(_context_of, own_grants))
    tried = [{}, *contexts, *of_grants, *_contexts_of_policies(snapshot, arn, key_arn)]
    for use, actions in uses.items():
        calls: list[tuple[Mapping[str, Any], Context]] = [(_call(context), context) for context in tried]
        if use == "grant":  # a grantee passes on what it holds, and nothing else
            calls += [(grant, _context_of(grant)) for grant in own_grants]
        ways = (
            _by(snapshot, arn, action, key_arn, parameters, context)
            for parameters, context in calls
            for action in actions
        )
        by = next(filter(None, ways), "")
        if not by and use in _BY_A_SERVICE:
            by = _by_a_table(snapshot, arn, actions, key_arn)
        if by or (by := _by_algorithm(snapshot, arn, actions[0], key_arn, algorithms)):
            yield use, by


def _call(context: Context) -> Mapping[str, Any]:
    """The parameters of a call with this encryption context; ReEncrypt has one on each side."""
    return {name: dict(context) for name in _CONTEXTS} if context else {}


def _by_a_table(snapshot: Snapshot, arn: str, actions: Sequence[str], key_arn: str) -> str:
    """What lets in a call that DynamoDB makes for this caller and a table under the key; "" where nothing does."""
    for table in snapshot.tables.values():
        if table.key_arn != key_arn:
            continue
        for action in actions:
            call = table_key(snapshot.account, table.name, action)
            decided = case(snapshot, arn, action, key_arn, call).decision
            if decided.allowed:
                return f"{decided.by}, through DynamoDB for {table.name}"
    return ""


def _by(
    snapshot: Snapshot, arn: str, action: str, key_arn: str, parameters: Mapping[str, Any], context: Context
) -> str:
    """What lets a call in, as in "key policy" or "grant, with team=books"; "" where nothing does."""
    decided = case(snapshot, arn, action, key_arn, of_call(snapshot.account, action, parameters)).decision
    return _told(decided.by, context) if decided.allowed else ""


def _by_algorithm(snapshot: Snapshot, arn: str, action: str, key_arn: str, algorithms: Sequence[str]) -> str:
    """What lets a call in by some algorithms alone, as in "key policy, with ECDSA_SHA_256"; "" where nothing does."""
    ways = {
        algorithm: by
        for algorithm in algorithms
        if (by := _by(snapshot, arn, action, key_arn, {"SigningAlgorithm": algorithm}, {}))
    }
    return f"{next(iter(ways.values()))}, with {', '.join(ways)}" if ways else ""


def _signing_algorithms(snapshot: Snapshot, key_arn: str) -> Sequence[str]:
    metadata = snapshot.account.client("kms").describe_key(KeyId=key_arn)["KeyMetadata"]
    algorithms: Sequence[str] = metadata.get("SigningAlgorithms", ())
    return algorithms


def _contexts_of_policies(
    snapshot: Snapshot, arn: str, key_arn: str, tags: RequestContext | None = None
) -> Iterator[Context]:
    """The encryption contexts that statements ask for, with this principal's values in place of their variables."""
    layers, request = snapshot.layers(arn, key_arn), snapshot.request(arn, "", key_arn, tags)
    for policy in (snapshot.key_policy(key_arn), *layers.get("identity_policies", ())):
        for statement in statements_of(policy):
            context: dict[str, str] = {}
            for operator, pairs in statement.get("Condition", {}).items():
                if not operator.removesuffix("IfExists").endswith(_EQUALS):
                    continue
                for name, values in pairs.items():
                    value = fill_in(str(list_values(values)[0]), request.values)
                    if name.lower().startswith(_CONTEXT_KEY) and value is not None:
                        context[name[len(_CONTEXT_KEY) :]] = value
            if context and statement["Effect"] == "Allow":
                yield context


def _of_other_accounts(
    snapshot: Snapshot, key_arn: str, uses: Mapping[str, Sequence[str]], contexts: Sequence[Context]
) -> Iterator[Reach]:
    """Whom of another account the key policy lets in. What that account allows itself is not seen: it may be all.

    Where the policy names everybody, an account that nobody has stands for all others. Its users can have any tag.
    """
    key_policy = snapshot.key_policy(key_arn)
    named = (name for each in statements_of(key_policy) for name in principals_of(each))
    for name in dict.fromkeys(named):
        is_anybody = name == "*"
        who = parse_principal(_ANOTHER_ACCOUNT if is_anybody else name)
        if who.account is None or who.account == snapshot.account.id:
            continue
        tag_names = _PRINCIPAL_TAG.findall(json.dumps(key_policy)) if is_anybody else ()
        tags = {f"aws:PrincipalTag/{tag}": "any" for tag in tag_names}
        let_in: dict[str, str] = {}
        tried = [{}, *contexts, *_contexts_of_policies(snapshot, who.id, key_arn, tags)]
        for use, actions in uses.items():
            for context in tried:
                if any(_lets_outside_in(snapshot, who, action, key_arn, context, tags) for action in actions):
                    let_in.setdefault(use, _told("key policy", context))
        if let_in:
            yield Reach(ANYBODY if is_anybody else who.name, who.kind, let_in)


def _lets_outside_in(
    snapshot: Snapshot, who: Principal, action: str, key_arn: str, context: Context, tags: RequestContext
) -> bool:
    call = {
        **of_call(snapshot.account, action, _call(context)),
        **tags,
        "kms:CallerAccount": str(who.account),
    }
    asked = case(snapshot, who.id, action, key_arn, call)
    own = [_EVERYTHING] if who.has_policies else []
    key_policy = snapshot.key_policy(key_arn)
    return evaluate(asked.request, identity_policies=own, resource_policy=key_policy).allowed


def _strangers(snapshot: Snapshot, key_arn: str) -> Iterator[Reach]:
    """Whoever has a grant and is no identity of this account: services of AWS, sessions, other accounts."""
    for grant in snapshot.grants(key_arn):
        grantee = grant.get("GranteePrincipal", "")
        if grantee in snapshot.identities:
            continue
        granted = {f"kms:{operation}" for operation in grant["Operations"]}
        by = _told("grant", _context_of(grant))
        uses = {use: by for use, actions in _EVERY_USE.items() if granted & set(actions)}
        who = parse_principal(grantee)
        yield Reach(who.name, who.kind, uses)


def _assumed_by(snapshot: Snapshot, role_arn: str) -> tuple[str, ...]:
    """The users of the account who may assume a role."""
    return tuple(_name(snapshot, arn) for arn in _who_assumes(snapshot, role_arn) if ":user/" in arn)


def who_assumes(snapshot: Snapshot, role_arn: str) -> tuple[str, ...]:
    """The names of all who may assume a role: users and other roles of the account, and other accounts."""
    trust = snapshot.identities[role_arn].trust or {}
    named = dict.fromkeys(name for each in statements_of(trust) for name in principals_of(each))
    outside = [
        (name, parse_principal(_ANOTHER_ACCOUNT if name == "*" else name))
        for name in named
        if name == "*" or parse_principal(name).account not in (None, snapshot.account.id)
    ]
    return (
        *(_name(snapshot, arn) for arn in _who_assumes(snapshot, role_arn)),
        *(
            ANYBODY if name == "*" else who.name
            for name, who in outside
            if evaluate(
                case(snapshot, who.id, "sts:AssumeRole", role_arn).request,
                identity_policies=[_EVERYTHING] if who.has_policies else [],
                resource_policy=trust,
            ).allowed
        ),
    )


def _who_assumes(snapshot: Snapshot, role_arn: str) -> Iterator[str]:
    """The ARNs of the account's users and roles that may assume a role, each for a session of their own name."""
    for arn, identity in snapshot.people.items():
        session = {"sts:RoleSessionName": identity.name}
        if case(snapshot, arn, "sts:AssumeRole", role_arn, session).decision.allowed:
            yield arn


def _context_of(grant: Mapping[str, Any]) -> Context:
    """The encryption context that a grant asks for, empty where it asks for none."""
    constraints = grant.get("Constraints", {})
    context: Context = constraints.get("EncryptionContextEquals") or constraints.get(
        "EncryptionContextSubset", {}
    )
    return context


def _told(by: str, context: Context) -> str:
    pairs = ", ".join(f"{name}={value}" for name, value in context.items())
    return f"{by}, with {pairs}" if pairs else by
