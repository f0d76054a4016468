# ./dev docs: the site from docs/, with a reference that the program itself prints, in build/site. Sourced.

# make_site: strict, so that a page left out or a link that leads nowhere is an error. Not with --quiet, under which
# MkDocs counts no warnings.
make_site() {
  local log=$root/build/site.log
  ensure_environment docs
  (cd "$root/scripts/site" && CADENZA=$root/build/cadenza PYTHONDONTWRITEBYTECODE=1 NO_MKDOCS_2_WARNING=1 \
    "$root/.venv-docs/bin/mkdocs" build --strict --clean --config-file mkdocs.yml) >"$log" 2>&1 ||
    { grep -v '^INFO' "$log" >&2; die "the site could not be built"; }
}

docs() {
  [[ $# == 0 ]] || { echo "usage: ./dev docs" >&2; exit 2; }
  build_program
  make_site
  echo "built build/site; open build/site/index.html"
}
