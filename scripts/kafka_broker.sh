# A Kafka broker for the tests of `cadenza stream`: the real one, from Maven, started by the tests on 127.0.0.1.
# Sourced.

kafka_artifact=org.apache.kafka:kafka_2.13:4.1.0
kafka_home=$deps/kafka

ensure_kafka() {
  [[ ! -f $kafka_home/stamp || $(<"$kafka_home/stamp") != "$kafka_artifact" ]] || return 0
  java_is_new_enough || install_packages openjdk-17-jre-headless
  ensure_packages spark.apt
  echo "fetching $kafka_artifact into $kafka_home"
  mkdir -p "$kafka_home"
  (
    work=$(mktemp -d "$deps/fetch.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    IFS=: read -r group artifact release <<<"$kafka_artifact"
    cat >"$work/pom.xml" <<POM
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>cadenza</groupId><artifactId>broker</artifactId><version>1</version>
  <dependencies><dependency>
    <groupId>$group</groupId><artifactId>$artifact</artifactId><version>$release</version>
  </dependency></dependencies>
</project>
POM
    mvn -q -B -f "$work/pom.xml" dependency:copy-dependencies "-DoutputDirectory=$work/lib" >"$work/maven.log" ||
      { cat "$work/maven.log" >&2; die "maven could not fetch $kafka_artifact"; }
    rm -rf "${kafka_home:?}/lib"
    mv "$work/lib" "$kafka_home/lib"
    echo "$kafka_artifact" >"$kafka_home/stamp"
  )
}
