"""An environment that leads AWS's tools astray: every variable that there is, and the files that they name."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import boto3
from botocore.session import Session
from hypothesis import strategies as st

from kmscourse.account import aws_settings
from tests.places import Place, datagrams, place

PROXIES = [
    case(name) for name in ("http_proxy", "https_proxy", "all_proxy") for case in (str.lower, str.upper)
]
EXCEPTIONS = ["no_proxy", "NO_PROXY", "No_Proxy"]
OF_THE_SDKS = [
    "AWS_BEARER_TOKEN_KMS",
    "AWS_EC2_METADATA_DISABLED",
    "AWS_ENDPOINT_URL",
    "AWS_EXECUTION_ENV",
    "AWS_LOGIN_CACHE_DIRECTORY",
    "AWS_REGION",
    "AWS_SDK_LOAD_CONFIG",
    "AWS_WHAT_NOBODY_KNOWS_YET",
]
ENDPOINTS = sorted(
    {f"AWS_ENDPOINT_URL_{name.upper().replace('-', '_')}" for name in Session().get_available_services()}
)
VARIABLES = sorted({*aws_settings.KNOWN, *OF_THE_SDKS})


@dataclass(frozen=True)
class Astray:
    """Where nothing may arrive, and a home folder whose files lead there."""

    proxy: Place
    elsewhere: Place
    metrics_port: int
    home: Path

    def values_of(self, name: str) -> list[str]:
        """What such a variable can hold."""
        if name in PROXIES:
            return [self.proxy.url, self.proxy.url.removeprefix("http://")]
        if name in EXCEPTIONS:
            return ["", "corp.example", " .internal, 10.0.0.1 ,", "*"]
        if name == "AWS_CSM_PORT":
            return [str(self.metrics_port)]
        if name.endswith(("_FILE", "_CONFIG", "_DIRECTORY", "_PATH")):
            return [str(self.home / ".aws" / "config"), str(self.home / "not-there")]
        if "PROFILE" in name:
            return ["corp", "not-there"]
        return [self.elsewhere.url, "true", "127.0.0.1", "eu-west-1", "arn:aws:iam::111122223333:role/corp"]

    def everything(self) -> dict[str, str]:
        """Each variable at once."""
        return {name: self.values_of(name)[0] for name in [*PROXIES, *VARIABLES, *ENDPOINTS]}

    def environments(self) -> st.SearchStrategy[dict[str, str]]:
        """Some of the variables, each with one of its values."""
        names = [*PROXIES, *EXCEPTIONS, *VARIABLES, "AWS_ENDPOINT_URL_KMS", "AWS_ENDPOINT_URL_STS"]
        return st.fixed_dictionaries(
            {}, optional={name: st.sampled_from(self.values_of(name)) for name in names}
        )

    def arrived(self) -> list[str]:
        """What has arrived where nothing may."""
        return [
            name
            for name, there in (("the proxy", self.proxy), ("another endpoint", self.elsewhere))
            if there.connections
        ]


@contextlib.contextmanager
def astray(home: Path) -> Iterator[Astray]:
    """Such places, and files in ``home/.aws`` that lead to them."""
    with place() as proxy, place() as elsewhere, datagrams() as metrics:
        folder = home / ".aws"
        folder.mkdir(parents=True, exist_ok=True)
        stolen = home / "stolen"
        lead = (
            f"endpoint_url = {elsewhere.url}\nservices = corp\nuse_fips_endpoint = true\n"
            f"csm_enabled = true\ncsm_host = 127.0.0.1\ncsm_port = {metrics.getsockname()[1]}\n"
        )
        (folder / "config").write_text(
            f"[default]\nregion = eu-west-1\n{lead}"
            f'credential_process = {sys.executable} -c "open({str(stolen)!r}, chr(119))"\n'
            f"[profile corp]\nregion = eu-west-1\n{lead}sso_session = corp\nsso_account_id = 111122223333\n"
            f"sso_role_name = corp\n[sso-session corp]\nsso_start_url = {elsewhere.url}\nsso_region = eu-west-1\n"
            "[services corp]\n"
            + "".join(
                f"{service} =\n  endpoint_url = {elsewhere.url}\n"
                for service in ("kms", "dynamodb", "sts", "iam", "cloudtrail")
            )
        )
        (folder / "credentials").write_text(
            "[default]\naws_access_key_id = AKIAREAL\naws_secret_access_key = real\n"
        )
        yield Astray(proxy, elsewhere, metrics.getsockname()[1], home)
        try:
            metrics.recv(1)
        except BlockingIOError:
            pass
        else:
            raise AssertionError("metrics of a client were sent to where AWS_CSM_PORT says")
        assert not stolen.exists(), "a credential_process of a configuration file has run"


@contextlib.contextmanager
def environment(variables: Mapping[str, str], home: Path) -> Iterator[None]:
    """This process's environment with these variables of AWS's and for proxies alone, and with another home folder."""
    foreign = (*PROXIES, *EXCEPTIONS)
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("AWS_", "BOTO")) and n not in foreign}
    with patch.dict(
        os.environ, {**kept, "HOME": str(home), "USERPROFILE": str(home), **variables}, clear=True
    ):
        yield
    boto3.DEFAULT_SESSION = None
