"""What is put off is there as soon as it is asked for, and until then it costs nothing."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from kmscourse.sandbox.moto_adapter.deferred_imports import MODULES

ROOT = Path(__file__).parents[3]


def said(program: str) -> str:
    """What a Python process of its own prints; it puts off first."""
    start = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); "
        "from kmscourse.sandbox.moto_adapter import deferred_imports; deferred_imports.defer_imports()"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"{start}\n{program}"], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


def test_a_first_answer_needs_none_of_it() -> None:
    first_call = """if True:
        from kmscourse.sandbox.application import Application
        from tests.sandbox.conftest import Practice
        practice = Practice()
        practice.key()
        practice("kms:ListKeys")
        kinds = {name: type(sys.modules.get(name)) for name in deferred_imports.MODULES}
        waiting = [n for n, kind in kinds.items() if kind not in (type(None), deferred_imports._Deferred)]
        print(waiting, "responses.registries" in sys.modules, "boto3.session" in sys.modules)
    """
    assert said(first_call) == "[] False False", "these were brought in before the first answer"


def test_the_account_lives_its_whole_life_in_such_a_process() -> None:
    life = """if True:
        from tests.sandbox.storage.life import LIFE, filled_in
        from tests.sandbox.conftest import Practice
        practice = Practice()
        for action, parameters in LIFE:
            practice(action, **filled_in(parameters, practice))
        print("lived")
    """
    assert said(life) == "lived"


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("import yaml; print(yaml.safe_load('{a: 1}'))", "{'a': 1}"),
        ("import requests; print(requests.Request('GET', 'http://a/').prepare().url)", "http://a/"),
        ("from requests import codes; print(codes.ok)", "200"),
        ("import werkzeug; print(werkzeug.Request.__name__)", "Request"),
        ("from werkzeug import exceptions; print(exceptions.NotFound.code)", "404"),
        ("from cryptography import x509; print(x509.random_serial_number() > 0)", "True"),
        ("import boto3; print(type(boto3.Session()).__module__)", "boto3.session"),
        ("from boto3 import Session; print(type(Session()).__module__)", "boto3.session"),
        ("import botocore.session as it; print(type(it.Session()).__module__)", "botocore.session"),
        ("import responses; print(responses.mock.__class__.__name__)", "RequestsMock"),
        ("import urllib3; print(urllib3.PoolManager.__name__)", "PoolManager"),
        ("from urllib3.util import parse_url; print(parse_url('http://a/b').path)", "/b"),
        ("import botocore.httpsession as it; print(it.URLLib3Session.__module__)", "botocore.httpsession"),
        ("from botocore.awsrequest import AWSResponse; print(AWSResponse.__module__)", "botocore.awsrequest"),
        ("import dateutil.parser; print(dateutil.parser.parse('2013-08-01').year)", "2013"),
        ("from boto3.compat import filter_python_deprecation_warnings as it; print(it.__module__)", "boto3.compat"),
        ("import requests.compat as it; print(it.urlparse('http://a/b').path)", "/b"),
        ("import moto.core.request as it; print(it.environ_key_for_header('a-b'))", "HTTP_A_B"),
        ("import yaml\ntry: yaml.nonsense\nexcept AttributeError as error: print(error)", "module 'yaml' has no"),
        ("try: from moto import nonsense\nexcept ImportError as error: print(error)", "cannot import name 'nonsense'"),
    ],
)  # fmt: skip
def test_what_is_asked_for_is_there(asked: str, answer: str) -> None:
    assert said(asked).startswith(answer)


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("boto3.compat", "collections_abc"),
        ("moto.core", "DEFAULT_ACCOUNT_ID"),
        ("requests.compat", "Mapping"),
        ("requests.compat", "MutableMapping"),
    ],
)
def test_what_stands_in_for_a_constant_is_that_constant(module: str, name: str) -> None:
    assert MODULES[module][name] == getattr(importlib.import_module(module), name)


def test_awss_policies_are_read_when_the_first_is_asked_for() -> None:
    program = """if True:
        from kmscourse.sandbox.moto_adapter import aws_policies
        before = type(sys.modules["moto.iam.aws_managed_policies"]).__name__
        policy = aws_policies.find("arn:aws:iam::aws:policy/AWSKeyManagementServicePowerUser", "123456789012")
        print(before, type(sys.modules["moto.iam.aws_managed_policies"]).__name__, policy.name)
    """
    assert said(program) == "_Deferred module AWSKeyManagementServicePowerUser"


def test_what_is_imported_already_is_left_alone() -> None:
    program = """if True:
        sys.meta_path.pop(0)
        import yaml
        deferred_imports.defer_imports()
        import yaml as again
        print(type(again).__name__)
    """
    assert said(program) == "module"
