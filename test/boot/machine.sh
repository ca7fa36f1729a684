# What the scripts that run in the booted system share; sourced, after checks.sh.

env_file=/etc/cosmos-video.env
main=cosmos-video-builder.service
buffer=cosmos-video-redis.service
stream_to='srt://127.0.0.1:9000'
client=$(command -v redis-cli || command -v valkey-cli || true)

prop() { systemctl show -P "$2" "$1"; }
status_text() { prop "${1:-$main}" StatusText; }
is_active() { [ "$(systemctl is-active "$1")" = active ]; }
streams() { status_text "${1:-$main}" | grep -q '^streaming '; }
# Lines of a unit's journal in this boot; the arguments after the unit go to journalctl. Synced, so that what a process
# has written is there when it is gone.
log_of() {
  local unit=$1
  shift
  journalctl --sync
  journalctl -b -u "$unit" -o cat "$@"
}
frames_port() { "$client" -p "${port:-6380}" "$@"; }
# refuses COMMAND...: to whoever writes frames, the frame buffer does.
refuses() { grep -q NOPERM <(frames_port "$@" 2>&1); }

# set_setting NAME VALUE: as an operator does it with an editor.
set_setting() {
  sed -i "/^$1=/d" $env_file
  printf '%s=%s\n' "$1" "$2" >>$env_file
}

# Pictures that are cheap to encode: what is tried here is the service, not the speed.
small_pictures() {
  set_setting COSMOS_VIDEO_RESOLUTION 320x240
  set_setting COSMOS_VIDEO_CODEC_PRESET ultrafast
}

# make_unit NAME LINE...: a service of the test, enabled so that it comes back at a reboot, however often it has failed.
make_unit() {
  local name=$1
  shift
  {
    printf '[Unit]\nStartLimitIntervalSec=0\n[Service]\nRestart=always\nRestartSec=200ms\n'
    printf '%s\n' "$@"
    printf '[Install]\nWantedBy=multi-user.target\n'
  } >"/etc/systemd/system/$name.service"
  systemctl daemon-reload
  systemctl enable -q "$name"
}

# make_source NAME FLAGS...: a sensor that writes into the frame buffer for ever.
make_source() {
  local name=$1
  shift
  make_unit "$name" "ExecStart=/usr/bin/cosmos-video-builder source --host 127.0.0.1 --port 6380 --resolution 320x240 $*"
}

# make_listener NAME PORT FILE: what the video server is, an SRT listener that keeps what it receives.
make_listener() {
  make_unit "$1" \
    "ExecStart=/usr/bin/ffmpeg -nostdin -v error -y -i srt://127.0.0.1:$2?mode=listener -c copy -f mpegts -flush_packets 1 $3"
}

# Frames a second of a sensor and of the video.
rate=24

# make_stream FILE: a sensor, the service's settings, and a video server that keeps what comes in FILE. Starts nothing.
make_stream() {
  set_setting COSMOS_VIDEO_DESTINATION "$stream_to"
  small_pictures
  set_setting COSMOS_VIDEO_FRAMERATE "$rate"
  make_source sensor --rate "$rate"
  make_listener video-server 9000 "$1"
}

# grows FILE: bytes arrive.
grows() {
  local before
  before=$(stat -c %s "$1" 2>/dev/null || echo 0)
  sleep 0.5
  [ "$(stat -c %s "$1" 2>/dev/null || echo 0)" -gt "$before" ]
}

# arrives FILE [SECONDS]: the video is received, within so long.
arrives() { until_true "${2:-20}" "grows $1"; }

# What there is on the disk, but for what any apt run, systemd, the journal, redis-server and the test itself write. What
# deb-systemd-helper notes of a package's units is in it.
files() {
  find / -xdev \( -path /boot-test -o -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp \
    -o -path /root -o -path /var/tmp -o -path /var/cache -o -path /var/lib/apt -o -path /var/log/apt \
    -o -path /var/log/journal -o -path /var/log/dpkg.log -o -path /var/log/redis -o -path '/var/lib/redis/*' -o -path /var/log/valkey -o -path '/var/lib/valkey/*' \
    -o -path '/var/lib/dpkg/*-old' -o -path /var/lib/systemd/random-seed -o -path '/var/lib/systemd/timers/*' -o -path '/etc/*-' \) -prune -o -print | sort
}
# Users and groups as well: they are lines, not files.
everything() {
  files
  cut -d: -f1 /etc/passwd /etc/group | sort
}
