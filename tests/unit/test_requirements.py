"""What is installed is what is pinned, down to the last dependency: for the suite, and for the classifier's image."""

from importlib.metadata import distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from fixtures.settings.options import REFERENCE_APP, ROOT

SUITE = (ROOT / "requirements.txt", ROOT / ".requirements-tests.txt", ROOT / ".constraints.txt")
IMAGE = (REFERENCE_APP / "requirements.txt",)


def read(files: tuple[Path, ...]) -> list[Requirement]:
    """The packages that these files name."""
    lines = [line.split("#")[0].strip() for file in files for line in file.read_text("utf-8").splitlines()]
    return [Requirement(line) for line in lines if line and not line.startswith("--")]


def needed(wanted: Requirement, seen: set[tuple[str, str]]) -> set[str]:
    """The names of all that a package needs here, itself included."""
    found = {canonicalize_name(wanted.name)}
    for text in requires(wanted.name) or []:
        need = Requirement(text)
        wants_it = not need.marker or any(need.marker.evaluate({"extra": extra}) for extra in ("", *wanted.extras))
        if wants_it and (need.name, str(need.extras)) not in seen:
            seen.add((need.name, str(need.extras)))
            found |= needed(need, seen)
    return found


@pytest.mark.parametrize("files", [SUITE, IMAGE], ids=["suite", "image"])
def test_each_pin_is_what_is_installed(files: tuple[Path, ...]) -> None:
    """A pin that is not the version in use proves nothing of it."""
    installed = {canonicalize_name(each.name): each.version for each in distributions()}
    pins = {canonicalize_name(pin.name): str(pin.specifier) for pin in read(files)}
    here = pins.keys() & installed.keys()  # another Python needs fewer
    assert {name: pins[name] for name in here} == {name: f"=={installed[name]}" for name in here}


@pytest.mark.parametrize("files", [SUITE, IMAGE], ids=["suite", "image"])
def test_nothing_that_is_needed_is_unpinned(files: tuple[Path, ...]) -> None:
    """A dependency without a pin changes on the day of its next release, and what it breaks is nobody's commit."""
    pinned = read(files)
    seen: set[tuple[str, str]] = set()
    assert {name for pin in pinned for name in needed(pin, seen)} <= {canonicalize_name(pin.name) for pin in pinned}
