# Run by boot-test: several sensors on one machine, other places for frames and video, and the limits of the frame buffer.
set -u
. ./checks.sh
. ./machine.sh

one=cosmos-video-builder@cam1.service
two=cosmos-video-builder@cam2.service
has_line() { log_of "$1" | grep -q "$2"; }
# fill FRAMES KEY: frames of 8 MB, as a producer writes them that keeps too many. Says how many were refused.
fill() {
  local number refused=0
  for number in $(seq "$1"); do
    frames_port -x xadd "$2" '*' number "$number" pixels <frame | grep -q OOM && refused=$((refused + 1))
  done
  echo $refused
}
newest() { frames_port xrevrange "$1" + - COUNT 1 | sed -n '3{p;q}'; }
# How long Redis is busy with one turn of shortening, while more frames come: the median of those turns that took something
# away, since what else the machine does can make any single one longer.
shortening_ms() {
  admin slowlog reset >/dev/null
  fill 30 full >/dev/null
  admin slowlog get 1000 | awk 'toupper($0) == "EVAL" { print last / 1000 } { last = $0 }' | sort -n |
    awk '{ turn[NR] = $1 } END { print turn[int((NR + 1) / 2)] }'
}
admin() { frames_port --user admin --pass any --no-auth-warning "$@"; }
# redis_conf SED-COMMAND: changed, and in force.
redis_conf() {
  sed -i "$1" /etc/cosmos-video/redis.conf
  systemctl restart $buffer
}
# The builder's connections, as the user that it has of its own. It takes a moment until they are there after a restart of
# the frame buffer, while its status still says that it streams.
builder_is_connected() { grep -q user=builder <(admin client list); }
# Segments of a recorder that are whole, and those that are not.
finished() { find "$1" -name '*.ts'; }
unfinished() { find "$1" -name '*.ts.part' -size +0; }
is_whole() { # SEGMENT: packets of a transport stream, with a video that can be read
  [ $(($(stat -c %s "$1") % 188)) = 0 ] && grep -qx codec_name=h264 <(ffprobe -v error -show_entries stream=codec_name -of default=nw=1 "$1")
}
used_mb() { frames_port info memory | awk -F: '/^used_memory:/ { printf "%.0f", $2 / 1048576 }'; }

check 'Valkey is there' apt-get -y -qq --no-install-recommends install valkey-server
client=$(command -v valkey-cli)
check 'apt installs the package' apt-get -y -qq install ./test.deb
check 'with no Redis besides' not command -v redis-server
# For the test alone: who may look at what took long.
printf '%s\n' 'user admin on nopass ~* &* +@all' 'slowlog-log-slower-than 150' 'slowlog-max-len 1000' >>/etc/cosmos-video/redis.conf

# ---- Several sensors ----
make_stream /root/video.ts
make_source sensor1 --rate 12 --stream cam1
make_listener video-server1 9001 /root/video1.ts
systemctl start $main sensor sensor1 video-server video-server1
printf '%s\n' COSMOS_VIDEO_STREAM=cam1 COSMOS_VIDEO_FRAMERATE=12 COSMOS_VIDEO_DESTINATION=srt://127.0.0.1:9001 \
  >/etc/cosmos-video/cam1.env
printf '%s\n' COSMOS_VIDEO_STREAM=cam2 COSMOS_VIDEO_RESOLUTION=huge >/etc/cosmos-video/cam2.env
check 'a second sensor starts' systemctl start $one
check 'with its own settings' until_true 20 "status_text $one | grep -Eq '^streaming 1[123][.0-9]* fps to srt://127.0.0.1:9001'"
check 'its stream arrives' arrives video1.ts
check 'beside the first one' arrives video.ts
check 'an instance with bad settings is refused' not systemctl start $two
check 'with exit status 78' [ "$(prop $two ExecMainStatus) $(prop $two ActiveState)" = '78 failed' ]
check 'an instance without its own file is refused' not systemctl start cosmos-video-builder@nobody
check 'and is not tried again' [ "$(prop cosmos-video-builder@nobody NRestarts)" = 0 ]
old=$(prop $one MainPID) old_main=$(prop $main MainPID)
systemctl kill -s KILL $main
check 'the first one is killed: it comes back' until_true 20 \
  'is_active $main && [ "$(prop $main MainPID)" != '"$old_main"' ] && streams $main'
check 'the second one never noticed' [ "$(prop $one MainPID) $(prop $one NRestarts)" = "$old 0" ]
sed -i s/=12$/=6/ /etc/cosmos-video/cam1.env
check 'a reload reads its own file' systemctl reload $one
check 'and applies it' until_true 10 "status_text $one | grep -Eq '^streaming [567][.0-9]* fps to srt://127.0.0.1:9001'"
check 'the first one is as before' until_true 10 "status_text $main | grep -Eq '^streaming 2[345][.0-9]* fps to srt://127.0.0.1:9000'"

# ---- Two destinations and a recorder ----
recordings=/var/lib/cosmos-video-builder/cam1/recordings
make_listener video-server2 9002 /root/video2.ts
systemctl start video-server2
sed -i '/^COSMOS_VIDEO_DESTINATION=/d' /etc/cosmos-video/cam1.env
printf '%s\n' 'COSMOS_VIDEO_DESTINATION=srt://127.0.0.1:9001 srt://127.0.0.1:9002' COSMOS_VIDEO_KEYFRAME_INTERVAL=1 \
  COSMOS_VIDEO_RECORD=recordings COSMOS_VIDEO_RECORD_SEGMENT=1 >>/etc/cosmos-video/cam1.env
old=$(prop $one MainPID)
check 'a reload adds a destination and a recorder' systemctl reload $one
check 'the new destination gets the video' arrives video2.ts
check 'so does the old one' arrives video1.ts
check 'segments are finished in the state directory of the instance' until_true 20 '[ "$(finished $recordings | wc -l)" -ge 2 ]'
check 'they are whole' is_whole "$(finished $recordings | sort | head -n 1)"
check 'the group can read them, and nobody else' \
  [ "$(stat -c '%a %U:%G' "$recordings" "$(finished $recordings | head -n 1)" | paste -sd ' ')" = '750 cosmos-video:cosmos-video 640 cosmos-video:cosmos-video' ]
check 'in the same process' [ "$(prop $one MainPID)" = "$old" ]
# It stands still while it is looked at: otherwise it may have finished the segment by the time it is killed.
part=
cuts_segment_off() {
  systemctl kill -s STOP $one
  part=$(unfinished $recordings | head -n 1)
  if [ -n "$part" ]; then systemctl kill -s KILL $one; else systemctl kill -s CONT $one && false; fi
}
until_true 10 cuts_segment_off
check 'killed: the segment that was cut off is finished' until_true 20 '[ -n "$part" ] && [ ! -e "$part" ] && is_whole "${part%.part}"'
check 'killed: it records again' until_true 20 '[ -n "$(unfinished $recordings)" ]'
systemctl stop $one sensor1 sensor video-server2
check 'stopped: every segment is finished' eval '[ -z "$(find $recordings -name "*.part")" ] && is_whole "$(finished $recordings | sort | tail -n 1)"'

# ---- The frame buffer at its limit ----
# 800 MB in all; the limit is 600 MiB, of which 70 % are used.
head -c 8000000 /dev/zero >frame
check 'too many frames: none is refused' [ "$(fill 100 full)" = 0 ]
check 'too many frames: the newest is there' [ "$(newest full)" = 100 ]
check 'too many frames: so is what was before it' [ "$(frames_port xlen full)" -ge 20 ]
# A turn of shortening may still be due.
until_true 10 'is_at_most "$(used_mb)" 512'
check_at_most 'too many frames: memory' 512 MiB used_mb
check 'too many frames: no stream was thrown away' [ "$(frames_port info stats | tr -d '\r' | grep evicted_keys)" = evicted_keys:0 ]
head -c 4147200 /dev/zero >frame
check_speed 'too many frames: Redis is busy with shortening, at a time' 1 ms shortening_ms
check 'who asks for all frames is cut off' not eval '[ "$(frames_port xrange full - + | wc -c)" -gt 200000000 ]'
check 'and no stream goes for it' [ "$(frames_port info stats | tr -d '\r' | grep evicted_keys)" = evicted_keys:0 ]
check 'nothing of it is on a disk' [ -z "$(find / -xdev \( -name '*.rdb' -o -name '*.aof' \) -not -path '/var/lib/valkey/*')" ]
frames_port del full >/dev/null

# ---- Who may do what in the frame buffer ----
systemctl start sensor
check 'the stream goes on' until_true 20 "streams $main"
redis_conf 's/^user default on nopass/user default on >secret/'
check 'a password for whoever writes: it is asked for' grep -q NOAUTH <(frames_port xlen imagestream 2>&1)
make_unit sensor Environment=COSMOS_VIDEO_PASSWORD=secret \
  'ExecStart=/usr/bin/cosmos-video-builder source --host 127.0.0.1 --port 6380 --username default --resolution 320x240 --rate 24'
systemctl restart sensor
check 'a password for whoever writes: the builder needs none' until_true 20 builder_is_connected
check 'a password for whoever writes: the stream goes on' until_true 20 "streams $main && arrives video.ts"
redis_conf 's/^user default .*/user default on nopass ~* \&* +@all -@admin -@dangerous +info/'
check 'the settings of an older version: the builder has its own user there too' until_true 20 builder_is_connected
check 'the settings of an older version: the stream goes on' until_true 20 "streams $main && arrives video.ts"
systemctl stop sensor

# ---- Another Redis, another port, a file ----
systemctl stop $main $buffer
sed -i 's/^COSMOS_VIDEO_SOCKET=/#&/' $env_file
set_setting COSMOS_VIDEO_HOST 127.0.0.1
check 'another Redis is set: the service starts' systemctl start $main
check 'and connects to it' until_true 10 "has_line $main '127.0.0.1:6379: connected'"
check 'the frame buffer is left out' [ "$(systemctl is-active $buffer)" = inactive ]
systemctl stop $main
sed -i 's/^#\(COSMOS_VIDEO_SOCKET=\)/\1/; /^COSMOS_VIDEO_HOST=/d' $env_file

systemctl disable -q --now valkey-server
sed -i 's/^port 6380$/port 6379/' /etc/cosmos-video/redis.conf
set_setting COSMOS_VIDEO_DESTINATION camera.ts
set_setting COSMOS_VIDEO_IDLE_TIMEOUT 1
check 'the frame buffer moves to 6379 by one line' systemctl start $main
check 'and answers there' eval 'port=6379 refuses config get port'
cosmos-video-builder source --host 127.0.0.1 --resolution 320x240 --rate 24 --count 120 2>/dev/null &
check 'and frames from there are streamed' until_true 10 "status_text | grep -Eq '^streaming .*camera[.]ts'"
wait $!
check 'the destination is a file: it lies in the state directory' until_true 10 \
  '[ "$(stat -c %U /var/lib/cosmos-video-builder/camera.ts)" = cosmos-video ]'
sleep 3
check 'and can be read' grep -qx codec_name=h264 <(ffprobe -v error -show_entries stream=codec_name -of default=nw=1 /var/lib/cosmos-video-builder/camera.ts)
cosmos-video-builder source --host 127.0.0.1 --resolution 320x240 --rate 24 2>/dev/null &
systemctl stop $main
set_setting COSMOS_VIDEO_DESTINATION ''
set_setting COSMOS_VIDEO_RECORD recordings
check 'a recorder needs no destination' systemctl start $main
check 'and records' until_true 10 '[ -n "$(unfinished /var/lib/cosmos-video-builder/recordings)" ]'
check 'and says so' until_true 15 'status_text | grep -q ^recording'
systemctl stop $main
# Where the source was held up for a second there are several.
check 'and leaves a whole segment' is_whole "$(finished /var/lib/cosmos-video-builder/recordings | sort | tail -n 1)"
mkdir /srv/cosmos-video
disk_comes() {
  mount -t tmpfs none /srv/cosmos-video && install -d -o cosmos-video -g cosmos-video -m 750 /srv/cosmos-video/camera1
}
disk_comes
set_setting COSMOS_VIDEO_RECORD /srv/cosmos-video/camera1
check 'a disk of its own: it starts' systemctl start $main
check 'a disk of its own: it records there' until_true 10 '[ -n "$(unfinished /srv/cosmos-video/camera1)" ]'
umount --lazy /srv/cosmos-video
check 'the disk goes: that is said' until_true 20 "has_line $main 'recording to /srv/cosmos-video/camera1 has stopped'"
disk_comes
check 'the disk comes back: it records again' until_true 20 '[ -n "$(unfinished /srv/cosmos-video/camera1)" ]'
systemctl stop $main
umount /srv/cosmos-video
set_setting COSMOS_VIDEO_RECORD ''
set_setting COSMOS_VIDEO_DESTINATION camera.ts
systemctl start $main
check 'the check command of the manual finds all good' systemd-run -qPG --wait --uid=cosmos-video \
  -p EnvironmentFile=$env_file -p WorkingDirectory=/var/lib/cosmos-video-builder cosmos-video-builder check --connect
kill %1
exit $bad
