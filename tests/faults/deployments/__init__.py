"""Deployments as learners make them: broken in one way each, or unusual and right. Each is data; `stack.py` makes them."""

from tests.faults.deployments import benign, cleanup, load, network, verification

FAULTS = (*network.FAULTS, *verification.FAULTS, *load.FAULTS, *cleanup.FAULTS)
VARIATIONS = benign.VARIATIONS
