# Everything that a fresh Debian 12 or 13 with make, node and npm needs is installed from here.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
PATH := $(CURDIR)/node_modules/.bin:$(PATH)
export PATH

EXECUTABLE := dist/cosmos-video-builder
KERNEL := src/levels/kernel.wasm src/levels/kernel-scalar.wasm
ARM64_BUN := dist/arm64/bun
SOURCES := $(shell find src -name '*.ts') $(KERNEL) package.json tsconfig.json package-lock.json
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)

# What the targets need beside npm's packages: a command or the path of a file, and the Debian package that it comes from.
DEMO_TOOLS := ffmpeg:ffmpeg redis-server:redis-server srt-live-transmit:srt-tools
C_TOOLS := cc:gcc /usr/include/stdio.h:libc6-dev
# Another maker's receivers and MPEG-TS: what they are made of, a file of each package.
GST_PLUGINS := /usr/lib/$(shell uname -m)-linux-gnu/gstreamer-1.0/libgst
GST_TOOLS := gst-launch-1.0:gstreamer1.0-tools $(GST_PLUGINS)videotestsrc.so:gstreamer1.0-plugins-base \
  $(GST_PLUGINS)udp.so:gstreamer1.0-plugins-good $(GST_PLUGINS)srt.so:gstreamer1.0-plugins-bad \
  $(GST_PLUGINS)x264.so:gstreamer1.0-plugins-ugly
# Programs for arm64 run by emulation.
ARM64_TOOLS := qemu-aarch64-static:qemu-user-static /usr/aarch64-linux-gnu/lib/ld-linux-aarch64.so.1:libc6-arm64-cross
TEST_TOOLS := $(DEMO_TOOLS) openssl:openssl rsync:rsync $(C_TOOLS) $(GST_TOOLS) $(ARM64_TOOLS)
BENCH_TOOLS := $(DEMO_TOOLS) $(C_TOOLS)

.PHONY: help build demo test test-unit test-faults check bench soak types lint format format-check dead-code clean
.PHONY: demo-tools test-tools bench-tools

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

build: $(EXECUTABLE) ## the executable in dist/

demo: demo-tools build ## half a minute from a test source to a received picture and to COSMOS, with what is needed for it
	bun test/demo/demo.ts

test: test-tools build $(ARM64_BUN) ## all tests: real redis-server, ffmpeg and SRT; as root also the packages, in a booted Debian
	test/run

test-unit: $(KERNEL) ## the tests that need neither a server nor a program: the loop while working
	test/run --unit

test-faults: test-tools build ## the faults alone, which are a part of all tests: what happens, and how it comes back
	test/run --faults

check: format-check lint types dead-code test ## formatter, linter, types, dead code, and all tests

bench: bench-tools build ## the figures: rate, deviation, latency, CPU, memory, what the link bears, the outputs and the recorder
	bun test/bench/bench.ts
	bun test/bench/latency.ts
	bun test/bench/mapping.ts
	bun test/bench/levels.ts
	bun test/bench/link.ts
	bun test/bench/outputs.ts

# SEED=… repeats a run: the same faults at the same times.
soak: demo-tools build ## MINUTES=30 of faults by chance, held to the counts, to what it holds, and to its pictures
	bun test/soak/soak.ts --minutes $(or $(MINUTES),30) $(if $(SEED),--seed $(SEED))

types: $(KERNEL) ## TypeScript
	tsc

lint: $(KERNEL) ## oxlint, with types
	oxlint --type-aware

format: node_modules/.installed ## write every file as prettier would
	prettier --write .

format-check: node_modules/.installed
	prettier --check .

dead-code: $(KERNEL) ## knip: files, exports and dependencies that nothing uses
	knip-bun

clean: ## remove what was built and installed here
	rm -rf dist node_modules $(KERNEL)

node_modules/.installed: package.json package-lock.json
	npm ci --no-audit --no-fund
	touch $@

$(EXECUTABLE): $(SOURCES) packaging/compile node_modules/.installed
	mkdir -p dist
	packaging/compile $@

# What the kernel is tried with on arm64.
$(ARM64_BUN): package-lock.json packaging/fetch-bun | test-tools
	packaging/fetch-bun arm64 $(@D)

# Without the checks that it would make for a heap: the kernel has none, only the memory that it is given.
ASC := asc src/levels/assembly/kernel.ts -O3 --noAssert --runtime stub --importMemory
$(KERNEL): src/levels/assembly/kernel.ts node_modules/.installed
	$(ASC) --outFile $@ $(if $(findstring scalar,$@),,--enable simd)

# redis-server comes with a service that would take port 6379; nothing here needs it.
define install-missing
	@missing=(); for tool in $(1); do \
	  [[ $$tool = /* && -e $${tool%%:*} ]] || command -v "$${tool%%:*}" >/dev/null || missing+=("$${tool##*:}"); done; \
	if [ "$${#missing[@]}" -gt 0 ]; then \
	  echo "installing: $${missing[*]}"; \
	  $(SUDO) apt-get update -q; \
	  RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install -qy --no-install-recommends "$${missing[@]}"; \
	fi
endef

demo-tools:
	$(call install-missing,$(DEMO_TOOLS))

test-tools:
	$(call install-missing,$(TEST_TOOLS))

bench-tools:
	$(call install-missing,$(BENCH_TOOLS))

include packaging/deb.mk
