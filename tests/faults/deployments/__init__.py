"""Deployments as learners make them: broken in one way each, or unusual and right. Each is data; `stack.py` makes them."""

from tests.faults.deployments import benign, cleanup, load, network, verification

FAULTS = (*network.FAULTS, *verification.FAULTS, *load.FAULTS, *cleanup.FAULTS)
VARIATIONS = benign.VARIATIONS


def totals() -> str:
    """How many there are, in the words of the README."""
    criteria = {fault.criterion for fault in FAULTS}
    return f"{len(FAULTS)} faults of {len(criteria)} criteria and {len(VARIATIONS)} right but unusual deployments"
