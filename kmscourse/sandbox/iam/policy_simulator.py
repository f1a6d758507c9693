"""IAM's policy simulator: what would be decided, and by which statements, if somebody called something.

Decided by ``kmscourse.policy.evaluate``, as every call is. Source: IAM API Reference, "SimulateCustomPolicy",
"SimulatePrincipalPolicy", "EvaluationResult", "GetContextKeysForCustomPolicy"; the shape of results with and
without ResourceArns, the names of sources and the positions as in results that users of AWS have published.
Where an inference is made, its line says so.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from ipaddress import ip_network
from typing import Any

from kmscourse.errors import PolicyError
from kmscourse.policy import (
    Policy,
    Request,
    applies,
    compile_policy,
    context_keys,
    evaluate,
    line_and_column,
    locate_statements,
    parse,
)
from kmscourse.sandbox.call import AwsError, Entries
from kmscourse.sandbox.iam.resolve import IamCall
from kmscourse.sandbox.iam.store import Entity, Identities
from kmscourse.sandbox.moto_adapter.iam_markers import marker_of, place_of

PAGE = 100
_ACTION = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9]+")
_USER = re.compile(r"arn:aws:iam::\d{12}:user/.+")
_ENTITY = re.compile(r"arn:aws:iam::\d{12}:(user|group|role)/(?:[^/]+/)*([^/]+)")
_IDENTITY, _RESOURCE, _BOUNDARY = "IAM Policy", "Resource Policy", "Permissions Boundary Policy"


@dataclass(frozen=True)
class SimulatedPolicy:
    """A policy that takes part in a simulation: its id and type there, its text, and what it says."""

    id: str
    type: str
    text: str
    policy: Policy


@dataclass(frozen=True)
class Simulation:
    """Whoever calls, the policies, and the context: the same for all actions and resources.

    ``owner`` is the account of resources whose ARN names none.
    """

    caller: str
    identity: Sequence[SimulatedPolicy]
    boundary: Sequence[SimulatedPolicy]
    resource: Sequence[SimulatedPolicy]
    owner: str | None
    context: Mapping[str, str | list[str]]

    @property
    def account(self) -> str:
        """The caller's account."""
        return self.caller.split(":")[4]

    @property
    def policies(self) -> list[SimulatedPolicy]:
        """Every policy."""
        return [*self.identity, *self.boundary, *self.resource]


def simulate_custom_policies(resolved: IamCall) -> Mapping[str, Any]:
    """SimulateCustomPolicy. Raises AwsError InvalidInput."""
    return _simulate(resolved, None, _from_input(resolved.parameters, "PolicyInputList", _IDENTITY))


def simulate_principal_policies(resolved: IamCall) -> Mapping[str, Any]:
    """SimulatePrincipalPolicy. Raises AwsError InvalidInput, NoSuchEntity (404)."""
    principal = _require_principal(resolved)
    more = _from_input(resolved.parameters, "PolicyInputList", _IDENTITY)
    return _simulate(resolved, principal, [*_of_principal(principal, resolved.identities), *more])


def list_context_keys_of_custom_policies(resolved: IamCall) -> Mapping[str, Any]:
    """GetContextKeysForCustomPolicy. Raises AwsError InvalidInput."""
    policies = _from_input(resolved.parameters, "PolicyInputList", _IDENTITY)
    return {"ContextKeyNames": context_keys(each.policy for each in policies)}


def list_context_keys_of_principal(resolved: IamCall) -> Mapping[str, Any]:
    """GetContextKeysForPrincipalPolicy. Raises AwsError InvalidInput, NoSuchEntity (404)."""
    own = _of_principal(_require_principal(resolved), resolved.identities)
    policies = [*own, *_from_input(resolved.parameters, "PolicyInputList", _IDENTITY)]
    return {"ContextKeyNames": context_keys(each.policy for each in policies)}


def _simulate(
    resolved: IamCall, principal: Entity | None, identity: Sequence[SimulatedPolicy]
) -> Mapping[str, Any]:
    parameters = resolved.parameters
    simulation = _simulation(parameters, principal, identity, resolved.identities)
    actions = parameters["ActionNames"]
    for action in actions:
        if not _ACTION.fullmatch(action):
            # The text is an inference.
            raise AwsError("InvalidInput", f"Invalid Input Action: {action}")
    start = place_of(resolved.call.operation, parameters.get("Marker"))
    end = start + int(parameters.get("MaxItems") or PAGE)
    resources = parameters.get("ResourceArns", ["*"])
    results = [_result(action, resources, simulation) for action in actions[start:end]]
    more = {"Marker": marker_of(resolved.call.operation, end)} if end < len(actions) else {}
    return {"EvaluationResults": results, "IsTruncated": bool(more), **more}


# What takes part


def _require_principal(resolved: IamCall) -> Entity:
    arn = resolved.parameters["PolicySourceArn"]
    match = _ENTITY.fullmatch(arn)
    if match is None:
        raise AwsError(
            "InvalidInput", f"Invalid Entity Arn: {arn} does not clearly define entity type and name."
        )
    if resolved.policy_source is None:
        raise AwsError("NoSuchEntity", f"The {match[1]} with name {match[2]} cannot be found.", 404)
    return resolved.policy_source


def _of_principal(principal: Entity, identities: Identities) -> list[SimulatedPolicy]:
    return [_compiled(name, _IDENTITY, text) for name, text in identities.named_policies(principal)]


def _from_input(parameters: Mapping[str, Any], name: str, kind: str) -> list[SimulatedPolicy]:
    texts = parameters.get(name, ())
    return [_compiled(f"{name}.{number}", kind, text) for number, text in enumerate(texts, 1)]


def _compiled(name: str, kind: str, text: str) -> SimulatedPolicy:
    try:
        return SimulatedPolicy(name, kind, text, compile_policy(parse(text)))
    except PolicyError as error:
        # The text is an inference.
        raise AwsError("InvalidInput", f"{name}: {error}") from None


def _simulation(
    parameters: Mapping[str, Any],
    principal: Entity | None,
    identity: Sequence[SimulatedPolicy],
    identities: Identities,
) -> Simulation:
    boundary = _from_input(parameters, "PermissionsBoundaryPolicyInputList", _BOUNDARY)
    if not boundary and principal is not None and principal.boundary:
        name = principal.boundary.rpartition("/")[2]
        boundary = [_compiled(name, _BOUNDARY, identities.policy_text(principal.boundary) or "")]
    text = parameters.get("ResourcePolicy")
    resource = [_compiled("ResourcePolicy", _RESOURCE, text)] if text else []
    caller = parameters.get("CallerArn") or (principal.arn if principal and principal.kind != "group" else "")
    if not _USER.fullmatch(caller) and (resource or parameters.get("CallerArn")):
        raise AwsError("InvalidInput", "Invalid caller - Caller must be an IAM user in this context.")
    context: dict[str, str | list[str]] = dict(_caller_context(caller, identities))
    for entry in parameters.get("ContextEntries", ()):
        _require_type(entry)
        context[entry.get("ContextKeyName", "")] = list(entry.get("ContextKeyValues", ()))
    owner = re.search(r"\d{12}", parameters.get("ResourceOwner", ""))
    return Simulation(
        caller or f"arn:aws:iam::{identities.account_id}:user/nobody",
        identity,
        boundary,
        resource,
        owner[0] if owner else None,
        {name.lower(): values for name, values in context.items() if name},
    )


def _require_type(entry: Mapping[str, Any]) -> None:
    """Raises AwsError InvalidInput where a value of a context key is not of the type that is said of it."""
    kind = entry.get("ContextKeyType", "")
    read = _READ_AS.get(kind.removesuffix("List"), str)
    for value in entry.get("ContextKeyValues", ()):
        try:
            read(value)
        except (ValueError, LookupError):
            # The text is an inference.
            raise AwsError(
                "InvalidInput", f"Invalid Input: {value} is not of the ContextKeyType {kind}."
            ) from None


def _moment(text: str) -> object:
    """A date in one of the formats of ISO 8601, or in seconds since 1970."""
    return float(text) if re.fullmatch(r"[0-9.]+", text) else datetime.fromisoformat(text)


_READ_AS: Mapping[str, Callable[[str], object]] = {
    "numeric": float,
    "boolean": {"true": True, "false": False}.__getitem__,
    "ip": partial(ip_network, strict=False),
    "binary": partial(base64.b64decode, validate=True),
    "date": _moment,
}


def _caller_context(caller: str, identities: Identities) -> Iterator[tuple[str, str]]:
    """What is known of the simulated caller by its ARN. (That AWS's simulator fills these in is an inference.)"""
    if not caller:
        return
    yield from (("aws:PrincipalArn", caller), ("aws:PrincipalAccount", caller.split(":")[4]))
    user = identities.entity_of(caller)
    if user is not None and user.kind == "user":
        yield from (("aws:username", user.name), ("aws:userid", user.id), ("aws:PrincipalType", "User"))


# The results


def _result(action: str, resources: Sequence[str], simulation: Simulation) -> dict[str, Any]:
    """The result for one action: of every resource together, and of each where they were named."""
    results = [_result_on(action, resource, simulation) for resource in resources]
    single = results[0] if len(results) == 1 else {}
    result = {
        "EvalActionName": action,
        "EvalResourceName": resources[0] if single else "*",  # of several AWS names what their ARNs look like
        "EvalDecision": _strictest(each["EvalResourceDecision"] for each in results),
        "MatchedStatements": single.get("MatchedStatements", []),
        "MissingContextValues": [],
    }
    if list(resources) == ["*"]:
        boundary = {name: single[name] for name in single if name == "PermissionsBoundaryDecisionDetail"}
        return {**result, "MissingContextValues": single["MissingContextValues"], **boundary}
    details = [each["PermissionsBoundaryDecisionDetail"] for each in results if simulation.boundary]
    if details:
        all_within = all(detail["AllowedByPermissionsBoundary"] for detail in details)
        result["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": all_within}
    return {
        **result,
        "EvalDecisionDetails": single.get("EvalDecisionDetails", Entries()),
        "ResourceSpecificResults": results,
    }


def _result_on(action: str, resource: str, simulation: Simulation) -> dict[str, Any]:
    request = Request(simulation.caller, action, resource, simulation.context, _owner(resource, simulation))
    policy: Mapping[str, Any] | None = simulation.resource[0].policy.source if simulation.resource else None
    if policy is None and request.policy_is_root_of_trust:
        # The simulator asks no key policy that it was not given.
        policy = _policy_that_leaves_it_to_iam(simulation.account)
    decision = evaluate(
        request,
        identity_policies=[each.policy.source for each in simulation.identity],
        permissions_boundaries=[each.policy.source for each in simulation.boundary],
        resource_policy=policy,
    )
    verdict = "allowed" if decision.allowed else "explicitDeny" if decision.explicit else "implicitDeny"
    result: dict[str, Any] = {
        "EvalResourceName": resource,
        "EvalResourceDecision": verdict,
        "MatchedStatements": list(_matched(request, simulation, verdict)),
        "MissingContextValues": [
            key
            for key in context_keys((each.policy for each in simulation.policies), request.action)
            if key.lower() not in request.values
        ],
        "EvalDecisionDetails": Entries(),
    }
    if simulation.resource and request.across_accounts:
        result["EvalDecisionDetails"] = Entries(
            {
                _IDENTITY: _verdict_of(simulation.identity, request),
                _RESOURCE: _verdict_of(simulation.resource, request),
            }
        )
    if simulation.boundary:
        within = _verdict_of(simulation.boundary, request) == "allowed"
        result["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": within}
    return result


def _owner(resource: str, simulation: Simulation) -> str:
    """The account of a resource. Without its policy only the caller's own account is asked."""
    if not simulation.resource:
        return simulation.account
    account = resource.split(":")[4] if resource.count(":") >= 5 else ""
    return account if account.isdigit() else simulation.owner or simulation.account


def _matched(request: Request, simulation: Simulation, verdict: str) -> Iterator[dict[str, Any]]:
    """The statements that decided: every Allow that applies, or every Deny; none, where nothing allowed."""
    for simulated in simulation.policies if verdict != "implicitDeny" else ():
        denies = verdict == "explicitDeny"
        if simulated.type == _BOUNDARY and not denies:
            continue  # it gives nothing
        places = locate_statements(simulated.text)
        for statement in simulated.policy.denies if denies else simulated.policy.allows:
            if applies(statement, request):
                start, end = places[statement.number - 1]
                yield {
                    "SourcePolicyId": simulated.id,
                    "SourcePolicyType": simulated.type,
                    "StartPosition": _position(simulated.text, start),
                    "EndPosition": _position(simulated.text, end),
                }


def _position(text: str, at: int) -> dict[str, int]:
    line, column = line_and_column(text, at)
    return {"Line": line, "Column": column}


def _verdict_of(policies: Iterable[SimulatedPolicy], request: Request) -> str:
    """What these policies say, if they were the only ones."""
    applying = [
        statement
        for simulated in policies
        for statement in simulated.policy.statements
        if applies(statement, request)
    ]
    if any(statement.denies for statement in applying):
        return "explicitDeny"
    return "allowed" if applying else "implicitDeny"


def _strictest(verdicts: Iterable[str]) -> str:
    return max(verdicts, key=("allowed", "implicitDeny", "explicitDeny").index)


def _policy_that_leaves_it_to_iam(account: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "*", "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}
