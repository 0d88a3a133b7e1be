"""What plain `pytest` runs: the rehearsal, and the unit tests after it."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from fixtures.plugin import _units_follow
from fixtures.settings.options import ROOT


@pytest.mark.parametrize(
    ("words", "folder", "follow"),
    [
        ((), ROOT, True),
        (("-c", str(ROOT / "pytest.ini")), Path("/"), True),
        (("-q",), ROOT, True),
        (("-k", "NET"), ROOT, False),
        (("--live",), ROOT, False),
        (("--replay", "x"), ROOT, False),
        (("tests/unit",), ROOT, False),
        ((), ROOT / "tests" / "unit", False),
    ],
)
def test_the_unit_tests_follow_where_nothing_else_is_asked(words: tuple[str, ...], folder: Path, follow: bool) -> None:
    """Whoever asks for something gets that; and who has no pytest-xdist has them one after the other."""
    config = SimpleNamespace(invocation_params=pytest.Config.InvocationParams(args=words, plugins=None, dir=folder))
    assert _units_follow(cast(pytest.Config, config)) is follow
