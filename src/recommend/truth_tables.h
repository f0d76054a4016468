#pragma once

#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "engine/typed_rows.h"
#include "recommend/history.h"

namespace cadenza::recommend {

/// FROM these files: a table of the folder that `cadenza simulate --truth` wrote.
std::string TruthFiles(const std::string& folder, const char* table);
Result<bool> HasTruthTable(engine::Engine* engine, const std::string& folder, const char* table);
/// kInput, with the folder, for what cannot be read.
Status ReadTruthTable(engine::Engine* engine, const std::string& folder, const std::string& select,
                      const std::function<Status(const engine::TypedBatch&)>& take);

/// A song of a simulated world.
struct TrueSong {
  int32_t track = -1;  ///< -1: nobody played it
  int style = 0;
  double popularity = 0;
  double released = -1;  ///< days since 1970; below 0: always there
  std::string artist_id;

  /// How much it draws at a moment, in days since 1970.
  double WeightOn(double day) const;
};
/// In the order of their ids. Needs track_numbers. kInput for a folder of another world: without
/// most of the tracks that were played.
Result<std::vector<TrueSong>> ReadTrueSongs(engine::Engine* engine, const std::string& folder,
                                            size_t tracks);

/// What a listener of any simulated world has.
struct TrueListener {
  double exploration = 0;
  std::vector<double> taste;  ///< by style, sums to 1; empty: the truth does not know the listener

  /// The weight of each style against the greatest.
  std::vector<double> Fits() const;
};
/// As in the history. kInput for a folder that knows none of them.
Result<std::vector<TrueListener>> ReadTrueListeners(engine::Engine* engine,
                                                    const std::string& folder,
                                                    const History& history, size_t styles);
/// Numbers of the listeners by their ids.
std::unordered_map<std::string, size_t> NumbersOf(const History& history);

}  // namespace cadenza::recommend
