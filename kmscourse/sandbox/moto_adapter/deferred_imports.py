"""Modules that run their own code only once something is asked of them: what is imported by moto, botocore and tornado
and never used.

moto mocks AWS in tests. Its first import brings in boto3, requests, responses, PyYAML, the HTTP server of werkzeug and
all policies of AWS, botocore's models an HTTP client. That takes longer than all that the sandbox does until its first
answer, and a third of its memory. In a process that has called ``defer_imports``, each of ``MODULES`` is entered
without running its code: a package's submodules can be imported, and what else is asked of it brings it in whole, as if
it had been imported then. (moto's mocks alone do not work in such a process: they count on what boto3 would have
imported.)
"""

from __future__ import annotations

import collections.abc
import importlib
import sys
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from importlib.abc import Loader
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any


def whole(name: str) -> ModuleType:
    """The module of that name, imported, and its own code has run."""
    module = importlib.import_module(name)
    if isinstance(module, _Deferred):
        module.run()
    return module


def _later(module: str, name: str) -> Callable[..., Any]:
    """What calls a class or function of the module, which is brought in for it."""

    return lambda *args, **options: getattr(whole(module), name)(*args, **options)


# By module, what the others take from it while they are imported themselves.
MODULES: Mapping[str, Mapping[str, Any]] = {
    "boto3": {"Session": _later("boto3", "Session")},
    "boto3.compat": {"collections_abc": collections.abc},  # brings in s3transfer
    "botocore.awsrequest": {},
    "botocore.httpsession": {},
    "botocore.session": {"Session": _later("botocore.session", "Session")},
    "charset_normalizer": {},
    "colorama": {},  # tornado's, for colours that its log never has here; likewise curses
    "cryptography.x509": {},
    "curses": {},
    "dateutil.parser": {},
    "jmespath": {},
    "moto": {},
    "moto.core": {"DEFAULT_ACCOUNT_ID": "123456789012"},
    "moto.core.request": {
        "Request": Any,
        "determine_request_protocol": _later("moto.core.request", "determine_request_protocol"),
        "normalize_request": _later("moto.core.request", "normalize_request"),
    },
    "moto.core.responses": {"TYPE_RESPONSE": Any},
    "moto.iam.aws_managed_policies": {"aws_managed_policies_data": "{}"},  # 4.7 MB of text
    "requests": {},
    "requests.compat": {"Mapping": Mapping, "MutableMapping": MutableMapping},
    "responses": {},
    "urllib3": {},
    "werkzeug": {},
    "yaml": {},
}

# Python's own machinery looks whether a module has these.
_OF_IMPORTS = ("__path__", "__file__", "__cached__")


def defer_imports() -> None:
    """Have ``MODULES`` imported late in this process, those that are not in it already."""
    sys.meta_path.insert(0, _Finder())


class _Deferred(ModuleType):
    """A module whose own code has not run."""

    def __getattr__(self, name: str) -> Any:
        if name in _OF_IMPORTS:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r} yet")
        if hasattr(self, "__path__") and PathFinder.find_spec(f"{self.__name__}.{name}", self.__path__):
            return importlib.import_module(f"{self.__name__}.{name}")
        self.run()
        return getattr(self, name)

    def run(self) -> None:
        """Become the module as it is."""
        for name in MODULES[self.__name__]:
            delattr(self, name)
        module: Any = self
        module.__class__ = ModuleType
        module.__loader__.real.exec_module(module)


class _Loader(Loader):
    """Makes a ``_Deferred`` and leaves it at that; in all else (a package's data) the ``real`` loader."""

    def __init__(self, real: Loader) -> None:
        self.real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = _Deferred(spec.name)
        vars(module).update(MODULES[spec.name])
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Nothing is run yet."""


class _Finder:
    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path) if name in MODULES else None
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader)
        return spec
