"""What containers used over the load: the report reads what the rehearsal wrote."""

import time

import pytest

from fixtures.rehearsal.usage import Usage
from fixtures.report.parts import load


def told(cpu: float, mib: float, cached: float = 0.0) -> dict[str, object]:
    """Docker's figures of a second in which two cores stood ready, and `cpu` of one was used."""
    second = 1_000_000_000
    return {
        "cpu_stats": {"cpu_usage": {"total_usage": int(cpu * second)}, "system_cpu_usage": 4 * second, "online_cpus": 2},
        "precpu_stats": {"cpu_usage": {"total_usage": 0}, "system_cpu_usage": 2 * second},
        "memory_stats": {"usage": int((mib + cached) * 2**20), "stats": {"inactive_file": int(cached * 2**20)}},
    }


def test_the_containers_of_a_task_are_drawn_together(tmp_path):
    """In percent of the task's size, the most in each span; what only caches files is not held."""
    usage = Usage(tmp_path / "usage.csv")
    first = time.time() - 0.5
    assert usage.note("api", told(0.2, 256, cached=100), 256, 512) == 256
    usage.note("=side", told(0.05, 128), 256, 512)
    usage.close()
    usage.note("late", told(9, 9), 256, 512)
    cpu, memory = load._usage(tmp_path / "usage.csv", first, 3, 1)
    assert cpu.values[0] == pytest.approx(100)
    assert memory.values[0] == pytest.approx(75)
    assert load._used((cpu, memory)) == (("CPU at most", "100 %"), ("memory at most", "75 %"))
    assert "'=side" in (tmp_path / "usage.csv").read_text(encoding="utf-8")


def test_what_nobody_measured_is_not_drawn(tmp_path):
    """Live, or where tasks are processes; or before the load began."""
    assert load._usage(tmp_path / "usage.csv", 0, 3, 1) == ()
    usage = Usage(tmp_path / "usage.csv")
    assert load._usage(tmp_path / "usage.csv", 0, 3, 1) == ()
    usage.note("api", told(0.2, 256), 256, 512)
    usage.close()
    assert load._usage(tmp_path / "usage.csv", 0, 3, 1) == ()


def test_a_first_sample_has_no_cpu_yet(tmp_path):
    """Docker's first one has nothing before it."""
    usage = Usage(None)
    first = told(0.2, 10)
    first["precpu_stats"] = {"cpu_usage": {"total_usage": 0}}
    assert usage.note("api", first, 256, 512) == 10
    assert "api,0.0,2.0,10.0" in usage._file.getvalue()
