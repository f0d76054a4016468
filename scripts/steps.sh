# Runs the steps of a test run: each is timed, a failing one does not stop the others, all failures are
# named at the end. Sourced.

failed_steps=()

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
  if [[ $code == 0 ]]; then
    echo "== $name: done in $(seconds_since "$started") s"
  else
    echo "== $name: FAILED after $(seconds_since "$started") s (exit code $code)"
    failed_steps+=("$name")
  fi
}

# close_steps: the verdict on the steps; the exit code is the caller's
close_steps() {
  [[ ${#failed_steps[@]} == 0 ]] && return
  local IFS=,
  echo "failed: ${failed_steps[*]}" >&2
  return 1
}
