# Debian packages, installed only when missing. Sourced.

as_root() {
  if [[ $(id -u) == 0 ]]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "must be root, or have sudo, to run: $*"
  fi
}

package_is_installed() {
  [[ $(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null) == ii* ]]
}

# install_packages NAME...: one apt-get for all; the lists are refreshed only here, where they are needed
install_packages() {
  echo "installing Debian packages: $*"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "$@" >/dev/null ||
    die "apt-get could not install: $*"
}

# missing_packages LIST: the names of a file of scripts/pins that are not installed, one a line. We ask dpkg
# each time, since that takes milliseconds and a stamp would lie on a new machine.
missing_packages() {
  local package command installed
  installed=$(dpkg-query -W -f '${binary:Package} ${db:Status-Abbrev}\n' | sed -n 's/\(:[a-z0-9]*\)\? ii.*//p')
  while read -r package command; do
    [[ -z $package || $package == \#* ]] && continue
    [[ -n $command ]] && command -v "$command" >/dev/null && continue
    grep -qxF "$package" <<<"$installed" || echo "$package"
  done <"$pins/$1"
}

# ensure_packages LIST: a file of scripts/pins, one package a line
ensure_packages() {
  local missing=()
  mapfile -t missing < <(missing_packages "$1")
  [[ ${#missing[@]} == 0 ]] || install_packages "${missing[@]}"
}
