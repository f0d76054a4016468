# What ./dev says to a person: times, steps and errors. Sourced.

die() {
  echo "dev: $*" >&2
  exit 1
}

now_ms() {
  local us=${EPOCHREALTIME/[.,]/}
  echo $((us / 1000))
}

# seconds_since MS: "12.3", for humans
seconds_since() {
  local ms=$(($(now_ms) - $1))
  printf '%d.%d' $((ms / 1000)) $((ms % 1000 / 100))
}

# require_value NAME VALUE...: an option without its value is wrong usage
require_value() {
  [[ $# -ge 2 ]] || { echo "dev: $1 needs a value" >&2; exit 2; }
}
