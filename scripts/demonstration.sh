# ./dev demo: the main job on sample data, and a whole house on a simulated service, from nothing to the dashboard. Sourced.

# shown COMMAND...: prints the command as a person would type it, then runs it
shown() {
  local word
  printf '\n$'
  for word in "$@"; do
    if [[ $word == *[!A-Za-z0-9_./=-]* ]]; then printf ' "%s"' "$word"; else printf ' %s' "$word"; fi
  done
  echo
  "$@"
}

# demo_dashboard LAKE [--serve]: where there is somebody to look, until Ctrl-C; else how to begin it
demo_dashboard() {
  if [[ ${2:-} == --serve || (-t 0 && -t 1) ]]; then
    echo
    echo "The dashboard on this lake, until Ctrl-C:"
    shown build/cadenza serve --lake "$1" --open
  else
    echo "  build/cadenza serve --lake $1      the dashboard, at http://127.0.0.1:8765"
  fi
}

# The main job, on ten days of a small log with the faults of real ones.
demo_of_samples() {
  local place=$1
  python3 samples/make.py "$place/raw"
  shown build/cadenza etl --songs "$place/raw/song_data" --logs "$place/raw/log_data" --out "$place/lake"
  shown build/cadenza sql --lake "$place/lake" \
    "select a.name, count(*) as plays, count(distinct p.user_id) as listeners from songplays p join artists a using (artist_id) group by all order by plays desc, a.name limit 5"
  shown build/cadenza sql --lake "$place/lake" \
    "select match_quality, count(*) as plays from songplays group by all order by plays desc"
  shown build/cadenza sql --lake "$place/lake" "select reason, _file, _offset from quarantine"
}

# Two months of 600 listeners, among them a surge: KPIs, windows with alerts, a model of one's own, churn, recommendations.
demo_of_service() {
  local lake=$1/lake raw=$1/raw
  shown build/cadenza simulate --like churn --users 600 --days 61 --songs 2000 --unlisted-songs 500 \
    --incident "surge@2018-12-31T14:00/2h*6" --out "$raw" --no-progress
  shown build/cadenza etl --songs "$raw/song_data" --logs "$raw/log_data" --lake "$lake" --no-progress
  shown build/cadenza kpi --lake "$lake" --no-progress
  shown build/cadenza stream --source "$raw/log_data" --lake "$lake" --once --quiet
  shown build/cadenza alerts check --lake "$lake" --now 2019-01-01
  shown build/cadenza refresh --lake "$lake" --models samples/models
  shown build/cadenza sql --lake "$lake" "select * from favourites order by plays desc, user_id limit 3"
  shown build/cadenza churn --lake "$lake" --page "$1/churn.html" --no-progress
  shown build/cadenza recommend --lake "$lake" --no-progress
}

demo() {
  local place=build/demo began
  began=$(now_ms)
  build_program
  cd "$root"
  rm -rf "$place"
  mkdir -p "$place/service"
  demo_of_samples "$place"
  demo_of_service "$place/service"
  awk -v ms=$(($(now_ms) - began)) 'BEGIN {printf "\nAll of it in %.0f s.\n", ms / 1000}'
  cat <<NEXT

Now try:
  build/cadenza sql --lake $place/lake          a prompt, with history and completion
  build/cadenza tables --lake $place/lake       what there is
  build/cadenza etl --help                      your own files
NEXT
  demo_dashboard "$place/service/lake" "${1:-}"
}
