# The Debian package, and its tests in a booted Debian. Included by the Makefile.

# make deb builds both; make deb ARCH=arm64 builds one.
ARCH := amd64 arm64
DEB_TOOLS := dh:debhelper dpkg-buildpackage:dpkg-dev openssl:openssl lowdown:lowdown \
  x86_64-linux-gnu-strip:binutils-x86-64-linux-gnu aarch64-linux-gnu-strip:binutils-aarch64-linux-gnu
DEB_TEST_TOOLS := lintian:lintian shellcheck:shellcheck man:man-db \
  mmdebstrap:mmdebstrap systemd-nspawn:systemd-container \
  $(ARM64_TOOLS) \
  qemu-system-x86_64:qemu-system-x86 qemu-img:qemu-utils mke2fs:e2fsprogs

# As Debian orders versions: 1.0.0-rc.1 is before 1.0.0.
DEB_VERSION := $(shell sed -n 's/^  "version": "\(.*\)",$$/\1/p' package.json | sed 's/-/~/')
DEB_SOURCES := $(shell find packaging systemd -type f) $(wildcard docs/*.md docs/pictures/*.png) CHANGELOG.md README.md
REPORT ?= dist/junit-packages.xml
DEBS = $(foreach arch,$(ARCH),dist/cosmos-video-builder_$(DEB_VERSION)_$(arch).deb)

.PHONY: deb test-deb test-packages deb-tools deb-test-tools always

deb: deb-tools $(DEBS) ## the Debian packages in dist/; ARCH=arm64 for one

test-deb: deb ## the packages, and their units in a booted Debian (as root; skipped otherwise)
	@if [ "$$(id -u)" = 0 ]; then $(MAKE) --no-print-directory deb-test-tools; fi
	test/boot/run

# The part of make test that makes the packages, both at once, and the systems that they are then tried in. Where it cannot
# be done, test/boot/run says what is skipped.
test-packages:
	@if [ "$$(id -u)" = 0 ] && $(MAKE) --no-print-directory deb-tools deb-test-tools; then \
	  $(MAKE) --no-print-directory -j2 deb; fi
	test/boot/run --report $(REPORT) systems package

# The time that everything in a package gets. Written only when it has changed: what lies in dist/ is then always what a
# fresh clone of this commit would build, also where the commit touches nothing that is packaged.
dist/.epoch: always
	@mkdir -p dist; epoch=$${SOURCE_DATE_EPOCH:-$$(git log -1 --format=%ct)}; \
	if [ "$$(cat $@ 2>/dev/null)" != "$$epoch" ]; then echo "$$epoch" >$@; fi

dist/cosmos-video-builder_$(DEB_VERSION)_%.deb: $(SOURCES) $(DEB_SOURCES) dist/.epoch node_modules/.installed
	packaging/build-deb $*

deb-tools:
	$(call install-missing,$(DEB_TOOLS))

deb-test-tools:
	$(call install-missing,$(DEB_TEST_TOOLS))
