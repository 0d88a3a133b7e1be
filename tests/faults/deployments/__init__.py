"""Deployments as learners make them: broken in one way each, or unusual and right. Each is data; `stack.py` makes them."""

from tests.faults.deployments import benign, network

FAULTS = (*network.FAULTS,)
VARIATIONS = benign.VARIATIONS
