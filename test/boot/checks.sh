# What the test scripts share; sourced. Each check prints "ok - WHAT" or "not ok - WHAT", which test/boot/run counts.

bad=0

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

# check_at_most WHAT LIMIT UNIT COMMAND...: the command prints a number.
check_at_most() {
  local what=$1 limit=$2 unit=$3 value
  shift 3
  value=$("$@" || true)
  check "$what: ${value:-nothing} $unit (at most $limit)" \
    awk -v value="${value:-x}" -v limit="$limit" 'BEGIN { exit !(value ~ /^[0-9.]+$/ && value + 0 <= limit) }'
}

# skip WHAT REASON
skip() { echo "ok - $1 # SKIP $2"; }

# until_true SECONDS COMMAND-LINE: tries ten times a second. Fails with what the command line said last.
until_true() {
  local end=$((SECONDS + $1))
  while [ "$SECONDS" -lt "$end" ]; do
    if eval "$2" >/dev/null 2>&1; then return 0; fi
    sleep 0.1
  done
  eval "$2"
}

not() { ! "$@"; }
now_ms() { date +%s%3N; }
elapsed_s() { awk -v from="$1" -v to="$2" 'BEGIN { printf "%.2f", (to - from) / 1000 }'; }
