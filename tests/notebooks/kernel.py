"""The kernels in which nbval runs the notebooks, each with a fresh practice account beside it.

While one notebook runs, the kernel and the account of the next one start: that takes as long as most notebooks. Where
the system can fork, both are forked from processes that are warm.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import nbval.plugin
import pytest
from jupyter_client.manager import KernelManager
from nbval.kernel import CURRENT_ENV_KERNEL_NAME, NbvalKernelspecManager, RunningKernel

from kmscourse.sandbox import client as sandbox_client
from tests.warm import CAN_START_WARM, KERNEL_STEPS, Warmth

ROOT = Path(__file__).parents[2]


class Place:
    """A home with a fresh account, and a kernel that finds it there. Both are about to answer."""

    def __init__(self, warm: Warm | None) -> None:
        self._home = tempfile.TemporaryDirectory(prefix="kmscourse-")
        home = Path(self._home.name)
        environment = os.environ | {"KMSCOURSE_HOME": str(home), "KMSCOURSE_TARGET": "sandbox"}
        if warm:
            warm.start_account(home, environment)
        self.manager = KernelManager(
            kernel_name="python3" if warm else CURRENT_ENV_KERNEL_NAME,
            kernel_spec_manager=warm.kernels if warm else NbvalKernelspecManager(),
        )
        with open(os.devnull, "wb") as nowhere:
            self.manager.start_kernel(stderr=nowhere, cwd=str(ROOT / "notebooks"), env=environment)

    def close(self) -> None:
        """End the kernel and the account, and delete the home."""
        kernel = self.manager.provisioner.process
        kernel.kill()  # the manager would look only ten times a second whether it has ended
        kernel.wait()
        self.manager.cleanup_resources()
        sandbox_client.stop(Path(self._home.name))
        self._home.cleanup()


class Warm:
    """What kernels and accounts are forked from."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="kmscourse-jupyter-")
        self._kernels = Warmth(*KERNEL_STEPS)
        self._accounts = Warmth(
            "kmscourse.sandbox.moto_adapter.deferred_imports:defer_imports",
            "kmscourse.sandbox.application",
            "kmscourse.sandbox.http.server",
            "kmscourse.sandbox.process",
        )
        self._kernels.add_kernel(Path(self._folder.name))
        self.kernels = NbvalKernelspecManager(kernel_dirs=[str(Path(self._folder.name, "kernels"))])

    def start_account(self, home: Path, environment: Mapping[str, str]) -> None:
        """Fork the account of a home."""
        self._accounts.start("kmscourse.sandbox.process", [str(home)], environment, home / "sandbox.log")

    def close(self) -> None:
        """End what waits to be forked."""
        self._kernels.close()
        self._accounts.close()
        self._folder.cleanup()


class FreshKernel(RunningKernel):
    """nbval's kernel, at a place of its own. ``places`` are those not closed yet, the last one for the next."""

    warm: Warm | None = None
    places: ClassVar[list[Place]] = []

    def __init__(self, kernel_name: str, cwd: str | None = None, startup_timeout: int = 60) -> None:
        if CAN_START_WARM and FreshKernel.warm is None:
            FreshKernel.warm = Warm()
        if not self.places:
            self.places.append(Place(self.warm))
        self._place = self.places[-1]
        self.km = self._place.manager
        self.kc = self.km.client()
        self.kc.start_channels()
        self._ensure_iopub_up()
        self.places.append(Place(self.warm))

    def stop(self) -> None:
        """End it, and its account."""
        self.kc.stop_channels()
        self.places.remove(self._place)
        self._place.close()
        del self.km

    @classmethod
    def end(cls) -> None:
        """Nothing more is to be run. nbval does not stop a kernel that has died: its account is ended here."""
        while cls.places:
            cls.places.pop().close()
        if cls.warm:
            cls.warm.close()
        cls.warm = None


def take_the_place_of_nbvals(config: pytest.Config) -> None:
    """From now on, and until pytest ends."""
    nbval.plugin.RunningKernel = FreshKernel
    config.add_cleanup(FreshKernel.end)
