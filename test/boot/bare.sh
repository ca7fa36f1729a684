# Run by boot-test in a Debian without redis-server and ffmpeg, which apt can install.
set -u
. ./checks.sh
. ./machine.sh

# In a mount namespace where /run is empty systemd looks as if it were not running, as in a chroot.
without_systemd() { unshare --mount sh -c 'mount -t tmpfs tmpfs /run && mkdir /run/lock && exec "$@"' - "$@"; }
# What runs besides the kernel: without procps there is no pgrep.
command_lines() {
  local file
  for file in /proc/[0-9]*/cmdline; do { tr '\0' ' ' <"$file" && echo; } 2>/dev/null; done
}
is_enabled() { [ -L /etc/systemd/system/multi-user.target.wants/cosmos-video-builder.service ]; }

check 'systemd is PID 1' [ "$(cat /proc/1/comm)" = systemd ]
check 'neither redis-server nor ffmpeg is installed yet' not command -v redis-server ffmpeg
check 'nor is procps, which has /bin/kill' [ ! -e /bin/kill ]
check 'apt installs the package with what it depends on, but no Redis' \
  apt-get -y -qq --no-install-recommends install ./test.deb
check 'ffmpeg came with it' command -v ffmpeg
check 'so did libsrt' dpkg-query -W libsrt1.5-gnutls
check 'redis-server did not' not command -v redis-server
check 'the service is enabled' [ "$(systemctl is-enabled $main)" = enabled ]
check 'it is not started' [ "$(systemctl is-active $main)" = inactive ]
check 'no unit has failed' [ -z "$(systemctl list-units --failed --no-legend --plain 'cosmos-video*')" ]
check 'the settings are for root and the service alone' \
  [ "$(stat -c '%a %U:%G' $env_file)" = '640 root:cosmos-video' ]
check 'the user of the service cannot log in' grep -q '^cosmos-video:.*nologin$' /etc/passwd

set_setting COSMOS_VIDEO_DESTINATION "$stream_to"
check 'it starts without any Redis' systemctl start $main
check 'and waits for one' until_true 5 "log_of $main | grep -q redis.sock"
check 'a reload does without /bin/kill' systemctl reload $main
check 'the frame buffer is left out, which is no failure' \
  [ "$(prop $buffer ActiveState) $(prop $buffer ConditionResult)" = 'inactive no' ]

check 'apt installs redis-server' apt-get -y -qq --no-install-recommends install redis-server
check 'Debian'\''s own instance runs on 6379' until_true 10 '[ "$(redis-cli -p 6379 ping)" = PONG ]'
check 'the service starts its frame buffer beside it' systemctl restart $main
check 'which answers on 6380' until_true 10 '[ "$(redis-cli -p 6380 ping)" = PONG ]'
check 'and is found by the service' until_true 15 "log_of $main | grep -q connected"

check 'apt purges the package while it runs' apt-get -y -qq purge cosmos-video-builder
check 'a process that is left would be seen' grep -q redis-server <(command_lines)
check 'no process is left' not grep -E '[c]osmos-video|[r]edis-server.*6380' <(command_lines)

everything >/boot-test/before
check 'it installs where systemd is not running' without_systemd apt-get -y -qq install ./test.deb
check 'and is enabled for the next boot' is_enabled
check 'its user is there' getent passwd cosmos-video
check 'it installs again' without_systemd apt-get -y -qq --reinstall install ./test.deb
check 'it is removed there too' without_systemd apt-get -y -qq remove cosmos-video-builder
check 'with its settings kept' [ -e $env_file ]
check 'and purged' without_systemd apt-get -y -qq purge cosmos-video-builder
everything >/boot-test/after
check 'nothing is left' diff /boot-test/before /boot-test/after
exit $bad
