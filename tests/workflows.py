"""The workflows of `.github/` as GitHub reads them: jobs, steps, and a step that runs as its runner would run it."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import yaml

from fixtures.settings.options import ROOT

FOLDER = ROOT / ".github" / "workflows"
WORKFLOWS = tuple(sorted(path.stem for path in FOLDER.glob("*.yml")))
_SHELL = ("bash", "--noprofile", "--norc", "-eo", "pipefail")
"""How GitHub runs `shell: bash` ("Workflow syntax": jobs.<job_id>.steps[*].shell)."""
_EXPRESSION = re.compile(r"\$\{\{ (.*?) \}\}")


@dataclass(frozen=True)
class Step:
    """One step of a job."""

    workflow: str
    job: str
    said: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.said.get("name") or self.said.get("uses") or self.said["run"])

    def begun(self, folder: Path, values: Mapping[str, str], variables: Mapping[str, str], cwd: Path = ROOT) -> "Running":
        """Its `run:` as it begins, with these values of its expressions, and variables beside its own."""
        own = {name: _EXPRESSION.sub(lambda found: values[found[1]], str(text)) for name, text in self._env.items()}
        script = folder / "step.sh"
        script.write_text(self.said["run"], encoding="utf-8")
        base = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        github = {
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
            "RUNNER_TEMP": str(folder),
        }
        return Running([*_SHELL, str(script)], base | github | dict(variables) | own, folder / "printed.txt", cwd)

    @property
    def _env(self) -> dict[str, Any]:
        return dict(self.said.get("env", {}))


class Running:
    """A step at work."""

    def __init__(self, command: list[str], variables: Mapping[str, str], printed: Path, cwd: Path) -> None:
        self._printed = printed
        with printed.open("wb") as output:
            self._process = subprocess.Popen(
                command, env=variables, cwd=cwd, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )

    @property
    def output(self) -> str:
        return self._printed.read_text(encoding="utf-8", errors="replace")

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def wait(self, seconds: float = 120.0) -> int:
        """Its exit code. Raises TimeoutExpired; its processes are killed then."""
        try:
            return self._process.wait(seconds)
        finally:
            self.kill_tree()

    def signal(self, number: signal.Signals) -> None:
        """What GitHub's runner does when a job is cancelled: the shell gets the signal, and nobody else."""
        self._process.send_signal(number)

    def kill_tree(self) -> None:
        """What it does ten seconds later."""
        if self.running:
            process = psutil.Process(self._process.pid)
            for each in [*process.children(recursive=True), process]:
                each.kill()
            self._process.wait()


def workflow(name: str) -> dict[str, Any]:
    """A workflow; its triggers are under `on`, which YAML takes for a truth."""
    told = yaml.safe_load((FOLDER / f"{name}.yml").read_text(encoding="utf-8"))
    return {"on": told.pop(True), **told}


def steps(name: str, *jobs: str) -> Iterator[Step]:
    """Every step of the workflow, or those of these jobs, in order."""
    for job, told in workflow(name)["jobs"].items():
        if not jobs or job in jobs:
            yield from (Step(name, job, step) for step in told["steps"])
