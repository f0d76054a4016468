# Configuring and compiling with CMake and Ninja. Sourced.

# ccache serves other clones of the repository too: paths are taken relative to the root.
export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1

ensure_toolchain() {
  ensure_packages build.apt
  ensure_engine
  ensure_dashboard_parts
}

# A line each tenth of the way, where no terminal shows every step: "[128/301] Building CXX ..." comes in.
show_tenths() {
  awk 'match($0, /^\[[0-9]+\/[0-9]+\]/) {
         split(substr($0, 2, RLENGTH - 2), step, "/")
         tenth = int(10 * step[1] / step[2])
         if (tenth > told) { told = tenth; printf "  %d of %d compiled\n", step[1], step[2]; fflush() }
         next
       }
       { print; fflush() }'
}

# compile PRESET [TARGET...]: see CMakePresets.json; the build folder has the name that it gives
compile() {
  local preset=$1 folder launcher=()
  shift
  ! command -v ccache >/dev/null || launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
  folder=$root/build
  [[ $preset == default ]] || folder=$root/build-$preset
  if [[ ! -f $folder/build.ninja ]] || ! grep -qxF "CADENZA_DEPS:PATH=$deps" "$folder/CMakeCache.txt"; then
    (cd "$root" && cmake --preset "$preset" "-DCADENZA_DEPS=$deps" "${launcher[@]}" >"$folder.log" 2>&1) ||
      { cat "$folder.log" >&2; rm -f "$folder/build.ninja"; die "cmake could not configure $folder"; }
    rm -f "$folder.log"
  fi
  if [[ -t 1 ]]; then ninja -C "$folder" "$@"; else ninja -C "$folder" "$@" | show_tenths; fi
}

# place_program FOLDER: the program is always found at FOLDER/cadenza, wherever CMake links it
place_program() {
  local folder=$root/$1
  [[ ! -x $folder/src/cli/cadenza ]] || ln -sfn src/cli/cadenza "$folder/cadenza"
  [[ -x $folder/cadenza ]] || die "the build made no program: neither $1/cadenza nor $1/src/cli/cadenza"
}

# announce_build: what will be installed, and about how long it takes; measured: 3 core seconds a file
announce_build() {
  local missing=() files minutes
  mapfile -t missing < <(missing_packages build.apt)
  [[ ${#missing[@]} == 0 ]] || echo "will install ${#missing[@]} Debian packages (apt-get): ${missing[*]}"
  [[ -f $deps/duckdb/libduckdb.so ]] || echo "will fetch the SQL engine into $deps (npm, Go and PyPI; about 100 MB)"
  [[ ! -f $root/build/cadenza ]] || return 0
  files=$(find "$root/src" -name '*.cc' ! -name '*_test.cc' | wc -l)
  minutes=$(((files * 3 / $(nproc) + 59) / 60))
  echo "will compile $files files on $(nproc) cores: about $minutes minutes"
}

# The program alone, without its tests.
build_program() {
  local started
  started=$(now_ms)
  announce_build
  ensure_toolchain
  compile default cadenza
  place_program build
  echo "built build/cadenza in $(seconds_since "$started") s"
}

build_product() {
  local started
  started=$(now_ms)
  ensure_toolchain
  compile default
  place_program build
  echo "built build/cadenza in $(seconds_since "$started") s"
}
