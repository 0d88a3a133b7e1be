"""`make faults`: judge every deployment, print what became of each as a table, and write reports/faults.html."""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from fixtures.report.rubric import BY_ID, RUBRIC
from tests import images
from tests.faults.deployments import CHEATS, FAULTS, VARIATIONS, totals
from tests.faults.deployments.test_deployments import FOLDER

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "reports" / "faults.html"
PROCESSES = "6"
"""More than cores: most of a case is waiting."""


@dataclass(frozen=True)
class Row:
    """What became of one case."""

    id: str
    sentence: str
    criterion: str
    """The one that has to go red; empty for a variation."""
    statuses: dict[str, str]
    help: str
    unexpected: list[str]
    seconds: float

    @property
    def happened(self) -> str:
        """How many criteria became what."""
        counts = {
            status: [*self.statuses.values()].count(status) for status in ("PASS", "FAIL", "BLOCKED", "ERROR", "NOT RUN")
        }
        return ", ".join(f"{count} {status}" for status, count in counts.items() if count) or "nothing was judged"

    def __str__(self) -> str:
        verdict = "as expected" if not self.unexpected else f"UNEXPECTED: {'; '.join(self.unexpected)}"
        return f"{self.criterion or '-':8} {self.id:32} {self.happened:40} {verdict}"


def main() -> int:
    """Run it; exit code 1 where anything was judged otherwise than expected."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        here = str(Path(__file__).parent)
        command = [sys.executable, "-m", "pytest", here, "-q", "-n", PROCESSES, "--tb=no", "-rN", *sys.argv[1:]]
        subprocess.run(command, cwd=ROOT, env=os.environ | {FOLDER: folder}, check=False)
        found = {path.stem: _row(path) for path in Path(folder).glob("*.json")}
    rows = [found[case.id] for case in (*FAULTS, *VARIATIONS, *CHEATS) if case.id in found]
    seconds = time.monotonic() - began
    summary = f"{totals()}; {sum(bool(row.unexpected) for row in rows)} of {len(rows)} judged otherwise than expected; "
    summary += f"{seconds:.0f} s, {seconds / max(len(rows), 1):.1f} s for each in the mean"
    print(*rows, "", summary, f"page: {PAGE.relative_to(ROOT)}", sep="\n")
    PAGE.write_text(_page(rows, summary), encoding="utf-8")
    left_out = sum(bool(case.dockerfile) for case in (*FAULTS, *VARIATIONS)) if images.missing() else 0
    if left_out:
        print(f"{left_out} deployments were left out: {images.missing()}")
    wanted = len(FAULTS) + len(VARIATIONS) + len(CHEATS) - left_out
    return int(len(rows) < wanted or any(row.unexpected for row in rows))


def _row(path: Path) -> Row:
    told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return Row(**told)


def _page(rows: list[Row], summary: str) -> str:
    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined)
    by_criterion = {criterion: [row for row in rows if row.criterion == criterion.id] for criterion in RUBRIC}
    variations = [row for row in rows if row.criterion not in BY_ID]
    template = environment.get_template("faults.html.j2")
    return template.render(by_criterion=by_criterion, variations=variations, rubric=RUBRIC, summary=summary)


if __name__ == "__main__":
    sys.exit(main())
