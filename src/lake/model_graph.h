#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lake/model.h"

namespace cadenza::lake {

/// The relations that a query names, in lower case and without the layer; names of WITH too.
std::set<std::string> RelationsNamed(const std::string& select);

/// The models of the program that a model's SQL names, by name. A model that the program itself
/// writes names none.
std::vector<const Model*> ModelsRead(const Model& model);

/// The tables that a model is made of, through all steps between.
std::vector<const Model*> TablesRead(const Model& model);

}  // namespace cadenza::lake
