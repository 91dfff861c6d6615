# make run    run the main experiment and write its report      (ARGS="--seeds 20" goes to the command)
# make test   everything that must hold: style, types, layers, behaviour
# make test-long  the tests that take long: processors, killed sweeps, a small fit, every tab and width, more cases of the twins
# make validate  is a crate valid RO-Crate? without a network  (CRATE=two_worlds.zip)
# make prove  longer proofs: equal to the bit on other processors, population size, every shipped experiment, sweeps that are killed, bad input, planted faults
# make endurance  is memory flat? 1,000 pairs, 200 changes of tabs in a browser, ten people for ten minutes (an hour; needs chromium)
# make verify  parts of the model beside theory (queues, adoption, counts, choices, trust), drawn in build/verification.html (half a minute)
# make mutants small changes of the sources, one at a time, that the tests must notice: a keyed sample, resumable (two hours)
# make coverage  lines and branches of sim/ that the tests reach, kernels as plain Python (half an hour; goes on where it stopped)
# make reproduce  run every shipped experiment small and compare with its expected digests  (ARGS="--full" at full size)
# make calibrate  fit the model to the calibration rows, write configs/posterior and the fitted defaults (half an hour; goes on where it stopped)
# make bench  what the customers cost: engine, twin, floor, sizes, worlds; what sweeps cost beside their runs; what forks save; how long 10,000 runs take to open (needs chromium)
# make picture  photograph the report for the README (after make run; needs chromium)
# make dashboard   move a slider, see both worlds: opens in the browser      (ARGS="--port 8060" goes to the command)
# make docs   build the documentation site, build/site/index.html: opens without a network; warnings are errors
# make lint   the first three of them
# make lock   resolve the dependencies anew (needs uv)
# make clean  remove the virtual environment and caches; results stay

PYTHON ?= python3
EXPERIMENT ?= experiments/two_worlds.yaml
ARGS ?=
BIN := .venv/bin
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check --no-input
COMPILE := uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header

.PHONY: run test compiled test-long validate prove endurance verify mutants coverage reproduce calibrate bench picture docs lint lock clean dashboard

run: .venv/ready-to-run
	@$(BIN)/warrantsim run $(EXPERIMENT) $(ARGS)

test: .venv/ready-to-test
	@$(MAKE) --no-print-directory -j 2 lint compiled
	@$(BIN)/python -m pytest -n 2 --dist loadfile -q -m "not long"

compiled: .venv/ready-to-test
	@$(BIN)/python -m tests.compiled_model

test-long: .venv/ready-to-test .venv/ready-to-validate
	@$(BIN)/python -m pytest -n 2 --dist loadfile -q -m long

validate: .venv/ready-to-validate
	@.venv/validator/bin/python -m tools.crate_validity $(CRATE)

prove: .venv/ready-to-test
	@$(BIN)/python -m tests.prove
	@$(BIN)/python -m tests.prove.sweeps
	@$(BIN)/python -m tests.prove.fuzz
	@$(BIN)/python -m tests.prove.platforms
	@$(BIN)/python -m tests.prove.faults
	@$(BIN)/python -m tests.prove.endurance --short

endurance: .venv/ready-to-test
	@$(BIN)/python -m tests.prove.endurance $(ARGS)

verify: .venv/ready-to-test
	@$(BIN)/python -m tests.verify $(ARGS)

mutants: .venv/ready-to-test
	@$(BIN)/python -m tests.prove.mutants $(ARGS)

coverage: .venv/ready-to-test
	@$(BIN)/python -m tests.prove.covered $(ARGS)

reproduce: .venv/ready-to-run
	@$(BIN)/warrantsim reproduce $(ARGS)

calibrate: .venv/ready-to-test
	@$(BIN)/warrantsim calibrate --out configs/posterior $(ARGS)
	@$(BIN)/python -m tools.fitted_values --write
	@$(BIN)/python -m tools.shipped_draws --rows 64

bench: .venv/ready-to-test
	@$(BIN)/python -m tests.benchmarks
	@$(BIN)/python -m tests.benchmarks.sweeps
	@$(BIN)/python -m tests.benchmarks.forks
	@$(BIN)/python -m tests.benchmarks.results_page

picture: .venv/ready-to-test
	@$(BIN)/python -m tests.view.picture results/two_worlds/report.html docs/report.png

dashboard: .venv/ready-to-test
	@$(BIN)/warrantsim dashboard $(ARGS)

docs: .venv/ready-to-docs
	@$(BIN)/python -m sphinx -W --keep-going -q -E -b html docs build/site
	@echo "build/site/index.html"

lint: .venv/ready-to-test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check -q .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

# A stamp is written last, so that a set-up that was interrupted starts again from nothing.
.venv/ready-to-run: requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "no $(PYTHON) here: sudo apt install python3 python3-venv"; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: sudo apt install python3.11 python3.11-venv, then make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 2; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "this Python cannot make a virtual environment: sudo apt install python3-venv"; exit 2; }
	@echo "setting up .venv (once)"
	@$(PYTHON) -m venv --clear .venv
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

.venv/ready-to-test: .venv/ready-to-run requirements-dev.lock
	@echo "adding what the tests need (once)"
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

# The validator of crates asks for an older version of rich than the locks have, so it has an environment of its own.
.venv/ready-to-validate: .venv/ready-to-run requirements-validator.lock
	@echo "adding the validator of crates (once)"
	@$(PYTHON) -m venv --clear .venv/validator
	@.venv/validator/bin/python -m pip install -qq --disable-pip-version-check --no-input --require-hashes -r requirements-validator.lock
	@touch $@

.venv/ready-to-docs: .venv/ready-to-run pyproject.toml
	@echo "adding what the documentation site needs (once)"
	@$(PIP) --no-build-isolation -e '.[docs]'
	@touch $@

lock:
	@command -v uv >/dev/null || { echo "no uv here: python3 -m pip install uv"; exit 2; }
	$(COMPILE) pyproject.toml --extra build -o requirements.lock
	$(COMPILE) pyproject.toml --extra build --extra dev -c requirements.lock -o requirements-dev.lock
	echo 'roc-validator>=0.13,<0.14' | $(COMPILE) - -o requirements-validator.lock
	@! grep -nE '://' requirements.lock requirements-dev.lock requirements-validator.lock

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find sim tests tools -name __pycache__ -type d -prune -exec rm -rf {} +
