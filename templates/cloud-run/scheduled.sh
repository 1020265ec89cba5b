#!/usr/bin/env bash
# Submits the day's run of a job, or collects every run of it that is in flight. Meant for containers
# that keep nothing: all state is in the staging location, so that it has to be on gs://.
#
#   scheduled.sh submit JOB.yaml [OPTION]...
#   scheduled.sh collect JOB.yaml [OPTION]...
#
# The run is named by the day. {run} in an option becomes that name, also days later when the run is
# collected:
#
#   scheduled.sh submit gs://my-bucket/jobs/sentiment.yaml --set 'source.path=gs://my-bucket/in/{run}/*.jsonl'
#
# Environment:
#   BEAMBATCH_STAGING  where runs keep their state, the same for both
#   BEAMBATCH_NAME     the job's name, as its job file says it
#   BEAMBATCH_RUN      the run to submit, to make up for a day that was missed; default: today, UTC
#   BEAMBATCH_COMMAND  how to start the program; default: beam-batch-inference
#
# It ends with 0 while all goes well, also while batches are pending, and else with the program's exit
# code, so that an execution that failed is one that somebody should look at. What has failed with 1
# continues at the next execution.
set -euo pipefail

mode=${1:?submit or collect}
job=${2:?name a job file}
shift 2
: "${BEAMBATCH_STAGING:?the staging location}" "${BEAMBATCH_NAME:?the name of the job}"
read -ra program <<<"${BEAMBATCH_COMMAND:-beam-batch-inference}"
status=0

# Runs the command for a run, and remembers its exit code unless batches are pending.
go() {
  local run=$1 code=0
  shift
  "${program[@]}" "$mode" "$job" --staging "$BEAMBATCH_STAGING" --run "$run" "${@//\{run\}/$run}" ||
    code=$?
  ((code == 0 || code == 75)) || status=$code
}

case $mode in
  submit) go "${BEAMBATCH_RUN:-$(date -u +%F)}" "$@" ;;
  collect)
    # job, run, and how far it is: a run of which nothing was sent has nothing to collect.
    listed=$("${program[@]}" runs --staging "$BEAMBATCH_STAGING" --json |
      awk -F '"' '$2 == "job" { job = $4 } $2 == "run" { run = $4 } $2 == "progress" { print job, run, $4 }')
    while read -r name run state; do
      case $name-$state in
        "$BEAMBATCH_NAME"-finished | "$BEAMBATCH_NAME"-pruned | "$BEAMBATCH_NAME"-unsent) ;;
        "$BEAMBATCH_NAME"-*) go "$run" "$@" </dev/null ;;
      esac
    done <<<"$listed"
    ;;
  *)
    echo "error: $mode: submit or collect" >&2
    exit 2
    ;;
esac
exit "$status"
