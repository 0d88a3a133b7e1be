"""The README stays true: its options, commands and files are those of the suite."""

import re
from pathlib import Path

from fixtures.report.rubric import RUBRIC
from fixtures.settings.options import GROUPS, ROOT
from tests.faults.deployments import totals

README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / ".github" / "CONTRIBUTING.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def between(name):
    """The part of the README between two markers."""
    return re.search(rf"<!-- {name}.*?-->\n(.*?)<!-- /{name} -->", README, re.DOTALL)[1]


def shown(default):
    """A default as the table shows it."""
    if default is None or default == "" or default is False:
        return ""
    return f"`{default.relative_to(ROOT) if isinstance(default, Path) else default}`"


def option_table():
    """The table of options, made from the code."""
    rows = ["| option | default | what it does |", "|---|---|---|"]
    for name, options in GROUPS.items():
        rows.append(f"| **{name}** | | |")
        for option in options:
            choices = f" ({', '.join(option.choices)})" if option.choices else ""
            rows.append(f"| `{option.flag}` | {shown(option.default)} | {option.help}{choices} |")
    return "\n".join(rows)


def test_the_readme_begins_with_the_two_commands():
    """Whoever reads only the first lines can use it."""
    first = README.split("```")[1].strip().splitlines()
    assert [line.split("#")[0].strip() for line in first] == ["make acceptance", "make test"]


def test_the_option_table_is_the_codes():
    """Each option, its default and its meaning. On a difference, the right table is in the message."""
    assert between("options").strip() == option_table()


def test_the_fault_matrix_is_as_large_as_it_says():
    """Its totals are counted, not typed."""
    assert between("faults").strip() == totals()


def test_every_make_target_that_is_named_exists():
    """No command of the README or of CONTRIBUTING is unknown to make."""
    targets = set(re.findall(r"^(\w+):", MAKEFILE, re.MULTILINE))
    assert set(re.findall(r"`make (\w+)", README + CONTRIBUTING)) | {"acceptance", "test"} <= targets


def test_every_file_that_is_named_exists():
    """Paths and pictures of the project are there."""
    named = re.findall(r"\]\((\.[^)]+)\)", README)
    named += re.findall(
        r"`((?:fixtures|tests|load)/[\w./]*(?:/|\.py)|(?:fixtures|\.github)/[\w./-]+\.\w+)`", README + CONTRIBUTING
    )
    assert [path for path in named if not (ROOT / path).exists()] == []
    assert len(named) > 5


def test_every_criterion_is_named_once():
    """The table of what is proved is the rubric."""
    table = README.split("## What it proves")[1].split("Each criterion is")[0]
    assert re.findall(r"[A-Z]+-\d", table) == [criterion.id for criterion in RUBRIC]


def test_every_room_is_explained_once():
    """The house of CONTRIBUTING is that of the code."""
    table = CONTRIBUTING.split("| room |")[1].split("\n\n")[0]
    rooms = {path.name for path in (ROOT / "fixtures").iterdir() if path.is_dir()} - {"__pycache__"}
    assert sorted(re.findall(r"`(\w+)/`", table)) == sorted(rooms)
