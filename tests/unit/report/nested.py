"""pytest, run in this very process on a few tests in a folder: in a process of its own it would import for a second."""

import io
import os
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import pytest

from fixtures.settings.options import ROOT

_NOT_LOADED = ("no:locust", "no:anyio", "no:cacheprovider")


@dataclass(frozen=True)
class Ended:
    """How it ended, and all that it printed."""

    code: int
    output: str


def pytest_in(folder: Path, *words: str, variables: Mapping[str, str] | None = None, settings: str = os.devnull) -> Ended:
    """Run it in the folder with these words, variables and settings; nothing of ours is left in it, nor of it here."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    environment = kept | {"PYTHONPATH": str(ROOT)} | dict(variables or {})
    printed, modules, here = io.StringIO(), dict(sys.modules), Path.cwd()
    command = ["-c", settings, *(f"-p{plugin}" for plugin in _NOT_LOADED), *words]
    with (
        patch.dict(os.environ, environment, clear=True),
        patch.object(sys, "path", [*sys.path]),
        redirect_stdout(printed),
        redirect_stderr(printed),
    ):
        os.chdir(folder)
        try:
            code = pytest.main(command)
        finally:
            os.chdir(here)
            _forget(folder, modules)
    return Ended(int(code), printed.getvalue())


def _forget(folder: Path, modules: Mapping[str, object]) -> None:
    """Its own modules: they have the names of others'."""
    for name, module in list(sys.modules.items()):
        if (getattr(module, "__file__", None) or "").startswith(f"{folder}{os.sep}"):
            del sys.modules[name]
            sys.modules.update({name: modules[name]} if name in modules else {})
