"""A page of the console in the browser: in a notebook of its own, driven by mouse or by keys, and looked at."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from playwright.sync_api import Locator, Page, WebSocket, expect

from kmscourse.sandbox import client as sandbox_client
from tests.browser.lab import SIZE, Notebook, Window, faults

SHOWN = ".jp-OutputArea-output .kms-page"
WRONG = (b'"msg_type":"error"', b'"msg_type": "error"', b'"name":"stderr"', b'"name": "stderr"')
EARLY = b"No such comm"  # JupyterLab asks for the widgets that there are before the first is made
MOST_TABS = 60


@dataclass
class Shown:
    """A page of the console as its notebook shows it; ``root`` is what it is drawn in."""

    notebook: Notebook
    root: Locator
    screenshots: Path

    @property
    def browser(self) -> Page:
        """The browser's page."""
        return self.notebook.page

    def button(self, name: str) -> Locator:
        """The button of this name that can be seen."""
        return self.root.get_by_role("button", name=name, exact=True)

    def labelled(self, label: str) -> Locator:
        """The control with this label that can be seen."""
        return self.root.get_by_label(label, exact=True).locator("visible=true")

    def fill(self, label: str, text: str) -> None:
        """Fill a control in and leave it, as it speaks only then."""
        self.labelled(label).fill(text)
        self.labelled(label).blur()

    def press(self, name: str) -> None:
        """Click the button."""
        self.button(name).click()

    def told(self, text: str) -> None:
        """Wait until the page says this: the kernel has answered then, and AWS before it."""
        expect(self.root.locator(".kms-say:visible", has_text=text).first).to_be_visible()

    def step(self, number: int) -> None:
        """Wait until this step is shown, and has the keyboard: the kernel puts it there last.

        The button of the step before has it until then, so that the kernel has to be done as well.
        """
        expect(self.root.get_by_role("heading", name=f"Step {number} of ")).to_be_visible()
        self.notebook.wait_until_idle()
        expect(self.root.locator(":focus")).to_have_count(1)

    def reach(self, control: Locator, key: str = "Tab") -> None:
        """Go on with Tab until the control has the keyboard."""
        expect(control).to_be_visible()
        for _ in range(MOST_TABS):
            if control.evaluate("e => e === document.activeElement"):
                return
            self.browser.keyboard.press(key)
        raise AssertionError(f"{key} does not lead to {control}")

    def reach_back(self, control: Locator) -> None:
        """The same, backwards."""
        self.reach(control, "Shift+Tab")

    def type_into(self, label: str, text: str) -> None:
        """Go to a control by Tab, and type."""
        self.reach(self.labelled(label))
        self.browser.keyboard.type(text)

    def keys(self, name: str, key: str = "Enter") -> None:
        """Go to a button by Tab, and press the key."""
        self.reach(self.button(name))
        self.browser.keyboard.press(key)

    def look(self, name: str) -> None:
        """Keep a picture of the page in both themes, of one size; axe-core finds nothing serious in either."""
        heights = {}
        for theme in self.notebook.window.themes():
            self._settle()
            heights[theme] = self._picture(f"{name}-{theme.lower()}")
        assert max(heights.values()) - min(heights.values()) < 2, f"{name}: so high, in px: {heights}"

    def _settle(self) -> None:
        """Wait until the kernel has answered what was done last, and the page has stopped growing."""
        height = -1.0
        for _ in range(50):
            self.notebook.wait_until_idle()
            self.browser.wait_for_timeout(150)
            box = self.root.bounding_box()
            if box is not None and box["height"] == height:
                return
            height = box["height"] if box is not None else height
        raise AssertionError("the page does not come to rest")

    def _picture(self, name: str) -> float:
        box = self.root.bounding_box()
        assert box is not None
        self.browser.set_viewport_size({**SIZE, "height": int(box["height"]) + 400})
        self.root.scroll_into_view_if_needed()
        self.browser.wait_for_function("document.getAnimations().every(a => a.playState !== 'running')")
        self.root.screenshot(path=self.screenshots / f"page-{name}.png")
        self.browser.set_viewport_size(SIZE)
        found = faults(self.browser, SHOWN)
        assert not found, f"{name}:\n" + "\n".join(found)
        return box["height"]


class Pages:
    """Opens pages of the console, each in a notebook of its own.

    ``failures`` is what a kernel said went wrong, be it only in its log.
    """

    def __init__(self, window: Window, screenshots: Path) -> None:
        self._window, self._screenshots = window, screenshots
        self.failures: list[str] = []
        window.page.on("websocket", self._listen)

    @property
    def folder(self) -> Path:
        """Where the notebooks lie, and their kernels work."""
        return self._window.jupyter.notebooks

    def client(self, service: str) -> Any:
        """A boto3 client of the account's main user."""
        endpoint = self._endpoint
        return boto3.client(
            service,
            endpoint_url=endpoint.url,
            region_name=endpoint.region,
            aws_access_key_id=endpoint.access_key_id,
            aws_secret_access_key=endpoint.secret_access_key,
        )

    @property
    def me(self) -> str:
        """The name of the account's main user."""
        return self._endpoint.user

    @property
    def key_arn(self) -> str:
        """The ARN of the course's key."""
        return str(self.client("kms").describe_key(KeyId="alias/myKey")["KeyMetadata"]["Arn"])

    def arn(self, user: str) -> str:
        """The ARN of a user of the account."""
        return f"arn:aws:iam::{self._endpoint.account}:user/{user}"

    def policy(self, alias: str = "alias/myKey") -> Any:
        """The key policy that the key behind the alias has."""
        kms = self.client("kms")
        key = kms.describe_key(KeyId=alias)["KeyMetadata"]["Arn"]
        return json.loads(kms.get_key_policy(KeyId=key)["Policy"])

    def sign_in(self, user: str, password: str) -> None:
        """Sign a user in. Raises SignInRefused."""
        sandbox_client.call(self._endpoint, "SignIn", {"UserName": user, "Password": password})

    @property
    def _endpoint(self) -> sandbox_client.Endpoint:
        return sandbox_client.find_or_start(self._window.jupyter.home)

    def open(self, page: str, section: int) -> Shown:
        """The page that this expression makes, as in ``CreateKeyPage(lab)``, on the account as a section starts."""
        opening = "from kmscourse import Lab\nfrom kmscourse.widgets import *\n"
        name = "page.ipynb"
        self.write(name, f"{opening}lab = Lab.open(section={section}, again=True)", page)
        notebook = self._window.open(name)
        self._window.menu("Run", "Run All Cells")
        root = notebook.page.locator(SHOWN).first
        expect(root).to_be_visible(timeout=60_000)
        return Shown(notebook, root, self._screenshots)

    def write(self, name: str, *cells: str) -> None:
        """Put a notebook with these cells of code where JupyterLab finds it."""
        _write(self.folder / name, *cells)

    def close(self) -> None:
        """Listen no more."""
        self._window.page.remove_listener("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._heard)

    def _heard(self, frame: bytes | str) -> None:
        raw = frame if isinstance(frame, bytes) else frame.encode()
        if any(mark in raw for mark in WRONG) and EARLY not in raw:
            self.failures.append(raw.decode("utf-8", "replace"))


def _write(file: Path, *cells: str) -> None:
    made = [
        {
            "id": f"c{i}",
            "cell_type": "code",
            "source": cell,
            "metadata": {},
            "outputs": [],
            "execution_count": None,
        }
        for i, cell in enumerate(cells)
    ]
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}, "cells": made}
    file.write_text(json.dumps(notebook), "utf-8")
