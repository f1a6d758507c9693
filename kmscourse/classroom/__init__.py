"""A class seen by its instructor: the exports that students chose to send, read, counted and shown.

sources.py       where exports are: files, folders, URLs; what can't be read is set aside, with the reason
web.py           one of them from a URL, within bounds
standing.py      the class: a row for each student, and where it is stuck
spreadsheet.py   it as CSV          page.py, page.css, page.js    it as a page that needs no network

Nothing that a student wrote is shown but the name of a file (``sources.readable``).
"""

from kmscourse.classroom.page import page
from kmscourse.classroom.sources import Submission, collect, find_submissions, location_of
from kmscourse.classroom.spreadsheet import spreadsheet
from kmscourse.classroom.standing import Standing, Student

__all__ = [
    "Standing",
    "Student",
    "Submission",
    "collect",
    "find_submissions",
    "location_of",
    "page",
    "spreadsheet",
]
