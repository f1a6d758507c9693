"""Has ``watch`` look at every practice account: Python reads this at its start where the folder is on PYTHONPATH."""

from __future__ import annotations

import importlib.abc
import importlib.util
import os
import sys
from pathlib import Path
from typing import Any

_TAPES = os.environ.get("FROZEN_TAPES")


class _Finder(importlib.abc.MetaPathFinder):
    """Has ``watch.install`` called as soon as the application's module has been imported."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name != "kmscourse.sandbox.application":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.loader is not None
        run = spec.loader.exec_module

        def exec_module(module: Any) -> None:
            run(module)
            beside = importlib.util.spec_from_file_location(
                "frozen_watch", Path(__file__).parents[1] / "watch.py"
            )
            assert beside is not None
            assert beside.loader is not None
            watch = importlib.util.module_from_spec(beside)
            beside.loader.exec_module(watch)
            watch.install(_TAPES)

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


if _TAPES:
    sys.meta_path.insert(0, _Finder())
