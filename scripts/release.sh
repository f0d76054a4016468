# A release: the packages of a commit, with the changes that CHANGELOG.md tells of it. Sourced.

release_home=$root/build/release

# The version that the next release has.
planned_version() {
  sed -n 's/^project(cadenza VERSION \([0-9.]*\) .*/\1/p' "$root/CMakeLists.txt"
}

# release_notes VERSION: what stands below its heading
release_notes() {
  awk -v heading="## $1 " 'index($0, heading) == 1 { found = 1; next } /^## / { found = 0 } found' "$root/CHANGELOG.md" |
    sed -e '/./,$!d'
}

# is_dated VERSION: an earlier try has dated and committed it, and came no further
is_dated() {
  [[ $(git -C "$root" log -1 --format=%s) == "Release $1" ]]
}

# check_release VERSION: nothing is begun that could not be finished
check_release() {
  local version=$1
  [[ -n $version ]] || die "CMakeLists.txt names no version"
  [[ -z $(git -C "$root" status --porcelain) ]] || die "there are changes that are not committed: git status"
  [[ -z $(git -C "$root" tag --list "v$version") ]] ||
    die "v$version is released already; the next one has another number in CMakeLists.txt and CHANGELOG.md"
  is_dated "$version" || grep -q "^## $version (not released)$" "$root/CHANGELOG.md" ||
    die "CHANGELOG.md has no heading '## $version (not released)'"
  git -C "$root" var GIT_COMMITTER_IDENT >/dev/null || die "git does not know who commits: git config user.name, user.email"
  [[ -n $(release_notes "$version") ]] || die "CHANGELOG.md tells no change of $version"
}

# Dates the changelog's heading, commits, tags, and packs that commit into build/release.
release() {
  local version dry_run=0
  case ${1:-} in
    '') ;;
    --dry-run) dry_run=1 ;;
    *) echo "usage: ./dev release [--dry-run]" >&2; exit 2 ;;
  esac
  version=$(planned_version)
  check_release "$version"
  if [[ $dry_run == 0 ]] && ! is_dated "$version"; then
    sed -i "s/^## $version (not released)$/## $version ($(date -u +%Y-%m-%d))/" "$root/CHANGELOG.md"
    git -C "$root" commit --quiet --message "Release $version" -- CHANGELOG.md
  fi
  package
  rm -rf "$release_home"
  mkdir -p "$release_home"
  cp "$package_home"/cadenza* "$release_home/"
  release_notes "$version" >"$release_home/NOTES.md"
  (cd "$release_home" && sha256sum cadenza* NOTES.md >SHA256SUMS)
  if [[ $dry_run == 1 ]]; then
    echo "what ./dev release would make is in build/release; nothing was committed and nothing tagged"
    return
  fi
  git -C "$root" tag --annotate "v$version" --cleanup=verbatim --file "$release_home/NOTES.md"
  echo "released $version: tag v$version, packages and notes in build/release; git push --follow-tags tells others"
}
