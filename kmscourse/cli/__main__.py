"""``python -m kmscourse.cli``: the command, where it is not installed."""

import sys

from kmscourse.cli import main

if __name__ == "__main__":
    sys.exit(main())
