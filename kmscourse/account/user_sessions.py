"""Sessions of other users on a real account, where no API signs in with a password.

An access key of the user is made, exchanged for temporary credentials, and deleted at once. The credentials go on
without it, in this process's memory alone, until they expire; AWS lets a user have two access keys, but any number of
such sessions. A process that is killed in between leaves a key, which makes way where the two places are taken.

Source: AWS STS API Reference, "GetSessionToken"; IAM User Guide, "Disabling permissions for temporary security
credentials" (they are valid until they expire, and can't be revoked).
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from kmscourse.errors import HomeError, KmsCourseError
from kmscourse.home import cannot_write, lock

if TYPE_CHECKING:
    from types_boto3_iam import IAMClient

LOCK_FILE = "access-key.lock"
SESSION_SECONDS = 129_600  # 36 hours, the longest for a user
WAIT_FOR_NEW_KEY = 30.0  # seconds; a new access key takes a moment to reach every part of AWS


def new_session(main: boto3.Session, user_name: str, home: Path) -> boto3.Session:
    """A session of a user of ``main``'s account.

    Raises HomeError where ``home`` can't be used, KmsCourseError and ClientError as the guard and AWS refuse.
    """
    iam = main.client("iam")
    try:
        # One process at a time, so that none takes another's key for one that was left.
        with lock.held(home / LOCK_FILE, 2 * WAIT_FOR_NEW_KEY):
            key = _new_key(iam, user_name)
            try:
                credentials = _temporary_credentials(key, main.region_name)
            finally:
                iam.delete_access_key(UserName=user_name, AccessKeyId=key["AccessKeyId"])
    except lock.UnusableError as error:
        raise HomeError(cannot_write(home / LOCK_FILE, error)) from None
    except lock.TakenError:
        raise KmsCourseError(
            "Another notebook is signing somebody in and does not end. Interrupt it, then run this cell again."
        ) from None
    return boto3.Session(
        credentials["AccessKeyId"],
        credentials["SecretAccessKey"],
        credentials["SessionToken"],
        region_name=main.region_name,
    )


def _new_key(iam: IAMClient, user_name: str) -> Any:
    try:
        return iam.create_access_key(UserName=user_name)["AccessKey"]
    except iam.exceptions.LimitExceededException:
        for leftover_key in iam.list_access_keys(UserName=user_name)["AccessKeyMetadata"]:
            iam.delete_access_key(UserName=user_name, AccessKeyId=leftover_key["AccessKeyId"])
    return iam.create_access_key(UserName=user_name)["AccessKey"]


def _temporary_credentials(key: Any, region: str) -> Any:
    sts: Any = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name=region).client("sts")
    deadline = time.monotonic() + WAIT_FOR_NEW_KEY
    while True:
        try:
            return sts.get_session_token(DurationSeconds=SESSION_SECONDS)["Credentials"]
        except ClientError as error:
            unknown = error.response["Error"]["Code"] == "InvalidClientTokenId"
            if not unknown or time.monotonic() > deadline:
                raise
        time.sleep(1)
