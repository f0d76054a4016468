#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "pgwire/host.h"
#include "pgwire/message.h"
#include "pgwire/portal.h"
#include "pgwire/settings.h"
#include "pgwire/statement.h"
#include "pgwire/transport.h"

namespace cadenza::pgwire {

/// One client: its messages in, answers out. One thread; Cancel() from any.
class Session {
 public:
  Session(Host* host, Transport* transport) : host_(host), transport_(transport) {}
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Until the client goes, or is sent away.
  void Run();
  /// Stops what runs now, if anything does.
  void Cancel();

 private:
  // session_start.cc: the first messages.
  bool Start();
  bool ReadStartPacket(std::string* body);
  bool OnStartup(MessageBody body);
  bool Authenticate();
  bool AskForPassword(const std::string& verifier);
  Outcome<std::string> ReadPassword();
  bool Welcome();

  // session.cc: the loop.
  bool ReadMessage(char* type, std::string* body);
  void OnMessage(char type, MessageBody body);
  bool Flush();
  bool SendAway(SqlError error);
  void Fail(SqlError error);
  /// Commits it, or aborts it; ends the portals that do not outlive that.
  void EndTransaction(bool is_aborted);
  Outcome<void> EnterTransaction();

  // session_extended.cc
  Outcome<void> OnParse(MessageBody body);
  Outcome<void> OnBind(MessageBody body);
  Outcome<void> OnDescribe(MessageBody body);
  Outcome<void> OnExecute(MessageBody body);
  Outcome<void> OnClose(MessageBody body);
  void OnSync();
  Outcome<std::shared_ptr<NamedStatement>> FindStatement(const std::string& name);
  Outcome<Portal*> FindPortal(const std::string& name);
  Outcome<std::unique_ptr<Portal>> MakePortal(std::shared_ptr<NamedStatement> source,
                                              std::vector<ParameterValue> values,
                                              std::vector<Format> formats);

  // session_rows.cc: queries and their rows.
  QueryContext Context() const;
  Outcome<std::shared_ptr<EngineConnection>> FreeConnection();
  Outcome<void> MakeReady(NamedStatement* statement);
  Outcome<void> OpenRows(Portal* portal);
  /// At most so many rows (0: all); true: there are no more.
  Outcome<bool> SendRows(Portal* portal, int64_t rows_max, bool silent);
  Outcome<void> RunPortal(Portal* portal, int64_t rows_max);
  void AppendRowDescription(const PreparedQuery& query, const std::vector<Format>& formats);
  Outcome<void> CopyOut(Portal* portal);
  Outcome<void> CheckLimits(const Portal& portal) const;

  // session_simple.cc
  void OnQuery(MessageBody body);
  Outcome<void> RunText(const std::string& text);
  Outcome<void> RunStatement(const Statement& statement);

  // session_commands.cc: what is no query.
  Outcome<void> RunCommand(const Statement& statement);
  Outcome<void> RunTransaction(const Statement& statement);
  Outcome<void> RunSavepoint(const Statement& statement);
  Outcome<void> RunSet(const Statement& statement);
  Outcome<void> ApplySetting(const std::string& name);
  Outcome<void> RunDeclare(const Statement& statement);
  Outcome<Portal*> FindCursor(const Statement& statement);
  Outcome<void> RunFetch(const Statement& statement, bool describe);
  Outcome<void> RunPrepare(const Statement& statement);
  Outcome<void> RunDeallocate(const Statement& statement);
  Outcome<Statement> ShownSetting(const Statement& statement);
  Outcome<std::shared_ptr<NamedStatement>> ExecutedStatement(const Statement& statement,
                                                             std::vector<ParameterValue>* values);
  void DiscardAll();
  void ReportSettings();

  Host* host_;
  Transport* transport_;
  MessageBuffer out_;
  bool is_open_ = true;
  bool has_entered_ = false;  ///< counts as a session
  std::string user_, role_;
  Host::Key key_;
  Settings settings_;
  std::map<std::string, std::string> reported_;
  char transaction_ = 'I';  ///< as ReadyForQuery says it: I, T, E
  /// Their names, and how many portals had been made; in order of time.
  std::vector<std::pair<std::string, int64_t>> savepoints_;
  int64_t portals_made_ = 0;
  bool is_skipping_ = false;                         ///< to the next Sync, after an error
  bool is_implicit_ = false;                         ///< a run was taken without BEGIN, until Sync
  std::map<std::string, std::string> local_before_;  ///< what SET LOCAL changed
  std::shared_ptr<const Catalogue> catalogue_;       ///< the run of this transaction
  std::vector<std::shared_ptr<EngineConnection>> connections_;
  std::map<std::string, std::shared_ptr<NamedStatement>> statements_;
  std::map<std::string, std::unique_ptr<Portal>> portals_;
  std::mutex running_mutex_;
  engine::Engine* running_ = nullptr;  ///< what Cancel() stops
};

}  // namespace cadenza::pgwire
