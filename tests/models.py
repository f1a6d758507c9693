"""botocore's models of AWS's services, read once a process: to read them anew takes each client 50 to 100 ms."""

from __future__ import annotations

import functools

import botocore.session
from botocore.loaders import Loader, create_loader


def share() -> None:
    """Let all sessions of this process share what they read, as long as they look for it in the same folders."""
    botocore.session.create_loader = lambda data_path=None: _loader(data_path, Loader.CUSTOMER_DATA_PATH)


@functools.cache
def _loader(data_path: str | None, _customer_data_path: str) -> Loader:
    return create_loader(data_path)
