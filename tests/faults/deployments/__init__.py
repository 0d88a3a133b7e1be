"""Deployments as learners make them: broken in one way each, or unusual and right. Each is data; `stack.py` makes them."""

from tests.faults.deployments import (
    accounts,
    applications,
    benign,
    cheats,
    cleanup,
    images,
    launch,
    load,
    network,
    outside,
    task_definition,
    verification,
)

STEPS = (network, task_definition, launch, verification, load, cleanup, outside, accounts, applications, images)
FAULTS = tuple(fault for step in STEPS for fault in step.FAULTS)
VARIATIONS = benign.VARIATIONS + outside.VARIATIONS + accounts.VARIATIONS + applications.VARIATIONS + images.VARIATIONS
CHEATS = cheats.CHEATS


def totals() -> str:
    """How many there are, in the words of the README."""
    criteria = {fault.criterion for fault in FAULTS}
    told = f"{len(FAULTS)} faults of {len(criteria)} criteria, {len(VARIATIONS)} right but unusual deployments"
    return f"{told}, and {len(CHEATS)} that only look right"
