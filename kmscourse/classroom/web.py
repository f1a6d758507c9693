"""A small file from a URL: http and https alone, wherever it redirects to; of a limited size, in a limited time."""

from __future__ import annotations

import http.client
import queue
import ssl
import threading
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlsplit

from kmscourse.errors import CourseError

SCHEMES = ("http", "https")
WAIT_SECONDS = 10.0  # for the next bytes
MAX_SECONDS = 30.0  # for all of them

_CUT_OFF = "the answer was cut off before its end."
_ELSEWHERE = "it redirects to something else than http or https."


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows a redirect, a few times, and to another scheme never."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        if urlsplit(newurl).scheme not in SCHEMES:
            raise CourseError(_ELSEWHERE)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def fetch(url: str, max_bytes: int) -> bytes:
    """What is at the URL. Proxies are those of the environment.

    Raises CourseError, with a sentence that does not quote the URL, where it can't be had within MAX_SECONDS, or is
    larger than ``max_bytes``.
    """
    outcome: queue.SimpleQueue[bytes | BaseException] = queue.SimpleQueue()

    def ask() -> None:
        try:
            outcome.put(_read(url, max_bytes))
        except BaseException as error:  # it is raised again below, in the thread that waits
            outcome.put(error)

    # In a thread, as a server that sends a byte every few seconds keeps within every wait.
    threading.Thread(target=ask, daemon=True).start()
    try:
        result = outcome.get(timeout=MAX_SECONDS)
    except queue.Empty:
        raise CourseError(f"it took more than {MAX_SECONDS:.0f} seconds.") from None
    if isinstance(result, bytes):
        return result
    raise _told(result)


def _read(url: str, max_bytes: int) -> bytes:
    opener = urllib.request.OpenerDirector()  # the usual one opens file: and ftp: too
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(context=ssl.create_default_context()),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        _Redirects(),
    ):
        opener.add_handler(handler)
    opener.addheaders = [("User-Agent", "kmscourse"), ("Accept", "text/csv, */*;q=0.5")]
    answer = opener.open(url, timeout=WAIT_SECONDS)
    if answer is None:
        raise CourseError("its scheme is neither http nor https.")
    with answer:
        content: bytes = answer.read(max_bytes + 1)
        is_cut_off = bool(answer.length)  # what is still to come, by the answer's own Content-Length
    if len(content) > max_bytes:
        raise CourseError(f"it is larger than {max_bytes // 2**20} MiB.")
    if is_cut_off:
        raise CourseError(_CUT_OFF)
    return content


def _told(error: BaseException) -> BaseException:
    """The same error as a sentence, where it is one of the network or of the URL."""
    if isinstance(error, urllib.error.HTTPError):
        return CourseError(_told_status(error))
    if isinstance(error, TimeoutError):
        return CourseError(f"the server was silent for {WAIT_SECONDS:.0f} seconds.")
    if isinstance(error, urllib.error.URLError) and isinstance(error.reason, OSError):
        return _told(error.reason)
    if isinstance(error, OSError):
        return CourseError(f"the server can't be reached ({error.strerror or type(error).__name__}).")
    if isinstance(error, http.client.IncompleteRead):
        return CourseError(_CUT_OFF)
    if isinstance(error, http.client.HTTPException | ValueError):
        return CourseError("the URL can't be asked for, or what answers there is no web server.")
    return error


def _told_status(error: urllib.error.HTTPError) -> str:
    """urllib refuses a redirect that it does not follow with the redirect's own status, and its reason as the text."""
    if not 300 <= error.code < 400:
        return f"the server answered with status {error.code}."
    if str(error.reason).startswith(urllib.request.HTTPRedirectHandler.inf_msg):
        return f"the server answered with status {error.code} after too many redirects."
    return _ELSEWHERE if error.headers.get("Location") else f"the server answered with status {error.code}."
