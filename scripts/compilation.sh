# Configuring and compiling with CMake and Ninja. Sourced.

# ccache serves other clones of the repository too: paths are taken relative to the root.
export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1

ensure_toolchain() {
  ensure_packages build.apt
  ensure_engine
}

# compile PRESET [TARGET...]: see CMakePresets.json; the build folder has the name that it gives
compile() {
  local preset=$1 folder
  shift
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

launcher=()
command -v ccache >/dev/null && launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)

# The program is always found at build/cadenza, wherever CMake links it.
place_program() {
  local linked=$root/build/src/cli/cadenza
  [[ ! -x $linked ]] || ln -sfn src/cli/cadenza "$root/build/cadenza"
  [[ -x $root/build/cadenza ]] || die "the build made no program: neither build/cadenza nor build/src/cli/cadenza"
}

build_product() {
  local started
  started=$(now_ms)
  ensure_toolchain
  compile default
  place_program
  echo "built build/cadenza in $(seconds_since "$started") s"
}
