# Checks that read the code and do not run it. Sourced.

ensure_checkers() {
  ensure_packages build.apt
  ensure_packages lint.apt
}

# our_sources SUFFIX...: tracked and new files alike, so that a commit cannot bring what lint did not see
our_sources() {
  local patterns=() suffix
  for suffix in "$@"; do
    patterns+=("src/*$suffix" "bench/*$suffix" "fuzz/*$suffix" "tests/programs/*$suffix")
  done
  git -C "$root" ls-files --cached --others --exclude-standard -- "${patterns[@]}" | while read -r file; do
    [[ ! -f $root/$file ]] || echo "$file"
  done
}

check_format() {
  our_sources .cc .h | (cd "$root" && xargs --no-run-if-empty clang-format-19 --dry-run -Werror)
}

check_code() {
  compile default
  python3 "$root/scripts/tidy.py" --root "$root" --build "$root/build" --cache "${XDG_CACHE_HOME:-$HOME/.cache}/cadenza/clang-tidy"
}

check_scripts() {
  (cd "$root" && shellcheck --external-sources --check-sourced dev .ci/run)
}

# The page has no build step: its types stand in comments.
check_page() {
  ensure_typescript
  node "$deps/typescript/typescript/bin/tsc" --project "$root/dashboard/jsconfig.json"
}

lint() {
  failed_steps=()
  ensure_checkers
  ensure_engine
  ensure_dashboard_parts
  run_step "format" check_format
  run_step "scripts" check_scripts
  run_step "page" check_page
  run_step "clang-tidy" check_code
  close_steps
}
