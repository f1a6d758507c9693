"""Why a request was decided so, and what would decide it otherwise.

decision.py     a verdict and its reasons; ``evaluate``
wording.py      how findings read as sentences
near_misses.py  the statements that nearly matched, and the element that failed
edits.py        the single edits that can help a refused request
advice.py       what would let it in, tried out
comparison.py   what a change of policies opens and closes
"""
