# Runs the steps of a test run: each is timed, a failing one does not stop the others, all failures are
# named at the end. Sourced.

failed_steps=()
step_times=() # "seconds name", for the end of a run

# run_step NAME COMMAND...: in a subshell, so that set -e holds inside it
run_step() {
  local name=$1 started code
  shift
  started=$(now_ms)
  echo "== $name"
  set +e
  (
    set -e
    "$@"
  )
  code=$?
  set -e
  step_times+=("$(seconds_since "$started") $name")
  if [[ $code == 0 ]]; then
    echo "== $name: done in $(seconds_since "$started") s"
  else
    echo "== $name: FAILED after $(seconds_since "$started") s (exit code $code)"
    failed_steps+=("$name")
  fi
}

# minutes_of_steps: where the time of a run went, the longest first
minutes_of_steps() {
  printf '%s\n' "${step_times[@]}" | sort -rn |
    awk '{ sum += $1; seconds = $1; $1 = ""; printf "  %5.1f min %s\n", seconds / 60, $0 }
         END { printf "  %5.1f min in all\n", sum / 60 }'
}

# close_steps: the verdict on the steps; the exit code is the caller's
close_steps() {
  [[ ${#step_times[@]} -lt 2 ]] || minutes_of_steps
  [[ ${#failed_steps[@]} == 0 ]] && return
  local IFS=,
  echo "failed: ${failed_steps[*]}" >&2
  return 1
}
