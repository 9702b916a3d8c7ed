#include "app/mask_steps_json.h"

#include <array>
#include <cmath>
#include <string>
#include <utility>

namespace karyo {
namespace {

using nlohmann::json;
using Kind = Argument::Kind;

constexpr std::array<const char*, 4> kKinds{"automatic", "local", "hysteresis", "manual"};
constexpr std::array<const char*, 3> kSplits{"none", "watershed", "scale"};
constexpr std::array<const char*, 3> kHistograms{"frame", "slice", "stack"};

template <std::size_t n, typename Value>
Result<Value> choice(const json& arguments, const char* name,
                     const std::array<const char*, n>& names, Value otherwise) {
  if (!arguments.contains(name)) return otherwise;
  const std::string word = arguments[name].get<std::string>();
  for (std::size_t i = 0; i < n; ++i) {
    if (word == names[i]) return static_cast<Value>(i);
  }
  return Error(ErrorCode::kInvalidArgument, std::string(name) + " cannot be \"" + word + "\"",
               "See the command's help for what it can be.");
}

/// Each number and switch once: what it is called, and where it is.
template <typename Steps, typename Visit>
void visit_fields(Steps& s, const Visit& visit) {
  visit("bright", s.threshold.bright_objects);
  visit("invert", s.threshold.invert);
  visit("smoothing", s.threshold.smoothing);
  visit("rolling_ball", s.threshold.rolling_ball);
  visit("parameter_1", s.threshold.local.parameters.first);
  visit("parameter_2", s.threshold.local.parameters.second);
  visit("window_in_3d", s.threshold.local_in_3d);
  visit("and_method", s.threshold.local_and_method);
  visit("weak", s.threshold.weak);
  visit("strong", s.threshold.strong);
  visit("low", s.threshold.range.low);
  visit("high", s.threshold.range.high);
  visit("split_radius", s.split.scale.radius);
  visit("split_smoothing", s.split.scale.smoothing);
  visit("tolerance", s.split.scale.tolerance);
  visit("brightness", s.split.scale.brightness);
  visit("fill_holes", s.clean.fill_holes);
  visit("smooth_mask", s.clean.smoothing);
  visit("include_holes", s.clean.include_holes);
  visit("min_size", s.clean.min_size);
  visit("max_size", s.clean.max_size);
  visit("min_circularity", s.clean.min_circularity);
  visit("max_circularity", s.clean.max_circularity);
  visit("exclude_edges", s.clean.exclude_edges);
  visit("by_slice", s.plane_by_plane);
}

}  // namespace

json arguments_of(const MaskSteps& steps) {
  const MaskSteps usual;
  json out = json::object();
  std::vector<std::pair<std::string, json>> usual_values;
  visit_fields(
      usual, [&](const char* name, const auto& value) { usual_values.emplace_back(name, value); });
  std::size_t at = 0;
  visit_fields(steps, [&](const char* name, const auto& value) {
    const json now = value;
    if (now != usual_values[at++].second) out[name] = now;
  });
  const ThresholdStep& threshold = steps.threshold;
  if (threshold.kind != usual.threshold.kind) {
    out["kind"] = kKinds[static_cast<std::size_t>(threshold.kind)];
  }
  out["method"] = std::string(name_of(threshold.method));
  if (threshold.bins == HistogramBins::kSixteenBit) out["bins"] = "16bit";
  if (threshold.histogram != usual.threshold.histogram) {
    out["histogram"] = kHistograms[static_cast<std::size_t>(threshold.histogram)];
  }
  if (threshold.kind == ThresholdKind::kLocal) {
    out["local_method"] = std::string(name_of(threshold.local.method));
    out["window"] = threshold.local.radius;
  }
  if (steps.split.kind != usual.split.kind) {
    out["split"] = kSplits[static_cast<std::size_t>(steps.split.kind)];
  }
  return out;
}

Result<MaskSteps> mask_steps_from(const json& arguments) {
  MaskSteps steps;
  visit_fields(steps, [&](const char* name, auto& value) {
    if (arguments.contains(name)) value = arguments[name].get<std::decay_t<decltype(value)>>();
  });
  ThresholdStep& threshold = steps.threshold;
  KARYO_TRY(threshold.kind, choice(arguments, "kind", kKinds, threshold.kind));
  KARYO_TRY(threshold.histogram, choice(arguments, "histogram", kHistograms, threshold.histogram));
  KARYO_TRY(steps.split.kind, choice(arguments, "split", kSplits, steps.split.kind));
  if (arguments.contains("method")) {
    KARYO_TRY(threshold.method, threshold_method_from(arguments["method"].get<std::string>()));
  }
  if (arguments.value("bins", "8bit") == "16bit") threshold.bins = HistogramBins::kSixteenBit;
  if (arguments.contains("local_method")) {
    KARYO_TRY(threshold.local.method,
              local_method_from(arguments["local_method"].get<std::string>()));
  }
  const double window = arguments.value("window", static_cast<double>(threshold.local.radius));
  threshold.local.radius = std::llround(std::min(std::max(window, 1.0), 500.0));
  return steps;
}

std::vector<Argument> mask_steps_arguments() {
  const auto number = [](const char* name, const char* help) {
    return Argument{name, Kind::kNumber, help};
  };
  const auto flag = [](const char* name, const char* help) {
    return Argument{name, Kind::kBool, help};
  };
  const auto word = [](const char* name, const char* help, std::vector<std::string> choices) {
    return Argument{name, Kind::kText, help, false, {}, 0, 0, std::move(choices)};
  };
  return {word("kind", "how the threshold is found", {kKinds.begin(), kKinds.end()}),
          {"method", Kind::kText, "one of ImageJ's: Huang, Otsu, ..."},
          word("bins", "of the histogram", {"8bit", "16bit"}),
          word("histogram", "of what", {kHistograms.begin(), kHistograms.end()}),
          {"local_method", Kind::kText, "one of Fiji's: Phansalkar, Niblack, ..."},
          {"window", Kind::kNumber, "radius of the local window in pixels", false, {}, 1, 500},
          number("parameter_1", "of the local method"),
          number("parameter_2", "of the local method"),
          flag("window_in_3d", "the local window is a ball"),
          flag("and_method", "only what the method over all takes as well"),
          flag("bright", "objects are bright; true"),
          flag("invert", "the picture is inverted before all else"),
          number("smoothing", "sigma before all else, in pixels"),
          number("rolling_ball", "radius of the background's ball in pixels; 0: none"),
          number("weak", "hysteresis: how far objects reach"),
          number("strong", "hysteresis: where objects are"),
          number("low", "manual: from"),
          number("high", "manual: to"),
          word("split", "how touching objects are cut", {kSplits.begin(), kSplits.end()}),
          number("split_radius", "of a typical object; 0: told by the mask"),
          number("split_smoothing", "part of the radius"),
          number("tolerance", "how deep a neck has to be, part of the height"),
          number("brightness", "what brightness counts beside shape, 0 to 1"),
          flag("fill_holes", "holes of the mask are filled"),
          number("smooth_mask", "radius in pixels"),
          flag("include_holes", "ImageJ: include holes"),
          number("min_size", "pixels"),
          number("max_size", "pixels"),
          number("min_circularity", "0 to 1"),
          number("max_circularity", "0 to 1"),
          flag("exclude_edges", "objects at the border are left out"),
          flag("by_slice", "each plane of a stack alone")};
}

}  // namespace karyo
