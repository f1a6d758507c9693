"""Write docs/differences.md, "Where the sandbox differs from AWS": ``python -m tools.differences``.

Run it after a change to ``tools/differences_table/`` or to the operations that are offered. A test holds the
page to both.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kmscourse.sandbox.model.members import printed
from kmscourse.sandbox.offered import SERVICES, members_not_offered
from tools.differences_table import DIFFERENCES

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "differences.md"

HEAD = """\
<!-- Written by `python -m tools.differences` from tools/differences_table/: change it there. -->

# Where the sandbox differs from AWS

What the practice account does, AWS does, with the same codes and texts, as far as documentation and recorded answers
tell. It costs nothing. Here is what is otherwise, each with the test that shows it.
"""


def page() -> str:
    """The whole page, in Markdown."""
    return "\n".join([HEAD, *_differences(), *_operations(), *_members()]) + "\n"


def _differences() -> Iterator[str]:
    for group, differences in DIFFERENCES.items():
        yield f"## {group}\n"
        yield "| | here | on AWS | shown by |"
        yield "|---|---|---|---|"
        for row in differences:
            path, _, test = row.proof.partition("::")
            yield f"| **{row.subject}** | {row.here} | {row.on_aws} | [{test}](../{path}) |"
        yield ""


def _operations() -> Iterator[str]:
    yield "## The operations that there are\n"
    yield "Every other operation of these services is refused with `UnsupportedOperationException`.\n"
    for service, operations in ((name, service.operations) for name, service in SERVICES.items()):
        yield f"**{service}** ({len(operations)}): {', '.join(sorted(operations))}\n"


def _members() -> Iterator[str]:
    yield "## The members that there are not\n"
    yield "Of the inputs of these operations, these members are refused by their names with the same code.\n"
    for name, service in SERVICES.items():
        refused = {
            operation: members_not_offered(name, operation) for operation in sorted(service.operations)
        }
        told = [
            f"{operation} ({', '.join(map(printed, places))})"
            for operation, places in refused.items()
            if places
        ]
        if told:
            yield f"**{name}**: {'; '.join(told)}\n"


def main() -> None:
    """Write the page."""
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
