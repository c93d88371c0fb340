# Two commands for a newcomer: `make demo` and `make test`. Each sets up what it needs first.
SHELL := /bin/sh
BIN := .venv/bin
READY := .venv/.ready

.PHONY: help demo test lab check bench setup clean

help:
	@echo "make demo    a whole centre in a few minutes: release, hand in, mark, decide, complete, verify"
	@echo "make lab     open the course as a learner sees it"
	@echo "make test    every test"
	@echo "make check   every static check, of the code and of the course"
	@echo "make bench   the measures, as a table and as build/bench.json"

$(READY): pyproject.toml .ci/constraints.txt .ci/setup
	@sh .ci/setup environment

setup: $(READY)

demo: $(READY)
	@sh .ci/setup sandbox
	@$(BIN)/peerlab demo build/demo

lab: $(READY)
	@$(BIN)/peerlab learn build/my-course

test: $(READY)
	@sh .ci/setup sandbox chromium
	@$(BIN)/pytest

check: $(READY)
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/peerlab check

bench: $(READY)
	@sh .ci/setup sandbox chromium
	@$(BIN)/python tests/bench/run.py

clean:
	rm -rf .venv build dist
