# ./dev bench: measurements. Sourced.

bench() {
  local what=${1:-}
  [[ $# == 0 ]] || shift
  case $what in
    etl)
      build_product
      ensure_environment tests
      # PySpark is large, so only who asks for it by --peers gets it.
      [[ " $* " != *pyspark* ]] || ensure_spark
      CADENZA_SPARK_JARS=$spark_jars "$root/.venv-tests/bin/python" "$root/bench/etl.py" "$@"
      ;;
    simulate)
      build_product
      python3 "$root/bench/simulate.py" "$@"
      ;;
    scale)
      build_product
      python3 "$root/bench/scale.py" "$@"
      ;;
    before)
      build_product
      ensure_environment tests
      "$root/.venv-tests/bin/python" "$root/bench/before.py" "$@"
      ;;
    alerts)
      build_product
      ensure_environment tests
      "$root/.venv-tests/bin/python" "$root/bench/alerts.py" "$@"
      ;;
    stream)
      build_product
      ensure_environment tests
      "$root/.venv-tests/bin/python" "$root/bench/stream.py" "$@"
      ;;
    stream-scale)
      build_product
      ensure_environment tests
      "$root/.venv-tests/bin/python" "$root/bench/stream_scale.py" "$@"
      ;;
    kpi)
      build_product
      ensure_environment tests
      "$root/.venv-tests/bin/python" "$root/bench/kpi.py" "$@"
      ;;
    recommend)
      build_product
      ensure_environment recommend
      ensure_spark
      "$root/.venv-recommend/bin/python" "$root/bench/recommend.py" "$@"
      ;;
    churn)
      build_product
      # Only Spark ML, beside it, needs Spark.
      [[ " $* " == *" --only l"* ]] || ensure_spark
      python3 "$root/bench/churn.py" "$@"
      ;;
    serve)
      build_product
      ensure_environment tests
      "$root/.venv-tests/bin/python" "$root/bench/serve.py" "$@"
      ;;
    wire)
      build_product
      ensure_packages clients.apt
      ensure_environment tests
      CADENZA=$root/build/cadenza "$root/.venv-tests/bin/python" "$root/bench/wire.py" "$@"
      ;;
    dashboard)
      build_product
      ensure_browser
      ensure_environment tests
      CADENZA_DEPS=$deps "$root/.venv-tests/bin/python" "$root/bench/dashboard.py" "$@"
      ;;
    python)
      build_product
      ensure_environment notebooks
      CADENZA=$root/build/cadenza "$root/.venv-notebooks/bin/python" "$root/bench/python.py" "$@"
      ;;
    spark)
      build_product
      trap spark_down EXIT
      # A result is in the driver's memory as a whole before the first row of it leaves.
      CADENZA_SPARK_DRIVER_MEMORY=4g spark_up
      python3 "$root/bench/spark.py" "$@"
      ;;
    crash)
      build_product
      ensure_environment tests
      cd "$root"
      CADENZA=$root/build/cadenza CADENZA_KILLS=${1:-200} CADENZA_FAILURES=${1:-200} CADENZA_STORM_SECONDS=300 .venv-tests/bin/pytest tests -q -m crash
      ;;
    *)
      echo "usage: ./dev bench etl [OPTION...] | stream [OPTION...] | stream-scale [OPTION...] | kpi [OPTION...] |" \
        "scale [OPTION...] | simulate [OPTION...] | spark [OPTION...] | alerts [OPTION...] | recommend [OPTION...] | churn [OPTION...] | serve [OPTION...] | wire [OPTION...] | python [OPTION...] | dashboard [OPTION...] | crash [KILLS]" >&2
      exit 2
      ;;
  esac
}
