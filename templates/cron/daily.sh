#!/usr/bin/env bash
# Submits the day's run of a job, once, and looks after every run of it that is in flight. Meant to be
# started by cron every 15 to 30 minutes; a start that has nothing to do ends at once.
#
#   daily.sh JOB.yaml [OPTION]...
#
# The run is named by the day. {day} in an option becomes that name, also days later when the run is
# collected:
#
#   daily.sh pipelines/nightly-report.yaml --set 'source.path=/data/{day}/*.jsonl'
#
# Environment:
#   BEAMBATCH_HOME     where job files and relative paths start; default: the folder of this project
#   BEAMBATCH_COMMAND  how to start the program; default: target/dist/bin/beam-batch-inference
#   BEAMBATCH_ENV      a file with OPENAI_API_KEY=… in it, for nobody else to read; default: none
#   BEAMBATCH_STATE    where this script notes what is in flight; default: .beambatch-cron
#   BEAMBATCH_DAY      the day, to make up for one that was missed; default: today
#
# It says nothing as long as all goes well, so that cron sends mail only when somebody should look. A
# run that can't begin, because its files are late or its job file is wrong, is tried again at every
# start for two days, and said once a day.
set -euo pipefail

job=${1:?name a job file}
shift
cd "${BEAMBATCH_HOME:-$(dirname "$0")/../..}"
read -ra program <<<"${BEAMBATCH_COMMAND:-target/dist/bin/beam-batch-inference}"
day=${BEAMBATCH_DAY:-$(date +%F)}
state=${BEAMBATCH_STATE:-.beambatch-cron}/$(basename "$job" .yaml)
mkdir -p "$state"
state=$(cd "$state" && pwd)

# One at a time; the program holds the lock, too, should this script be killed without it.
exec 9>"$state/lock"
flock -n 9 || exit 0

if [[ -n ${BEAMBATCH_ENV:-} ]]; then
  set -a
  # shellcheck disable=SC1090
  . "$BEAMBATCH_ENV"
  set +a
fi

# A run is DAY.new, then DAY.pending, then DAY.done or DAY.failed.
if ! compgen -G "$state/$day.[npdf]*" >/dev/null; then
  touch "$state/$day.new"
fi

status=0

# Runs a command of the program for a day; its exit code goes to $code.
go() {
  local command=$1 day=$2
  shift 2
  code=0
  before=$(stat -c %s "$state/$day.log" 2>/dev/null || echo 0)
  "${program[@]}" "$command" "$job" --run "$day" "${@//\{day\}/$day}" >>"$state/$day.log" 2>&1 || code=$?
}

# What the program said this time of what is wrong.
reasons() {
  local said
  said=$(tail -c "+$((before + 1))" "$state/$1.log")
  grep -m 1 -A 9 '^error:' <<<"$said" || head -n 10 <<<"$said"
}

# Says that a run needs a look, and why.
tell() {
  echo "$job, run $1: $2; see $state/$1.log:" >&2
  reasons "$1" >&2
  status=1
}

# The same, unless the same was said today.
tell_once() {
  local now
  now="$(date +%F) $(reasons "$1")"
  [[ $now == "$(cat "$state/$1.said" 2>/dev/null)" ]] || tell "$@"
  echo "$now" >"$state/$1.said"
}

# Leaves a run to people.
give_up() {
  mv "$state/$1.$2" "$state/$1.failed"
  tell "$1" "ended with exit code $code (to try it again, rename $1.failed to $1.new)"
}

# What an exit code makes of a run. 3 and 4 are for people. With 2 nothing was changed or sent: what is
# missing may be there next time, and what is in flight stays paid for. Other errors may be over, too.
settle() {
  local day=$1 from=$2
  case $code in
    0) mv "$state/$day.$from" "$state/$day.done" ;;
    75) [[ $from == pending ]] || mv "$state/$day.$from" "$state/$day.pending" ;;
    2)
      if [[ $from == new && -n $(find "$state/$day.new" -mmin +2880) ]]; then
        give_up "$day" "$from"
      else
        tell_once "$day" "ended with exit code 2; each start tries again"
      fi
      ;;
    3 | 4) give_up "$day" "$from" ;;
    *) tell "$day" "stopped with exit code $code; the next start continues" ;;
  esac
}

shopt -s nullglob
for run in "$state"/*.pending; do
  run=$(basename "$run" .pending)
  go collect "$run" "$@"
  settle "$run" pending
done
for run in "$state"/*.new; do
  run=$(basename "$run" .new)
  go submit "$run" "$@"
  # With every batch created, the answers are still to be collected.
  ((code != 0)) || code=75
  settle "$run" new
done
exit "$status"
