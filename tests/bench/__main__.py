"""How fast the suite is: three ratios in one run, in about five minutes. `make bench`, or `python -m tests.bench`."""

import statistics
import sys
from dataclasses import dataclass

from fixtures.rehearsal.pace import PACES
from tests.bench.runs import RunFailed, operations_of_bare, reset, time_bare, time_cli, time_suite
from tests.course.standing import Standing

PAIRS = 3


@dataclass(frozen=True)
class Ratio:
    """A figure and the most that it may be; one without a limit stands beside another for comparison."""

    name: str
    figure: float
    limit: float | None = None

    def __str__(self) -> str:
        if self.limit is None:
            return f"{self.name:<50}{self.figure:6.3f}"
        verdict = "met" if self.figure <= self.limit else "not met"
        return f"{self.name:<50}{self.figure:6.3f}   at most {self.limit:5.3f}   {verdict}"


def compare_at_once() -> list[Ratio]:
    """(a) and (b): a rehearsal that makes nobody wait."""
    print("Pace instant; steps 1-4 and 6; the suite with --steady 1. The CLI is version 1, on the suite's own botocore;")
    print("it has no `logs tail`, so it makes that command's call, filter-log-events. Seconds:")
    print("pair    bare   suite     CLI")
    to_cli, to_bare = [], []
    with Standing() as standing:
        for pair in range(1, PAIRS + 1):
            reset(standing)
            bare = time_bare(standing)
            reset(standing)
            suite = time_suite(standing, "--steady", "1")
            reset(standing)
            cli = time_cli(standing)
            print(f"{pair:4}{bare:8.2f}{suite.seconds:8.2f}{cli:8.2f}", flush=True)
            to_cli.append(suite.seconds / cli)
            to_bare.append(suite.seconds / bare)
    _compare_operations(suite.operations)
    return [
        Ratio("(a) suite / the course's CLI commands", statistics.median(to_cli)),
        Ratio("(b) suite / bare boto3 script", statistics.median(to_bare), 1.1),
    ]


def compare_realistically() -> list[Ratio]:
    """(c): a rehearsal that takes as long as AWS."""
    pace = PACES["realistic"]
    of_cli = {"provisioning": pace.provisioning, "pull": pace.pull, "deprovisioning": pace.deprovisioning}
    of_suite = of_cli | {"rollout": pace.settle, "log line": pace.log_lag}
    print("\nPace realistic; the suite with its live defaults. AWS's own waits:")
    print(f"  of the suite  {_sum(of_suite)}; it lets the log line come while the task stops")
    print(f"  of the CLI    {_sum(of_cli)}: its waiter and its commands ask for no finished rollout and no log line")
    with Standing("--pace", "realistic") as standing:
        reset(standing)
        suite = time_suite(standing).seconds
        reset(standing)
        cli = time_cli(standing)
    print(f"suite {suite:.2f} s; CLI {cli:.2f} s, its refused deletes repeated every 5 s until the task was gone")
    return [
        Ratio("(c) suite / AWS's own waits", suite / sum(of_suite.values()), 1.06),
        Ratio("    the course's CLI commands / AWS's own waits", cli / sum(of_cli.values())),
    ]


def _sum(waits: dict[str, float]) -> str:
    parts = " + ".join(f"{name} {seconds:g}" for name, seconds in waits.items())
    return f"{parts} = {sum(waits.values()):g} s"


def _compare_operations(of_suite: frozenset[str]) -> None:
    of_bare = operations_of_bare()
    if of_suite == of_bare:
        print(f"Suite and bare script call the same {len(of_suite)} operations.")
    for who, more in (("suite", of_suite - of_bare), ("bare script", of_bare - of_suite)):
        if more:
            print(f"Only the {who} calls: {', '.join(sorted(more))}. Mend tests/bench/bare.py, or (b) compares unequals.")


def main() -> int:
    """0 when all was measured, whatever the figures; 1 when a run failed."""
    try:
        ratios = compare_at_once() + compare_realistically()
    except RunFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    print(f"\n(a) and (b) are medians of {PAIRS} paired runs.", *ratios, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
