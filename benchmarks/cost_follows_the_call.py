"""What a call costs beside a lot that it has nothing to do with, and beside little: it should not tell them apart.

    python benchmarks/cost_follows_the_call.py [--calls 60] [--grants 10,2000] [--items 500,50000]

Two accounts stand side by side in one process, one with few grants on a key, items in a table, users and so on, one
with many. Each call goes through all stages, signed, in turn to the one and to the other, on disk when it is answered.
Printed are medians of processor time in milliseconds, their ratio, and the ratio that is the goal. The first call after
a start, which reads or sorts once what later calls find in its order, is shown apart. At last the account with the full
history is reset, and its files are compared with a new account's.

The program ends with status 1 where a goal is missed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from write_growth import signed

from kmscourse.sandbox.application import ACCOUNT_FILE, Application
from kmscourse.sandbox.storage.file import EVENTS_KEPT

GRANTS, ITEMS, LOOKUP, OTHERS, SIZE = 1.5, 3.0, 20.0, 3.0, 1.1
"""The goals: how many times what it costs beside little a call may cost; a LookupEvents beside a ListKeys."""
OPERATIONS = ["Encrypt", "Decrypt", "GenerateDataKey", "DescribeKey"]
TABLE, LOCAL = {"TableName": "Books"}, {"TableName": "Shelf"}
MOST_USERS, TABLES = 4_900, 400


class Account:
    """An account in a home, with much of everything or little; ``spent`` is the last call's time in milliseconds."""

    def __init__(self, home: Path, grants: int, items: int, others: int) -> None:
        self.home, self.grants, self.items, self.others = home, grants, items, others
        home.mkdir(exist_ok=True)
        self.application = Application.open(home)
        self.spent = 0.0
        self.known: dict[Any, Any] = {}

    def __call__(self, action: str, by: str = "", refused: bool = False, **parameters: Any) -> Any:
        """The answer to a call by the main user, or by a user of ``user``; ``refused`` tells that it has to be so."""
        request = signed(self.application, *action.split(":"), parameters, credentials=self.known.get(by))
        start = time.process_time()
        response = self.application.handle(request)
        self.spent = (time.process_time() - start) * 1000
        if (response.status != 200) != refused:
            raise RuntimeError(f"{action}: {response.status} {response.body.decode()}")
        return json.loads(response.body) if response.body.startswith(b"{") else response.body.decode()

    def user(self, name: str) -> str:
        """The ARN of a new user with an access key."""
        backend = self.application.account
        self("iam:CreateUser", UserName=name)
        self.known[name] = backend.identities.add_access_key(name)
        backend.commit()
        return f"arn:aws:iam::{backend.account_id}:user/{name}"

    def fill(self) -> None:
        """All of it goes to the disk at once."""
        backend = self.application.account
        commit, backend.commit = backend.commit, lambda: None  # type: ignore[method-assign]
        self.known["arn"] = arn = self.user("Grantee")
        self.known["nobody"] = self.user("Nobody")
        key = self.known["key"] = self("kms:CreateKey")["KeyMetadata"]["KeyId"]
        granted = {"KeyId": key, "GranteePrincipal": arn, "RetiringPrincipal": arn, "Operations": OPERATIONS}
        made = [
            self("kms:CreateGrant", **granted, Constraints={"EncryptionContextSubset": {"n": str(number)}})
            for number in range(self.grants)
        ]
        self.known["number"] = {"n": str(self.grants // 2)}
        self.known["grants"] = made
        self._table("Books", "Author")
        self._table("Shelf", "Author", "Title")
        for number in range(self.items):
            item = {
                "Author": {"S": f"{number:06}"},
                "Shelf": {"S": f"{number % 7}"},
                "Text": {"S": "x" * 200},
            }
            self("dynamodb:PutItem", **TABLE, Item=item)
            one = {"Author": {"S": "one"}, "Title": {"S": f"{number:06}"}, "Text": {"S": "x" * 200}}
            self("dynamodb:PutItem", **LOCAL, Item=one)
        for number in range(self.others):
            other = self("kms:CreateKey")["KeyMetadata"]["KeyId"]
            self("kms:CreateAlias", AliasName=f"alias/{number}", TargetKeyId=other)
        for number in range(min(self.others, MOST_USERS)):
            self("iam:CreateUser", UserName=f"user-{number}")
        for number in range(min(self.others, TABLES)):
            self._table(f"table-{number}", "Author")
        backend.commit = commit  # type: ignore[method-assign]
        commit()

    def _table(self, name: str, hash_key: str, range_key: str = "") -> None:
        names = [hash_key, *([range_key] if range_key else ["Shelf"])]
        index = {"IndexName": "by-shelf", "Projection": {"ProjectionType": "ALL"}}
        schema = [{"AttributeName": "Shelf", "KeyType": "HASH"}]
        keys = [hash_key, *([range_key] if range_key else [])]
        self(
            "dynamodb:CreateTable",
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[
                {"AttributeName": each, "KeyType": kind}
                for each, kind in zip(keys, ("HASH", "RANGE"), strict=False)
            ],
            AttributeDefinitions=[{"AttributeName": each, "AttributeType": "S"} for each in names],
            **({} if range_key else {"GlobalSecondaryIndexes": [{**index, "KeySchema": schema}]}),
        )

    def full_history(self) -> None:
        """Fill the trail to the last event that it keeps."""
        storage = self.application.account.storage
        (_, event), *_ = storage.events()
        for number in range(EVENTS_KEPT):
            storage.append_event({**event, "eventID": f"{number:08}-0000", "eventName": f"Call{number % 50}"})
        storage.write({})

    def size(self) -> int:
        """Of its files, in bytes."""
        return sum(path.stat().st_size for path in self.home.iterdir() if path.name.startswith(ACCOUNT_FILE))


class Measured(NamedTuple):
    """A call, as what is done with an account and a number, and how many times the small one's cost it may have."""

    title: str
    call: Callable[[Account, int], Any]
    goal: float


def calls() -> Iterator[Measured]:
    """What is measured, in this order."""
    yield from of_grants()
    yield from of_items()
    yield from of_others()


def of_grants() -> Iterator[Measured]:
    """Calls on the key with the grants."""

    def encrypt(account: Account, by: str = "", **more: Any) -> Any:
        return account("kms:Encrypt", by, KeyId=account.known["key"], Plaintext="eA==", **more)

    def blob(account: Account) -> str:
        if "blob" not in account.known:
            account.known["blob"] = encrypt(account, EncryptionContext=account.known["number"])[
                "CiphertextBlob"
            ]
        return str(account.known["blob"])

    def decrypt(account: Account, by: str = "", **more: Any) -> Any:
        return account(
            "kms:Decrypt", by, CiphertextBlob=blob(account), EncryptionContext=account.known["number"], **more
        )

    def data_key(account: Account, by: str = "", **more: Any) -> Any:
        context = account.known["number"]
        return account(
            "kms:GenerateDataKey",
            by,
            KeyId=account.known["key"],
            KeySpec="AES_256",
            EncryptionContext=context,
            **more,
        )

    def describe(account: Account, by: str = "", **more: Any) -> Any:
        return account("kms:DescribeKey", by, KeyId=account.known["key"], **more)

    def granted(account: Account, by: str = "", **more: Any) -> Any:
        return encrypt(account, by, EncryptionContext=account.known["number"], **more)

    for title, call in (
        ("Encrypt", granted),
        ("Decrypt", decrypt),
        ("GenerateDataKey", data_key),
        ("DescribeKey", describe),
    ):
        for who, by in (("main user", ""), ("grantee", "Grantee"), ("refused", "Nobody")):
            said = {"by": by, "refused": who == "refused"}
            yield Measured(
                f"{title}, {who}", lambda account, _, call=call, said=said: call(account, **said), GRANTS
            )
    yield Measured(
        "Encrypt, grantee out of context",
        lambda account, _: encrypt(account, "Grantee", refused=True),
        GRANTS,
    )

    def create(account: Account, number: int) -> None:
        account.known[number] = account(
            "kms:CreateGrant",
            KeyId=account.known["key"],
            GranteePrincipal=account.known["nobody"],
            Operations=["Encrypt"],
        )

    def create_named(account: Account, number: int) -> None:
        arn = account.known["nobody"]
        account(
            "kms:CreateGrant",
            KeyId=account.known["key"],
            GranteePrincipal=arn,
            Operations=["Decrypt"],
            Name=f"n{number % 5}",
        )

    def revoke(account: Account, number: int) -> None:
        account("kms:RevokeGrant", KeyId=account.known["key"], GrantId=account.known[number]["GrantId"])

    def retire(account: Account, number: int) -> None:
        account("kms:RetireGrant", GrantToken=account.known[number]["GrantToken"])

    def retire_by_id(account: Account, number: int) -> None:
        key = f"arn:aws:kms:us-east-1:{account.application.account.account_id}:key/{account.known['key']}"
        account("kms:RetireGrant", KeyId=key, GrantId=account.known[number]["GrantId"])

    for title, end in (
        ("RevokeGrant", revoke),
        ("RetireGrant by token", retire),
        ("RetireGrant by id", retire_by_id),
    ):
        yield Measured(f"CreateGrant before {title}", create, GRANTS)
        yield Measured(title, end, GRANTS)
    yield Measured("CreateGrant, named", create_named, GRANTS)
    yield Measured(
        "ListGrants, Limit=5",
        lambda account, _: account("kms:ListGrants", KeyId=account.known["key"], Limit=5),
        GRANTS,
    )
    yield Measured(
        "ListGrants of a grantee, Limit=5",
        lambda account, _: account(
            "kms:ListGrants", KeyId=account.known["key"], GranteePrincipal=account.known["arn"], Limit=5
        ),
        GRANTS,
    )
    yield Measured(
        "ListRetirableGrants, Limit=5",
        lambda account, _: account(
            "kms:ListRetirableGrants", RetiringPrincipal=account.known["arn"], Limit=5
        ),
        GRANTS,
    )


def of_items() -> Iterator[Measured]:
    """Calls on a table of many items, by hash key; of one partition of many; and of an index."""

    def half(account: Account) -> str:
        return f"{account.items // 2:06}"

    def read(operation: str, **parameters: Any) -> Callable[[Account, int], Any]:
        return lambda account, _: account(f"dynamodb:{operation}", **{**TABLE, **parameters})

    def item_of_page(account: Account, _: int) -> None:
        count = account("dynamodb:Scan", **TABLE)["Count"]
        account.spent /= count

    one = {"KeyConditionExpression": "Author = :a", "ExpressionAttributeValues": {":a": {"S": "one"}}}
    shelf = {"KeyConditionExpression": "Shelf = :s", "ExpressionAttributeValues": {":s": {"S": "3"}}}
    later = {**one, "KeyConditionExpression": "Author = :a AND Title > :t"}
    key = {"Author": {"S": "000007"}}
    update = {"UpdateExpression": "SET Copies = :n", "ExpressionAttributeValues": {":n": {"N": "1"}}}
    yield Measured("Scan, Limit=1", read("Scan", Limit=1), ITEMS)
    yield Measured("Scan, an item of a full page", item_of_page, ITEMS)
    yield Measured(
        "Scan, further on, Limit=10",
        lambda account, _: account(
            "dynamodb:Scan", **TABLE, Limit=10, ExclusiveStartKey={"Author": {"S": half(account)}}
        ),
        ITEMS,
    )
    yield Measured("Scan of a segment, Limit=1", read("Scan", Limit=1, Segment=1, TotalSegments=4), ITEMS)
    yield Measured("Scan of an index, Limit=1", read("Scan", Limit=1, IndexName="by-shelf"), ITEMS)
    yield Measured("Query of an index, Limit=1", read("Query", Limit=1, IndexName="by-shelf", **shelf), ITEMS)
    yield Measured("Query, Limit=1", read("Query", **LOCAL, Limit=1, **one), ITEMS)
    yield Measured(
        "Query backwards, Limit=1", read("Query", **LOCAL, Limit=1, ScanIndexForward=False, **one), ITEMS
    )
    yield Measured(
        "Query from the middle, Limit=1",
        lambda account, _: account(
            "dynamodb:Query",
            **LOCAL,
            Limit=1,
            **{**later, "ExpressionAttributeValues": {":a": {"S": "one"}, ":t": {"S": half(account)}}},
        ),
        ITEMS,
    )
    yield Measured("GetItem", read("GetItem", Key=key), ITEMS)
    yield Measured("PutItem", read("PutItem", Item={**key, "Shelf": {"S": "9"}}), ITEMS)
    yield Measured("UpdateItem", read("UpdateItem", Key=key, **update), ITEMS)
    yield Measured("DescribeTable", read("DescribeTable"), ITEMS)


def of_others() -> Iterator[Measured]:
    """Calls in an account of many keys, aliases, users and tables."""

    def plain(action: str, **parameters: Any) -> Callable[[Account, int], Any]:
        return lambda account, _: account(action, **parameters)

    yield Measured("ListKeys, Limit=5", plain("kms:ListKeys", Limit=5), OTHERS)
    yield Measured("ListAliases, Limit=5", plain("kms:ListAliases", Limit=5), OTHERS)
    yield Measured("ListTables, Limit=5", plain("dynamodb:ListTables", Limit=5), OTHERS)
    yield Measured("ListUsers, MaxItems=5", plain("iam:ListUsers", MaxItems="5"), OTHERS)
    yield Measured("GetUser", plain("iam:GetUser", UserName="user-1"), OTHERS)
    yield Measured(
        "CreateUser", lambda account, number: account("iam:CreateUser", UserName=f"new-{number}"), OTHERS
    )
    yield Measured(
        "DeleteUser", lambda account, number: account("iam:DeleteUser", UserName=f"new-{number}"), OTHERS
    )
    yield Measured(
        "DisableKey",
        lambda account, _: account("kms:DisableKey", KeyId=account.known["key"]),
        OTHERS,
    )
    yield Measured(
        "EnableKey", lambda account, _: account("kms:EnableKey", KeyId=account.known["key"]), OTHERS
    )


def printed(title: str, small: float, large: float, goal: float) -> bool:
    """Print a line; whether its goal is met."""
    ratio = large / small
    print(
        f"{title:36}{small:11.2f}{large:11.2f}{ratio:9.2f}   at most {goal:g}{'' if ratio <= goal else '   MISSED'}"
    )
    return ratio <= goal


def lookups(account: Account, times: int) -> Iterator[tuple[str, float]]:
    """(what, median milliseconds): LookupEvents that match nothing in a full history; ListKeys is the first."""

    def asked(title: str, action: str, **parameters: Any) -> tuple[str, float]:
        each = []
        for _ in range(times):
            account(action, **parameters)
            each.append(account.spent)
        return title, statistics.median(each)

    yield asked("ListKeys", "kms:ListKeys", Limit=5)
    start = time.process_time()
    account(
        "cloudtrail:LookupEvents", LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "None"}]
    )
    yield "LookupEvents, the first", (time.process_time() - start) * 1000
    for name in ("EventName", "Username", "ResourceName", "EventId", "AccessKeyId"):
        attribute = [{"AttributeKey": name, "AttributeValue": "None"}]
        yield asked(f"LookupEvents by {name}", "cloudtrail:LookupEvents", LookupAttributes=attribute)
    yield asked("LookupEvents, later than all", "cloudtrail:LookupEvents", StartTime=4e9)
    yield asked("LookupEvents, earlier than all", "cloudtrail:LookupEvents", EndTime=1.0)
    token = ""
    for _ in range(60):
        found = account("cloudtrail:LookupEvents", **({"NextToken": token} if token else {}))
        token = found.get("NextToken", token)
    yield asked("LookupEvents, page 60", "cloudtrail:LookupEvents", NextToken=token)


def main() -> int:
    """Measure, print, and say whether the goals are met."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calls", type=int, default=60, help="how often each call is made")
    parser.add_argument(
        "--grants", default="10,2000", help="grants on the key, in the one account and in the other"
    )
    parser.add_argument("--items", default="500,50000", help="items in each table")
    parser.add_argument("--others", default="10,2000", help="keys with aliases, users; tables up to 400")
    chosen = parser.parse_args()
    sizes = zip(
        *([int(size) for size in given.split(",")] for given in (chosen.grants, chosen.items, chosen.others)),
        strict=True,
    )
    with tempfile.TemporaryDirectory() as folder:
        accounts = [Account(Path(folder, str(number)), *size) for number, size in enumerate(sizes)]
        for account in accounts:
            account.fill()
        print(f"{'processor time, ms':36}{'little':>11}{'much':>11}{'ratio':>9}   goal")
        met = []
        for measured in calls():
            spent: list[list[float]] = [[] for _ in accounts]
            for number in range(chosen.calls):
                for account, each in zip(accounts, spent, strict=True):
                    measured.call(account, number)
                    each.append(account.spent)
            met.append(printed(measured.title, *(statistics.median(each) for each in spent), measured.goal))
        much = accounts[-1]
        much.full_history()
        (_, base), *found = lookups(much, chosen.calls)
        print(f"\n{'full history; beside a ListKeys':36}{'ListKeys':>11}{'lookup':>11}{'ratio':>9}   goal")
        first, *rest = found
        print(f"{first[0]:36}{base:11.2f}{first[1]:11.2f}{first[1] / base:9.2f}   once after a start")
        met += [printed(title, base, median, LOOKUP) for title, median in rest]
        before = much.size() / 1e6
        much.application.reset()
        new = Account(Path(folder, "new"), 0, 0, 0)
        print(
            f"\n{'after a reset; MB':36}{'new':>11}{'reset':>11}{'ratio':>9}   goal   (before: {before:.1f})"
        )
        met.append(printed("files", new.size() / 1e6, much.size() / 1e6, SIZE))
        for account in (*accounts, new):
            account.application.close()
    print("Every goal is met." if all(met) else "A goal is missed.")
    return int(not all(met))


if __name__ == "__main__":
    sys.exit(main())
