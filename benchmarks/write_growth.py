"""What a call costs in a small account and in a large one: it should not tell them apart.

    python benchmarks/write_growth.py [--sizes 10,1000,10000] [--calls 40]

An account of size N has N keys with an alias and a tag each, N items in one encrypted table, and N users (at most
4,900: AWS allows 5,000) with an inline policy each. Every call goes through all stages, signed, and is on disk when
it is answered. Printed is the processor time of a call, the median in milliseconds (what the disk takes depends on
the disk alone, as a call writes the same rows in every account), and its ratio to the smallest account's. Then a
sandbox is started on each account: seconds to its first answer, and the memory that it holds.

Goal: at most ``GOAL`` times what it costs in the smallest account. The program ends with status 1 where the goal is
missed. What a call costs beside many grants, items or events: cost_follows_the_call.py.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from servers import sandbox, wait_for

from kmscourse.sandbox.application import Application
from kmscourse.sandbox.auth import sigv4
from kmscourse.sandbox.auth.credentials import Credentials
from kmscourse.sandbox.call import HttpRequest
from kmscourse.sandbox.protocol.services import PROTOCOLS

GOAL = 1.5
REGION = "us-east-1"
MOST_USERS = 4_900
POLICY = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:List*", "Resource": "*"}]}
)
Ask = Callable[..., Any]


def signed(
    application: Application,
    service: str,
    operation: str,
    parameters: Mapping[str, Any],
    credentials: Credentials | None = None,
) -> HttpRequest:
    """A call by the main user, or by whom the credentials are of, as it arrives."""
    credentials = credentials or application.main_access_key
    timestamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    headers = {"host": "sandbox", "x-amz-date": timestamp}
    if PROTOCOLS[service].is_json:
        headers["x-amz-target"] = f"{PROTOCOLS[service].target}.{operation}"
        body = json.dumps(parameters).encode()
    else:
        body = urlencode({"Action": operation, "Version": PROTOCOLS[service].version, **parameters}).encode()
    request = HttpRequest("POST", "/", headers, body)
    signature = sigv4.signature(request, headers, credentials.secret, timestamp, REGION, service)
    scope = f"{credentials.caller.access_key_id}/{timestamp[:8]}/{REGION}/{service}/{sigv4.TERMINATOR}"
    names = ";".join(sorted(headers))
    authorization = f"{sigv4.ALGORITHM} Credential={scope}, SignedHeaders={names}, Signature={signature}"
    return HttpRequest("POST", "/", {**headers, "authorization": authorization}, body)


def asking(application: Application, spent: list[float]) -> Ask:
    """What performs a call and adds its processor time, in milliseconds, to ``spent``."""

    def ask(action: str, **parameters: Any) -> Any:
        request = signed(application, *action.split(":"), parameters)
        start = time.process_time()
        response = application.handle(request)
        spent.append((time.process_time() - start) * 1000)
        if response.status != 200:
            raise RuntimeError(f"{action}: {response.status} {response.body.decode()}")
        return json.loads(response.body) if response.body.startswith(b"{") else response.body

    return ask


def fill(application: Application, ask: Ask, size: int) -> None:
    """Make an account of this size; all of it goes to the disk at once."""
    commit, application.account.commit = application.account.commit, lambda: None  # type: ignore[method-assign]
    for number in range(size):
        key = ask("kms:CreateKey", Tags=[{"TagKey": "number", "TagValue": str(number)}])["KeyMetadata"][
            "KeyId"
        ]
        ask("kms:CreateAlias", AliasName=f"alias/key-{number}", TargetKeyId=key)
    ask(
        "dynamodb:CreateTable",
        TableName="Books",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "S"}],
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "alias/key-0"},
    )
    for number in range(size):
        ask(
            "dynamodb:PutItem",
            TableName="Books",
            Item={"Id": {"S": f"book-{number}"}, "Text": {"S": "x" * 200}},
        )
    for number in range(min(size, MOST_USERS)):
        user = f"user-{number}"
        ask("iam:CreateUser", UserName=user)
        ask("iam:PutUserPolicy", UserName=user, PolicyName="own", PolicyDocument=POLICY)
    application.account.commit = commit  # type: ignore[method-assign]
    commit()


def calls(ask: Ask) -> Iterator[tuple[str, Callable[[int], Any]]]:
    """What is measured, each as something to do a number of times; the account is as it was after it, or nearly."""
    key = ask("kms:CreateKey")["KeyMetadata"]["KeyId"]
    policy = ask("kms:GetKeyPolicy", KeyId=key)["Policy"]
    grantee = json.loads(policy)["Statement"][0]["Principal"]["AWS"]
    blob = ask("kms:Encrypt", KeyId=key, Plaintext="eA==")["CiphertextBlob"]
    book = {"Id": {"S": "book-1"}}

    def grant(_: int) -> Any:
        return ask("kms:CreateGrant", KeyId=key, GranteePrincipal=grantee, Operations=["Decrypt"])

    def ungrant(made: Any) -> None:
        ask("kms:RevokeGrant", KeyId=key, GrantId=made["GrantId"])

    yield "CreateKey", lambda _: ask("kms:CreateKey", Tags=[{"TagKey": "a", "TagValue": "b"}])
    yield "CreateAlias", lambda n: ask("kms:CreateAlias", AliasName=f"alias/new-{n}", TargetKeyId=key)
    yield "PutKeyPolicy", lambda _: ask("kms:PutKeyPolicy", KeyId=key, Policy=policy)
    yield (
        "TagResource",
        lambda n: ask("kms:TagResource", KeyId=key, Tags=[{"TagKey": "a", "TagValue": str(n)}]),
    )
    yield "CreateGrant + RevokeGrant", lambda n: ungrant(grant(n))
    yield "PutItem", lambda n: ask("dynamodb:PutItem", TableName="Books", Item={"Id": {"S": f"new-{n}"}})
    yield (
        "UpdateItem",
        lambda n: ask(
            "dynamodb:UpdateItem",
            TableName="Books",
            Key=book,
            UpdateExpression="SET Price = :n",
            ExpressionAttributeValues={":n": {"N": str(n)}},
        ),
    )
    yield (
        "TransactWriteItems",
        lambda n: ask(
            "dynamodb:TransactWriteItems",
            TransactItems=[
                {"Put": {"TableName": "Books", "Item": {"Id": {"S": f"{side}-{n}"}}}}
                for side in ("left", "right")
            ],
        ),
    )
    yield "CreateUser", lambda n: ask("iam:CreateUser", UserName=f"new-{n}")
    yield (
        "PutUserPolicy",
        lambda n: ask("iam:PutUserPolicy", UserName=f"new-{n}", PolicyName="own", PolicyDocument=POLICY),
    )
    yield "CreateAccessKey", lambda n: ask("iam:CreateAccessKey", UserName=f"new-{n}")
    yield "Decrypt", lambda _: ask("kms:Decrypt", CiphertextBlob=blob)
    yield "DescribeKey by alias", lambda _: ask("kms:DescribeKey", KeyId="alias/key-1")
    yield "ListKeys, a page of 5", lambda _: ask("kms:ListKeys", Limit=5)
    yield "ListAliases of a key", lambda _: ask("kms:ListAliases", KeyId=key, Limit=5)
    yield "GetItem", lambda _: ask("dynamodb:GetItem", TableName="Books", Key=book)
    yield "Refused PutItem", lambda _: refused(ask)


def refused(ask: Ask) -> None:
    """A conditional write that is refused: what it touched is put back."""
    try:
        ask(
            "dynamodb:PutItem",
            TableName="Books",
            Item={"Id": {"S": "book-1"}},
            ConditionExpression="attribute_not_exists(Id)",
        )
    except RuntimeError as error:
        if "ConditionalCheckFailed" not in str(error):
            raise


def measured(home: Path, size: int, times: int) -> dict[str, float]:
    """The median processor time of each call, milliseconds, in a new account of this size."""
    application = Application.open(home)
    spent: list[float] = []
    ask = asking(application, spent)
    fill(application, ask, size)
    found = {}
    for title, call in calls(ask):
        each = []
        for number in range(times):
            spent.clear()
            call(number)
            each.append(sum(spent))
        found[title] = statistics.median(each)
    application.close()
    return found


def started(home: Path) -> tuple[float, float]:
    """A sandbox's start on an account: seconds to its first answer, MiB held then."""
    start = time.perf_counter()
    with sandbox(home=home) as server:
        wait_for(server)
        return time.perf_counter() - start, server.memory()


def main() -> int:
    """Measure, print, and say whether the goal is met."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default="10,1000,10000", help="how many keys, items and users")
    parser.add_argument("--calls", type=int, default=40, help="how often each call is made")
    chosen = parser.parse_args()
    sizes = [int(size) for size in chosen.sizes.split(",")]
    missed = []
    with tempfile.TemporaryDirectory() as folder:
        homes = {size: Path(folder, str(size)) for size in sizes}
        for home in homes.values():
            home.mkdir()
        columns = {size: measured(home, size, chosen.calls) for size, home in homes.items()}
        print(f"{'processor time, ms':28}" + "".join(f"{size:>18,}" for size in sizes))
        for title in columns[sizes[0]]:
            spent = [columns[size][title] for size in sizes]
            ratios = [each / spent[0] for each in spent]
            shown = "".join(f"{each:9.2f} ({ratio:5.2f}) " for each, ratio in zip(spent, ratios, strict=True))
            print(f"{title:28}{shown}")
            if max(ratios) > GOAL:
                missed.append(title)
        starts = {size: started(home) for size, home in homes.items()}
    for number, title in enumerate(("start, s", "memory then, MiB")):
        print(f"{title:28}" + "".join(f"{starts[size][number]:18.2f}" for size in sizes))
    print(
        f"Grow with the account: {', '.join(missed)}." if missed else "No call costs more in a large account."
    )
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
