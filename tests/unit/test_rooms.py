"""The house: rooms, each answering one question, and the arrows between them, which run one way."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[2]
HOUSE = {
    "way_in": "system",
    "system": "",
    "settings": "",
    "diagnosis": "settings",
    "ledger": "settings system",
    "evidence": "ledger settings",
    "wire": "evidence load settings system",
    "load": "evidence settings system",
    "run": "evidence ledger load settings wire",
    "resources": "evidence ledger run settings wire",
    "preflight": "evidence ledger resources run settings wire",
    "launch": "diagnosis evidence ledger load resources run settings wire",
    "cleanup": "evidence launch ledger resources run wire",
    "report": "cleanup diagnosis evidence launch ledger load preflight resources run settings system wire",
    "session": "cleanup diagnosis ledger preflight report run settings wire",
    "replay": "evidence launch ledger load report run settings wire",
    "plugin": "replay report settings wire",
    "gradebook": "diagnosis evidence ledger plugin replay report settings system wire",
    "rehearsal": "ledger settings wire",
    "satellite": "",
}
"""What each room of `fixtures/`, and `load/`, imports from."""


def arrows():
    """The same as the code has it."""
    found = {}
    for path in [*ROOT.glob("fixtures/**/*.py"), *ROOT.glob("load/*.py")]:
        here = room(".".join(path.relative_to(ROOT).with_suffix("").parts))
        imports = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom)]
        named = {room(f"{node.module}.{name.name}") for node in imports for name in node.names}
        found.setdefault(here, set()).update(named - {here, None})
    return {here: " ".join(sorted(named)) for here, named in found.items() if here}


def room(module):
    """The room of a module of ours; None for any other."""
    top, _, rest = module.partition(".")
    return top if top == "load" else rest.partition(".")[0] if top == "fixtures" and rest != "__init__" else None


def test_the_rooms_and_their_arrows_are_those_of_the_house():
    """Whoever adds an arrow adds it here, and sees what it means."""
    told = arrows()
    print("\n".join(f"{name} -> {told[name]}" for name in HOUSE if name in told))
    assert told == HOUSE


def test_no_arrow_leads_back():
    """Dependencies run one way."""
    TopologicalSorter({here: named.split() for here, named in HOUSE.items()}).prepare()
