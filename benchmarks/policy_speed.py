"""Deciding a request, beside the check that moto makes of IAM policies, over the same cases in one run.

    python benchmarks/policy_speed.py [CASES.jsonl] [--rounds 30]

The cases are those of the tests in tests/policy, or of a file: one JSON object a line with identity_policies,
resource_policy and request {principal, action, resource, context, resource_account}, and where they apply
permissions_boundaries, session_policy, service_control_policies. Measured are decisions whose policies are known
already, and first ones, for which nothing is known. moto reads its policies anew for every request; it looks at
identity-based policies alone, and is given just these. The goals are about the cases that have no others, for there
both decide the same; the cases with a key policy or another limit beside them are printed too.

Then the time for policies of 10 to 10,000 statements, of which only the last applies.

Goals, as ratios of the medians: a decision whose policies are known is no slower than moto's check, a first one takes
at most twice as long; and with known policies time grows no faster than the statements. The program ends with status 1
where one is missed.
"""

from __future__ import annotations

import argparse
import importlib
import json
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from moto.iam.access_control import IAMPolicy, PermissionResult

from kmscourse.policy import Request, evaluate
from kmscourse.policy.language.document import forget_policies

sys.path.insert(0, str(Path(__file__).parents[1]))  # tests/ beside this folder is not an installed package

MAX_RATIO = 1.0  # to moto's median, where the policies are known
MAX_FIRST_RATIO = 2.0  # where they are not
MAX_GROWTH = 20.0  # times as long for ten times as many statements
TABLES = (
    "evaluate.kms.test_key_policies",
    "evaluate.kms.test_condition_keys",
    "evaluate.kms.test_grants",
    "evaluate.kms.test_each_condition_key",
    "evaluate.kms.test_encryption_context",
    "evaluate.kms.test_services",
    "evaluate.test_evaluation",
)
LAYERS = (
    "identity_policies",
    "resource_policy",
    "permissions_boundaries",
    "session_policy",
    "service_control_policies",
)


@dataclass(frozen=True)
class Case:
    """One request, and every policy that bears on it."""

    request: Request
    policies: dict[str, Any]

    def decide(self) -> bool:
        """By kmscourse; the request is made anew, as for a call that has just arrived."""
        first = self.request
        request = Request(
            first.principal, first.action, first.resource, first.context, first.resource_account
        )
        return evaluate(request, **self.policies).allowed

    @property
    def layers(self) -> list[str]:
        """The layers in which it has a policy or a grant."""
        return [layer for layer, policies in self.policies.items() if policies]

    def moto_policies(self) -> list[dict[str, str]]:
        """The identity-based policies, as moto keeps them: as text."""
        identity = self.policies.get("identity_policies") or []
        return [{"policy_document": json.dumps(policy)} for policy in identity]


def moto_decides(policies: list[dict[str, str]], request: Request) -> bool:
    """The loop that moto runs over a caller's policies for each request."""
    permitted = False
    for policy in policies:
        result = IAMPolicy(policy).is_action_permitted(request.action, request.resource)
        if result == PermissionResult.DENIED:
            return False
        permitted |= result == PermissionResult.PERMITTED
    return permitted


def _moto_can(policies: list[dict[str, str]], request: Request) -> bool:
    """moto makes a regular expression of a pattern, and some are none: "**"."""
    try:
        moto_decides(policies, request)
    except re.error:
        return False
    return True


def from_tests() -> Iterator[Case]:
    """Every request that the tests' tables decide: their ``evaluate`` is listened to while they run."""
    try:
        deciding = importlib.import_module("tests.policy.evaluate.kms.cases")
        modules = [importlib.import_module(f"tests.policy.{name}") for name in TABLES]
    except ModuleNotFoundError as missing:
        raise SystemExit(f"{missing}: run this from a checkout, or name a file of cases.") from missing
    for module in modules:
        heard: list[Case] = []

        def listening(request: Request, *, into: list[Case] = heard, **policies: Any) -> Any:
            into.append(Case(request, policies))
            return evaluate(request, **policies)

        deciding.evaluate = module.evaluate = listening  # type: ignore[attr-defined]
        for test in vars(module).values():
            for mark in getattr(test, "pytestmark", []):
                for row in mark.args[1]:
                    values = getattr(row, "values", row)  # a pytest.param, or a bare row
                    test(*(values if "," in mark.args[0] or not isinstance(mark.args[0], str) else [values]))
        yield from heard


def from_file(path: Path) -> Iterator[Case]:
    """The cases of a file, one a line."""
    for line in path.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        request = case["request"]
        yield Case(
            Request(
                request["principal"],
                request["action"],
                request["resource"],
                request.get("context") or {},
                request.get("resource_account"),
            ),
            {layer: case[layer] for layer in LAYERS if layer in case},
        )


def microseconds(
    work: Callable[[], object],
    rounds: int,
    before: Callable[[], object] | None = None,
    of: Callable[[list[float]], float] = statistics.median,
) -> float:
    """The median time of one run, or another one of its times; what comes ``before`` each is not timed."""
    times = []
    for _ in range(rounds):
        if before:
            before()
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return 1e6 * of(times)


def compare(cases: list[Case], rounds: int) -> tuple[float, float]:
    """Print the medians over the cases, and return ours as ratios to moto's: policies known, and first decisions."""
    ratios = []
    for title, chosen in (
        ("identity-based policies alone", [case for case in cases if set(case.layers) == {LAYERS[0]}]),
        ("other policies beside them", [case for case in cases if set(case.layers) > {LAYERS[0]}]),
    ):
        known, first, moto = [], [], []
        for case in chosen:
            policies = case.moto_policies()
            if _moto_can(policies, case.request):
                known.append(microseconds(case.decide, rounds))
                moto.append(microseconds(lambda: moto_decides(policies, case.request), rounds))  # noqa: B023
                first.append(microseconds(case.decide, rounds, forget_policies))
        if not moto:
            continue
        print(f"{len(moto)} cases with {title}")
        yardstick = statistics.median(moto)
        for name, times in (("policies known", known), ("first decision", first), ("moto", moto)):
            median, mean, highest = statistics.median(times), statistics.fmean(times), max(times)
            ratios.append(median / yardstick)
            print(
                f"  {name:14} median {median:6.1f} us  mean {mean:6.1f} us  most {highest:7.1f} us  "
                f"{ratios[-1]:5.2f} times moto's median"
            )
    return ratios[0], ratios[1]


def growth(rounds: int) -> float:
    """Print how the fastest time grows with the statements; returns the worst growth for ten times as many."""
    caller = "arn:aws:iam::123456789012:user/Ana"
    last = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::books/*"}
    print("statements  known       first        moto")
    times: list[float] = []
    for count in (10, 100, 1_000, 10_000):
        others = [
            {"Effect": "Allow", "Action": f"s3:Get{n}*", "Resource": f"arn:aws:s3:::bucket-{n}/*"}
            for n in range(count - 1)
        ]
        policy = {"Version": "2012-10-17", "Statement": [*others, last]}
        case = Case(
            Request(caller, "s3:GetObject", "arn:aws:s3:::books/one"), {"identity_policies": [policy]}
        )
        policies = case.moto_policies()
        known = microseconds(case.decide, rounds, of=min)
        first = microseconds(case.decide, 3, forget_policies, of=min)
        moto = microseconds(lambda: moto_decides(policies, case.request), 3, of=min)  # noqa: B023
        print(f"{count:10,} {known:8.0f} us {first:8.0f} us {moto:8.0f} us")
        times.append(known)
    return max(later / before for before, later in pairwise(times))


def main() -> int:
    """Measure, print, and judge."""
    parser = argparse.ArgumentParser(description="Deciding a request, beside moto's check.")
    parser.add_argument("cases", nargs="?", type=Path, help="a file of cases (default: those of the tests)")
    parser.add_argument("--rounds", type=int, default=30)
    given = parser.parse_args()
    cases = list(from_file(given.cases) if given.cases else from_tests())
    known, first = compare(cases, given.rounds)
    worst = growth(given.rounds)
    goals = (
        ("a decision takes {:.2f} times moto's check", known, MAX_RATIO),
        ("a first decision takes {:.2f} times moto's check", first, MAX_FIRST_RATIO),
        ("ten times the statements take {:.1f} times as long", worst, MAX_GROWTH),
    )
    for sentence, ratio, most in goals:
        print(f"{sentence.format(ratio)} (goal {most:.0f}): {'good' if ratio <= most else 'missed'}")
    return 0 if all(ratio <= most for _, ratio, most in goals) else 1


if __name__ == "__main__":
    sys.exit(main())
