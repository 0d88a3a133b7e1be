"""Deployments as learners make them: broken in one way each, or unusual and right. Each is data; `stack.py` makes them."""

from tests.faults.deployments import benign, launch, network, task_definition

FAULTS = (*network.FAULTS, *task_definition.FAULTS, *launch.FAULTS)
VARIATIONS = benign.VARIATIONS
