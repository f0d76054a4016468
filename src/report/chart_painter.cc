#include "report/chart_painter.h"

#include <duktape.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "report/assets.h"

namespace cadenza::report {
namespace {

/// What ECharts expects of a browser and this engine has not.
constexpr std::string_view kBrowser =
    "function setTimeout() { return 0; } function clearTimeout() {} var self = this;";

/// How a chart is drawn and told; the scripts of the page do the rest.
constexpr std::string_view kStage = R"js(
function needMap(name) {
  if (!name || echarts.getMap(name)) return;
  charts.registerMap(name, JSON.parse(assetText(charts.mapFile(name))));
}
function drawChart(chart, answer, width, height) {
  var view = charts.view({ theme: 'print', width: width, height: height });
  needMap(charts.mapOf(chart));
  var drawing = echarts.init(null, null, { renderer: 'svg', ssr: true, width: width, height: height });
  drawing.setOption(charts.draw(chart, JSON.parse(answer), view));
  var svg = drawing.renderToSVGString();
  drawing.dispose();
  return svg;
}
function tellChart(chart, answer) {
  return charts.tell(chart, JSON.parse(answer), charts.view({ theme: 'print' }));
}
function hasChart(chart) { return charts.has(chart) ? 'yes' : ''; }
)js";

duk_ret_t PushAssetText(duk_context* context) {
  const char* name = duk_require_string(context, 0);
  Result<std::string> text = AssetText(name);
  if (!text.ok()) return DUK_RET_ERROR;
  duk_push_lstring(context, text->data(), text->size());
  return 1;
}

/// Text of the engine has characters beyond U+FFFF as two surrogates of three bytes each.
std::string Utf8OfCesu8(std::string_view text) {
  const auto unit = [&](size_t at) -> unsigned {
    const auto byte = [&](size_t offset) { return static_cast<unsigned char>(text[at + offset]); };
    if (at + 3 > text.size() || byte(0) != 0xED) return 0;
    return ((byte(0) & 0x0FU) << 12U) | ((byte(1) & 0x3FU) << 6U) | (byte(2) & 0x3FU);
  };
  std::string utf8;
  utf8.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const unsigned high = unit(at);
    if (high < 0xD800 || high > 0xDFFF) {
      utf8 += text[at++];
      continue;
    }
    const unsigned low = unit(at + 3);
    if (high > 0xDBFF || low < 0xDC00 || low > 0xDFFF) {  // half a character: a row cut by a chart
      utf8 += "\xEF\xBF\xBD";
      at += 3;
      continue;
    }
    const unsigned code = 0x10000 + ((high - 0xD800) << 10U) + (low - 0xDC00);
    utf8 += static_cast<char>(0xF0 | (code >> 18U));
    utf8 += static_cast<char>(0x80 | ((code >> 12U) & 0x3FU));
    utf8 += static_cast<char>(0x80 | ((code >> 6U) & 0x3FU));
    utf8 += static_cast<char>(0x80 | (code & 0x3FU));
    at += 6;
  }
  return utf8;
}

/// The answer with every character beyond ASCII escaped, as this engine reads them best.
Result<std::string> AsciiJson(std::string_view answer) {
  const auto parsed = nlohmann::json::parse(answer, nullptr, false);
  if (parsed.is_discarded()) {
    return MakeError(ErrorKind::kInput, "a chart's answer is no JSON: {}", answer.substr(0, 80));
  }
  return parsed.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

}  // namespace

struct ChartPainter::Heap {
  duk_context* context = duk_create_heap_default();
  Heap() = default;
  Heap(const Heap&) = delete;
  Heap& operator=(const Heap&) = delete;
  ~Heap() {
    if (context != nullptr) duk_destroy_heap(context);
  }

  Status Run(std::string_view script, std::string_view name) {
    const bool failed = duk_peval_lstring(context, script.data(), script.size()) != 0;
    const std::string message = failed ? duk_safe_to_string(context, -1) : "";
    duk_pop(context);
    if (failed) return MakeError(ErrorKind::kInternal, "{} does not run: {}", name, message);
    return {};
  }

  /// Calls a function of kStage with texts and numbers.
  Result<std::string> Call(const char* function, std::initializer_list<std::string_view> texts,
                           ChartSize size = {}) {
    duk_get_global_string(context, function);
    for (const std::string_view text : texts) duk_push_lstring(context, text.data(), text.size());
    duk_push_int(context, size.width);
    duk_push_int(context, size.height);
    const bool failed = duk_pcall(context, static_cast<duk_idx_t>(texts.size()) + 2) != 0;
    size_t length = 0;
    const char* result = duk_safe_to_lstring(context, -1, &length);
    std::string text = Utf8OfCesu8({result, length});
    duk_pop(context);
    if (failed) return MakeError(ErrorKind::kInput, "{}", text);
    return text;
  }
};

ChartPainter::ChartPainter(std::unique_ptr<Heap> heap) : heap_(std::move(heap)) {}
ChartPainter::ChartPainter(ChartPainter&& other) noexcept = default;
ChartPainter& ChartPainter::operator=(ChartPainter&& other) noexcept = default;
ChartPainter::~ChartPainter() = default;

Result<ChartPainter> ChartPainter::Open() {
  auto heap = std::make_unique<Heap>();
  if (heap->context == nullptr) {
    return MakeError(ErrorKind::kInternal, "no memory to draw charts");
  }
  duk_push_c_function(heap->context, PushAssetText, 1);
  duk_put_global_string(heap->context, "assetText");
  CADENZA_TRY(heap->Run(kBrowser, "the stage"));
  for (const char* script : {"echarts.min.js", "topojson-client.min.js", "charts.js"}) {
    CADENZA_ASSIGN(const std::string text, AssetText(script));
    CADENZA_TRY(heap->Run(text, script));
  }
  CADENZA_TRY(heap->Run(kStage, "the stage"));
  return ChartPainter(std::move(heap));
}

Result<std::string> ChartPainter::Svg(std::string_view chart, std::string_view answer,
                                      ChartSize size) {
  CADENZA_ASSIGN(const std::string known, heap_->Call("hasChart", {chart}));
  if (known.empty()) return MakeError(ErrorKind::kNotFound, "no chart has this name: {}", chart);
  CADENZA_ASSIGN(const std::string json, AsciiJson(answer));
  Result<std::string> svg = heap_->Call("drawChart", {chart, json}, size);
  if (svg.ok()) return svg;
  return MakeError(ErrorKind::kInput, "the chart {} cannot draw the answer: {}", chart,
                   svg.error().message);
}

Result<std::string> ChartPainter::Sentence(std::string_view chart, std::string_view answer) {
  CADENZA_ASSIGN(const std::string known, heap_->Call("hasChart", {chart}));
  if (known.empty()) return MakeError(ErrorKind::kNotFound, "no chart has this name: {}", chart);
  CADENZA_ASSIGN(const std::string json, AsciiJson(answer));
  return heap_->Call("tellChart", {chart, json});
}

Result<std::string> RenderSvg(std::string_view chart, std::string_view answer, ChartSize size) {
  CADENZA_ASSIGN(ChartPainter painter, ChartPainter::Open());
  return painter.Svg(chart, answer, size);
}

}  // namespace cadenza::report
