"""What the tests of this folder share: a stage for each process, an account on it, and a look at every page they make."""

import pytest

from tests import images
from tests.faults.account import Account
from tests.faults.application import APPLICATION
from tests.faults.pages import every_page_can_be_read
from tests.faults.stage import Stage
from tests.faults.suite import rehearsing

__all__ = ["every_page_can_be_read"]


@pytest.fixture(scope="session")
def stage():
    """This process's stage."""
    with Stage() as own:
        yield own


@pytest.fixture(scope="session")
def docker_stage():
    """The same with tasks in Docker, where there is one."""
    with Stage(images.base()) as own:
        yield own


@pytest.fixture
def account(stage):
    """An account with strangers' things in it. What a test has changed there, the next one does not see."""
    own = stage.set_up_for if isinstance(stage.set_up_for, Account) else Account(stage)
    yield own
    own.leave()


@pytest.fixture
def small_api(tmp_path):
    """The folder of an API that meets every criterion and, without a framework, starts at once."""
    app = tmp_path / "api" / "app"
    app.mkdir(parents=True)
    (app / "main.py").write_text(APPLICATION, encoding="utf-8")
    return app.parent


@pytest.fixture(scope="session")
def bundle(tmp_path_factory):
    """The bundle of a whole rehearsal that is green; tests change copies of it."""
    folder = tmp_path_factory.mktemp("bundle")
    with rehearsing(folder) as suite:
        suite.wait()
    return (folder / "reports" / "latest").resolve()
