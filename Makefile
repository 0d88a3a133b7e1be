# `make acceptance` rehearses the course, `make test` passes all tests. Each first sets up what it needs.

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python -m
READY := $(VENV)/.ready
READY_TO_TEST := $(VENV)/.ready-to-test
UV := uv==0.13.9  # puts the packages there in seconds, where pip takes a minute; pip does it where uv cannot
INSTALL = $(VENV)/bin/uv pip install --quiet --system-certs --python $(VENV)/bin/python --requirement $(1) || \
	$(RUN) pip install --quiet --disable-pip-version-check --requirement $(1)

MATRICES := $(addprefix tests/faults/,deployments test_crash_points.py test_failing_aws.py test_refusing_aws.py test_signals.py)
# Their cells are shared by all processes; the other files each have something of their own that is made once.
TYPES := $(addprefix types-,linux darwin win32)
ELSEWHERE_darwin := --exclude fixtures/rehearsal/inside.py
ELSEWHERE_win32 := --exclude 'fixtures/(rehearsal|gradebook)/'

unexport PYTHONDONTWRITEBYTECODE  # each of a thousand processes would compile anew all that it imports

.PHONY: acceptance test lint bench faults gradescope $(TYPES)

acceptance: $(READY)
	$(RUN) pytest tests/acceptance $(ARGS)

test: export LAUNCH_CONTROL_SKIPPED := $(CURDIR)/reports/.skipped
test: $(READY_TO_TEST) lint
	@rm -f $(LAUNCH_CONTROL_SKIPPED)
	$(RUN) pytest $(AGAIN) -p tests.skipped tests/unit -q -n 4 --dist loadfile --no-loadscope-reorder
	$(RUN) pytest $(AGAIN) -p tests.skipped tests/faults -q -n 4 --dist loadfile --no-loadscope-reorder $(addprefix --ignore=,$(MATRICES))
	$(RUN) pytest $(AGAIN) -p tests.skipped $(MATRICES) -q -n 6
	$(RUN) pytest tests/acceptance -q
	@$(RUN) tests.skipped

lint: $(READY_TO_TEST)
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	@$(MAKE) --no-print-directory --jobs 2 $(TYPES)
	$(VENV)/bin/zizmor --offline --quiet .github
	$(RUN) check_jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(RUN) check_jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
	$(RUN) check_jsonschema --builtin-schema vendor.github-issue-forms $(filter-out %/config.yml,$(wildcard .github/ISSUE_TEMPLATE/*.yml))

$(TYPES): types-%: $(READY_TO_TEST)
	$(RUN) mypy --platform $* --cache-dir .mypy_cache/$* $(ELSEWHERE_$*)

faults: $(READY_TO_TEST)
	$(RUN) tests.faults.deployments

gradescope: $(READY)
	$(RUN) fixtures.gradebook.platforms pack reports/gradescope.zip

bench: $(READY_TO_TEST)
	$(RUN) tests.bench

$(READY): requirements.txt .constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Launch Control needs Python 3.11 or newer. If you have one, name it: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	-@$(RUN) pip install --quiet --disable-pip-version-check $(UV)
	$(call INSTALL,requirements.txt)
	$(VENV)/bin/python -c 'from fixtures.way_in import write_pth; write_pth()'
	touch $@

$(READY_TO_TEST): $(READY) .requirements-tests.txt
	$(call INSTALL,.requirements-tests.txt)
	touch $@
