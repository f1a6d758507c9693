"""The scenarios of whole HTTP requests: what is wrong with a request before there is a call in it.

Each wire protocol that the account speaks or refuses in, each way to sign and each way to fail at it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.frozen import requests
from tests.frozen.replay import Scenario, Step

_JSON_BODIES = {
    "empty": "",
    "no JSON": "{",
    "no object": "[]",
    "NaN": '{"Limit": NaN}',
    "a lone surrogate": r'{"Description": "\ud800"}',
    "a null": '{"Limit": null}',
    "no UTF-8": '{"Description": "\xff"}',
    "deep": '{"a":' * 101 + "1" + "}" * 101,
    "brackets in a text": '{"Description": "' + "[" * 200 + '"}',
}
_FORMS = {
    "no version": "Action=GetUser",
    "another version": "Action=GetUser&Version=2011-06-15",
    "no action": "Version=2010-05-08",
    "an action that is none": "Action=Get-User&Version=2010-05-08",
    "an unknown action": "Action=GetMoon&Version=2010-05-08",
    "no UTF-8": "Action=GetUser&Version=2010-05-08&UserName=%ff",
    "an empty value": "Action=GetUser&Version=2010-05-08&UserName=",
    "too many fields": "Action=GetUser&Version=2010-05-08" + "&a=1" * 2000,
}
_SIGNINGS: dict[str, dict[str, Any]] = {
    "no signature": {"place": "nowhere"},
    "another secret": {"secret": "no-secret-of-anybody"},
    "six minutes late": {"skew": -360},
    "sixteen minutes late": {"skew": -960},
    "six minutes early": {"skew": 360},
    "sixteen minutes early": {"skew": 960},
    "an unknown access key": {"changes": {"<<main_key>>": "AKIAIOSFODNN7EXAMPLE"}},
    "another service": {"service": "s3"},
    "a changed Region": {"changes": {"/us-east-1/": "/eu-west-1/"}},
    "a Region that is none": {"changes": {"/us-east-1/": "/moon-1/"}},
    "another terminator": {"changes": {"/aws4_request": "/aws3_request"}},
    "a scope too short": {"changes": {"/aws4_request": ""}},
    "another algorithm": {"changes": {"AWS4-HMAC-SHA256": "AWS4-HMAC-SHA512"}},
    "no AWS algorithm": {"changes": {"AWS4-HMAC-SHA256": "Bearer"}},
    "no Signature": {"changes": {"Signature=": "Sign="}},
    "no SignedHeaders": {"changes": {"SignedHeaders=": "Headers="}},
    "no Credential": {"changes": {"Credential=": "Cred="}},
    "the host not signed": {"left_out": ["host"]},
    "the date not signed": {"left_out": ["x-amz-date"]},
    "a changed body": {"body": '{"Limit": 1}'},
}
_PRESIGNINGS: dict[str, dict[str, Any]] = {
    "right": {},
    "another secret": {"secret": "no-secret-of-anybody"},
    "late": {"skew": -960},
    "without a credential": {"changes": {"X-Amz-Credential": "X-Amz-Cred"}},
    "without a date": {"changes": {"X-Amz-Date": "X-Amz-Day"}},
    "without a signature": {"changes": {"X-Amz-Signature": "X-Amz-Sign"}},
    "another algorithm": {"changes": {"AWS4-HMAC-SHA256": "AWS4-HMAC-SHA512"}},
}
_SESSION: Step = {"call": "kmscourse:SessionFor", "with": {"UserName": "IAMLabUser"}}


def scenarios() -> Iterator[Scenario]:
    """Each one a title and its steps."""
    for service, operation in (("kms", "ListKeys"), ("dynamodb", "ListTables"), ("iam", "GetUser")):
        steps = [_step(service, operation, signing=how) for how in _SIGNINGS.values()]
        yield {"name": f"wire: {service}, signed with {', '.join(_SIGNINGS)}", "steps": steps}
    presigned = [
        _http(
            service,
            "GET",
            f"/?Action={action}&Version={requests.VERSIONS[service]}",
            signing={**how, "place": "query"},
        )
        for service, action in (("sts", "GetCallerIdentity"), ("iam", "GetUser"))
        for how in _PRESIGNINGS.values()
    ]
    yield {"name": f"wire: presigned {', '.join(_PRESIGNINGS)}", "steps": presigned}
    yield {"name": "wire: a session's token", "steps": list(_tokens())}
    for service, operation in (("kms", "ListKeys"), ("dynamodb", "ListTables"), ("kmscourse", "Status")):
        bodies = [_step(service, operation, body=body) for body in _JSON_BODIES.values()]
        yield {"name": f"wire: {service} with a body that is {', '.join(_JSON_BODIES)}", "steps": bodies}
    forms = [_step("iam", "GetUser", body=body) for body in _FORMS.values()]
    yield {"name": f"wire: a form with {', '.join(_FORMS)}", "steps": forms}
    yield {"name": "wire: operations that are none", "steps": list(_unknown())}
    yield {"name": "wire: targets, methods and paths", "steps": list(_targets())}
    yield {"name": "wire: services that there are not, each in its protocol", "steps": list(_elsewhere())}


def _tokens() -> Iterator[Step]:
    yield _SESSION
    for service, operation in (("kms", "ListKeys"), ("iam", "GetUser")):
        for how in (
            {},
            {"left_out": ["x-amz-security-token"]},
            {"changes": {"<<SessionFor/SessionToken>>": "another"}},
            {"changes": {"<<SessionFor/AccessKeyId>>": "<<main_key>>"}},
        ):
            yield {**_step(service, operation, signing=how), "by": "SessionFor"}
    yield {**_step("kms", "ListKeys"), "by": "SessionFor", "later": 13 * 3600}
    yield {**_step("iam", "GetUser"), "by": "SessionFor"}


def _unknown() -> Iterator[Step]:
    for service in requests.TARGETS:
        for operation in ("Moon", "x" * 65, "List-Keys", ""):
            yield _step(service, operation)
    for service in requests.VERSIONS:
        yield _step(service, "Moon")
    yield _SESSION
    yield {**_step("kmscourse", "Status"), "by": "SessionFor"}


def _targets() -> Iterator[Step]:
    short = {"x-amz-target": "CloudTrail_20131101.LookupEvents", "content-type": "application/x-amz-json-1.1"}
    yield _http("cloudtrail", "POST", "/", short, "{}")
    for target in ("TrentService", "AmazonSQS.ListQueues", "dynamodb.ListTables", ".ListKeys", ""):
        yield _http("kms", "POST", "/", {"x-amz-target": target}, "{}")
    for method in ("GET", "PUT", "HEAD"):
        yield _http("kms", method, "/", {"x-amz-target": "TrentService.ListKeys"})
        yield _http("iam", method, "/?Action=GetUser&Version=2010-05-08")
        yield _http("kms", method, "/")
    for path in ("/keys", "/?a=1"):
        yield _http("kms", "POST", path, {"x-amz-target": "TrentService.ListKeys"}, "{}")
    yield _http("iam", "POST", "/users", {}, "Action=GetUser&Version=2010-05-08")
    yield _http("", "GET", "/", signing={"place": "nowhere"})
    yield _http("", "POST", "/", {"content-type": "text/plain"}, "hello", signing={"place": "nowhere"})
    form = {"content-type": "application/x-www-form-urlencoded"}
    for version in (*requests.VERSIONS.values(), "2016-11-15"):
        yield _http("", "POST", "/", form, f"Action=GetUser&Version={version}", signing={"place": "nowhere"})


def _elsewhere() -> Iterator[Step]:
    for method in ("GET", "HEAD", "PUT"):
        yield _http("s3", method, "/bucket/key")
    yield _http("ec2", "POST", "/", {}, "Action=DescribeInstances&Version=2016-11-15")
    yield _http("sqs", "POST", "/", {"x-amz-target": "AmazonSQS.ListQueues"}, "{}")
    yield _http("sns", "POST", "/", {}, "Action=ListTopics&Version=2010-03-31")
    yield _http("lambda", "GET", "/2015-03-31/functions")
    yield _http("route53", "GET", "/2013-04-01/hostedzone")
    for service in ("monitoring", "kms", "iam"):
        path = "/service/GraniteServiceVersion20100801/operation/ListMetrics"
        yield _http(
            service, "POST", path, {"smithy-protocol": "rpc-v2-cbor", "content-type": "application/cbor"}
        )
    for name in ("<b>", "x" * 200, "a b"):
        yield _http(name, "GET", "/")


def _step(
    service: str, operation: str, body: str | None = None, signing: dict[str, Any] | None = None
) -> Step:
    plain = requests.of_operation(service, operation, "us-east-1", {})
    headers = {name: text for name, text in plain.headers.items() if name not in ("host", "user-agent")}
    return _http(service, "POST", "/", headers, plain.body.decode() if body is None else body, signing)


def _http(
    service: str,
    method: str,
    target: str,
    headers: dict[str, str] | None = None,
    body: str = "",
    signing: dict[str, Any] | None = None,
) -> Step:
    hosted = {"host": f"{service or 'localhost'}.us-east-1.amazonaws.com", "user-agent": requests.USER_AGENT}
    step: Step = {
        "service": service,
        "http": {"method": method, "target": target, "headers": {**hosted, **(headers or {})}},
    }
    if body:
        step["http"]["body"] = body
    return {**step, "signing": signing} if signing else step
