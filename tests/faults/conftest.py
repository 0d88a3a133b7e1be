"""Every page that these tests have made is looked at when they are over."""

from tests.faults.pages import every_page_can_be_read

__all__ = ["every_page_can_be_read"]
