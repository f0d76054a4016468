#include "http/openapi.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/markup.h"

namespace cadenza::http {
namespace {

using Json = nlohmann::json;

constexpr const char* kErrorSchema =
    R"({"type":"object","required":["error"],"properties":{"error":{"type":"object","required":)"
    R"(["code","message"],"properties":{"code":{"type":"string"},"message":{"type":"string"},)"
    R"("position":{"type":["integer","null"]}}}}})";

std::string Lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

Json ParameterJson(const Route& route, const RouteParameter& parameter) {
  const bool in_path = route.path.find("{" + parameter.name + "}") != std::string::npos;
  Json schema = Json::parse(parameter.schema);
  // What ParseTarget takes.
  if (schema == Json{{"type", "string"}}) {
    schema["pattern"] = in_path ? R"(^[^\x00-\x1F\x7F/\\]+$)" : R"(^[^\x00]*$)";
  }
  return {{"name", parameter.name},
          {"in", in_path ? "path" : "query"},
          {"description", parameter.meaning},
          {"required", in_path || parameter.is_required},
          {"schema", schema}};
}

Json Answer(const char* description, const std::string& type, const Json& schema) {
  return {{"description", description}, {"content", {{type, {{"schema", schema}}}}}};
}

Json OperationJson(const Route& route) {
  Json operation = {{"summary", route.summary}, {"responses", Json::object()}};
  for (const RouteParameter& parameter : route.parameters) {
    operation["parameters"].push_back(ParameterJson(route, parameter));
  }
  if (!route.body_schema.empty()) {
    operation["requestBody"] = {
        {"required", true},
        {"content", {{"application/json", {{"schema", Json::parse(route.body_schema)}}}}}};
  }
  Json& answers = operation["responses"];
  answers["200"] = {{"description", "the answer"}, {"content", Json::object()}};
  const Json schema =
      route.answer_schema.empty() ? Json{{"type", "object"}} : Json::parse(route.answer_schema);
  for (const std::string& type : route.answer_types) {
    answers["200"]["content"][type]["schema"] =
        type == "application/json" ? schema : Json::object();
  }
  answers["304"] = {{"description", "as the client has it"}};
  answers["default"] = Answer("an error", "application/json", Json::parse(kErrorSchema));
  if (!route.is_open)
    operation["security"] = {
        {{"token", Json::array()}}, {{"visit", Json::array()}}, Json::object()};
  return operation;
}

}  // namespace

std::string OpenApiJson(const std::vector<Route>& routes, const std::string& version) {
  Json document = {{"openapi", "3.1.0"},
                   {"info", {{"title", "Cadenza"}, {"version", version}}},
                   {"paths", Json::object()},
                   {"components",
                    {{"securitySchemes",
                      {{"token", {{"type", "http"}, {"scheme", "bearer"}}},
                       {"visit", {{"type", "apiKey"}, {"in", "cookie"}, {"name", "cadenza"}}}}}}}};
  for (const Route& route : routes) {
    if (!route.summary.empty()) {
      document["paths"][route.path][Lower(route.method)] = OperationJson(route);
    }
  }
  return document.dump();
}

std::string OpenApiPage(const std::vector<Route>& routes) {
  std::string page =
      "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width\"><title>Cadenza: the "
      "API</title></head>"
      "<body><main><h1>The API</h1><p>As a program reads it: <a href=\"/openapi.json\">"
      "/openapi.json</a></p>";
  for (const Route& route : routes) {
    if (route.summary.empty()) continue;
    page += fmt::format("<h2><code>{} {}</code></h2><p>{}</p>", route.method,
                        MarkupText(route.path), MarkupText(route.summary));
    if (route.parameters.empty()) continue;
    page += "<dl>";
    for (const RouteParameter& parameter : route.parameters) {
      page += fmt::format("<dt><code>{}</code></dt><dd>{}</dd>", MarkupText(parameter.name),
                          MarkupText(parameter.meaning));
    }
    page += "</dl>";
  }
  return page + "</main></body></html>\n";
}

}  // namespace cadenza::http
