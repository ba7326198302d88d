# The front door. Behind it: scripts/ (each opens with what it does), CMake presets, Ninja.
# JOBS bounds compilers, TEST_JOBS tests that run at the same time.

JOBS ?= $(shell nproc)
TEST_JOBS ?= 2
export JOBS TEST_JOBS
.NOTPARALLEL:
.DEFAULT_GOAL := help
.PHONY: help deps build run test test-long bench scorecard scorecard-long lint format docs clean deps-build deps-test deps-bench deps-lint

help: ## this list
	@echo "Splitplot: make <target>"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "  %-14s %s\n", $$1, $$2 }'

deps: deps-test ## install everything that build and tests need: Debian packages (root), pinned npm packages

build: deps-build ## build what users run: build/release/bin/splitplot
	@scripts/build release

run: build ## build, open the demo shop (out/demo), print where to look; Ctrl-C stops it
	@scripts/run-demo

test: deps-test ## build and run all tests but the long ones, unit tests also under the sanitizers
	@scripts/build asan-ubsan
	@scripts/build dev
	@scripts/test "asan-ubsan dev" --label-exclude '^long$$' --timeout 300

test-long: deps-test ## build and run the long tests
	@scripts/build dev
	@scripts/test dev --label-regex '^long$$'

bench: deps-test deps-bench ## build as released, run the benchmarks
	@scripts/build bench
	@scripts/bench

scorecard: deps-test ## measure error rates, coverage and power of the statistics, and the reliability of the server; print them as tables
	@scripts/build dev
	@build/dev/bin/scorecard
	@node test/reliability/scorecard.mjs $(CURDIR)/build/dev/bin/splitplot

scorecard-long: deps-test ## the same with ten times the experiments and kills, and a new seed, which it prints
	@scripts/build dev
	@build/dev/bin/scorecard --tier long
	@node test/reliability/scorecard.mjs $(CURDIR)/build/dev/bin/splitplot --tier long

lint: deps-lint ## check formatting, clang-tidy, eslint; SINCE=<commit> for changed files only
	@scripts/configure dev
	@scripts/lint $(SINCE)

format: deps-test ## format the C++ files
	@scripts/format

docs: deps-test ## write the generated parts of the documentation: module table, method table, examples of the method pages
	@scripts/build dev
	@node scripts/update-method-pages.mjs . build/dev/bin/method_examples
	@node scripts/update-module-table.mjs build/dev/module_table.md ARCHITECTURE.md

clean: ## delete what was built
	rm -rf build out/demo

deps-build:
	@scripts/install-debian-packages deps/debian-build.txt
	@scripts/install-npm-packages deps/duckdb deps/context web

deps-test:
	@scripts/install-debian-packages deps/debian-build.txt deps/debian-test.txt
	@scripts/install-npm-packages deps/duckdb deps/context web deps/sdk-test deps/web-test

deps-bench:
	@scripts/install-debian-packages deps/debian-build.txt deps/debian-test.txt deps/debian-bench.txt
	@scripts/install-npm-packages deps/bench deps/bench-server

deps-lint:
	@scripts/install-debian-packages deps/debian-build.txt deps/debian-test.txt deps/debian-lint.txt
	@scripts/install-npm-packages deps/duckdb deps/context web deps/sdk-test deps/web-test
