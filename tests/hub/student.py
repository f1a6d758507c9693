"""A student of a JupyterHub, by the requests that a browser makes: the pages with their forms, and a server's API."""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests
import websocket

SECONDS = 120
_XSRF = re.compile(r'name="_xsrf"\s+value="([^"]+)"')


@dataclass(frozen=True)
class Ran:
    """What a cell has answered: all its text, and the name of its error, if it ended with one."""

    text: str
    error: str | None


class Student:
    """Somebody with a browser, who is at first not logged in."""

    def __init__(self, address: str, name: str) -> None:
        self.name = name
        self._address = address
        self._session = requests.Session()
        self._session.trust_env = False

    def log_in(self, password: str) -> requests.Response:
        """Fill in the login page; what the Hub answers."""
        page = self.get("/hub/login")
        found = _XSRF.search(page.text)
        assert found, "the login page has no field _xsrf"
        form = {"username": self.name, "password": password, "_xsrf": found[1]}
        return self._session.post(f"{self._address}/hub/login", data=form, timeout=SECONDS)

    def get(self, path: str) -> requests.Response:
        """A page, by whatever redirects lead to it."""
        return self._session.get(f"{self._address}{path}", timeout=SECONDS)

    def start_server(self) -> None:
        """Go to one's own server, as the Hub leads one there after logging in; return when it answers."""
        own = f"/user/{self.name}/"
        answer = self.get("/hub/spawn")
        deadline = time.monotonic() + SECONDS
        while not answer.url.startswith(f"{self._address}{own}"):  # else it is the Hub's page with a bar
            assert time.monotonic() < deadline, f"{self.name}'s server did not start: {answer.text[:2000]}"
            time.sleep(0.5)
            answer = self.get(own)
        assert answer.ok, answer.text[:2000]

    def stop_server(self) -> None:
        """Stop it, by the Hub's API as its page does."""
        self._send("DELETE", f"/hub/api/users/{self.name}/server", "/hub/")

    def notebook(self, name: str, *, of: str | None = None) -> requests.Response:
        """A notebook, as JupyterLab asks the server for it: one's own, or that of somebody else."""
        return self.get(f"/user/{of or self.name}/api/contents/{name}")

    @contextmanager
    def kernel(self) -> Iterator[Kernel]:
        """A new kernel on one's own server."""
        answer = self._send("POST", f"/user/{self.name}/api/kernels", f"/user/{self.name}/", b"{}")
        assert answer.status_code == 201, answer.text
        path = f"/user/{self.name}/api/kernels/{answer.json()['id']}"
        socket = websocket.create_connection(
            f"{self._address.replace('http', 'ws', 1)}{path}/channels",
            cookie="; ".join(f"{each.name}={each.value}" for each in self._cookies(path)),
            timeout=SECONDS,
            http_no_proxy=["127.0.0.1"],
        )
        try:
            yield Kernel(socket)
        finally:
            socket.close()
            self._send("DELETE", path, f"/user/{self.name}/")

    def _send(self, method: str, path: str, cookies_of: str, body: bytes = b"") -> requests.Response:
        """A request that changes something, with the token against forged ones, as the pages' scripts send it."""
        token = next(each.value for each in self._cookies(cookies_of) if each.name == "_xsrf")
        return self._session.request(
            method, f"{self._address}{path}", headers={"X-XSRFToken": str(token)}, data=body, timeout=SECONDS
        )

    def _cookies(self, path: str) -> list[Any]:
        """The cookies that a browser sends to this path, those of the longest path first."""
        sent = [each for each in self._session.cookies if path.startswith(each.path)]
        return sorted(sent, key=lambda cookie: -len(cookie.path))


class Kernel:
    """A kernel, by the messages of Jupyter's protocol."""

    def __init__(self, socket: websocket.WebSocket) -> None:
        self._socket = socket

    def run(self, source: str) -> Ran:
        """Run a cell to its end."""
        asked = uuid.uuid4().hex
        header = {
            "msg_id": asked,
            "msg_type": "execute_request",
            "version": "5.3",
            "username": "",
            "session": asked,
        }
        content = {"code": source, "silent": False, "store_history": True, "stop_on_error": False}
        message = {
            "header": header,
            "parent_header": {},
            "metadata": {},
            "content": content,
            "channel": "shell",
        }
        self._socket.send(json.dumps(message))
        texts, error = [], None
        while True:
            answer = json.loads(self._socket.recv())
            if answer["parent_header"].get("msg_id") != asked:
                continue
            said = answer["content"]
            match answer["msg_type"]:
                case "stream":
                    texts.append(said["text"])
                case "execute_result" | "display_data":
                    texts += [
                        "".join(text) for kind, text in said["data"].items() if kind.startswith("text/")
                    ]
                case "error":
                    error = said["ename"]
                    texts.append(said["evalue"])
                case "status" if said["execution_state"] == "idle":
                    return Ran("\n".join(texts), error)
