# Run by boot-test, with the next version as /root/next.deb: reboot, loss of power, upgrade, downgrade, removal.
set -u
. ./checks.sh
. ./machine.sh

video=/root/video.ts
version() { dpkg-query -W -f '${Version}' cosmos-video-builder; }
instance=cosmos-video-builder@cam1.service
pid() { prop "${1:-$main}" MainPID; }
is_another_boot() { [ "$(cat /root/boot_id)" != "$(cat /proc/sys/kernel/random/boot_id)" ]; }
remember_boot() { cp /proc/sys/kernel/random/boot_id /root/boot_id; sync; }
install() { apt-get -y -qq --allow-downgrades -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@"; }
settings_are_kept() { grep -qx "COSMOS_VIDEO_DESTINATION=$stream_to" $env_file && [ "$(stat -c '%a %U:%G' $env_file)" = '640 root:cosmos-video' ]; }
streams_again() { until_true 40 streams && arrives $video; }
# runs_anew OLD-PID [UNIT]
runs_anew() {
  local now
  now=$(pid "${2:-$main}")
  is_active "${2:-$main}" && [ "$now" != "$1" ] && [ "$now" != 0 ]
}
# crashes TIMES: each one when the service is up again after the one before.
crashes() {
  local old
  for _ in $(seq "$1"); do
    old=$(pid)
    systemctl kill -s KILL $main
    until_true 10 "runs_anew $old" || return
  done
}
# Fails once, so that the rest of the boots is tried nevertheless.
remember_bad() { if [ $bad = 1 ]; then : >/root/bad; fi; }
trap remember_bad EXIT

case $1 in
1)
  everything >/boot-test/before
  check 'apt installs the package' apt-get -y -qq install ./test.deb
  make_stream $video
  systemctl start $main sensor video-server
  check 'the stream arrives' streams_again
  remember_boot
  remember_bad
  exit 100
  ;;
2)
  check 'this is another boot' is_another_boot
  check 'after a reboot in the middle of streaming all is back by itself' streams_again
  remember_boot
  remember_bad
  # At once, as if the power were cut: nothing is stopped, nothing is written out.
  reboot --force --force
  sleep 60
  exit 1
  ;;
3)
  check 'this is another boot again' is_another_boot
  check 'after a loss of power all is back by itself' streams_again
  # Also where much failed at first: no limit makes systemd give up for good.
  restarts=$(prop $main NRestarts)
  check 'seven crashes in a row: it is started again each time' crashes 7
  check 'seven crashes in a row: by systemd' [ $(($(prop $main NRestarts) - restarts)) -ge 7 ]
  check 'seven crashes in a row: there is no limit to it' [ "$(prop $main StartLimitIntervalUSec)" = 0 ]
  check 'seven crashes in a row: the stream goes on' streams_again

  # An instance has a unit, settings and a state of its own.
  printf '%s\n' COSMOS_VIDEO_DESTINATION=cam1.ts >/etc/cosmos-video/cam1.env
  systemctl enable -q --now $instance
  old=$(pid) old_instance=$(pid $instance) old_buffer=$(pid $buffer)
  check 'upgrade' install install ./next.deb
  check 'upgrade: the new version is there' [ "$(version)" = 99.0.0 ]
  check 'upgrade: edited settings are kept' settings_are_kept
  check 'upgrade: the running service is restarted' runs_anew "$old"
  check 'upgrade: so is the instance' runs_anew "$old_instance" $instance
  check 'upgrade: the frame buffer is left alone' [ "$(pid $buffer) $(prop $buffer ActiveState)" = "$old_buffer active" ]
  check 'upgrade: with the new unit' grep -q 'next' <(prop $main Description)
  check 'upgrade: the stream goes on' streams_again
  old=$(pid)
  check 'downgrade' install install ./test.deb
  check 'downgrade: the service is restarted, the settings are kept' eval 'runs_anew "$old" && settings_are_kept'
  old=$(pid)
  check 'reinstallation' install --reinstall install ./test.deb
  check 'reinstallation: the service is restarted, the settings are kept' eval 'runs_anew "$old" && settings_are_kept'
  systemctl stop $main
  check 'upgrade of a stopped service' install install ./next.deb
  check 'it stays stopped' [ "$(systemctl is-active $main)" = inactive ]
  systemctl disable -q $main
  check 'upgrade of a disabled service' install --reinstall install ./next.deb
  check 'it stays disabled' [ "$(systemctl is-enabled $main)" = disabled ]
  systemctl enable -q $main

  systemctl start $main
  check 'the instance still runs' is_active $instance
  check 'removal while it runs' apt-get -y -qq remove cosmos-video-builder
  check 'removal: no process is left' not pgrep -f 'bin/cosmos-video-builder run|redis-server.*6380'
  check 'removal: the settings are kept' [ -e $env_file ]
  check 'installation after removal' install install ./test.deb
  check 'installation after removal: the settings are still there' settings_are_kept
  check 'installation after removal: the service runs as before' until_true 10 "is_active $main"

  systemctl disable -q --now sensor video-server
  rm /etc/systemd/system/sensor.service /etc/systemd/system/video-server.service
  systemctl enable -q --now $instance
  check 'purge while it runs' apt-get -y -qq purge cosmos-video-builder
  check 'purge: no process is left' not pgrep -f 'cosmos-video|redis-server.*6380'
  check 'purge: no unit is left' not grep cosmos-video <(systemctl list-units --all --no-legend --plain)
  everything >/boot-test/after
  check 'purge: no file, user or group is left' diff /boot-test/before /boot-test/after
  check 'purge: nothing is left in /run' [ -z "$(find /run -name '*cosmos-video*' -not -path '/run/systemd/*')" ]
  [ ! -e /root/bad ] || bad=1
  exit $bad
  ;;
*)
  echo "not ok - nothing boots the system a ${1}th time"
  exit 1
  ;;
esac
