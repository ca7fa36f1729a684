# Run by boot-test --vm, with a kernel of its own: limits that a container accepts but does not enforce, and a loss of
# power on a real disk.
set -u
. ./checks.sh
. ./machine.sh

video=/root/video.ts
# More than that keeps the machine, whose processor is a program, busy with pictures alone.
rate=4
limit_of() { cat "/sys/fs/cgroup/system.slice/$1/$2"; }
total_bytes=$(awk '/^MemTotal/ { print $2 * 1024 }' /proc/meminfo)
is_share() { awk -v value="$1" -v total="$total_bytes" -v share="$2" 'BEGIN { r = value / total; exit !(r > share - 0.02 && r < share + 0.02) }'; }
# What each process of a unit has; the shell that shortens the streams is one process more, and is left out.
oom_scores() {
  local pid
  while read -r pid; do
    if grep -qE '^(cosmos-video-bu|ffmpeg|redis-server)$' "/proc/$pid/comm"; then cat "/proc/$pid/oom_score_adj"; fi
  done <"/sys/fs/cgroup/system.slice/$1/cgroup.procs" | paste -sd ' '
}
oom_kills() { awk '/^oom_kill / { print $2 }' "/sys/fs/cgroup/system.slice/$1/memory.events"; }

case $1 in
1)
  check 'apt installs the package' apt-get -y -qq install ./test.deb
  make_stream $video
  systemctl start $main sensor video-server
  check 'the stream arrives' arrives $video 120
  check 'the service has at most 75 % of the memory' is_share "$(limit_of $main memory.max)" 0.75
  check 'the frame buffer has at most 60 %' is_share "$(limit_of $buffer memory.max)" 0.60
  check 'no frame is swapped out' [ "$(limit_of $main memory.swap.max) $(limit_of $buffer memory.swap.max)" = '0 0' ]
  # For a moment there may be another one: the next ffmpeg.
  check 'where memory runs out, ffmpeg goes before others, and the frame buffer after them' \
    until_true 20 '[ "$(oom_scores $main) $(oom_scores $buffer)" = "300 300 -500" ]'
  check 'where the CPU runs out, the sensor goes before ffmpeg, and the frame buffer before both' \
    [ "$(limit_of $main cpu.weight) $(limit_of $buffer cpu.weight)" = '50 200' ]
  # Enough for the waiting program, not for ffmpeg besides. What both have in files does not count: it can be read again.
  systemctl stop sensor
  check 'it waits' until_true 60 'status_text | grep -q "^waiting"'
  old=$(prop $main MainPID)
  anonymous=$(awk '/^anon / { print $2 }' /sys/fs/cgroup/system.slice/$main/memory.stat)
  systemctl set-property --runtime $main MemoryMax=$((anonymous + 5 * 1048576))
  systemctl start sensor
  check 'memory runs out: something is killed' until_true 90 '[ "$(oom_kills $main)" -ge 1 ]'
  systemctl set-property --runtime $main MemoryMax=75%
  check 'memory is there again: the stream goes on' arrives $video 90
  check 'the service was never given up' is_active $main
  cp /proc/sys/kernel/random/boot_id /root/boot_id
  # What is enabled must be on the disk, as it is on a machine that was set up some time ago.
  sync
  echo b >/proc/sysrq-trigger
  sleep 60
  exit 1
  ;;
2)
  check 'this is another boot' [ "$(cat /root/boot_id)" != "$(cat /proc/sys/kernel/random/boot_id)" ]
  check 'after a reset of the machine all is back by itself' arrives $video 120
  exit $bad
  ;;
*)
  echo "not ok - nothing boots the system a ${1}th time"
  exit 1
  ;;
esac
