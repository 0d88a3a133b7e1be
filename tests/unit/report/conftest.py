"""An error in a part of a page fails the test that makes it; who reads it in a run still gets the rest of the page."""

from collections.abc import Iterator

import pytest

from fixtures.report import sections

FORGIVEN = sections.UNREADABLE


@pytest.fixture(scope="session", autouse=True)
def unforgiving() -> Iterator[None]:
    """What a part raises beside Missing is a mistake of its reader, or of the writer."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sections, "UNREADABLE", ())
        yield


@pytest.fixture
def forgiving(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a run: this test breaks the files of the bundle itself."""
    monkeypatch.setattr(sections, "UNREADABLE", FORGIVEN)
