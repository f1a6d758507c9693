"""Packages that run their own code only once something is asked of them: what moto and tornado import and never use.

moto mocks AWS in tests. Its first import brings in boto3, requests, responses, PyYAML and the HTTP server of
werkzeug, which takes longer than all that the sandbox does until its first answer. In a process that has called
``defer_imports``, each of ``PACKAGES`` is entered without running its ``__init__``: its submodules can be imported, and
what else is asked of it brings it in whole, as if it had been imported then. (moto's mocks alone do not work in
such a process: they count on what boto3 would have imported.)
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.abc import Loader
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any


def _later(package: str, name: str) -> Callable[..., Any]:
    """What makes an object of a class of the package, which is brought in for it."""

    def make(*args: Any, **options: Any) -> Any:
        module = sys.modules[package]
        if isinstance(module, _Deferred):
            module.run()
        return getattr(module, name)(*args, **options)

    return make


# By package, what moto asks of it while it is imported itself.
PACKAGES: Mapping[str, Mapping[str, Any]] = {
    "boto3": {"Session": _later("boto3", "Session")},
    "botocore.session": {"Session": _later("botocore.session", "Session")},
    "charset_normalizer": {},
    "colorama": {},  # tornado's, for colours that its log never has here; likewise curses
    "cryptography.x509": {},
    "curses": {},
    "jmespath": {},
    "moto": {},
    "moto.core": {"DEFAULT_ACCOUNT_ID": "123456789012"},
    "moto.core.responses": {"TYPE_RESPONSE": Any},
    "requests": {},
    "responses": {},
    "werkzeug": {},
    "yaml": {},
}

# Python's own machinery looks whether a module has these.
_OF_IMPORTS = ("__path__", "__file__", "__cached__")


def defer_imports() -> None:
    """Have ``PACKAGES`` imported late in this process, those that are not in it already."""
    sys.meta_path.insert(0, _Finder())


class _Deferred(ModuleType):
    """A package whose own code has not run."""

    def __getattr__(self, name: str) -> Any:
        if name in _OF_IMPORTS:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r} yet")
        if hasattr(self, "__path__") and PathFinder.find_spec(f"{self.__name__}.{name}", self.__path__):
            return importlib.import_module(f"{self.__name__}.{name}")
        self.run()
        return getattr(self, name)

    def run(self) -> None:
        """Become the package as it is."""
        for name in PACKAGES[self.__name__]:
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
        vars(module).update(PACKAGES[spec.name])
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Nothing is run yet."""


class _Finder:
    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path) if name in PACKAGES else None
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader)
        return spec
