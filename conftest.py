"""pytest's entry: the options, the criterion gate, the list of plugins. Fixtures live in `fixtures/`."""

import os

import pytest

from fixtures.settings.options import OPTIONS, ROOT
from fixtures.settings.settings import SettingsError, read_settings
from fixtures.wire.offline import forget_caller, refuse_network

pytest_plugins = [
    "fixtures.resources.network",
    "fixtures.resources.logs",
    "fixtures.resources.task_definition",
    "fixtures.resources.iam",
    "fixtures.resources.cluster",
    "fixtures.resources.service",
    "fixtures.launch.launch",
    "fixtures.launch.endpoint",
    "fixtures.launch.contract",
    "fixtures.launch.load",
    "fixtures.cleanup.cleanup",
    "fixtures.session",
    "fixtures.report.gate",
    "fixtures.report.html_plugin",
    "fixtures.report.sealing",
    "fixtures.report.session",
    "fixtures.replay.session",
]
ACCEPTANCE = ROOT / "tests" / "acceptance"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Every option of the suite, from the one table that the README shows too."""
    group = parser.getgroup("launch control")
    for option in OPTIONS:
        if isinstance(option.default, bool):
            group.addoption(option.flag, action="store_true", default=option.default, help=option.help)
        else:
            group.addoption(option.flag, default=option.default, type=option.type, choices=option.choices, help=option.help)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Read the options once; without --live, cut this process off from the network and the caller's AWS."""
    from fixtures.replay.session import replayed  # noqa: PLC0415 - pytest rewrites its asserts when it loads it as a plugin
    from fixtures.report import session  # noqa: PLC0415 - the same

    environ = dict(os.environ)
    if not config.option.live:
        forget_caller(os.environ)
        refuse_network()
    try:
        settings = read_settings({option.dest: config.getoption(option.dest) for option in OPTIONS}, environ)
    except SettingsError as error:
        raise pytest.UsageError(str(error)) from None
    settings = replayed(config, settings)
    session.prepare(config, settings, judging=any(_meets_acceptance(config, arg) for arg in config.args))


def _meets_acceptance(config: pytest.Config, argument: str) -> bool:
    path = (config.invocation_params.dir / argument.split("::")[0]).resolve()
    return path.is_relative_to(ACCEPTANCE) or ACCEPTANCE.is_relative_to(path)


def pytest_ignore_collect(collection_path: os.PathLike[str], config: pytest.Config) -> bool | None:
    """With --live, --adopt and --replay only the acceptance tests run: the others are about the suite itself."""
    offline_only = (ROOT / "tests" / "unit", ROOT / "tests" / "faults")
    judging = config.option.live or config.option.adopt or config.option.replay
    return True if judging and collection_path in offline_only else None
