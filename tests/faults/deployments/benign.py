"""Deployments with nothing wrong, though not as the course has them."""

from tests.faults.deployments.case import Variation

VARIATIONS = (
    Variation(id="the-course", sentence="The course was followed to the letter."),
    Variation(id="clean", sentence="The course was followed to the letter, to the end.", forgotten=()),
)
