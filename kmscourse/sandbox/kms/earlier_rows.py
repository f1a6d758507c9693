"""KMS's rows as the formats 4 and 5 of the account's file have them, turned into those of today: no key is lost.

There a key is moto's ``Key``, written as ``{"$object": ["Key", {its attributes}]}``; its tags lie in a row of their
own, and in format 4 its grants lie within it. Private keys, which moto made for asymmetric keys and nothing ever used,
stay behind. Nothing here makes an object of a class that a row names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from kmscourse.sandbox.kms.grants import Grant
from kmscourse.sandbox.kms.key import Alias, Key, KeyMaterial, from_base64, members_of
from kmscourse.sandbox.storage.file import Row

_COLLECTION = re.compile(r"(kms/[^/]+)/(keys|grants|tagger\.tags)")


def upgrade_key_rows(rows: Iterable[tuple[Row, str]]) -> list[tuple[Row, str]]:
    """The rows of a whole file, those of KMS as they are written today; all others as they are.

    Raises ValueError, LookupError, TypeError, AttributeError or RecursionError for a row that can't be read.
    """
    others: list[tuple[Row, str]] = []
    keys: dict[Row, Mapping[str, Any]] = {}
    tags: dict[Row, dict[str, str]] = {}
    grants: dict[Row, Mapping[str, Any]] = {}
    for row, document in rows:
        match = _COLLECTION.fullmatch(row.collection)
        if match is None:
            others.append((row, document))
            continue
        region, kind = match.groups()
        value = _plain(json.loads(document))
        if kind == "tagger.tags":
            tags[Row(f"{region}/keys", row.key)] = value
        elif kind == "grants":
            grants[row] = value
        else:
            keys[row] = value
            for grant_id, grant in value.get("grants", {}).items():
                grants[Row(f"{region}/grants", grant_id)] = {**grant, "key_id": row.key}
    return [
        *others,
        *((row, _json(_key(key, tags.get(row, {})).to_json())) for row, key in keys.items()),
        *((row, _json(Grant(**members_of(Grant, grant)).to_json())) for row, grant in grants.items()),
    ]


def _key(attributes: Mapping[str, Any], tags: dict[str, str]) -> Key:
    rotates = attributes["key_rotation_status"]
    same = ("id", "account_id", "region", "origin", "description", "deletion_date")
    return Key(
        **{name: attributes[name] for name in same},
        spec=attributes["key_spec"],
        usage=attributes["key_usage"],
        manager=attributes["key_manager"],
        created=attributes["creation_date"],
        multi_region=bool(attributes["multi_region"]),
        state=attributes["key_state"],
        rotation_period=attributes["rotation_period"] if rotates else None,
        next_rotation=attributes["next_rotation"] if rotates else None,
        policy_text=attributes["policy"],
        tags=tags,
        aliases={name: Alias(**dates) for name, dates in attributes["aliases"].items()},
        materials=[_material(material) for material in attributes["materials"]],
        pending_material=_material(attributes["pending"]) if attributes["pending"] else None,
        import_secret=attributes.get("import_secret"),
    )


def _material(attributes: Mapping[str, Any]) -> KeyMaterial:
    return KeyMaterial(**members_of(KeyMaterial, {**attributes, "rotation_type": attributes["rotation"]}))


def _plain(value: Any) -> Any:
    """What a document of the codec stands for; an object as the mapping of its attributes."""
    if isinstance(value, list):
        return [_plain(member) for member in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((kind, content),) = value.items()
        match kind:
            case "$bytes":
                return from_base64(content)
            case "$datetime":
                return datetime.fromisoformat(content)
            case "$dict":
                return {_plain(key): _plain(member) for key, member in content}
            case "$object":
                return _plain(content[1])
            case "$private_key":
                return None
    return {name: _plain(member) for name, member in value.items()}


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, separators=(",", ":"))
