# Everything a fresh Debian 12 with make, node and npm needs comes from here.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
BUN := node_modules/.bin/bun
PATH := $(CURDIR)/node_modules/.bin:$(PATH)
export PATH

EXECUTABLE := dist/cosmos-video-builder
SOURCES := $(shell find src -name '*.ts') package.json tsconfig.json package-lock.json

.PHONY: build check lint format format-check types dead-code test clean

build: $(EXECUTABLE)

node_modules/.installed: package.json package-lock.json
	npm ci
	touch $@

$(EXECUTABLE): $(SOURCES) node_modules/.installed
	mkdir -p dist
	$(BUN) build src/main.ts --compile --outfile $@ \
	  --no-compile-autoload-dotenv --no-compile-autoload-bunfig

types: node_modules/.installed
	tsc

lint: node_modules/.installed
	oxlint --type-aware

format: node_modules/.installed
	prettier --write .

format-check: node_modules/.installed
	prettier --check .

dead-code: node_modules/.installed
	knip

clean:
	rm -rf dist node_modules
