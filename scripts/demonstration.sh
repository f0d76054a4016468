# ./dev demo: the main job on sample data, from nothing to an answer. Sourced.

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

demo() {
  local place=build/demo
  build_program
  cd "$root"
  rm -rf "$place"
  mkdir -p "$place"
  python3 samples/make.py "$place/raw"
  shown build/cadenza etl --songs "$place/raw/song_data" --logs "$place/raw/log_data" --out "$place/lake"
  shown build/cadenza sql --lake "$place/lake" \
    "select a.name, count(*) as plays, count(distinct p.user_id) as listeners from songplays p join artists a using (artist_id) group by all order by plays desc, a.name limit 5"
  shown build/cadenza sql --lake "$place/lake" \
    "select t.weekday, count(*) as plays from songplays join time t using (start_time) group by all order by t.weekday"
  shown build/cadenza sql --lake "$place/lake" \
    "select match_quality, count(*) as plays from songplays group by all order by plays desc"
  shown build/cadenza sql --lake "$place/lake" "select reason, _file, _offset from quarantine"
  shown build/cadenza kpi --lake "$place/lake" --no-progress
  cat <<NEXT

Now try:
  build/cadenza sql --lake $place/lake          a prompt, with history and completion
  build/cadenza tables --lake $place/lake       what there is
  build/cadenza etl --help                      your own files
NEXT
  demo_dashboard "$place/lake" "${1:-}"
}
