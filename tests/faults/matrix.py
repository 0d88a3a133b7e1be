"""What the matrices share: the run that a cell starts, the sweep after it, and what they have to say."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults.account import Account
from tests.faults.aws_faults import Fault, variables
from tests.faults.calls import EVERYTHING_MADE, Call, numbered
from tests.faults.suite import Ended, Suite

BRIEFLY = ("--steady=0.1",)


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
        lines = self.record.read_text(encoding="utf-8").splitlines()
        return list(numbered(("", line.split()[0]) for line in lines))

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
    words = ["tests/acceptance", "--live", "-q", f"--reports={place.reports}", *options]
    words += ["-k", selection] if selection else []
    account.as_found = False
    return Suite(words, account.variables | variables(place.record, *faults), place.folder, terminal)


def sweep(account: Account, place: Place, *options: str) -> Ended:
    """How a sweep has ended."""
    words = ["tests/acceptance", "--live", "--sweep", "-q", f"--reports={place.reports}", *options]
    account.as_found = False
    with Suite(words, account.variables | variables(place.folder / "swept.txt"), place.folder) as suite:
        return suite.wait()
