"""A session that is bound to one URL reaches it and nothing else, and needs nobody to tidy the environment first."""

from __future__ import annotations

import json
from pathlib import Path

import boto3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmscourse.account.aws_session import session_bound_to
from kmscourse.errors import SandboxError
from tests.misleading import Astray, environment
from tests.places import Place


def session(practice: Place) -> boto3.Session:
    return session_bound_to(practice.url, "us-east-1", "AKIAPRACTICE", "practice", "token")


def ask(bound: boto3.Session, practice: Place, wrong: Astray) -> None:
    practice.forget()
    bound.client("kms").list_keys()
    assert wrong.arrived() == [], f"something went to {wrong.arrived()}"
    assert [request["x-amz-target"] for request in practice.arrived] == ["TrentService.ListKeys"]
    assert "Credential=AKIAPRACTICE/" in practice.arrived[0]["authorization"]
    assert "/us-east-1/kms/" in practice.arrived[0]["authorization"]


@given(data=st.data())
@settings(max_examples=25)
def test_no_variable_and_no_file_leads_it_away(practice: Place, wrong: Astray, data: st.DataObject) -> None:
    with environment(data.draw(wrong.environments()), wrong.home):
        ask(session(practice), practice, wrong)


def test_nor_do_all_of_them_nor_those_that_are_set_later(practice: Place, wrong: Astray) -> None:
    with environment(wrong.everything(), wrong.home):
        ask(session(practice), practice, wrong)
    before = session(practice)
    with environment(wrong.everything(), wrong.home):
        ask(before, practice, wrong)


def test_nor_do_models_of_services_in_the_home_folder(
    practice: Place, wrong: Astray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """botocore prefers those in ~/.aws/models to its own, and they say which URL a service has."""
    rule = {"conditions": [], "endpoint": {"url": wrong.elsewhere.url}, "type": "endpoint"}
    names = {"Region": "AWS::Region", "Endpoint": "SDK::Endpoint"}
    parameters = {name: {"type": "String", "builtIn": built_in} for name, built_in in names.items()}
    folder = tmp_path / "kms" / "2014-11-01"
    folder.mkdir(parents=True)
    rules = {"version": "1.0", "parameters": parameters, "rules": [rule]}
    (folder / "endpoint-rule-set-1.json").write_text(json.dumps(rules))
    monkeypatch.setattr("botocore.loaders.Loader.CUSTOMER_DATA_PATH", str(tmp_path))
    ask(session(practice), practice, wrong)


def test_a_resource_reaches_the_same_place(practice: Place, wrong: Astray) -> None:
    with environment(wrong.everything(), wrong.home):
        client = session(practice).resource("dynamodb").meta.client
    assert client.meta.endpoint_url == practice.url


def test_no_proxy_of_the_system_is_asked(
    practice: Place, wrong: Astray, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on macOS and Windows, where a proxy can stand in the settings and in no variable."""
    monkeypatch.setattr("botocore.utils.getproxies", lambda: {"http": wrong.proxy.url})
    monkeypatch.setattr("botocore.utils.proxy_bypass", lambda host: False)
    ask(session(practice), practice, wrong)


def test_it_sends_nothing_to_another_endpoint(practice: Place, wrong: Astray) -> None:
    elsewhere = session(practice).client("kms", endpoint_url=wrong.elsewhere.url)
    with pytest.raises(SandboxError, match=r"sends nothing to http.*make a session with boto3.Session"):
        elsewhere.list_keys()
    assert wrong.arrived() == []


def test_nor_to_one_that_a_service_makes_of_the_url(practice: Place) -> None:
    """S3 Control puts the account id before the host, which would ask a name server for 123456789012.127.0.0.1."""
    with pytest.raises(SandboxError, match=r"sends nothing to http://123456789012\.127\.0\.0\.1"):
        session(practice).client("s3control").list_access_points(AccountId="123456789012")


def test_an_option_of_ones_own_leaves_the_others(practice: Place, wrong: Astray) -> None:
    config = boto3.session.Config(read_timeout=7)
    with environment(wrong.everything(), wrong.home):
        client = session(practice).client("kms", config=config)
        client.list_keys()
    assert client.meta.config.proxies == {}
    assert wrong.arrived() == []
