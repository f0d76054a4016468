# Bare Debians to try the packages in, as tar files: nothing but what every installation has. Sourced.

bare_roots=$deps/bare-root

can_make_roots() {
  { [[ $(id -u) == 0 ]] || sudo -n true 2>/dev/null; } && as_root unshare --mount true 2>/dev/null
}

# ensure_root NAME [PACKAGE...]: the release is the one on which the packages were built; made again when other
# packages are asked for
ensure_root() {
  local name=$1 file=$bare_roots/$1.tar release content include=()
  shift
  (($# == 0)) || include=("--include=$*")
  release=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
  content="$release $*"
  [[ ! -f $file || $(cat "$file.content") != "$content" ]] || return 0
  echo "making the root $name in $bare_roots"
  mkdir -p "$bare_roots"
  as_root mmdebstrap --variant=minbase "${include[@]}" "$release" "$file.new" --format=tar >"$file.log" 2>&1 ||
    { tail -n 5 "$file.log" >&2; die "mmdebstrap could not make a root: $file.log"; }
  mv "$file.new" "$file"
  echo "$content" >"$file.content"
}

# package_names DEPENDS: "a (>= 1), b" -> "a b"
package_names() {
  sed 's/ *([^)]*)//g; s/, */ /g' <<<"$1"
}

# ensure_roots DEB: one bare, and one with the libraries that the .deb asks for and nothing else
ensure_roots() {
  local names
  read -ra names <<<"$(package_names "$(dpkg-deb --field "$1" Depends)")"
  ensure_root bare
  ensure_root libraries "${names[@]}"
}
