#include "spark/session.h"

#include <charconv>

#include "spark/connected_query.h"
#include "spark/link.h"
#include "spark/operation.h"
#include "spark/result_stream.h"

namespace cadenza::spark {
namespace {

using Stub = connect::SparkConnectService::Stub;

connect::Plan QueryPlan(const std::string& sql) {
  connect::Plan plan;
  plan.mutable_root()->mutable_sql()->set_query(sql);
  return plan;
}

/// Nothing that changes anything is a query, and nothing but a query begins with a parenthesis. The
/// line break ends a comment in the last line.
connect::Plan ReadingPlan(const std::string& sql) { return QueryPlan("(" + sql + "\n)"); }

connect::Plan CommandPlan(const std::string& sql) {
  connect::Plan plan;
  connect::SqlCommand* command = plan.mutable_command()->mutable_sql_command();
  command->mutable_input()->mutable_sql()->set_query(sql);
  command->set_sql(sql);
  return plan;
}

/// A plan that gives what is put into the returned relation a name, as a temporary view.
connect::Relation* NameIn(connect::Plan* plan, const std::string& name) {
  auto* view = plan->mutable_command()->mutable_create_dataframe_view();
  view->set_name(name);
  view->set_replace(true);
  return view->mutable_input();
}

class ConnectedSession : public Session {
 public:
  ConnectedSession(const ConnectionString& connection, SessionOptions options)
      : link_(connection, std::move(options)) {}

  ~ConnectedSession() override {
    // A session that the user named may be somebody else's too.
    if (server_version_.empty() || !link_.connection().session_id.empty()) return;
    connect::ReleaseSessionResponse response;
    link_.Tell(&Stub::PrepareAsyncReleaseSession, connect::ReleaseSessionRequest(), &response);
  }

  Status Greet() {
    connect::AnalyzePlanRequest request;
    request.mutable_spark_version();
    connect::AnalyzePlanResponse response;
    CADENZA_TRY(link_.Call(&Stub::PrepareAsyncAnalyzePlan, request, &response));
    server_version_ = response.spark_version().version();
    link_.Observe(response.server_side_session_id());
    CADENZA_TRY(CheckVersion());
    return Set({{"spark.sql.session.timeZone", "UTC"},
                {"spark.sql.ansi.doubleQuotedIdentifiers", "true"}});
  }

  Status CheckVersion() const {
    const int needed = link_.options().spark_from;
    int major = 0;
    std::from_chars(server_version_.data(), server_version_.data() + server_version_.size(), major);
    if (major >= needed) return {};
    return MakeError(
        ErrorKind::kUsage,
        "{} is Spark {}; Spark {} or later is needed for all but queries (cadenza sql)",
        link_.connection().address(), server_version_, needed);
  }

  const std::string& server_version() const override { return server_version_; }

  Status Execute(const std::string& sql) override { return RunThrough(&link_, CommandPlan(sql)); }

  Status BindFiles(const std::string& name, const FileRead& files) override {
    return Bind(name, files, /*is_streaming=*/false);
  }
  Status BindArrivals(const std::string& name, const FileRead& files) override {
    return Bind(name, files, /*is_streaming=*/true);
  }

  Status BindWatched(const std::string& name, const std::string& sql,
                     const Watching& watching) override {
    connect::Plan plan;
    auto* marked = NameIn(&plan, name)->mutable_with_watermark();
    marked->set_event_time(watching.time_column);
    marked->set_delay_threshold(watching.delay);
    auto* observed = marked->mutable_input()->mutable_collect_metrics();
    observed->set_name(watching.name);
    for (const std::string& aggregate : watching.observed) {
      observed->add_metrics()->mutable_expression_string()->set_expression(aggregate);
    }
    *observed->mutable_input() = ReadingPlan(sql).root();
    return RunThrough(&link_, plan);
  }

  Result<std::unique_ptr<StreamingQuery>> StartStream(const StreamStart& start) override {
    return StartQuery(&link_, start);
  }

  Result<std::unique_ptr<RowStream>> Query(const std::string& sql) override {
    return Start(ReadingPlan(sql));
  }
  Result<std::unique_ptr<RowStream>> Show(const std::string& sql) override {
    return Start(QueryPlan(sql));
  }

  Result<std::string> Schema(const std::string& sql) override {
    connect::AnalyzePlanRequest request;
    *request.mutable_tree_string()->mutable_plan() = ReadingPlan(sql);
    connect::AnalyzePlanResponse response;
    CADENZA_TRY(link_.Call(&Stub::PrepareAsyncAnalyzePlan, request, &response));
    return response.tree_string().tree_string();
  }

  Result<std::string> Setting(const std::string& name) override {
    connect::ConfigRequest request;
    request.mutable_operation()->mutable_get_option()->add_keys(name);
    connect::ConfigResponse response;
    CADENZA_TRY(link_.Call(&Stub::PrepareAsyncConfig, request, &response));
    if (response.pairs_size() == 1 && response.pairs(0).has_value()) {
      return response.pairs(0).value();
    }
    return MakeError(ErrorKind::kNotFound, "the Spark session has no setting {}", name);
  }

  Status Set(const std::vector<std::pair<std::string, std::string>>& settings) override {
    connect::ConfigRequest request;
    for (const auto& [name, value] : settings) {
      connect::KeyValue* pair = request.mutable_operation()->mutable_set()->add_pairs();
      pair->set_key(name);
      pair->set_value(value);
    }
    connect::ConfigResponse response;
    return link_.Call(&Stub::PrepareAsyncConfig, request, &response);
  }

  Status Keep(const std::string& name, const std::string& sql) override {
    connect::Plan plan;
    auto* checkpoint = plan.mutable_command()->mutable_checkpoint_command();
    *checkpoint->mutable_relation() = ReadingPlan(sql).root();
    checkpoint->set_local(true);
    checkpoint->set_eager(true);
    std::string kept;
    CADENZA_TRY(RunThrough(&link_, plan, [&kept](const connect::ExecutePlanResponse& response) {
      if (!response.has_checkpoint_command_result()) return;
      kept = response.checkpoint_command_result().relation().relation_id();
    }));
    if (kept.empty()) return MakeError(ErrorKind::kInput, "the server kept no rows of {}", name);
    connect::Plan view;
    NameIn(&view, name)->mutable_cached_remote_relation()->set_relation_id(kept);
    return RunThrough(&link_, view);
  }

 private:
  Status Bind(const std::string& name, const FileRead& files, bool is_streaming) {
    connect::Plan plan;
    connect::Read* read = NameIn(&plan, name)->mutable_read();
    read->set_is_streaming(is_streaming);
    auto* source = read->mutable_data_source();
    source->set_format(files.format);
    if (!files.schema.empty()) source->set_schema(files.schema);
    for (const auto& [option, value] : files.options) (*source->mutable_options())[option] = value;
    for (const std::string& path : files.paths) source->add_paths(path);
    return RunThrough(&link_, plan);
  }

  Result<std::unique_ptr<RowStream>> Start(const connect::Plan& plan) {
    auto operation = std::make_unique<Operation>(&link_, plan);
    return std::unique_ptr<RowStream>(std::make_unique<ResultStream>(std::move(operation)));
  }

  Link link_;
  std::string server_version_;
};

}  // namespace

Result<std::unique_ptr<Session>> Session::Open(const ConnectionString& connection,
                                               SessionOptions options) {
  auto session = std::make_unique<ConnectedSession>(connection, std::move(options));
  CADENZA_TRY(session->Greet());
  return std::unique_ptr<Session>(std::move(session));
}

}  // namespace cadenza::spark
