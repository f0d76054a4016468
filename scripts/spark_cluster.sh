# The Spark of the tests: a standalone master, two workers and a Connect server that knows Delta, all on
# 127.0.0.1. What is downloaded lies in .deps/spark, what a run leaves in build/spark. Sourced.

maven_copy=org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies

spark_state=$root/build/spark
spark_jars=$deps/spark/jars
spark_master_port=${CADENZA_SPARK_MASTER_PORT:-27077}
spark_connect_port=${CADENZA_SPARK_CONNECT_PORT:-25002}
# Where a test starts an S3 server, by whose keys the cluster asks it.
spark_s3_port=${CADENZA_SPARK_S3_PORT:-25003}
spark_s3_key=AKIACADENZATEST
spark_s3_secret=s3cr3t/of+the=tests
spark_executor_memory=${CADENZA_SPARK_EXECUTOR_MEMORY:-1500m}
# In the order in which they start; they stop in the reverse order.
spark_parts=(master worker1 worker2 connect)

java_is_new_enough() {
  local version
  version=$(java -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p')
  [[ -n $version && $version -ge 17 ]]
}

ensure_spark() {
  ensure_packages build.apt
  java_is_new_enough || install_packages openjdk-17-jre-headless
  ensure_packages spark.apt
  ensure_environment spark
  ensure_spark_jars
}

ensure_spark_jars() {
  ! files_are_placed "$spark_jars" spark.sha256 || return 0
  echo "fetching what Spark needs for Delta and S3 into $spark_jars"
  mkdir -p "$spark_jars"
  (
    work=$(mktemp -d "$deps/fetch.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    mvn -q -B --file "$root/scripts/spark/pom.xml" "$maven_copy" "-DoutputDirectory=$work" >"$work/maven.log" ||
      { cat "$work/maven.log" >&2; die "maven could not fetch the artifacts of scripts/spark/pom.xml"; }
    place_files "$work" "$spark_jars" spark.sha256
  )
  stamp_files "$spark_jars" spark.sha256
}

spark_jar_list() {
  awk -v home="$spark_jars" '{ printf "%s%s/%s", (NR > 1 ? "," : ""), home, $2 }' "$pins/spark.sha256"
}

spark_environment() {
  SPARK_HOME=$("$root/.venv-spark/bin/python" -c 'import importlib.util as u; print(u.find_spec("pyspark").submodule_search_locations[0])')
  export SPARK_HOME SPARK_LOCAL_IP=127.0.0.1 SPARK_NO_DAEMONIZE=1 SPARK_DAEMON_MEMORY=512m
  export PYSPARK_PYTHON=$root/.venv-spark/bin/python
}

# pip's Spark has no native Hadoop library and starts a process for each file that it writes. The bare
# file system does not; for songs by year and artist that is 25 s in place of 195 s.
connect_settings() {
  local bare=$spark_jars/hadoop-bare-naked-local-fs-0.1.0.jar setting
  for setting in \
    spark.driver.host=127.0.0.1 \
    spark.driver.bindAddress=127.0.0.1 \
    spark.connect.grpc.binding.address=127.0.0.1 \
    "spark.connect.grpc.binding.port=$spark_connect_port" \
    spark.ui.enabled=false \
    spark.sql.extensions=io.delta.sql.DeltaSparkSessionExtension \
    spark.sql.catalog.spark_catalog=org.apache.spark.sql.delta.catalog.DeltaCatalog \
    spark.sql.catalogImplementation=in-memory \
    "spark.sql.warehouse.dir=$spark_state/warehouse" \
    spark.sql.session.timeZone=UTC \
    spark.cleaner.periodicGC.interval=2min \
    spark.sql.shuffle.partitions=4 \
    spark.sql.ansi.doubleQuotedIdentifiers=true \
    spark.sql.sources.parallelPartitionDiscovery.threshold=1000000 \
    spark.databricks.delta.snapshotPartitions=2 \
    "spark.hadoop.fs.s3a.endpoint=http://127.0.0.1:$spark_s3_port" \
    spark.hadoop.fs.s3a.endpoint.region=us-east-1 \
    spark.hadoop.fs.s3a.path.style.access=true \
    "spark.hadoop.fs.s3a.access.key=$spark_s3_key" \
    "spark.hadoop.fs.s3a.secret.key=$spark_s3_secret" \
    "spark.driver.extraClassPath=$bare" \
    "spark.executor.extraClassPath=$bare" \
    spark.hadoop.fs.file.impl=com.globalmentor.apache.hadoop.fs.BareLocalFileSystem; do
    printf '%s\n' --conf "$setting"
  done
}

part_pid() {
  cat "$spark_state/$1.pid" 2>/dev/null || true
}

part_is_up() {
  local pid
  pid=$(part_pid "$1")
  [[ -n $pid ]] && kill -0 "$pid" 2>/dev/null
}

# start_part NAME PORT SECONDS COMMAND...: in a session of its own, so that it outlives this shell
start_part() {
  local name=$1 port=$2 limit=$3 waited=0
  shift 3
  (cd "$spark_state" && exec setsid "$@" >"$spark_state/$name.log" 2>&1 </dev/null) &
  echo $! >"$spark_state/$name.pid"
  until (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
    part_is_up "$name" || spark_failed "$name stopped while starting"
    ((waited++ < limit * 5)) || spark_failed "$name did not open port $port within $limit s"
    sleep 0.2
  done
}

spark_failed() {
  tail -n 20 "$spark_state/${1%% *}.log" >&2 || true
  spark_down
  die "Spark: $1 (logs in $spark_state)"
}

spark_up() {
  local bin master=spark://127.0.0.1:$spark_master_port n started settings
  ensure_spark
  if spark_is_up; then
    spark_status
    return
  fi
  spark_down
  started=$(now_ms)
  mkdir -p "$spark_state"/work{1,2}
  spark_environment
  bin=$SPARK_HOME/bin
  start_part master "$spark_master_port" 60 "$bin/spark-class" org.apache.spark.deploy.master.Master \
    --host 127.0.0.1 --port "$spark_master_port" --webui-port 0
  for n in 1 2; do
    start_part "worker$n" $((spark_master_port + n)) 60 "$bin/spark-class" org.apache.spark.deploy.worker.Worker \
      --host 127.0.0.1 --port $((spark_master_port + n)) --webui-port 0 --cores 1 --memory "$spark_executor_memory" \
      --work-dir "$spark_state/work$n" "$master"
  done
  mapfile -t settings < <(connect_settings)
  # A server gets the memory of a daemon, whatever --driver-memory says.
  SPARK_DAEMON_MEMORY=${CADENZA_SPARK_DRIVER_MEMORY:-1500m} start_part connect "$spark_connect_port" 120 "$bin/spark-submit" \
    --class org.apache.spark.sql.connect.service.SparkConnectServer --name cadenza-tests --master "$master" \
    --executor-memory "$spark_executor_memory" --executor-cores 1 \
    --jars "$(spark_jar_list)" \
    "${settings[@]}" spark-internal
  echo "Spark is up after $(seconds_since "$started") s: sc://127.0.0.1:$spark_connect_port"
}

spark_is_up() {
  local part
  for part in "${spark_parts[@]}"; do
    part_is_up "$part" || return 1
  done
}

# Each part leads a session, so its executors go with it.
spark_down() {
  local i part pid waited
  for ((i = ${#spark_parts[@]} - 1; i >= 0; i--)); do
    part=${spark_parts[i]}
    pid=$(part_pid "$part")
    if part_is_up "$part"; then
      kill -- "-$pid" 2>/dev/null || kill "$pid" 2>/dev/null || true
      for ((waited = 0; waited < 50; waited++)); do
        part_is_up "$part" || break
        sleep 0.2
      done
      kill -KILL -- "-$pid" 2>/dev/null || true
    fi
    rm -f "$spark_state/$part.pid"
  done
}

spark_status() {
  local part
  for part in "${spark_parts[@]}"; do
    if part_is_up "$part"; then echo "$part: up, pid $(part_pid "$part")"; else echo "$part: down"; fi
  done
  ! spark_is_up || echo "sc://127.0.0.1:$spark_connect_port"
}

spark() {
  case ${1:-} in
    up) spark_up ;;
    down) spark_down ;;
    status) spark_status ;;
    *) echo "usage: ./dev spark up|down|status" >&2; exit 2 ;;
  esac
}
