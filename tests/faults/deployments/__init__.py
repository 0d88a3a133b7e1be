"""Deployments as learners make them: broken in one way each, or unusual and right. Each is data; `stack.py` makes them."""

from tests.faults.deployments import (
    accounts,
    benign,
    cleanup,
    launch,
    load,
    network,
    outside,
    task_definition,
    verification,
)

STEPS = (network, task_definition, launch, verification, load, cleanup, outside, accounts)
FAULTS = tuple(fault for step in STEPS for fault in step.FAULTS)
VARIATIONS = benign.VARIATIONS + outside.VARIATIONS + accounts.VARIATIONS


def totals() -> str:
    """How many there are, in the words of the README."""
    criteria = {fault.criterion for fault in FAULTS}
    return f"{len(FAULTS)} faults of {len(criteria)} criteria and {len(VARIATIONS)} right but unusual deployments"
