# What the test scripts share; sourced. Each check prints "ok - WHAT" or "not ok - WHAT", which test/boot/run counts.

bad=0
# How many times its limit a figure may be on a machine that is busy with other tests: what it says is printed, but only a
# quiet machine can be held to it. test/boot/run puts the number here.
slack=$(cat slack 2>/dev/null || echo 1)

# check WHAT COMMAND...
check() {
  local what=$1 output
  shift
  if output=$("$@" 2>&1); then
    echo "ok - $what"
  else
    echo "not ok - $what"
    bad=1
    printf '%s\n' "$output" | tail -n 12 | sed 's/^/  # /'
  fi
}

is_at_most() { awk -v value="${1:-x}" -v limit="$2" 'BEGIN { exit !(value ~ /^[0-9.]+$/ && value + 0 <= limit) }'; }

# check_at_most WHAT LIMIT UNIT COMMAND...: the command prints a number.
check_at_most() {
  local what=$1 limit=$2 unit=$3 value
  shift 3
  value=$("$@" || true)
  check "$what: ${value:-nothing} $unit (at most $limit)" is_at_most "$value" "$limit"
}

# check_speed WHAT LIMIT UNIT COMMAND...: the same for a time or a share of the CPU, within the slack. The command is tried
# up to five times: a figure says what the service needs, not what else the machine is busy with.
check_speed() {
  local what=$1 limit=$2 unit=$3 value best=''
  shift 3
  for _ in 1 2 3 4 5; do
    value=$("$@" || true)
    if [ -z "$best" ] || is_at_most "$value" "$best"; then best=$value; fi
    if is_at_most "$best" "$limit"; then break; fi
  done
  check "$what: ${best:-nothing} $unit (at most $limit)" is_at_most "$best" "$(awk "BEGIN { print $limit * $slack }")"
  is_at_most "$best" "$limit" || echo "  # MISSED: $limit $unit were asked for; measure again where nothing else runs (make test-deb)"
}

# skip WHAT REASON
skip() { echo "ok - $1 # SKIP $2"; }

# until_true SECONDS COMMAND-LINE: tries ten times a second. Fails with what the command line said last. The deadline
# is three times as long as a quiet machine needs: it is no figure.
until_true() {
  local end=$((SECONDS + 3 * $1))
  while [ "$SECONDS" -lt "$end" ]; do
    if eval "$2" >/dev/null 2>&1; then return 0; fi
    sleep 0.1
  done
  eval "$2"
}

not() { ! "$@"; }
now_ms() { date +%s%3N; }
elapsed_s() { awk -v from="$1" -v to="$2" 'BEGIN { printf "%.2f", (to - from) / 1000 }'; }
