"""What the matrices share: the run that a cell starts, the sweep after it, and what they have to say."""

import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults.account import Account
from tests.faults.aws_faults import Fault, variables
from tests.faults.suite import Ended, Suite

EVERYTHING_MADE = "RUN-1 or RUN-2 or CLEAN"
"""The fewest criteria that make, and unmake, everything that a whole run does."""
JUDGED = "RUN- or CLEAN- or TASK- or NET-1 or NET-2 or LOG-1"
"""The fewest criteria that call every operation that any criterion calls."""
SELECTIONS = ("NET-1", "TASK-1", EVERYTHING_MADE, JUDGED)
"""From what costs the least."""
BRIEFLY = ("--steady=0.1",)
_READS = re.compile(r"\.(Describe|List|Get|Filter|BatchGet|Simulate|Lookup)")
_PLUGIN = ("-p", "tests.faults.aws_faults")


@dataclass(frozen=True)
class Call:
    """One call of AWS: the operation, and which one of its calls it is, counted from 1."""

    operation: str
    number: int

    @property
    def writes(self) -> bool:
        return not _READS.search(self.operation)

    def fault(self, kind: str, *, after: bool = False, again: int = 0) -> Fault:
        """That fault at this call alone, or once more so many calls later."""
        return Fault(kind, self.operation, self.number, self.number, after, again=again)

    def __str__(self) -> str:
        return self.operation + (f" {self.number}" if self.number > 1 else "")


@dataclass(frozen=True)
class Place:
    """Where a cell keeps what its runs write."""

    folder: Path

    @property
    def reports(self) -> Path:
        return self.folder / "reports"

    @property
    def record(self) -> Path:
        return self.folder / "calls.txt"

    def calls(self) -> list[Call]:
        """Every call that was recorded, in order."""
        counts: Counter[str] = Counter()
        calls = []
        for line in self.record.read_text(encoding="utf-8").splitlines():
            operation = line.split()[0]
            counts[operation] += 1
            calls.append(Call(operation, counts[operation]))
        return calls

    def outcomes(self) -> dict[str, dict[str, Any]]:
        """The outcome of each criterion by ID, from the newest report; empty where there is no report."""
        found = sorted(path for path in self.reports.glob("*/criteria.json") if not path.parent.is_symlink())
        told = json.loads(found[-1].read_text(encoding="utf-8"))["outcomes"] if found else []
        return {outcome["criterion"]["id"]: outcome for outcome in told}


def launch(
    account: Account,
    place: Place,
    *faults: Fault,
    selection: str = EVERYTHING_MADE,
    options: tuple[str, ...] = (),
    terminal: str | None = None,
) -> Suite:
    """A run that has begun, with these faults waiting for it; on a terminal of its own if one is named."""
    words = ["tests/acceptance", "--live", "-q", f"--reports={place.reports}", *_PLUGIN, *options]
    words += ["-k", selection] if selection else []
    return Suite(words, account.variables | variables(place.record, *faults), place.folder, terminal)


def sweep(account: Account, place: Place, *options: str) -> Ended:
    """How a sweep has ended."""
    words = ["tests/acceptance", "--live", "--sweep", "-q", f"--reports={place.reports}", *_PLUGIN, *options]
    with Suite(words, account.variables | variables(place.folder / "swept.txt"), place.folder) as suite:
        return suite.wait()


def operations(account: Account, folder: Path) -> dict[str, str]:
    """Every operation that the suite calls, as recorded, and the smallest selection that makes it do so."""
    found: dict[str, str] = {}
    for number, selection in enumerate(SELECTIONS):
        place = Place(folder / str(number))
        account.without_the_role()
        with launch(account, place, selection=selection, options=BRIEFLY) as suite:
            ended = suite.wait()
        if ended.code != 0 or account.left_behind():
            raise RuntimeError(f"a clean run is not clean: {account.changes()}\n{ended}")
        for call in place.calls():
            found.setdefault(call.operation, selection)
    return found
