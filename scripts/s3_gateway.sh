# versitygw, an S3 server over a folder, which checks signatures strictly: a judge of the tests beside
# moto. Built from the Go module proxy, because Debian has it not. Sourced.

gateway_module=github.com/versity/versitygw/cmd/versitygw@v1.8.0
gateway_home=$deps/versitygw

go_is_new_enough() {
  local version
  command -v go >/dev/null || return 1
  version=$(GOTOOLCHAIN=local go env GOVERSION | sed -n 's/^go1\.\([0-9]*\).*/\1/p')
  [[ -n $version && $version -ge 25 ]]
}

# Debian 12's own Go is too old: there the tests that need it are left out, and say so.
ensure_gateway() {
  [[ ! -x $gateway_home/versitygw ]] || return 0
  if ! go_is_new_enough; then
    echo "no Go 1.25 or later: the tests of S3 run against moto alone"
    return 0
  fi
  echo "building $gateway_module into $gateway_home"
  mkdir -p "$gateway_home"
  (
    work=$(mktemp -d "$deps/fetch.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    GOTOOLCHAIN=local GO111MODULE=on GOBIN=$work go install "$gateway_module" >"$gateway_home/build.log" 2>&1 ||
      { tail -n 5 "$gateway_home/build.log" >&2; die "go could not build $gateway_module"; }
    mv "$work/versitygw" "$gateway_home/versitygw"
  )
}
