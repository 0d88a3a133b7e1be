"""One deployment as data: in what it differs from the course's, and what the suite has to say of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.faults.deployments.stack import Stack

EVERYTHING = ("group", "log group", "role", "definition", "cluster", "service")
"""What the course makes, in its order."""
HTTP = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}


def _nothing(_stack: "Stack") -> None:
    """As the course has it."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A deployment. What is not given is the course's; in mappings, None takes a field out."""

    id: str
    sentence: str
    """What somebody has done, in one sentence for people."""
    app: str = ""
    """Python that replaces functions of the application."""
    dockerfile: str = ""
    """Lines after the FROM of an image that is run in Docker; see `tests/images`."""
    files: Mapping[str, str] = field(default_factory=dict)
    """What its COPY finds."""
    rules: tuple[dict[str, Any], ...] = (HTTP,)
    definition: Mapping[str, Any] = field(default_factory=dict)
    container: Mapping[str, Any] = field(default_factory=dict)
    logging: Mapping[str, Any] = field(default_factory=dict)
    """Options of awslogs."""
    service: Mapping[str, Any] = field(default_factory=dict)
    network: Mapping[str, Any] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    """Names that were mistyped or chosen otherwise: group, log group, family, cluster, service."""
    without: tuple[str, ...] = ()
    """What of EVERYTHING was left out."""
    region: str = "us-east-1"
    early: Callable[["Stack"], None] = _nothing
    """Done in the account before the course is followed."""
    before: Callable[["Stack"], None] = _nothing
    """Done just before the service is created."""
    after: Callable[["Stack"], None] | None = None
    """Done when the service is steady."""
    forgotten: tuple[str, ...] | None = None
    """What the cleanup left out, the names of EVERYTHING; None where nobody has cleaned up: then steps 1 to 5 are judged."""
    late: Callable[["Stack"], None] = _nothing
    """Done after the cleanup."""
    options: tuple[str, ...] = ()
    """Options of the suite."""

    @property
    def cleaned_up(self) -> bool:
        return self.forgotten is not None


@dataclass(frozen=True, kw_only=True)
class Fault(Case):
    """A deployment with one thing wrong: this criterion has to go red, and no other, but those that it names."""

    criterion: str
    help: str
    """A phrase that what was observed, or the advice, has to contain."""
    also: tuple[str, ...] = ()
    """Criteria that the same thing turns red beside it, as each can look for itself."""


@dataclass(frozen=True, kw_only=True)
class Variation(Case):
    """An unusual deployment with nothing wrong: everything has to be green, or is only noted."""

    noted: tuple[str, ...] = ()
    """Criteria without points that it does not meet."""


@dataclass(frozen=True, kw_only=True)
class Cheat(Variation):
    """A deployment that only looks right, which cannot be told from outside: it is green, and said to be."""
