# Configuring and compiling with CMake and Ninja. Sourced.

# ccache serves other clones of the repository too: paths are taken relative to the root.
export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1

ensure_toolchain() {
  ensure_packages build.apt
  ensure_engine
  ensure_dashboard_parts
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
  local quiet=(--quiet)
  [[ ! -t 1 ]] || quiet=()
  ninja -C "$folder" "${quiet[@]}" "$@"
}

# place_program FOLDER: the program is always found at FOLDER/cadenza, wherever CMake links it
place_program() {
  local folder=$root/$1
  [[ ! -x $folder/src/cli/cadenza ]] || ln -sfn src/cli/cadenza "$folder/cadenza"
  [[ -x $folder/cadenza ]] || die "the build made no program: neither $1/cadenza nor $1/src/cli/cadenza"
}

build_product() {
  local started
  started=$(now_ms)
  ensure_toolchain
  compile default
  place_program build
  echo "built build/cadenza in $(seconds_since "$started") s"
}
