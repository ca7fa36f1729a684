# Run by boot-test: the service from its installation to a stream, and what can happen to it on the way.
set -u
. ./checks.sh
. ./machine.sh

video=/root/video.ts
pid() { prop $main MainPID; }
ffmpeg_pid() { pgrep -P "$(pid)" -x ffmpeg; }
lines_of_program() { log_of $main -t cosmos-video-builder; }
has_priority() { log_of $main -t cosmos-video-builder -p "$1..$1" | grep -q "$2"; }
# From the call of systemctl to READY, the frame buffer included.
start_s() {
  local from
  systemctl stop $main $buffer
  from=$(now_ms)
  systemctl start $main && elapsed_s "$from" "$(now_ms)"
}
# CPU of the service while it waits, in percent of one core, over 5 s.
idle_cpu() {
  local from
  from=$(prop $main CPUUsageNSec)
  sleep 5
  awk -v from="$from" -v to="$(prop $main CPUUsageNSec)" 'BEGIN { printf "%.2f\n", (to - from) / 5e7 }'
}
resident_mib() { awk '/^VmRSS/ { printf "%.0f", $2 / 1024 }' "/proc/$(pid)/status"; }
# From the sensor's first frame to the first picture that a receiver has decoded.
first_picture_s() {
  local receiver from
  systemctl stop sensor
  until_true 10 'status_text | grep -q "^waiting"' || return
  frames_port del imagestream >/dev/null
  timeout 30 ffmpeg -nostdin -v error -probesize 32 -analyzeduration 0 -i "$stream_to?mode=listener" -frames:v 1 -f null - 2>/dev/null &
  receiver=$!
  systemctl start sensor
  until [ "$(frames_port xlen imagestream)" -gt 0 ]; do sleep 0.01; done
  from=$(now_ms)
  wait $receiver && elapsed_s "$from" "$(now_ms)"
}
# is_video FILE ENTRY=VALUE...: what ffprobe says of it.
is_video() {
  local file=$1 found want
  shift
  found=$(ffprobe -v error -select_streams v -show_entries stream=codec_name,pix_fmt,width,height,avg_frame_rate -of default=nw=1 "$file")
  for want in "$@"; do grep -qx "$want" <<<"$found" || { echo "$want is not in $found"; return 1; }; done
}
decodes() { not grep -v 'insecure memory' <(ffmpeg -nostdin -v error -i "$1" -f null - 2>&1); }
# Whether ffmpeg opens the destination itself.
ffmpeg_sends() { grep -aq srt:// "/proc/$(ffmpeg_pid)/cmdline"; }
# check_says PATTERN [FLAG...]: with the settings of the service but for Bun's variables, and with its rights.
check_says() {
  local pattern=$1
  shift
  grep -Eq "$pattern" <(systemd-run -qPG --wait --uid=cosmos-video -p EnvironmentFile=$env_file \
    -p UnsetEnvironment='BUN_BE_BUN BUN_OPTIONS' cosmos-video-builder check "$@" 2>&1)
}
# hide_libsrt, show_libsrt: from the program, which looks into the folders of libraries alone. The linker finds it there too,
# for ffmpeg and the video server.
hide_libsrt() {
  mkdir /opt/srt
  mv /usr/lib/*-linux-gnu/libsrt*.so.* /opt/srt
  echo /opt/srt >/etc/ld.so.conf.d/srt.conf
  ldconfig
}
show_libsrt() {
  mv /opt/srt/* "/usr/lib/$(uname -m)-linux-gnu"
  rm -r /opt/srt /etc/ld.so.conf.d/srt.conf
  ldconfig
}
openings() { lines_of_program | grep -c 'streaming to'; }
reconnections() { lines_of_program | grep -c 'connected again'; }
# Without new frames the last one is repeated for 5 s, COSMOS_VIDEO_IDLE_TIMEOUT: only then the stream is closed.
outlasts_repeats() { sleep 7; settles; }
settles() { until_true 20 streams && arrives $video; }
security() { systemd-analyze security --no-pager "$1" | sed -n 's/.*exposure level for .*: \([0-9.]*\) .*/\1/p'; }

from=$(now_ms)
check 'apt installs the package' apt-get -y -qq install ./test.deb
to=$(now_ms)
check_speed 'installing takes' 10 s elapsed_s "$from" "$to"
check 'systemd-analyze verify has nothing to say about the units' \
  [ -z "$(systemd-analyze verify --man=no --recursive-errors=no $main cosmos-video-builder@cam1.service $buffer 2>&1)" ]
# A line that comes without its own priority gets this one, which the program never uses: see "The journal" below.
mkdir -p /run/systemd/system/$main.d
printf '[Service]\nSyslogLevel=notice\n' >/run/systemd/system/$main.d/test.conf
systemctl daemon-reload
check 'it is enabled and not started' [ "$(systemctl is-enabled $main) $(systemctl is-active $main)" = 'enabled inactive' ]

# ---- No destination ----
from=$(now_ms)
check 'starting is refused while no destination is set' not systemctl start $main
to=$(now_ms)
check_speed 'refusing takes' 2 s elapsed_s "$from" "$to"
check 'with exit status 78' [ "$(prop $main ExecMainStatus)" = 78 ]
check 'in one line' [ "$(lines_of_program | wc -l)" = 1 ]
check 'which says what to set, as an error' has_priority err 'COSMOS_VIDEO_DESTINATION.* is not set'
sleep 3
check 'and is not tried again' [ "$(prop $main NRestarts) $(prop $main ActiveState)" = '0 failed' ]

# ---- To a picture ----
make_stream $video
# What would make Bun load other code, if it came through to it.
set_setting BUN_OPTIONS '--preload=/root/none.js'
set_setting BUN_BE_BUN 1
check_speed 'from systemctl start to READY' 0.5 s start_s
check 'it is active' is_active $main
check 'without what would turn it into another program' \
  not grep -aq BUN_ "/proc/$(pid)/environ"
check 'the status says that it waits' until_true 5 'status_text | grep -qx "waiting for frames on imagestream"'
check 'the frame buffer runs' is_active $buffer
check 'on 6380' [ "$(frames_port ping)" = PONG ]
check 'beside Debian'\''s redis-server on 6379' [ "$(redis-cli -p 6379 ping) $(systemctl is-active redis-server)" = 'PONG active' ]
check 'its socket is for the group alone' [ "$(stat -c '%a %G' /run/cosmos-video-redis/redis.sock)" = '770 cosmos-video' ]
check 'its settings cannot be changed from outside' refuses config set dir /tmp
check 'the builder'\''s password for it is for the group alone' \
  [ "$(stat -c '%a %G' /run/cosmos-video-redis/builder-password)" = '640 cosmos-video' ]
check 'nobody can stop it by a script' refuses eval 'while true do end' 0
check 'nor by what goes through all keys, waits or copies' \
  eval "refuses keys '*' && refuses scan 0 && refuses sort a && refuses blmove a b LEFT LEFT 0 && refuses xinfo stream a"
check 'nor in any other way' eval 'refuses client pause 1000 && refuses monitor && refuses function list && refuses flushall && refuses shutdown'
check 'a client library may say what it is' eval '[ "$(frames_port client setname a)" = OK ] && grep -q ^server <(frames_port hello 3)'
check_speed 'CPU while it waits' 0.5 % idle_cpu
# Eight of them are for libsrt and what it loads, as files that ffmpeg shares.
check_at_most 'memory while it waits' 68 MiB resident_mib
check_speed 'from the first frame to the first picture' 1.5 s first_picture_s
systemctl start video-server
check 'the video server receives the stream' settles
check 'it is sent by the program, through libsrt' not ffmpeg_sends
check 'the status says so' until_true 15 \
  "status_text | grep -Eqx 'streaming [0-9.]+ fps to srt://127.0.0.1:9000, [0-9]+ dup, lag [0-9]+ ms'"
sleep 4
cp $video sample.ts
check 'the stream is H.264 as asked for' is_video sample.ts codec_name=h264 pix_fmt=yuv420p width=320 height=240 avg_frame_rate=24/1
# A listener is started anew for each stream: what is in its file begins with a keyframe.
check 'and plays without an error' decodes sample.ts

# ---- The journal ----
# One that is read too late is passed over without a word.
check 'a wrong frame is a warning' until_true 5 'frames_port xadd imagestream "*" pixels short && has_priority warning "has 5 bytes"'
check 'what is no fault is none in the journal' not has_priority warning 'streaming to|waiting for'
check 'a line without a priority would show as a notice' [ "$(prop $main SyslogLevel)" = 5 ]
check 'all lines have their priority' not has_priority notice .
check 'no colour is in it' not grep -q $'\033' <(lines_of_program)

# ---- Reload ----
old=$(pid) opened=$(openings)
set_setting COSMOS_VIDEO_FRAMERATE 12
check 'a reload is done' systemctl reload $main
check 'new settings are in force' until_true 10 "status_text | grep -Eq '^streaming 1[123][.]'"
check 'in the same process' [ "$(pid)" = "$old" ]
check 'with one restart of the stream at most' [ $(($(openings) - opened)) -le 1 ]
check 'the stream goes on' arrives $video
opened=$(openings)
set_setting COSMOS_VIDEO_FRAMERATE fast
systemctl reload $main || true
check 'bad settings are refused with a message' until_true 5 'has_priority err "COSMOS_VIDEO_FRAMERATE.*fast"'
check 'the old ones go on' until_true 5 "status_text | grep -Eq '^streaming 1[123][.]'"
check 'their stream arrives' arrives $video
check 'in the same process still' [ "$(pid)" = "$old" ]
check 'without a break' [ "$(openings)" = "$opened" ]
check 'the unit is active' is_active $main
set_setting COSMOS_VIDEO_FRAMERATE 24
set_setting COSMOS_VIDEO_STATS_INTERVAL 5
check 'a reload with good settings helps' systemctl reload $main
check 'the stream goes on with them' until_true 10 "status_text | grep -Eq '^streaming 2[345][.]'"
# 24 and 60 frames a second, most of which the frame buffer has no longer when they are counted.
make_source haste --rate 60
systemctl start haste
check 'all that the sensors write is counted' until_true 30 "log_of $main | grep -Eq ', source (7[4-9]|8[0-9]|9[0-4])[.]'"
systemctl disable -q --now haste

# ---- Killed and hung ----
old=$(ffmpeg_pid) opened=$(openings)
kill -9 "$old"
check 'ffmpeg killed: another one takes over' until_true 15 '[ -n "$(ffmpeg_pid)" ] && [ "$(ffmpeg_pid)" != '"$old"' ]'
check 'ffmpeg killed: the stream goes on' settles
check 'ffmpeg killed: over the same connection' [ "$(openings)" = "$opened" ]
old=$(pid)
kill -9 "$old"
check 'program killed: it is started again' until_true 10 '[ "$(prop $main NRestarts)" = 1 ] && is_active $main && [ "$(pid)" != '"$old"' ]'
check 'program killed: the stream goes on' settles
connected=$(reconnections)
kill -9 "$(prop $buffer MainPID)"
check 'Redis killed: it is started again' until_true 10 '[ "$(frames_port ping)" = PONG ]'
check 'Redis killed: the program connects to it again' until_true 10 '[ "$(reconnections)" -gt '"$connected"' ]'
check 'Redis killed: the stream goes on' settles
check 'Redis killed: with new frames' outlasts_repeats
old=$(pid) old_ffmpeg=$(ffmpeg_pid)
kill -STOP "$old"
check 'program hung: the watchdog starts it again' until_true 25 'is_active $main && [ "$(pid)" != '"$old"' ]'
check 'program hung: the journal says so' grep -qi 'watchdog timeout' <(log_of $main)
check 'program hung: its ffmpeg is gone' [ ! -e "/proc/${old_ffmpeg:-self}" ]
check 'program hung: the stream goes on' settles
systemctl stop sensor
check 'waiting program hung: it waits' until_true 15 'status_text | grep -q "^waiting"'
old=$(pid)
kill -STOP "$old"
check 'waiting program hung: the watchdog starts it again' until_true 25 'is_active $main && [ "$(pid)" != '"$old"' ]'
systemctl start sensor
check 'waiting program hung: the stream goes on' settles
systemctl stop video-server
check 'the status says why there is no stream' until_true 30 'status_text | grep -Eq "srt://127.0.0.1:9000: trying again in [0-9.]+ s: ."'
old=$(ffmpeg_pid)
systemctl start video-server
check 'the video server is back: the stream goes on' arrives $video 45
check 'the video server is back: with the same ffmpeg' [ "$(ffmpeg_pid)" = "$old" ]

# ---- Without libsrt ----
systemctl stop $main
check 'check says which libsrt carries the video' check_says '^good +output +libsrt [0-9.]+ carries the video [(]/usr/lib/'
# Which is started anew for each caller.
check 'and shakes hands with the video server' until_true 10 'check_says "^good +output .* was opened, and stays open" --connect'
hide_libsrt
check 'without libsrt: it starts' systemctl start $main
check 'without libsrt: the stream arrives' settles
check 'without libsrt: ffmpeg sends it' ffmpeg_sends
check 'without libsrt: one warning names the package' \
  [ "$(log_of $main -t cosmos-video-builder -p warning..warning | grep -c libsrt1.5-gnutls)" = 1 ]
check 'without libsrt: check says so' check_says '^BAD +output .*libsrt1.5-gnutls'
systemctl stop $main
show_libsrt
check 'libsrt is back: it is used from the next start on' eval 'systemctl start $main && settles && not ffmpeg_sends'

# ---- Stop ----
from=$(now_ms)
check 'it stops' systemctl stop $main
to=$(now_ms)
check_speed 'stopping takes' 5.5 s elapsed_s "$from" "$to"
check 'in good order' [ "$(prop $main Result) $(prop $main ExecMainStatus)" = 'success 0' ]
check 'no process is left' [ -z "$(pgrep -u cosmos-video)" ]

# ---- Hardening ----
for unit in $main cosmos-video-builder@cam1.service $buffer; do
  check_at_most "systemd-analyze security $unit" 1.5 points security "$unit"
done
exit $bad
