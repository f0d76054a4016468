# The SQL engine: DuckDB's library, its header and two extensions, all of one version. Sourced.

duckdb_npm='@duckdb/node-bindings-linux-x64@1.5.5-r.5'
duckdb_go='github.com/duckdb/duckdb-go-bindings@v0.10505.0'
duckdb_extension_version=1.5.5

# check_sum FILE NAME LIST: FILE is what LIST (in scripts/pins) says of NAME
check_sum() {
  local want got
  want=$(awk -v name="$2" '$2 == name { print $1 }' "$pins/$3")
  got=$(sha256sum "$1" | cut -d' ' -f1)
  [[ $want == "$got" ]] ||
    die "wrong checksum of $2: scripts/pins/$3 says ${want:-nothing}, the download has $got"
}

fetch_library() {
  (cd "$1" && npm pack --silent "$duckdb_npm" >npm.log) || die "npm could not fetch $duckdb_npm"
  tar -xzf "$1"/*.tgz -C "$1"
  mv "$1/package/libduckdb.so" "$1/libduckdb.so"
}

fetch_header() {
  local listing
  listing=$(cd "$1" && GOTOOLCHAIN=local GO111MODULE=on go mod download -json "$duckdb_go") ||
    die "go could not fetch $duckdb_go"
  install -m 644 "$(sed -n 's/^\t"Dir": "\(.*\)",$/\1/p' <<<"$listing")/include/duckdb.h" "$1/duckdb.h"
}

# The extensions come as wheels, each with one gzip-free file inside. A throw-away venv gives a pip on
# every machine: Debian's own python has none.
fetch_extensions() {
  local name
  python3 -m venv "$1/venv"
  mkdir -p "$1/extensions"
  for name in httpfs delta; do
    "$1/venv/bin/pip" download --quiet --no-deps --dest "$1/$name" \
      "duckdb-extension-$name==$duckdb_extension_version" || die "pip could not fetch the extension $name"
    unzip -q -o "$1/$name"/*.whl -d "$1/$name"
    find "$1/$name" -name "$name.duckdb_extension" -exec mv {} "$1/extensions/" \;
  done
}

# place_files WORK HOME LIST: moves what LIST names from WORK to HOME, each file checked and then renamed:
# others may be reading the old ones
place_files() {
  local name
  while read -r _ name; do
    check_sum "$1/$name" "$name" "$3"
    mkdir -p "$(dirname "$2/$name")"
    mv "$1/$name" "$2/$name"
  done <"$pins/$3"
}

# files_are_placed HOME LIST: by the stamp, which is a copy of the list
files_are_placed() {
  [[ -f $1/.pins ]] && cmp -s "$1/.pins" "$pins/$2"
}

stamp_files() {
  cp "$pins/$2" "$1/.pins.new"
  mv "$1/.pins.new" "$1/.pins"
}

ensure_engine() {
  local home=$deps/duckdb
  ! files_are_placed "$home" engine.sha256 || return 0
  mkdir -p "$home"
  if ! (cd "$home" && sha256sum --check --status "$pins/engine.sha256" 2>/dev/null); then
    echo "fetching the engine into $home"
    (
      work=$(mktemp -d "$deps/fetch.XXXXXX")
      trap 'rm -rf "$work"' EXIT
      fetch_library "$work"
      fetch_header "$work"
      fetch_extensions "$work"
      place_files "$work" "$home" engine.sha256
    )
  fi
  stamp_files "$home" engine.sha256
}
