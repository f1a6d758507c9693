"""What can be chosen about the practice account as it starts; the first is fixed, the console can change the others."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """``table_key_cache`` are the seconds for which DynamoDB keeps an opened table key (``table_key_cache.py``).

    ``kms_quota`` are the requests a second of ``kms/request_quota.py``, None for as many as anybody likes;
    ``grant_delay`` the seconds of ``kms/grant_delay.py``.
    """

    table_key_cache: float = 0.0
    kms_quota: int | None = None
    grant_delay: float = 0.0


DEFAULTS = Settings()
