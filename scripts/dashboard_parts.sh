# What the dashboard's page stands on, from npm: ECharts, Preact with htm, the maps, a font. Sourced.

dashboard_packages=(echarts@6.1.0 preact@10.29.8 htm@3.1.1 topojson-client@3.1.0 world-atlas@2.0.2 us-atlas@3.0.1
  @fontsource-variable/inter@5.3.0)

# fetch_package WORK NAME@VERSION: unpacked into WORK/NAME
fetch_package() {
  local name archive
  name=$(basename "${2%@*}")
  archive=$(cd "$1" && npm pack --silent "$2" 2>>npm.log) || die "npm could not fetch $2"
  mkdir -p "$1/$name"
  tar -xzf "$1/$archive" -C "$1/$name" --strip-components=1
}

# arrange_parts WORK: the files that the page needs, under the names of scripts/pins/dashboard.sha256
arrange_parts() {
  local name
  mkdir -p "$1/licences"
  mv "$1/echarts/dist/echarts.min.js" "$1/preact/dist/preact.mjs" "$1/htm/dist/htm.mjs" \
    "$1/topojson-client/dist/topojson-client.min.js" "$1/world-atlas/countries-110m.json" \
    "$1/us-atlas/states-albers-10m.json" "$1/"
  mv "$1/preact/hooks/dist/hooks.mjs" "$1/preact_hooks.mjs"
  mv "$1/inter/files/inter-latin-wght-normal.woff2" "$1/inter.woff2"
  for name in echarts preact htm topojson-client world-atlas us-atlas inter; do
    mv "$1/$name/LICENSE" "$1/licences/$name"
  done
  mv "$1/echarts/NOTICE" "$1/licences/echarts-notice"
}

ensure_dashboard_parts() {
  local home=$deps/dashboard package
  ! files_are_placed "$home" dashboard.sha256 || return 0
  mkdir -p "$home"
  echo "fetching the parts of the dashboard into $home"
  (
    work=$(mktemp -d "$deps/fetch.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    for package in "${dashboard_packages[@]}"; do fetch_package "$work" "$package"; done
    arrange_parts "$work"
    place_files "$work" "$home" dashboard.sha256
  )
  stamp_files "$home" dashboard.sha256
}
