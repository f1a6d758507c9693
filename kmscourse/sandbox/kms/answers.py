"""moto's answers in AWS's form, where they are not: what is missing is filled in, what is too much taken away.

Source: AWS KMS API Reference, each operation's response; recorded answers of AWS.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from kmscourse.sandbox.call import Call, HttpResponse
from kmscourse.sandbox.kms.pages import page

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account

Answer = dict[str, Any]
Amendment = Callable[[Call, Answer, "Account"], Answer]


def amended(call: Call, answer: Answer | HttpResponse, account: Account) -> Answer | HttpResponse:
    """``answer``, as AWS would have given it to ``call``."""
    amendment = AMENDMENTS.get((call.service, call.operation))
    return (
        answer if amendment is None or isinstance(answer, HttpResponse) else amendment(call, answer, account)
    )


def _policy(call: Call, answer: Answer, account: Account) -> Answer:
    return {"Policy": printed(json.loads(answer["Policy"])), "PolicyName": "default"}


def printed(value: Any, indent: str = "") -> str:
    """JSON as KMS prints a key policy: two spaces a level, a space before each colon, brackets on their line."""
    if isinstance(value, dict) and value:
        inner = indent + "  "
        members = (f"{inner}{json.dumps(name)} : {printed(member, inner)}" for name, member in value.items())
        return "{\n" + ",\n".join(members) + f"\n{indent}}}"
    if isinstance(value, list) and value:
        return "[ " + ", ".join(printed(member, indent) for member in value) + " ]"
    return json.dumps(value, ensure_ascii=False)


def _tags(call: Call, answer: Answer, account: Account) -> Answer:
    return page(call, answer, "Tags", lambda tag: str(tag["TagKey"]))


AMENDMENTS: Mapping[tuple[str, str], Amendment] = {
    ("kms", "GetKeyPolicy"): _policy,
    ("kms", "ListResourceTags"): _tags,
}
