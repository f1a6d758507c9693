"""The package's own errors. AWS's refusals are not among them: they stay botocore's ``ClientError``.

KmsCourseError                 whatever kmscourse itself refuses
├── HomeError                  KMSCOURSE_HOME can't be used
├── SandboxError               the practice account can't be started, found or reached
├── SignInRefused              a user name and password that open nothing
├── PolicyError                a policy that can't be read
├── EnvelopeError              an envelope or sealed file that can't be opened: damaged, or not for this context
├── Cancelled                  long work that was called off, and left nothing behind
└── CourseError                what the course needs or keeps isn't there, isn't readable, or is in use
    ├── ForeignError           what the course did not make, in a real account, and would have to change
    └── HiddenError            whether the course made something in a real account, AWS doesn't let one see

Inside of a room, and turned into one of these before anybody sees it: ``home/lock.py`` has two, a lock that another
holds and a lock that can't be used; the practice account has AWS's own refusals as ``AwsError`` (``sandbox/``).
"""

from __future__ import annotations


class KmsCourseError(Exception):
    """The root of everything that kmscourse itself refuses."""


class HomeError(KmsCourseError):
    """The folder KMSCOURSE_HOME can't be made, read or written."""


class SandboxError(KmsCourseError):
    """The practice account can't be started, found or reached."""


class SignInRefused(KmsCourseError):  # noqa: N818 (it refuses; nothing went wrong)
    """No such user, a wrong password, or a user without console access: which of them is not said."""


class PolicyError(KmsCourseError):
    """A policy that can't be read; the sentence says where and what to do."""


class EnvelopeError(KmsCourseError):
    """An envelope or sealed file that can't be opened: damaged, cut short, or sealed for another context."""


class Cancelled(KmsCourseError):  # noqa: N818 (somebody wanted it)
    """Long work that was called off. What it had written is gone, and what was there before is as it was."""


class CourseError(KmsCourseError):
    """A section, a note, a file or a permission that the course needs isn't there, or can't be used."""


class ForeignError(CourseError):
    """Something in a real account that the course did not make is in its way, or would be changed by a call."""


class HiddenError(CourseError):
    """Whether the course made a thing in a real account can't be told, as its tags may not be read."""
