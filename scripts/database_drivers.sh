# What people's programs reach a PostgreSQL server with, for the tests of the wire: pgJDBC from Maven,
# node-postgres and postgres.js from npm, pgx as a Go module. psqlODBC is Debian's (clients.apt). Sourced.

drivers_home=$deps/drivers
jdbc_artifact=org.postgresql:postgresql:42.7.14
maven_get=org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy

ensure_drivers() {
  local clients=$root/tests/clients
  mkdir -p "$drivers_home"
  ensure_jdbc
  ensure_node_drivers "$clients/node-drivers"
  build_pgx "$clients/pgx"
}

# A file of Java is run as it stands, which takes the compiler.
java_compiles() {
  java_is_new_enough && java --list-modules | grep -q '^jdk.compiler@'
}

ensure_jdbc() {
  java_compiles || install_packages openjdk-17-jdk-headless
  ! files_are_placed "$drivers_home" drivers.sha256 || return 0
  ensure_packages spark.apt # Maven
  echo "fetching $jdbc_artifact into $drivers_home"
  (
    work=$(mktemp -d "$deps/fetch.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    mvn -q -B "$maven_get" "-Dartifact=$jdbc_artifact" "-DoutputDirectory=$work" >"$work/maven.log" ||
      { cat "$work/maven.log" >&2; die "maven could not fetch $jdbc_artifact"; }
    place_files "$work" "$drivers_home" drivers.sha256
  )
  stamp_files "$drivers_home" drivers.sha256
}

# The lock file has the checksum of each package.
ensure_node_drivers() {
  local home=$drivers_home/node
  ! cmp -s "$1/package-lock.json" "$home/installed.json" || return 0
  ensure_packages browser.apt # node and npm
  echo "fetching the drivers of Node into $home"
  mkdir -p "$home"
  cp "$1/package.json" "$1/package-lock.json" "$home/"
  (cd "$home" && npm ci --ignore-scripts --silent --no-audit --no-fund) || die "npm could not fetch the drivers of $1"
  cp "$1/package-lock.json" "$home/installed.json"
}

# As with the S3 gateway: Debian 12's own Go is too old, there the test says so.
build_pgx() {
  if ! go_is_new_enough; then
    echo "no Go 1.25 or later: pgx is not tried"
    return 0
  fi
  [[ ! -x $drivers_home/pgx || $1/main.go -nt $drivers_home/pgx || $1/go.sum -nt $drivers_home/pgx ]] || return 0
  (cd "$1" && GOTOOLCHAIN=local GOFLAGS=-mod=readonly go build -o "$drivers_home/pgx" .) || die "go could not build $1"
}
