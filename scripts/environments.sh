# Python environments of the tests and the benchmark; the product itself needs no Python. Sourced.

# ensure_environment NAME: .venv-NAME with exactly what scripts/pins/NAME.txt says
ensure_environment() {
  local name=$1 home=$root/.venv-$1 stamp=$root/.venv-$1/pins.txt
  [[ -f $stamp ]] && cmp -s "$stamp" "$pins/$name.txt" && return
  echo "making the Python environment .venv-$name"
  python3 -m venv --clear "$home"
  "$home/bin/pip" install --quiet --requirement "$pins/$name.txt" || die "pip could not fill .venv-$name"
  cp "$pins/$name.txt" "$stamp"
}
