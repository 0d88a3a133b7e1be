"""The receipt adds up, and the plan is never below it."""

from datetime import UTC, datetime, timedelta

import pytest

from fixtures.evidence.receipt import Meter, load_prices, most

START = datetime(2026, 1, 1, tzinfo=UTC)


def test_the_smallest_task_costs_what_the_facts_say():
    """0.25 vCPU, 0.5 GB and an address: $0.01734 an hour."""
    assert load_prices().hourly(256, 512) == pytest.approx(0.0173425)


def test_an_hour_of_the_smallest_task_is_the_hourly_price():
    """Each line is its own price; the total is their sum."""
    meter = Meter()
    meter.ran("task", START, START + timedelta(hours=1))
    receipt = meter.receipt(256, 512, "us-east-1", START)
    assert [(item.what, round(item.dollars, 5)) for item in receipt.items] == [
        ("0.25 vCPU", 0.01012),
        ("0.5 GB", 0.00222),
        ("public IPv4", 0.005),
        ("log", 0.0),
    ]
    assert receipt.dollars == pytest.approx(0.0173425, abs=1e-6)


def test_a_minute_is_the_least_that_is_billed():
    """Three tasks that crashed at once are three minutes."""
    meter = Meter()
    for name in "abc":
        meter.ran(name, START, START + timedelta(seconds=5))
    assert meter.receipt(256, 512, "us-east-1", START).items[0].quantity == 180


def test_a_task_is_counted_once():
    """Step 6, the finalizer and the end may all look at it."""
    meter = Meter()
    meter.ran("task", START, None)
    meter.ran("task", START, START + timedelta(minutes=10))
    assert meter.receipt(256, 512, "us-east-1", START).items[0].quantity == 600


def test_a_task_that_still_runs_is_counted_until_now():
    """What is kept costs on."""
    meter = Meter()
    meter.ran("task", START, None)
    assert meter.receipt(256, 512, "us-east-1", START + timedelta(minutes=5)).items[0].quantity == 300


def test_log_lines_are_counted_in_bytes():
    """CloudWatch bills the text and 26 bytes a line."""
    meter = Meter()
    meter.logged(["é" * 10, "abc"])
    assert meter.receipt(256, 512, "us-east-1", START).items[3].quantity == pytest.approx((20 + 3 + 2 * 26) / 1000)


def test_nothing_costs_nothing():
    """A run of step 1 alone starts no task."""
    assert Meter().receipt(256, 512, "us-east-1", START).dollars == 0


def test_the_plan_is_above_any_receipt_of_its_time():
    """The same minutes, a longer log."""
    meter = Meter()
    meter.ran("task", START, START + timedelta(minutes=30))
    meter.logged(["a line"] * 10_000)
    assert meter.receipt(512, 1024, "us-east-1", START).dollars < most(30, 512, 1024, "us-east-1").dollars


def test_prices_of_another_region_are_not_pretended():
    """The table has one region; the receipt says so."""
    assert "prices in eu-central-1 differ" in str(most(30, 256, 512, "eu-central-1"))
    assert "differ" not in str(most(30, 256, 512, "us-east-1"))
