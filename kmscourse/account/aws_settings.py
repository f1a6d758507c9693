"""The variables that AWS's tools and SDKs read, set so that these tools reach one endpoint and no other.

The names come from botocore's own tables. A name that nobody knows yet is treated as one that leads away:
https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html
"""

from __future__ import annotations

import ipaddress
import os
import re
import urllib.request
from collections.abc import Iterator, Mapping
from types import ModuleType
from urllib.parse import urlsplit

import boto3
import botocore.configprovider
import botocore.credentials

Changes = dict[str, str | None]
"""Variable -> the value to set, or None where the variable is to be removed."""

HARMLESS = frozenset({"AWS_CLI_AUTO_PROMPT", "AWS_CLI_FILE_ENCODING", "AWS_DEFAULT_OUTPUT", "AWS_PAGER"})
"""How the AWS CLI shows things: the only variables of a user's own that stay in the practice account."""


def _names(value: object) -> Iterator[str]:
    """The names of variables in one of botocore's tables."""
    if isinstance(value, str) and re.fullmatch(r"(AWS|BOTO|BOTOCORE)_[A-Z0-9_]+", value):
        yield value
    elif isinstance(value, Mapping):
        yield from _names([*value.values()])
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _names(item)


def _tables(module: ModuleType) -> Iterator[object]:
    """What a module of botocore's, and each class in it, holds by a name of its own."""
    classes = [
        held
        for held in vars(module).values()
        if isinstance(held, type) and held.__module__ == module.__name__
    ]
    for holder in (module, *classes):
        yield from (held for name, held in vars(holder).items() if not name.startswith("__"))


_SOURCES = (botocore.configprovider, botocore.credentials)
KNOWN = (
    frozenset(name for module in _SOURCES for table in _tables(module) for name in _names(table)) - HARMLESS
)
"""Every variable of botocore's configuration and of its credential providers."""

_ONE_ENDPOINT = {
    "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
    "AWS_CSM_ENABLED": "false",  # metrics of every call, sent to AWS_CSM_HOST
    "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",  # data-servicediscovery.… would become data-127.0.0.1
    "AWS_ENDPOINT_DISCOVERY_ENABLED": "false",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false",
    "AWS_USE_DUALSTACK_ENDPOINT": "false",
    "AWS_USE_FIPS_ENDPOINT": "false",
}
_NO_OTHER_SOURCE = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_MAX_ATTEMPTS": "2",  # with 1, botocore puts "(reached max retries: 0)" into every refusal
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}


def for_practice_account(own: Mapping[str, str]) -> Changes:
    """What to change in this process's environment so that AWS's tools reach the practice account alone.

    ``own`` holds its endpoint, its region and the credentials to use. Proxies stay, for all but this machine.
    """
    settings = {**_ONE_ENDPOINT, **_NO_OTHER_SOURCE, **_without_proxy("127.0.0.1", "localhost"), **own}
    foreign = {name for name in {*KNOWN, *os.environ} if _leads_away(name)} - settings.keys()
    return dict.fromkeys(sorted(foreign)) | settings


def for_endpoint(url: str) -> Changes:
    """What to change so that every service is reached at ``url``; credentials and region stay the user's own.

    A variable wins over a file, so that no endpoint of a configuration file counts. No proxy is asked for an
    endpoint on this machine.
    """
    foreign = [name for name in os.environ if name.startswith("AWS_ENDPOINT_URL_")]
    host = urlsplit(url).hostname or ""
    direct = _without_proxy(f"[{host}]" if ":" in host else host) if _is_loopback(host) else {}
    return dict.fromkeys(foreign) | _ONE_ENDPOINT | direct | {"AWS_ENDPOINT_URL": url}


def point_at_endpoint(url: str) -> None:
    """Let all of AWS's tools in this process, and in those that it starts, reach the endpoint ``url``."""
    apply(for_endpoint(url))


def apply(changes: Changes) -> None:
    """Change this process's environment, and let go of the default session that boto3 made before."""
    for name, value in changes.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    boto3.DEFAULT_SESSION = None


def _leads_away(name: str) -> bool:
    return name.startswith(("AWS_", "BOTO_", "BOTOCORE_")) and name not in HARMLESS


def _without_proxy(*hosts: str) -> dict[str, str]:
    """Variables under which no proxy is asked for these hosts, and for all others the same one as before."""
    proxies = urllib.request.getproxies_environment()
    # Python asks macOS and Windows for their proxies only while no such variable is set.
    of_system = {} if proxies else urllib.request.getproxies()
    settings = {f"{scheme}_proxy": proxy for scheme, proxy in of_system.items()}
    for name in ("no_proxy", "NO_PROXY"):
        exceptions = os.environ.get(name) or proxies.get("no", "")
        if exceptions != "*":  # which counts only where it stands alone
            listed = [entry for part in exceptions.split(",") if (entry := part.strip())]
            exceptions = ",".join(dict.fromkeys([*listed, *hosts]))
        settings[name] = exceptions
    return settings


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
