"""What the suite says of a deployment: a nested run of it with --adopt."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fixtures.report.outcomes import OPTIONAL
from tests.faults.deployments.case import Case, Fault
from tests.faults.deployments.stack import made
from tests.faults.stage import Stage
from tests.faults.suite import Suite

BRIEFLY = ("--load-seconds=1", "--load-spawn-rate=8", "--launch-timeout=6", "--answer-timeout=2", "--log-timeout=2")
BRIEFLY += ("--steady=0.2",)
IN_DOCKER = (*BRIEFLY, "--launch-timeout=15", "--answer-timeout=5", "--log-timeout=4")
_JUDGED_AFTER_CLEANUP = "CLEAN-"


@dataclass(frozen=True)
class Verdict:
    """What became of one case: the outcome of each criterion by ID, as criteria.json has it."""

    case: Case
    code: int
    outcomes: dict[str, dict[str, Any]]
    printed: str
    seconds: float

    def unexpected(self) -> Iterator[str]:
        """Everything that should be otherwise, in words: empty where the suite has judged rightly."""
        red = self.case.criterion if isinstance(self.case, Fault) else ""
        if self.code != (1 if red else 0):
            yield f"exit code {self.code}"
        if set(self.outcomes) == {red} or not self.outcomes:
            yield "there is no whole report"
        for name, outcome in self.outcomes.items():
            if name != red and (outcome["status"], outcome["reason"]) not in self._allowed(name, red):
                yield f"{name} is {outcome['status']}: {outcome['reason']} {outcome['observed']}"
        if red:
            yield from self._about_the_fault()

    def help(self) -> str:
        """What a learner reads of the criterion that went red."""
        outcome = self.outcomes.get(getattr(self.case, "criterion", ""), {})
        return f"{outcome.get('observed', '')}\n{outcome.get('advice', '')}"

    def _about_the_fault(self) -> Iterator[str]:
        assert isinstance(self.case, Fault)
        status = self.outcomes.get(self.case.criterion, {}).get("status")
        if status != "FAIL":
            yield f"{self.case.criterion} is {status}, not FAIL"
        elif self.case.help not in self.help():
            yield f"{self.case.criterion} does not say {self.case.help!r} but: {self.help()}"

    def _allowed(self, name: str, red: str) -> set[tuple[str, str]]:
        if name.startswith(_JUDGED_AFTER_CLEANUP) != self.case.cleaned_up:
            return {("NOT RUN", self.outcomes[name]["reason"])}
        if name.startswith("LOAD-") and "--no-load" in self.case.options:
            return {("NOT RUN", "left out by choice (--no-load)"), ("BLOCKED", f"by {red}")}
        if name in getattr(self.case, "noted", ()):
            return {("NOT RUN", OPTIONAL)}
        also = getattr(self.case, "also", ())
        if name in also:
            return {("FAIL", "")}
        return {("PASS", ""), *(("BLOCKED", f"by {each}") for each in (red, *also))}

    def record(self) -> dict[str, Any]:
        """For the table of `make faults`."""
        plain = {"id": self.case.id, "sentence": self.case.sentence, "criterion": getattr(self.case, "criterion", "")}
        statuses = {name: outcome["status"] for name, outcome in self.outcomes.items()}
        return plain | {
            "statuses": statuses,
            "help": self.help().strip(),
            "unexpected": list(self.unexpected()),
            "seconds": self.seconds,
        }


def judge(stage: Stage, case: Case, folder: Path) -> Verdict:
    """Make the deployment, and have the suite judge it."""
    made(stage, case)
    with judging(stage, case, folder) as suite:
        ended = suite.wait()
    found = list((folder / "reports").glob("2*/criteria.json"))
    told = json.loads(found[0].read_text(encoding="utf-8"))["outcomes"] if found else []
    outcomes = {outcome["criterion"]["id"]: outcome for outcome in told}
    return Verdict(case, ended.code, outcomes, ended.output, ended.seconds)


def judging(stage: Stage, case: Case, folder: Path, *more: str, **variables: str) -> Suite:
    """A run that has begun to judge what stands on the stage, as the case asks for it, with more words and variables."""
    words = ["tests/acceptance", "--adopt", "-q", f"--reports={folder / 'reports'}", f"--region={case.region}"]
    words += [*(IN_DOCKER if stage.in_docker else BRIEFLY), *case.options, *more] + ["--after-cleanup"] * case.cleaned_up
    return Suite(words, stage.variables | variables, folder)
