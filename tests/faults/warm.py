"""What every run of the suite does first, done once before the forks: imports, rewritten asserts, models, templates.

A fork finds in memory what a fresh process reads and compiles, and nothing else: no option, no variable, no connection.
What is kept is kept in the libraries' own functions, so that an upgrade that does without them is noticed here.
"""

import functools
import gc
import importlib
import importlib.metadata
import inspect
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import botocore.client
import botocore.hooks
import botocore.loaders
import botocore.regions
import botocore.session
import pytest
from _pytest import fixtures as pytest_fixtures

from tests.faults import aws_faults, suite, warm_locust  # noqa: F401 - a fork begins in them

ROOT = Path(__file__).resolve().parents[2]
ACCEPTANCE = ROOT / "tests" / "acceptance"

_LATE = (*(f"PIL.{kind}ImagePlugin" for kind in ("Bmp", "Gif", "Jpeg", "Png", "Ppm")), "PIL.ImageSequence")
_LATE += ("encodings.ascii", "pdb", "faulthandler")
"""What is imported only when it is needed."""


class _Imports:
    """A pytest plugin that ends the run when all plugins of the suite are loaded, and all criteria."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_cmdline_main(self) -> pytest.ExitCode:
        sys.path.insert(0, str(ACCEPTANCE))
        for criteria in sorted(ACCEPTANCE.glob("test_*.py")):
            importlib.import_module(criteria.stem)
        sys.path.remove(str(ACCEPTANCE))
        for late in _LATE:
            importlib.import_module(late)
        return pytest.ExitCode.OK


def _keep(owner: Any, name: str, key: Callable[..., Any]) -> None:
    """Call that function of the owner once for each key of what it is called with."""
    function, known = getattr(owner, name), {}

    @functools.wraps(function)
    def kept(*given: Any, **named: Any) -> Any:
        asked = key(*given, **named)
        if asked not in known:
            known[asked] = function(*given, **named)
        return known[asked]

    setattr(owner, name, kept)


def _keep_models() -> None:
    """One loader for all sessions to come; it has read all that their clients need, as the gradebook has."""
    from fixtures.gradebook.warming import warm  # noqa: PLC0415 - pytest loads the suite first, to rewrite its asserts
    from fixtures.wire import clients  # noqa: PLC0415 - the same

    loader = botocore.loaders.create_loader()
    botocore.session.create_loader = lambda _search_path: loader
    creator, aliases = botocore.client.ClientCreator, botocore.hooks.EventAliaser(None)
    _keep(creator, "_load_service_model", lambda _self, service, _version: service)
    _keep(creator, "_create_client_class", lambda _self, service, _model: service)
    _keep(botocore.regions, "EndpointProvider", lambda ruleset_data, **_: id(ruleset_data))  # the loader's own, for good
    aliased = functools.cache(aliases._alias_event_name)  # type: ignore[no-untyped-call]
    botocore.hooks.EventAliaser._alias_event_name = lambda _self, name: aliased(name)  # type: ignore[method-assign]
    warm(clients.clients_of(boto3.Session("nobody", "nothing", region_name="us-east-1"), None).values(), "")


def _keep_packages() -> None:
    """pytest looks through all that is installed for each plugin that it loads, and a run writes versions down."""
    from fixtures.evidence import run_record  # noqa: PLC0415 - the same

    installed = tuple(importlib.metadata.distributions())
    importlib.metadata.distributions = lambda: installed  # type: ignore[assignment]
    for name in ("entry_points", "metadata"):
        kept: Any = functools.cached_property(getattr(importlib.metadata.Distribution, name).fget)
        kept.__set_name__(importlib.metadata.PathDistribution, name)
        setattr(importlib.metadata.PathDistribution, name, kept)
    run_record.version = functools.cache(importlib.metadata.version)  # type: ignore[attr-defined]
    run_record.versions()


def _keep_table() -> None:
    """The templates of pytest's own."""
    from pytest_html import plugin  # noqa: PLC0415 - the same

    table = plugin._read_template([Path(plugin.__file__).with_name("resources")])
    plugin._read_template = lambda _search_paths: table


def _keep_fixtures() -> None:
    """pytest looks at every name of every plugin for what is a fixture."""
    kind = pytest_fixtures.FixtureFunctionDefinition
    modules = [module for module in sys.modules.values() if isinstance(module, ModuleType)]
    known = {module: [name for name, value in vars(module).items() if type(value) is kind] for module in modules}

    def names_of(holder: Any) -> Iterable[str]:
        return known[holder] if isinstance(holder, ModuleType) and holder in known else dir(holder)

    vars(pytest_fixtures)["dir"] = names_of


def _keep_sources() -> None:
    """The first failure of a run has Python look up the file of each module."""
    inspect.getmodule(compile("", "nowhere", "exec"))


if pytest.main([str(ACCEPTANCE)], plugins=[_Imports()]) != pytest.ExitCode.OK:
    raise RuntimeError("the suite cannot be loaded")
for _kept in (_keep_models, _keep_packages, _keep_table, _keep_fixtures, _keep_sources):
    _kept()
gc.collect()
gc.freeze()
