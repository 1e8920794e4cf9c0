# Two commands are enough: `make run` and `make test`. Both set up what they need first.
.DEFAULT_GOAL := help
.PHONY: help setup run test check bench picture lock clean

help:  ## what there is
	@sed -n 's/^\([a-z]*\):.*##/  make \1 \t/p' Makefile

setup:  ## the virtual environment, the locked dependencies, the `firebreak` command (at once when done already)
	@.ci/setup

run: setup  ## Firebreak with a practice WhatsApp and a short demonstration; Ctrl-C stops it
	@exec .venv/bin/firebreak up --demonstration

test: setup  ## the tests
	@.venv/bin/python -m pytest -q -n auto --maxprocesses 4 --dist worksteal

check: setup  ## what can be checked without running it: types, style, layers, schemas; then the content and its tests
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports --no-cache
	.venv/bin/firebreak schemas --check
	.venv/bin/firebreak check
	.venv/bin/firebreak test

BENCH = deciding reading speed
bench: setup  ## how fast rules decide, texts are read, and playbooks are tested and checked; BENCH=deciding for one of them
	@set -e; for name in $(BENCH); do .venv/bin/python -m tests.benchmarks.$$name; done

picture: setup  ## docs/case.svg, drawn from what the product prints
	@.venv/bin/python docs/picture.py > /dev/null

lock:  ## new pins in requirements.lock (needs uv; `make lock UPGRADE=--upgrade` takes the newest that pyproject.toml allows)
	@command -v uv >/dev/null || { echo "make lock needs uv: pipx install uv, or pip install uv" >&2; exit 1; }
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras --extra dev \
		--custom-compile-command 'make lock' $(UPGRADE) pyproject.toml requirements.in --output-file requirements.lock

clean:  ## removes what can be made again; your data in .firebreak stays
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
