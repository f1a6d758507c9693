"""What is in an answer's body, as plain values: JSON as it is, XML as nested dicts and lists."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree


def read(content_type: str, body: bytes) -> Any:
    """The body's content; its text, or its hex digits, where it is neither JSON nor XML."""
    if "json" in content_type:
        return json.loads(body or b"null")
    if "xml" in content_type:
        root = ElementTree.fromstring(body.decode())  # noqa: S314 - of an account of our own
        namespace, _, name = root.tag.rpartition("}")
        return {name: _content(root), **({"xmlns": namespace[1:]} if namespace else {})}
    try:
        return body.decode("ascii")
    except UnicodeDecodeError:
        return body.hex()


def _content(element: ElementTree.Element) -> Any:
    children = list(element)
    if not children:
        return element.text or ""
    names = [child.tag.rpartition("}")[2] for child in children]
    if set(names) <= {"member", "entry"} or len(set(names)) < len(names):
        return [_content(child) for child in children]
    return {name: _content(child) for name, child in zip(names, children, strict=True)}
