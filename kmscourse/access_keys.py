"""Sessions of other users on a real account, where no API signs in with a password: an access key stands for it.

The key is made when a session is first asked for, lives in this process's memory alone, and is deleted when the process
ends. A process that was killed leaves its key in the account. While a process uses a key it holds a lock on a file of
the key's id, and the operating system lets go of that lock however the process ends. So a key left behind is known.
"""

from __future__ import annotations

import atexit
import sys
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from kmscourse import lock
from kmscourse.errors import HomeError, KmsCourseError
from kmscourse.home import cannot_write

if TYPE_CHECKING:
    from types_boto3_iam import IAMClient

Held = dict[str, Any]
"""User name -> the access key that this process has made for the user, as IAM describes it."""

WAIT_FOR_NEW_KEY = 30.0  # seconds; a new access key takes a moment to reach every part of AWS


class AccessKeys:
    """Sessions of users of ``main``'s account. ``held`` is what this process holds of it: an access key for each user.

    Whoever opens the account again in this process passes the same ``held``, and so needs no further access key.
    """

    def __init__(self, main: boto3.Session, folder: Path, held: Held | None = None) -> None:
        self._main = main
        self._folder = folder
        self._held = {} if held is None else held
        self._sessions: dict[str, boto3.Session] = {}

    def session_of(self, user_name: str) -> boto3.Session:
        """A session of a user of the account, the same one each time.

        Raises KmsCourseError where the user has two access keys already that others hold, HomeError where the folder
        can't be written, and whatever the guard and AWS refuse.
        """
        if user_name not in self._sessions:
            self._sessions[user_name] = self._new_session(user_name)
        return self._sessions[user_name]

    def _new_session(self, user_name: str) -> boto3.Session:
        iam = self._main.client("iam")
        key = self._held.get(user_name)
        if key is None or key["AccessKeyId"] not in _access_key_ids(iam, user_name):
            key = self._held[user_name] = self._take_key(iam, user_name)
        session = boto3.Session(
            key["AccessKeyId"], key["SecretAccessKey"], region_name=self._main.region_name
        )
        deadline = time.monotonic() + WAIT_FOR_NEW_KEY
        while True:
            try:
                session.client("sts").get_caller_identity()
            except ClientError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(1)
            else:
                return session

    def _take_key(self, iam: IAMClient, user_name: str) -> Any:
        """A new access key, which is this process's until it ends."""
        in_use = ExitStack()
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            # One process at a time: a key that has no lock yet looks like one that was left behind.
            with lock.held(self._folder / "making.lock", WAIT_FOR_NEW_KEY):
                key = self._new_key(iam, user_name)
                in_use.enter_context(lock.held(self._lock_of(key["AccessKeyId"]), 0))
        except lock.TakenError:
            raise KmsCourseError(
                "Another notebook is making an access key and does not end. Run this cell again."
            ) from None
        except OSError as error:
            raise HomeError(cannot_write(Path(error.filename or self._folder), error)) from None
        atexit.register(self._delete, iam, user_name, key["AccessKeyId"], in_use)
        return key

    def _new_key(self, iam: IAMClient, user_name: str) -> Any:
        try:
            return iam.create_access_key(UserName=user_name)["AccessKey"]
        except iam.exceptions.LimitExceededException:
            self._delete_left_behind(iam, user_name)
        return iam.create_access_key(UserName=user_name)["AccessKey"]

    def _delete_left_behind(self, iam: IAMClient, user_name: str) -> None:
        ids = _access_key_ids(iam, user_name)
        left_behind = [one for one in ids if not lock.is_held(self._lock_of(one))]
        if not left_behind:
            raise KmsCourseError(
                f"{user_name} has {len(ids)} access keys, as many as AWS allows, and other notebooks use them: "
                "shut the kernel of one of them down, then run this cell again."
            )
        for access_key_id in left_behind:
            iam.delete_access_key(UserName=user_name, AccessKeyId=access_key_id)
            self._lock_of(access_key_id).unlink(missing_ok=True)

    def _lock_of(self, access_key_id: str) -> Path:
        return self._folder / f"{access_key_id}.lock"

    def _delete(self, iam: IAMClient, user_name: str, access_key_id: str, in_use: ExitStack) -> None:
        try:
            with suppress(iam.exceptions.NoSuchEntityException):
                iam.delete_access_key(UserName=user_name, AccessKeyId=access_key_id)
        except (BotoCoreError, ClientError, KmsCourseError) as error:
            print(
                f"The access key {access_key_id} of {user_name} is still there ({error}). "
                "Remove it with: kmscourse aws cleanup",
                file=sys.stderr,
            )
        in_use.close()
        self._lock_of(access_key_id).unlink(missing_ok=True)


def _access_key_ids(iam: IAMClient, user_name: str) -> list[str]:
    pages = iam.get_paginator("list_access_keys").paginate(UserName=user_name)
    return [key["AccessKeyId"] for page in pages for key in page["AccessKeyMetadata"]]
