#!/usr/bin/env bash
# Tests of the packages as files. Usage: package.sh WORK-FOLDER DEB...
set -euo pipefail
here=$(dirname "$(realpath "$0")")
# shellcheck source=checks.sh
. "$here/checks.sh"
cd "$here/../.."
work=$1
shift

size_mb() { awk -v bytes="$(stat -c %s "$1")" 'BEGIN { printf "%.1f", bytes / 1e6 }'; }
field() { dpkg-deb -f "$1" "$2"; }
lintian_passes() {
  local as=()
  # It wants no root. Nobody may be unable to read this folder, e.g. below /root.
  if [ "$(id -u)" = 0 ]; then as=(setpriv --reuid=nobody --regid=nogroup --clear-groups env HOME=/nonexistent); fi
  chmod 755 "$work"
  cp "$1" "$work"
  (cd "$work" && "${as[@]}" env LC_ALL=C.UTF-8 lintian --fail-on error,warning "$(basename "$1")")
}
# check_with TOOL WHAT COMMAND...: skipped where the tool is not installed.
check_with() {
  if command -v "$1" >/dev/null; then check "${@:2}"; else skip "$2" "$1 is not installed"; fi
}
newest_glibc() { grep -aoE 'GLIBC_[0-9.]+' "$1" | sort -Vu | tail -n 1 | tr -d 'GLIBC_'; }
is_at_most_version() { [ -n "$1" ] && [ "$(printf '%s\n' "$1" "$2" | sort -V | tail -n 1)" = "$2" ]; }
# What an executable of an architecture needs here besides itself.
runner_of() {
  case $1 in
    "$(dpkg --print-architecture)") echo env ;;
    arm64) echo qemu-aarch64-static ;;
    *) echo "an emulator of $1" ;;
  esac
}
# Runs an executable of this machine's architecture, or of another one by emulation.
emulated() {
  case $(runner_of "$1") in
    env) "${@:2}" ;;
    qemu-aarch64-static) qemu-aarch64-static -L /usr/aarch64-linux-gnu "${@:2}" ;;
  esac
}
scripts_are_good() {
  shellcheck packaging/build-deb packaging/compile packaging/fetch-bun packaging/debian/*inst packaging/debian/*rm \
    systemd/frame-buffer test/run &&
    (cd test/boot && shellcheck -x boot-test next-version run ./*.sh)
}
# The parts of the two units that must not differ: all but what names an instance.
common_lines() { grep -vE '^#|%i|^(Description|StateDirectory|RuntimeDirectory|WorkingDirectory|Slice|Environment|EnvironmentFile)=' "$1"; }
same_units() { diff <(common_lines systemd/cosmos-video-builder.service) <(common_lines systemd/cosmos-video-builder@.service); }
completes() { # completes WANTED WORD...
  local wanted=$1
  shift
  # shellcheck disable=SC2016
  bash -uc '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _cosmos_video_builder; printf "%s\n" "${COMPREPLY[@]}"' - \
    "$root/usr/share/bash-completion/completions/cosmos-video-builder" cosmos-video-builder "$@" | grep -qx -- "$wanted"
}
names_all_settings() { # in FILE, as many as --help has
  local name names
  names=$("$executable" --help | grep -oE '^  COSMOS_VIDEO_[A-Z_]+') || { echo '--help names no setting'; return 1; }
  for name in $names; do grep -q "$name" "$1" || { echo "$name is missing"; return 1; }; done
}
pages_of_units_exist() { # in the package that is unpacked in FOLDER
  local pages page section
  pages=$(find "$1" -name '*.service' -exec grep -ohE 'man:[^ ]+' {} + | sort -u)
  [ "$(wc -l <<<"$pages")" -ge 3 ] || { echo "the units name too few: $pages"; return 1; }
  for page in $pages; do
    section=${page##*(} page=${page#man:}
    [ -e "$1/usr/share/man/man${section%)}/${page%(*}.${section%)}.gz" ] || { echo "$page is missing"; return 1; }
  done
}
# A second build of the same files, in another folder and at another time of day. It is for the commit whose time the
# package has, which this folder may have left behind. Bun notes where modules lie relative to the folder, so that links
# to those of the first would show; hard links do not.
same_bytes() {
  local copy=dist/another/folder deb=$1 arch=$2 status=0
  rm -rf dist/another
  mkdir -p "$copy"
  cp -r src packaging systemd package.json package-lock.json tsconfig.json README.md CHANGELOG.md LICENSE \
    docs "$copy"
  cp -al node_modules "$copy/node_modules"
  SOURCE_DATE_EPOCH=$(stat -c %Y "$executable") "$copy/packaging/build-deb" "$arch" &&
    cmp "$deb" "$copy/dist/$(basename "$deb")" || status=1
  rm -rf dist/another
  return $status
}

check 'the units of one and of several sensors differ in what names the instance alone' same_units
check_with shellcheck 'the shell scripts pass shellcheck' scripts_are_good

for deb in "$@"; do
  arch=$(field "$deb" Architecture)
  root=$work/$arch
  executable=$root/usr/bin/cosmos-video-builder
  dpkg-deb -x "$deb" "$root"
  version=$(node -p 'require("./package.json").version')
  check "$arch: the version is that of package.json" [ "$(field "$deb" Version)" = "${version/-/\~}" ]
  check_at_most "$arch: size of the package" 42 MB size_mb "$deb"
  check_with lintian "$arch: lintian finds no error and no warning" lintian_passes "$(realpath "$deb")"
  check "$arch: glibc of 2.17 suffices" is_at_most_version "$(newest_glibc "$executable")" 2.17
  runner=$(runner_of "$arch")
  check_with "$runner" "$arch: --version" [ "$(emulated "$arch" "$executable" --version)" = "cosmos-video-builder $version" ]
  check_with "$runner" "$arch: --help names the destination" grep -q COSMOS_VIDEO_DESTINATION <(emulated "$arch" "$executable" --help)
done

deb=$1 arch=$(field "$1" Architecture) root=$work/$arch executable=$work/$arch/usr/bin/cosmos-video-builder
check 'the settings file has every setting of --help' names_all_settings "$root/etc/cosmos-video.env"
check 'the example units are there' \
  eval 'for kind in service timer; do [ -s "$root/usr/share/doc/cosmos-video-builder/examples/cosmos-video-fetch.$kind" ] || exit 1; done'
manual=$root/usr/share/man
check 'every manual page that a unit names is there' pages_of_units_exist "$root"
if command -v man >/dev/null; then
  MANWIDTH=80 man -l -Tascii "$manual/man5/cosmos-video.env.5.gz" | col -b >"$work/manual.txt"
  check 'the manual page of the settings has every setting, too' names_all_settings "$work/manual.txt"
  for page in man1/cosmos-video-builder.1 man5/cosmos-video.env.5 man7/cosmos-video-builder.7; do
    check "$page has no fault" [ -z "$(LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "$manual/$page.gz" 2>&1 >/dev/null)" ]
  done
else
  skip 'the manual pages' 'man is not installed'
fi
check 'completion: commands' completes check ch
check 'completion: values of a flag' completes ultrafast run --codec_preset ul
check 'completion: flags of source' completes --jitter source --ji
check 'completion: flags of check' completes --connect check --conn
check_with dh 'two builds give the same bytes' same_bytes "$deb" "$arch"
exit $bad
