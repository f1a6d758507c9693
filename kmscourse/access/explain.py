"""One request decided from the account's own policies; a refusal of AWS's decided again, step by step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from botocore.exceptions import ClientError

from kmscourse.access import trail
from kmscourse.access.conditions import of_call, of_moment, table_key
from kmscourse.access.facts import Facts
from kmscourse.access.refusal import Refusal
from kmscourse.access.snapshot import NOT_SHOWN, Snapshot
from kmscourse.access.unseen import BEYOND, note, notes_on_facts, stand_in
from kmscourse.account import Account
from kmscourse.account.denials import Denial, RefusedCall, unremembered
from kmscourse.errors import KmsCourseError
from kmscourse.policy import (
    Advice,
    Decision,
    Layer,
    Layers,
    PrincipalKind,
    Request,
    RequestContext,
    deleted_principals,
    evaluate,
    parse_principal,
    what_would_allow,
)

UNTIL_GRANTS_ARE_KNOWN = timedelta(minutes=5)
"""How long a new grant takes at most, usually (AWS KMS API Reference, "CreateGrant")."""


@dataclass(frozen=True)
class Case:
    """A request, and the policies of the account that bear on it.

    ``notes`` say what couldn't be seen of the call, its policies and its key, whom a policy names in vain, and where
    the decision on a refused call is another than AWS's: a few sentences each.
    """

    request: Request
    layers: Layers
    notes: tuple[str, ...] = ()

    @property
    def decision(self) -> Decision:
        """What they say to it, with every step of the way there."""
        return evaluate(self.request, **self.layers)

    @property
    def ways_in(self) -> Advice:
        """What would let it in, where it is refused."""
        return what_would_allow(self.request, **self.layers)


def case(
    snapshot: Snapshot,
    arn: str,
    action: str,
    resource: str,
    context: RequestContext | None = None,
    session: trail.Session | None = None,
) -> Case:
    """One request of a user or role, whether anybody has made it or not.

    ``context`` holds its condition keys beside those that every call has; without it, the call says nothing special.
    ``session`` is what the trail tells of a session, where ``arn`` is one.
    """
    call_context = of_call(snapshot.account, action, {}) if context is None else context
    moment = of_moment(snapshot.account, resource, {}, via="kms:ViaService" in call_context)
    layers = snapshot.layers(arn, resource, action, session)
    facts = snapshot.facts(resource, layers, action)
    all_context = {**facts.context, **moment, **call_context}
    notes = (*notes_on_facts(facts), *_notes_on_deleted(layers))
    return Case(snapshot.request(arn, action, resource, all_context, session), layers, notes)


def scan_answers(account: Account, user_arn: str, table: str) -> tuple[Decision, Decision | None]:
    """The two answers to a Scan by this user: IAM's about the table, then KMS's about the table's key.

    None where KMS isn't asked: the first is no, or the table has no KMS key that could be seen. Raises KmsCourseError
    where there is no such user, ClientError where AWS doesn't show what the second depends on.
    """
    snapshot = Snapshot(account)
    if snapshot.identity_of(user_arn) is None:
        raise _gone(user_arn)
    details = snapshot.table(table)
    at_the_table = case(snapshot, user_arn, "dynamodb:Scan", details.arn).decision
    if not at_the_table.allowed or details.key_arn is None:
        return at_the_table, None
    at_its_key = case(snapshot, user_arn, "kms:Decrypt", details.key_arn, table_key(account, table))
    if unread := snapshot.facts(details.key_arn, at_its_key.layers, "kms:Decrypt").unread:
        raise next(iter(unread.values()))
    return at_the_table, at_its_key.decision


def may_read_table(account: Account, user_arn: str, table: str) -> Decision:
    """Would a Scan by this user be let in? The first of the two answers that is no, else the last.

    Raises as ``scan_answers``.
    """
    at_the_table, at_its_key = scan_answers(account, user_arn, table)
    return at_its_key or at_the_table


def refused_case(account: Account, text: str) -> Case:
    """The request that AWS's sentence refused; of a ``Denial``, more is known of the call than the sentence says.

    Raises KmsCourseError where the text is no refusal, doesn't say who was refused what, or speaks of somebody who is
    in the account no more.
    """
    refusal = Refusal.read(text)
    if refusal.principal is None or refusal.action is None:
        raise KmsCourseError(f"This sentence of AWS doesn't say who was refused what: {text!r}")
    call = text.call if isinstance(text, Denial) else RefusedCall()
    with unremembered(account.denials):
        return _Refused(Snapshot(account), refusal, call).case()


class _Refused:
    """A refused call, with all that the sentence, the call itself, the account and its audit trail tell of it."""

    def __init__(self, snapshot: Snapshot, refusal: Refusal, call: RefusedCall) -> None:
        self.snapshot, self.refusal, self.call = snapshot, refusal, call
        self.caller, self.action = parse_principal(str(refusal.principal)), str(refusal.action)
        self.event = trail.refused_event(snapshot.account, refusal, call, self.region)
        self.access_key_id = self.event.get("userIdentity", {}).get("accessKeyId") or call.access_key_id
        self.session = None
        self.issue_is_unknown = False
        if self.caller.kind in (PrincipalKind.SESSION, PrincipalKind.FEDERATED_USER):
            self.session = trail.session_of(snapshot.account, self.caller, self.access_key_id)

    def case(self) -> Case:
        """The request as AWS met it: of several that it may have been, one that is refused as AWS has refused it."""
        layers, notes = self._layers()
        moment = of_moment(
            self.snapshot.account,
            self.resource,
            self.event,
            via=self.refusal.via_dynamodb,
            temporary=self.access_key_id.startswith("ASIA"),
        )
        facts = self.snapshot.facts(self.resource, layers, self.action)
        notes += notes_on_facts(facts) + _notes_on_deleted(layers)
        all_context = {**facts.context, **self._issued_at_the_latest(moment), **moment}
        requests = [self._request({**all_context, **context}) for context in self._contexts()]
        for request in requests:
            if self._is_refused_as_said(evaluate(request, **layers)):
                return Case(request, layers, notes)
        if new_grants := self._new_grants(layers, moment):
            earlier = layers.copy()
            earlier["grants"] = [grant for grant in layers.get("grants", ()) if grant not in new_grants]
            for request in requests:
                if self._is_refused_as_said(evaluate(request, **earlier)):
                    return Case(request, layers, (*notes, _note_on_new(new_grants)))
        return Case(requests[0], layers, (*notes, self._difference(requests[0], layers, facts)))

    def _new_grants(self, layers: Layers, moment: RequestContext) -> list[Mapping[str, Any]]:
        """The grants that were so new when the call came that KMS may not have known them everywhere."""
        called_at = datetime.fromisoformat(str(moment["aws:CurrentTime"]))
        # Events know whole seconds only.
        return [
            grant
            for grant in layers.get("grants", ())
            if grant["CreationDate"] < called_at + timedelta(seconds=1)
            and called_at - grant["CreationDate"] < UNTIL_GRANTS_ARE_KNOWN
        ]

    def _issued_at_the_latest(self, moment: RequestContext) -> RequestContext:
        """Temporary credentials have been given out at some time, which the audit trail need not tell: by the call."""
        self.issue_is_unknown = (
            self.access_key_id.startswith("ASIA")
            and self.session is None
            and "aws:TokenIssueTime" not in moment
        )
        return {"aws:TokenIssueTime": moment["aws:CurrentTime"]} if self.issue_is_unknown else {}

    @cached_property
    def resource(self) -> str:
        """The ARN of what the call was about, "*" where it was nothing in particular.

        Raises KmsCourseError where nothing says what it was.
        """
        name_or_arn = self.refusal.resource
        if name_or_arn is None and self.refusal.hides_resource:
            name_or_arn = self.call.parameters.get("KeyId")
            if name_or_arn is None:
                raise KmsCourseError(
                    "This sentence of AWS doesn't say which resource was refused, and the call isn't known: "
                    f"{self.refusal.text!r}"
                )
        kind, _, name = (name_or_arn or "*").partition(" ")
        if not name:
            return kind
        arns = (
            arn
            for arn, identity in self.snapshot.identities.items()
            if f":{kind}/" in arn and identity.name == name
        )
        return next(arns, f"arn:aws:iam::{self.snapshot.account.id}:{kind}/{name}")

    @property
    def region(self) -> str:
        """The Region of what the call was about; of a call about nothing in particular, that in which it was made."""
        segments = str(self.refusal.resource).split(":")
        return (segments[3] if len(segments) > 3 else "") or self.call.region or self.snapshot.account.region

    def _request(self, context: RequestContext) -> Request:
        return self.snapshot.request(self.caller.id, self.action, self.resource, context, self.session)

    def _contexts(self) -> Iterator[RequestContext]:
        """The condition keys of the call itself, as far as they are known; a batch may have come for several tables."""
        account = self.snapshot.account
        if not self.refusal.via_dynamodb:
            yield of_call(account, self.action, self.call.parameters)
            return
        tables = self.call.tables or tuple(
            table.name for table in self.snapshot.tables.values() if table.key_arn == self.resource
        )
        for table in tables:
            yield table_key(account, table, self.action, self.region)
        if not tables:
            yield of_call(account, self.action, {}, via=self.region)

    def _layers(self) -> tuple[Layers, tuple[str, ...]]:
        """The policies, and what is to be said of those that can't be seen."""
        caller, account = self.caller, self.snapshot.account
        unseen = []
        try:
            layers = self.snapshot.layers(caller.id, self.resource, self.action, self.session)
        except ClientError as error:
            if error.response["Error"]["Code"] not in NOT_SHOWN:
                raise
            layers = self.snapshot.layers(caller.id, "*", self.action, self.session)
            unseen.append(Layer.RESOURCE)
        if (
            caller.kind is not PrincipalKind.ROOT
            and self.snapshot.identity_of(caller.id, self.session) is None
        ):
            if caller.account == account.id and caller.kind is not PrincipalKind.FEDERATED_USER:
                raise _gone(caller.id)
            unseen.append(Layer.IDENTITY)
        if self.session is None and caller.kind in (PrincipalKind.SESSION, PrincipalKind.FEDERATED_USER):
            unseen.append(Layer.SESSION)
        if self.refusal.policy_type == Layer.SERVICE_CONTROL.noun:
            unseen.append(Layer.SERVICE_CONTROL)
        for layer in unseen:
            layers = stand_in(layers, layer, self.refusal, caller)
        if self.action == "kms:RetireGrant" and (grant_id := self.call.parameters.get("GrantId")):
            grants: Any = layers.get("grants", ())
            layers["grants"] = [grant for grant in grants if grant["GrantId"] == grant_id]
        return layers, tuple(note(layer, caller) for layer in unseen)

    def _is_refused_as_said(self, decision: Decision) -> bool:
        """Does the decision refuse, by the policy that AWS's sentence names (if it names one), and in the same way?"""
        if decision.allowed or self.refusal.policy_type is None:
            return not decision.allowed
        noun = Layer(decision.layer or Layer.IDENTITY).noun
        return (noun, decision.explicit) == (self.refusal.policy_type, self.refusal.explicit)

    def _difference(self, request: Request, layers: Layers, facts: Facts) -> str:
        """Why the decision can be another than AWS's."""
        if self.refusal.policy_type in BEYOND:
            return (
                f"AWS names a {self.refusal.policy_type}. It can't be read from here, and is left out below."
            )
        # What is known, or has a note of its own.
        known_context = {name.lower() for name in (*request.context, *facts.unread)}
        if self.issue_is_unknown:
            known_context.discard("aws:tokenissuetime")
        missing = [name for name in self.snapshot.condition_keys(layers) if name.lower() not in known_context]
        # Of a call that is known, what is missing of KMS's own keys it doesn't have at all.
        whole = bool(self.call.operation)
        unknown = [name for name in missing if not (whole and name.lower().startswith("kms:"))]
        asks = (
            f" What the policies ask about and isn't known of the call: {', '.join(unknown)}."
            if unknown
            else ""
        )
        return (
            "AWS has refused the call as its sentence says. Decided again, from what can be seen now, the answer is "
            f"another one: a policy has been changed since, or depends on something that isn't seen here.{asks}"
        )


def _notes_on_deleted(layers: Layers) -> tuple[str, ...]:
    """That the resource's own policy names users or roles who were deleted, where it does: one note, or none."""
    policy = layers.get("resource_policy")
    names = [parse_principal(principal_id).name for principal_id in deleted_principals(policy or {})]
    if not names:
        return ()
    return (
        f"The policy of the resource names {' and '.join(names)}. Nobody is meant by that any more, not even who was "
        "made again under the same name, and AWS takes no policy that still has it: take it out before you put the "
        "policy.",
    )


def _note_on_new(grants: Sequence[Mapping[str, Any]]) -> str:
    """Why a call can have been refused that a grant lets in."""
    names = " or ".join(f"{grant.get('Name') or grant['GrantId'][:8] + '…'}" for grant in grants)
    return (
        f"A grant lets the caller in, and it was made less than five minutes before the call: {names}. A new grant may "
        "take so long until all of KMS knows it. Until then it counts only for a request that has its grant token, in "
        "GrantTokens; DynamoDB takes no token."
    )


def _gone(arn: str) -> KmsCourseError:
    return KmsCourseError(
        f"{arn} is not in the account, or no more: what its policies said can't be seen, and nothing can be decided."
    )
