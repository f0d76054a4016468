# ./dev test. Each test runner leaves its results as JUnit XML in build/results; test_totals.py adds them
# up. Sourced.

results=$root/build/results
fuzz_seconds=${CADENZA_FUZZ_SECONDS:-10}

# unit_tests FOLDER
unit_tests() {
  ctest --test-dir "$root/$1" --label-regex unit --parallel "$(nproc)" --no-tests=error \
    --output-on-failure --output-junit "$results/unit-$1.xml" |
    grep -v ' Passed \|^ *Start ' || return 1
}

# Files of tests at once, where nothing is shared; a file's tests share what they start.
at_once=(-n "$(nproc)" --dist loadfile)

# product_tests FOLDER NAME [PYTEST OPTION...]: the whole program, from outside. Exit code 5, no test
# found, is a failure as well: it would mean that a marker was lost.
product_tests() {
  local folder=$1 name=$2
  shift 2
  (cd "$root" && CADENZA=$root/$folder/cadenza .venv-tests/bin/pytest tests -q -rs -p no:cacheprovider \
    --junitxml "$results/$name.xml" "$@")
}

# sanitized_program TEST: what is left out is long, and about numbers
sanitized_program() {
  local name
  name=$(basename "$1")
  "$1" --gtest_brief=1 --gtest_output="xml:$results/unit-asan-$name.xml" \
    --gtest_filter="-*FalseAlarmTest*:SeasonalRuleTest.*:*DetectionTest*:Evaluation.*:Shapes/CountRowsTest.AsGroupByWould/*:$left_out" \
    >"$results/$name.log" 2>&1 || { cat "$results/$name.log"; return 1; }
}
left_out="WriteTest.EveryEncodingComesBack:SimulationTest.L*:TransactionTest.TakesTwelveThousandFilesAtOnce"

# A process for each test, as ctest has it, would take as long again. Two programs need a server to talk to.
sanitized() {
  ensure_packages lint.apt
  compile asan
  place_program build-asan
  export results left_out
  export -f sanitized_program
  find "$root/build-asan/src" -name '*_test' ! -name spark_live_test ! -name s3_store_test -type f -perm -u+x -print0 |
    xargs -0 -n 1 -P "$(nproc)" bash -c "sanitized_program \"\$1\"" run
}

sanitized_product() {
  # Where untrusted bytes come in; the rest would take three times as long. A server's fenced processes are left out:
  # the sanitizers take more memory than their fence lets them have.
  LSAN_OPTIONS=suppressions=$root/scripts/leaks.supp:print_suppressions=0 \
    product_tests build-asan product-asan "${at_once[@]}" -m "not slow and not spark and not crash and not package and not kafka and not browser and not clients and not site and not notebooks" \
    -k "(test_ugly or test_values or test_lake_safety or test_sql or test_foreign) and not (test_serve or test_pgwire)"
}

# Each fuzzer starts from the seeds of the repository and keeps what it finds in the build folder. They are built
# with the sanitizers.
fuzzers() {
  local fuzzer name found=0
  for fuzzer in "$root"/build-asan/fuzz/*; do
    [[ -f $fuzzer && -x $fuzzer ]] || continue
    found=1
    name=$(basename "$fuzzer")
    run_fuzzer "$name" "$fuzzer"
  done
  [[ $found == 1 ]] || die "no fuzzer was built in build-asan/fuzz"
}

# seed_folder NAME: event_decoder_fuzzer starts from fuzz/seeds/events, archive_fuzzer from fuzz/seeds/archive
seed_folder() {
  local subject=${1%_fuzzer} folder
  for folder in "$root/fuzz/seeds/$subject" "$root/fuzz/seeds/${subject%_decoder}s"; do
    [[ ! -d $folder ]] || { echo "$folder"; return; }
  done
  die "no seeds for the fuzzer $1 in fuzz/seeds"
}

# run_fuzzer NAME PROGRAM
run_fuzzer() {
  local corpus=$root/build-asan/corpus/$1 log=$root/build-asan/$1.log seeds
  seeds=$(seed_folder "$1")
  mkdir -p "$corpus"
  if ! "$2" -max_total_time="$fuzz_seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$root/build-asan/$1-" "$corpus" "$seeds" >"$log" 2>&1; then
    grep -v "REDUCE\|NEW\|pulse" "$log" | tail -n 60 >&2
    echo "the input in base64:" >&2
    base64 "$root/build-asan/$1"-*-* >&2 || true
    die "the fuzzer $1 found a fault; its input is in build-asan"
  fi
  echo "$1: $(sed -n 's/stat::number_of_executed_units: *//p' "$log") inputs, no fault"
}

spark_reads() {
  trap spark_down EXIT
  spark_up
  product_tests build product-spark -m "${slow}spark"
}

run_tests() {
  local all=0 code=0 options=() step
  case ${1:-} in
    '') ;;
    --all) all=1 ;;
    *) echo "usage: ./dev test [--all]" >&2; exit 2 ;;
  esac
  mkdir -p "$root/build"
  rm -rf "$results"
  mkdir -p "$results"
  run_step "build" build_product
  # Without a program there is nothing that a test could say.
  [[ ${#failed_steps[@]} == 0 ]] || { echo "0 passed, 1 failed"; close_steps; return 1; }
  run_step "environment" ensure_environment tests
  run_step "unit tests" unit_tests build
  if [[ $all == 1 ]]; then all_tests; else
    run_step "product tests" product_tests build product "${at_once[@]}" -m "not slow and not spark and not crash and not package and not kafka and not browser and not clients and not site and not notebooks"
  fi
  for step in "${failed_steps[@]}"; do options+=(--failed-step "$step"); done
  [[ $all == 0 ]] || options+=(--only-skip "shared data")
  [[ $all == 0 || -x $gateway_home/versitygw ]] || options+=(--only-skip "no versitygw")
  [[ $all == 0 ]] || can_make_roots || options+=(--only-skip "no bare root")
  "$root/.venv-tests/bin/python" "$root/scripts/test_totals.py" "${options[@]}" "$results" || code=1
  close_steps || code=1
  return $code
}

# The gateway is the judge of our signatures; moto alone would take nearly any.
s3_tests() {
  ensure_gateway
  product_tests build product-s3 "${at_once[@]}" -m "s3"
}

# The site, built as strictly as can be, and its links.
site_tests() {
  make_site
  ensure_browser
  product_tests build product-site -m site
}

# A real browser.
browser_tests() {
  ensure_browser
  product_tests build product-browser -n "$(nproc)" --dist load -m browser
}

# A real broker.
kafka_tests() {
  ensure_kafka
  product_tests build product-kafka -m kafka
}

# A real PostgreSQL, and what people read it with; the client of Delta Sharing; the judges of the API's description.
client_tests() {
  ensure_packages clients.apt
  ensure_environment sharing
  ensure_environment api
  ensure_environment powerbi
  ensure_environment pgcli
  ensure_drivers
  if [[ -n ${CADENZA_SLOW:-} ]]; then
    ensure_environment superset
    ensure_browser
  fi
  product_tests build product-clients -m "${slow}clients"
}

# What is stored in the notebooks is what they say now; types of the Python package.
notebook_tests() {
  ensure_environment notebooks
  product_tests build product-notebooks -n "$(nproc)" --dist load -m notebooks
}

# In bare roots, where this machine lets us make them; the tests say so where not.
package_tests() {
  local sums
  package
  sums=$(cat "$package_home"/*.sha256)
  ! can_make_roots || ensure_roots "$(echo "$package_home"/cadenza_*.deb)"
  CADENZA_PACKAGES=$package_home CADENZA_BARE_ROOTS=$bare_roots product_tests build product-package -m package
  package >/dev/null
  [[ $(cat "$package_home"/*.sha256) == "$sums" ]] || die "packing the same build again gave other bytes"
}

# The long ones take as long again: CADENZA_SLOW=1 adds them.
slow="not slow and "
[[ -z ${CADENZA_SLOW:-} ]] || slow=""

all_tests() {
  run_step "product tests" product_tests build product "${at_once[@]}" -m "${slow}not spark and not crash and not s3 and not package and not kafka and not browser and not clients and not site and not notebooks"
  run_step "S3" s3_tests
  run_step "Kafka" kafka_tests
  run_step "PostgreSQL clients" client_tests
  run_step "notebooks" notebook_tests
  run_step "browser" browser_tests
  run_step "site" site_tests
  run_step "packages" package_tests
  run_step "kills" product_tests build product-crash "${at_once[@]}" -m "crash and not kafka"
  run_step "lint" lint
  run_step "sanitizers, unit tests" sanitized
  run_step "sanitizers, product tests" sanitized_product
  run_step "fuzzers" fuzzers
  run_step "Spark" spark_reads
}

