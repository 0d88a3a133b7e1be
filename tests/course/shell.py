"""The course's commands in a real bash, with a transcript: what each one printed, and which of them failed."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.course.standing import ROOT

INITIATIVE = Path("initiatives", "satellite-classification")
EVIDENCE = INITIATIVE / "execution" / "evidence" / "public_endpoint_test.json"
TEST_IMAGE = ROOT / "fixtures" / "satellite" / "tiles" / "held_out" / "desert_04.jpg"
TAIL = "timeout --signal INT 10 aws logs tail /ecs/satellite-api --follow --since 5m || [ $? = 124 ]"
TAIL_OF_V1 = (
    "aws logs filter-log-events --log-group-name /ecs/satellite-api --interleaved "
    '--start-time $(( ($(date +%s) - 300) * 1000 )) --query "events[].[message]" --output text'
)
"""AWS CLI v1 has no `logs tail`; this is the call behind it."""
_SECONDS = 600
_MARK = "\x1e"
_PRELUDE = r"""set -eE -o pipefail
{exports}
trap 'echo "exit $?: $BASH_COMMAND" >> failures' ERR  # -e does not see what fails in export X="$(...)"
trap 'printf "\n{mark}%s\n" "$BASH_COMMAND"' DEBUG
"""


@dataclass(frozen=True)
class Cli:
    """An AWS CLI; `tails_logs` is false for version 1."""

    path: Path
    tails_logs: bool


@dataclass(frozen=True)
class Command:
    """One simple command as bash ran it, and what was printed until the next one."""

    text: str
    output: str


@dataclass(frozen=True)
class Transcript:
    """What became of the commands. `failures` names each one that failed, with its exit code."""

    exit_code: int
    failures: str
    errors: str
    commands: tuple[Command, ...]

    def outputs(self, *starts: str) -> list[str]:
        """What the commands that begin so have printed, in order."""
        return [command.output for command in self.commands if command.text.startswith(starts)]


OWN_CLI = Cli(Path(sys.executable).parent / "aws", tails_logs=False)
"""The AWS CLI of requirements.txt: version 1, on the suite's own botocore."""


def course_cli() -> Cli:
    """The course's AWS CLI, version 2, where PATH has one that knows AWS_ENDPOINT_URL (2.13); else our own."""
    environment = {"PATH": os.environ["PATH"], "HOME": os.devnull}
    for path in (Path(folder, "aws") for folder in os.get_exec_path()):
        if path.is_file():
            said = subprocess.run([path, "--version"], env=environment, capture_output=True, text=True, check=False).stdout
            version = re.match(r"aws-cli/2\.(\d+)", said)
            if version and int(version[1]) >= 13:
                return Cli(path, tails_logs=True)
    return OWN_CLI


def steps() -> dict[str, str]:
    """The commands by step, in the course's order: `Step 0` to `Step 5`, `Cleanup`."""
    text = Path(__file__).with_name("commands.sh").read_text(encoding="utf-8")
    parts = re.split(r"^# (Step \d|Cleanup)", text, flags=re.MULTILINE)
    return {name: f"# {name}{commands}" for name, commands in zip(parts[1::2], parts[2::2], strict=True)}


def prepare(folder: Path, cli: Cli) -> None:
    """Make what the reader brings: the initiative of Project 3, with an image to classify, and an AWS CLI."""
    for part in ("build/testdata", "build/scripts", "execution/evidence"):
        (folder / INITIATIVE / part).mkdir(parents=True)
    shutil.copy(TEST_IMAGE, folder / INITIATIVE / "build" / "testdata" / "test_image.jpg")
    (folder / "home").mkdir()
    (folder / "bin").mkdir()
    (folder / "bin" / "aws").symlink_to(cli.path)


def run(commands: str, folder: Path, export_lines: str, cli: Cli) -> Transcript:
    """Run commands in a prepared folder, in a shell that knows of us only PATH, the pasted lines and LAUNCH_CONTROL."""
    path = os.pathsep.join([str(folder / "bin"), str(Path(sys.executable).parent), os.defpath])
    environment = {"PATH": path, "HOME": str(folder / "home"), "LANG": "C.UTF-8", "LAUNCH_CONTROL": str(ROOT)}
    script, failures = folder / "course.sh", folder / "failures"
    commands = commands if cli.tails_logs else commands.replace(TAIL, TAIL_OF_V1)
    script.write_text(_PRELUDE.format(exports=export_lines, mark=_MARK) + commands, encoding="utf-8")
    failures.touch()
    done = subprocess.run(
        ["bash", script],  # noqa: S607 - the bash of PATH
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    parts = [part.partition("\n") for part in done.stdout.split(_MARK)[1:]]
    transcript = tuple(Command(text, output.strip()) for text, _, output in parts)
    return Transcript(done.returncode, failures.read_text(encoding="utf-8"), done.stderr, transcript)
