# The systems that boot-test boots, built once and kept; sourced by it, with cache, suite, base, packages, pool, key, root
# and disk set.
# shellcheck disable=SC2154

# What the log of a failed build gives as the reason, in one line.
build_error() { { grep -E '^(E|Err|W):|Could not' "$cache/build.log" || tail -n 3 "$cache/build.log"; } | head -n 3 | tr -s ' \n' ' '; }

build_root() {
  local tmp list hooks=()
  tmp=$(mktemp -d "$cache/build.XXXXXX")
  list=$base${packages:+,${packages// /,}}
  if [ -n "$pool" ]; then
    hooks+=(--customize-hook='mkdir -p "$1/boot-test/pool" "$1/var/cache/apt/archives/partial"
      chroot "$1" apt-get install -y --no-install-recommends --download-only '"$pool"' >/dev/null
      mv "$1"/var/cache/apt/archives/*.deb "$1/boot-test/pool/"
      (cd "$1/boot-test/pool" && dpkg-scanpackages . 2>/dev/null >Packages)
      rm -rf "$1"/etc/apt/sources.list.d/*
      echo "deb [trusted=yes] file:/boot-test/pool ./" >"$1/etc/apt/sources.list"')
  fi
  echo "boot-test: building Debian ($suite), log in $cache/build.log" >&2
  chmod 755 "$tmp"
  mmdebstrap --variant=minbase --include="$list" "${hooks[@]}" \
    "$suite" "$tmp/root" >"$cache/build.log" 2>&1 || { rm -rf "$tmp"; die "building failed: $(build_error)"; }
  echo boot-test >"$tmp/root/etc/hostname"
  printf '127.0.0.1 localhost\n::1 localhost\n127.0.1.1 boot-test\n' >"$tmp/root/etc/hosts"
  : >"$tmp/root/etc/resolv.conf"
  echo force-unsafe-io >"$tmp/root/etc/dpkg/dpkg.cfg.d/boot-test" # no fsync: faster
  mkdir -p "$tmp/root/boot-test"
  cat >"$tmp/root/boot-test/run" <<'RUN'
#!/bin/bash
# Runs the test script in the booted system and hands its status out.
cd /root
out=/dev/virtio-ports/boot-test.out answer=/dev/virtio-ports/boot-test.answer
if [ ! -e $out ]; then out=/boot-test/io/out answer=/boot-test/io/answer; fi
exec >>$out 2>&1 </dev/null
stage=$(($(cat /boot-test/stage 2>/dev/null || echo 0) + 1))
echo $stage >/boot-test/stage
sync /boot-test/stage
if [ $stage = 1 ] && [ -b /dev/vdb ]; then tar -xf /dev/vdb -C /root --no-same-owner; fi
if [ $stage = 1 ] && [ -d /boot-test/pool ]; then apt-get -qq update; fi
export HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive
bash /root/test.sh $stage
rc=$?
if [ $rc = 100 ]; then systemctl --no-block reboot; exit; fi
echo $rc >$answer
sync
systemctl --no-block poweroff --force
RUN
  cat >"$tmp/root/etc/systemd/system/boot-test.service" <<'UNIT'
[Unit]
Description=boot-test script
After=multi-user.target
[Service]
Type=exec
ExecStart=/bin/bash /boot-test/run
[Install]
WantedBy=multi-user.target
UNIT
  ln -s /etc/systemd/system/boot-test.service "$tmp/root/etc/systemd/system/multi-user.target.wants/"
  # Timers that would only make a short-lived system less predictable.
  ln -sf /dev/null "$tmp/root/etc/systemd/system/apt-daily.timer"
  ln -sf /dev/null "$tmp/root/etc/systemd/system/apt-daily-upgrade.timer"
  mkdir -p "$cache/$key"
  mv "$tmp/root" "$root"
  rm -rf "$tmp"
}

build_disk() {
  local tmp
  tmp=$(mktemp -d "$cache/build.XXXXXX")
  echo "boot-test: building the disk image, log in $cache/build.log" >&2
  cp -a "$root" "$tmp/root"
  cp /etc/resolv.conf "$tmp/root/etc/resolv.conf"
  rm -f "$tmp/root/etc/systemd/system/apt-daily"*
  if [ -n "$pool" ]; then
    mkdir "$tmp/sources"
    mv "$tmp/root/etc/apt/sources.list" "$tmp/sources/"
    mkdir -p "$tmp/root/etc/apt/sources.list.d"
    cp /etc/apt/sources.list.d/debian.sources "$tmp/root/etc/apt/sources.list.d/" 2>/dev/null ||
      cp /etc/apt/sources.list "$tmp/root/etc/apt/"
  fi
  chroot "$tmp/root" sh -c 'set -e; export DEBIAN_FRONTEND=noninteractive
    apt-get -qq update
    apt-get -y --no-install-recommends install initramfs-tools linux-image-cloud-amd64
    apt-get clean; rm -rf /var/lib/apt/lists/*_*' >"$cache/build.log" 2>&1 ||
      { rm -rf "$tmp"; die "building failed: $(build_error)"; }
  if [ -n "$pool" ]; then
    rm -rf "$tmp/root/etc/apt/sources.list.d"/*
    mv "$tmp/sources/sources.list" "$tmp/root/etc/apt/"
  fi
  cp -a "$root/etc/systemd/system/." "$tmp/root/etc/systemd/system/"
  : >"$tmp/root/etc/resolv.conf"
  cp -L "$tmp"/root/boot/vmlinuz-* "$cache/$key/vmlinuz"
  cp -L "$tmp"/root/boot/initrd.img-* "$cache/$key/initrd"
  mke2fs -q -t ext4 -d "$tmp/root" "$tmp/disk.img" 4G >>"$cache/build.log" 2>&1
  mv "$tmp/disk.img" "$disk"
  rm -rf "$tmp"
}
