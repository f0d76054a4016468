# Chromium and what drives it, for the tests of the dashboard; TypeScript, which checks the page's types. Sourced.

browser_packages=(playwright-core@1.65.1 axe-core@4.14.1)
typescript_package=typescript@5.9.3

# fetch_tool NAME@VERSION HOME: unpacked into HOME/NAME, after a look at the archive's checksum
fetch_tool() {
  local name=${1%@*} archive work
  work=$(mktemp -d "$deps/fetch.XXXXXX")
  archive=$(cd "$work" && npm pack --silent "$1" 2>npm.log) || { rm -rf "$work"; die "npm could not fetch $1"; }
  check_sum "$work/$archive" "$archive" browser.sha256
  rm -rf "${2:?}/$name"
  mkdir -p "$2/$name"
  tar -xzf "$work/$archive" -C "$2/$name" --strip-components=1
  rm -rf "$work"
}

# ensure_tools HOME NAME@VERSION...
ensure_tools() {
  local home=$1 stamp=$1/.pins
  shift
  [[ ! -f $stamp || $(cat "$stamp") != "$*" ]] || return 0
  mkdir -p "$home"
  local package
  for package in "$@"; do fetch_tool "$package" "$home"; done
  echo "$*" >"$stamp"
}

ensure_browser() {
  ensure_packages browser.apt
  ensure_tools "$deps/browser" "${browser_packages[@]}"
}

ensure_typescript() {
  ensure_tools "$deps/typescript" "$typescript_package"
}
