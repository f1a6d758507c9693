"""A boto3 session whose clients reach one URL, whatever variables, files and proxies there are."""

from __future__ import annotations

import os
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.loaders import Loader

from kmscourse.errors import SandboxError


def session_bound_to(
    url: str, region: str, access_key_id: str, secret_access_key: str, session_token: str | None = None
) -> boto3.Session:
    """A session with these credentials whose clients and resources reach ``url``, as in ``http://127.0.0.1:4566``.

    Its clients raise SandboxError before they send anything to another place.
    """
    return boto3.Session(
        access_key_id, secret_access_key, session_token, region, botocore_session=_BoundSession(url)
    )


_FILES = dict.fromkeys(("config_file", "credentials_file"), os.devnull)
_DEFAULTS = dict.fromkeys(("s3", "proxies_config"), (None, None, None, None)) | {
    name: (None, None, _FILES.get(name, default), convert)
    for name, (_, _, default, convert) in botocore.session.Session.SESSION_VARIABLES.items()
}
"""botocore's own configuration table, without the variables and the file entries that it would look for."""
_MODELS = Loader([Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)
"""botocore's own models; those in ~/.aws can name another endpoint. All sessions share them: reading them is slow."""


class _BoundSession(botocore.session.Session):
    """What makes the clients of such a session."""

    def __init__(self, url: str) -> None:
        super().__init__(session_vars=_DEFAULTS)
        self._url = url
        # With one attempt, botocore puts "(reached max retries: 0)" into every refusal.
        only = Config(proxies={}, retries={"total_max_attempts": 2}, inject_host_prefix=False)
        self.set_default_client_config(only)
        self.register_component("data_loader", _MODELS)
        self.register("before-send", self._require_url)

    def create_client(self, *arguments: Any, **options: Any) -> Any:
        options["endpoint_url"] = options.get("endpoint_url") or self._url
        return super().create_client(*arguments, **options)

    def _require_url(self, **event: Any) -> None:
        url = event["request"].url
        if not url.startswith(f"{self._url}/"):
            raise SandboxError(
                f"This session belongs to the practice account at {self._url} and sends nothing to {url}. "
                "For another account, make a session with boto3.Session(…)."
            )
