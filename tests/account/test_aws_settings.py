"""AWS's tools reach one endpoint and nothing else, whatever their variables and files said before."""

from __future__ import annotations

import os
import re
import urllib.request
from pathlib import Path

import awscli
import boto3
import botocore
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmscourse.account import aws_settings
from tests.misleading import EXCEPTIONS, PROXIES, Astray, environment
from tests.places import Place

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "AKIAPRACTICE", "AWS_SECRET_ACCESS_KEY": "practice"}
REGION = {"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1"}


def own(practice: Place) -> dict[str, str]:
    return {"AWS_ENDPOINT_URL": practice.url, **CREDENTIALS, **REGION}


def ask(practice: Place, wrong: Astray) -> dict[str, str]:
    """The one request that arrives at the practice account where plain boto3 lists the keys."""
    practice.forget()
    boto3.client("kms").list_keys()
    assert wrong.arrived() == [], f"something went to {wrong.arrived()}"
    assert len(practice.arrived) == 1
    return practice.arrived[0]


@given(data=st.data())
@settings(max_examples=25)
def test_plain_boto3_reaches_the_practice_account_alone(
    practice: Place, wrong: Astray, data: st.DataObject
) -> None:
    variables = data.draw(wrong.environments())
    with environment(variables, wrong.home):
        aws_settings.apply(aws_settings.for_practice_account(own(practice)))
        assert "/us-east-1/kms/" in ask(practice, wrong)["authorization"]
        assert "AKIAPRACTICE" in practice.arrived[0]["authorization"]


def test_all_variables_at_once_lead_nowhere(practice: Place, wrong: Astray) -> None:
    with environment(wrong.everything(), wrong.home):
        aws_settings.apply(aws_settings.for_practice_account(own(practice)))
        ask(practice, wrong)


def test_a_session_that_was_there_before_is_let_go(practice: Place, wrong: Astray) -> None:
    with environment({}, wrong.home):
        boto3.setup_default_session(aws_access_key_id="AKIAREAL", aws_secret_access_key="real")
        aws_settings.apply(aws_settings.for_practice_account(own(practice)))
        assert "AKIAPRACTICE" in ask(practice, wrong)["authorization"]


def test_every_variable_that_the_tools_read_is_ours_or_removed(practice: Place) -> None:
    """Whatever name the sources of botocore and of the AWS CLI have, in this version."""
    sources = [file for package in (botocore, awscli) for file in Path(package.__file__).parent.rglob("*.py")]
    read = set(re.findall(r"['\"]((?:AWS|BOTO|BOTOCORE)_[A-Z0-9_]+)['\"]", "".join(map(_text, sources))))
    assert len(read) > 60, "the sources are read"
    with environment(dict.fromkeys(read, "astray"), Path()):
        changes = aws_settings.for_practice_account(own(practice))
        left = {name for name, value in (os.environ | changes).items() if value == "astray"}
    assert left <= aws_settings.HARMLESS


def _text(file: Path) -> str:
    return file.read_text("utf-8", "replace")


def test_names_that_botocore_knows_are_removed_where_they_are_not_set(practice: Place) -> None:
    """A shell may keep the lines for later, and have other variables then."""
    with environment({}, Path()):
        changes = aws_settings.for_practice_account(own(practice))
    for name in (
        "AWS_PROFILE",
        "AWS_DEFAULT_PROFILE",
        "AWS_SESSION_TOKEN",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    ):
        assert changes[name] is None
    assert {"AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE", "BOTO_CONFIG"} <= changes.keys()


def test_how_the_cli_shows_things_stays_as_it_was(practice: Place) -> None:
    with environment(dict.fromkeys(aws_settings.HARMLESS, "mine"), Path()):
        changes = aws_settings.for_practice_account(own(practice))
    assert not aws_settings.HARMLESS & changes.keys()


@pytest.mark.parametrize("name", EXCEPTIONS)
def test_other_programs_keep_their_proxies_and_exceptions(practice: Place, name: str) -> None:
    before = {"HTTPS_PROXY": "http://proxy.corp.example:3128", name: "corp.example, .internal"}
    with environment(before, Path()):
        aws_settings.apply(aws_settings.for_practice_account(own(practice)))
        assert urllib.request.getproxies()["https"] == "http://proxy.corp.example:3128"
        for host in ("127.0.0.1:4566", "localhost", "corp.example", "box.internal"):
            assert urllib.request.proxy_bypass(host), host
        assert not urllib.request.proxy_bypass("pypi.org")


def test_no_exceptions_but_all_stays_all(practice: Place) -> None:
    with environment({"HTTPS_PROXY": "http://proxy.corp.example:3128", "NO_PROXY": "*"}, Path()):
        aws_settings.apply(aws_settings.for_practice_account(own(practice)))
        assert urllib.request.proxy_bypass("pypi.org")
        assert urllib.request.proxy_bypass("127.0.0.1")


def test_to_do_it_again_changes_nothing_more(practice: Place) -> None:
    with environment({"no_proxy": "corp.example"}, Path()):
        for _ in range(2):
            aws_settings.apply(aws_settings.for_practice_account(own(practice)))
        assert os.environ["no_proxy"] == "corp.example,127.0.0.1,localhost"


def test_proxies_of_the_system_stay_for_all_other_hosts(
    practice: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """macOS and Windows have proxies in their settings, which Python asks for only while no variable is set."""
    of_system = {"https": "http://proxy.corp.example:3128"}
    monkeypatch.setattr(urllib.request, "getproxies", lambda: of_system)
    with environment({}, Path()):
        aws_settings.apply(aws_settings.for_practice_account(own(practice)))
        assert urllib.request.getproxies_environment()["https"] == of_system["https"]
        assert urllib.request.proxy_bypass("127.0.0.1:4566")
        assert not urllib.request.proxy_bypass("pypi.org")


REAL = {"AWS_ACCESS_KEY_ID": "AKIAREAL", "AWS_SECRET_ACCESS_KEY": "real", "AWS_DEFAULT_REGION": "eu-west-1"}


@given(data=st.data())
@settings(max_examples=25)
def test_an_endpoint_is_reached_and_no_other(practice: Place, wrong: Astray, data: st.DataObject) -> None:
    names = [*PROXIES, *EXCEPTIONS, "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_KMS", "AWS_ENDPOINT_URL_STS"]
    flags = ["AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"]
    values = {name: st.sampled_from(wrong.values_of(name)) for name in names}
    values |= dict.fromkeys([*flags, "AWS_ENDPOINT_DISCOVERY_ENABLED", "AWS_CSM_ENABLED"], st.just("true"))
    variables = data.draw(st.fixed_dictionaries({}, optional=values))
    chosen_by_file = data.draw(st.booleans())
    with environment({**variables, **({} if chosen_by_file else REAL)}, wrong.home):
        aws_settings.point_at_endpoint(practice.url)
        authorization = ask(practice, wrong)["authorization"]
    assert "AKIAREAL" in authorization
    assert "/eu-west-1/kms/" in authorization


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "[::1]", "localhost", "kms.localhost"])
def test_an_endpoint_on_this_machine_is_reached_without_a_proxy(host: str) -> None:
    with environment({"HTTP_PROXY": "http://proxy.corp.example:3128", "NO_PROXY": "corp.example"}, Path()):
        aws_settings.point_at_endpoint(f"http://{host}:4566")
        for direct in (host, f"{host}:4566", "corp.example"):
            assert urllib.request.proxy_bypass(direct), direct
        assert not urllib.request.proxy_bypass("kms.eu-west-1.amazonaws.com")


def test_an_endpoint_elsewhere_is_reached_as_all_else_is() -> None:
    before = {
        "HTTPS_PROXY": "http://proxy.corp.example:3128",
        "NO_PROXY": "corp.example",
        "AWS_PROFILE": "me",
    }
    with environment(before, Path()):
        aws_settings.point_at_endpoint("https://kms.test.example")
        assert {name: os.environ.get(name) for name in before} == before
        assert os.environ["AWS_ENDPOINT_URL"] == "https://kms.test.example"


def test_an_endpoint_lets_go_of_a_session_that_was_there_before(practice: Place, wrong: Astray) -> None:
    with environment(REAL, wrong.home):
        boto3.setup_default_session(region_name="us-east-1")
        boto3.client("kms", endpoint_url=wrong.elsewhere.url)
        aws_settings.point_at_endpoint(practice.url)
        assert "/eu-west-1/kms/" in ask(practice, wrong)["authorization"]
