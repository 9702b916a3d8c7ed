// karyoscope threshold: the Fiji way from an image to labels.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <memory>

#include "app/cli/commands.h"
#include "app/cli/option_text.h"
#include "core/io/image_io.h"
#include "core/io/roi_zip.h"
#include "core/labels/label_rois.h"
#include "core/segment/mask_steps.h"

namespace karyo::cli {
namespace {

struct ThresholdSettings {
  std::string input, output, rois;
  std::string method = "Huang", histogram = "8bit", circularity = "0:1";
  bool print = false, dark_background = false, light_background = false;
  bool stack_histogram = false, slice_histogram = false, per_slice = false;
  bool fill_holes = false, include_holes = false, watershed = false, exclude_edges = false;
  double min_size = 0, max_size = std::numeric_limits<double>::infinity();
  std::int64_t channel = 1;
};

std::string number_text(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

nlohmann::json json_number(double value) {
  const bool whole = value == std::floor(value) && std::abs(value) < 1e15;
  return whole ? nlohmann::json(static_cast<std::int64_t>(value)) : nlohmann::json(value);
}

Result<void> list_methods(Console& console) {
  nlohmann::json names = nlohmann::json::array();
  for (const auto method : all_threshold_methods()) {
    console.say(std::string(name_of(method)));
    names.push_back(name_of(method));
  }
  console.result({{"methods", names}});
  return {};
}

Result<CleanStep> clean_step_of(const ThresholdSettings& settings) {
  CleanStep options;
  options.fill_holes = settings.fill_holes;
  options.min_size = settings.min_size;
  options.max_size = settings.max_size;
  options.exclude_edges = settings.exclude_edges;
  options.include_holes = settings.include_holes;
  double low = 0, high = 0;
  char rest = 0;
  const bool read =
      std::sscanf(settings.circularity.c_str(), "%lf:%lf%c", &low, &high, &rest) == 2;
  if (!read || !(low >= 0) || !(high >= low)) {
    return Error(ErrorCode::kInvalidArgument,
                 "--circularity is \"" + settings.circularity + "\"",
                 "Give two numbers, low and high, as in --circularity 0.5:1");
  }
  if (!(options.min_size <= options.max_size)) {
    return Error(ErrorCode::kInvalidArgument, "--min-size is larger than --max-size",
                 "Exchange the two.");
  }
  options.min_circularity = low;
  options.max_circularity = high;
  return options;
}

/// Red, green and blue as one 8-bit channel, their plain mean, as ImageJ converts.
Volume gray_of(const Volume& colour) {
  VolumeShape shape = colour.shape();
  shape.c = 1;
  Volume gray(VoxelType::kUInt8, shape, colour.grid);
  for (std::int64_t t = 0; t < shape.t; ++t) {
    const auto red = colour.view<std::uint8_t>(t, 0), green = colour.view<std::uint8_t>(t, 1),
               blue = colour.view<std::uint8_t>(t, 2);
    auto out = gray.view<std::uint8_t>(t, 0);
    for (std::int64_t i = 0; i < out.count(); ++i) {
      const int sum = red.data()[i] + green.data()[i] + blue.data()[i];
      out.data()[i] = static_cast<std::uint8_t>(sum / 3.0 + 0.5);
    }
  }
  return gray;
}

/// The settings as the steps that the guided panel runs as well.
Result<MaskSteps> steps_of(const ThresholdSettings& settings) {
  KARYO_TRY(const auto method, threshold_method_from(settings.method));
  KARYO_TRY(const CleanStep clean, clean_step_of(settings));
  MaskSteps steps;
  steps.threshold.method = method;
  steps.threshold.bright_objects = !settings.light_background;
  steps.threshold.bins =
      settings.histogram == "16bit" ? HistogramBins::kSixteenBit : HistogramBins::kEightBit;
  if (settings.stack_histogram) {
    steps.threshold.histogram = HistogramOf::kStack;
  } else if (settings.slice_histogram || settings.per_slice) {
    steps.threshold.histogram = HistogramOf::kSlice;
  }
  steps.split.kind = settings.watershed ? SplitKind::kWatershed : SplitKind::kNone;
  steps.clean = clean;
  steps.plane_by_plane = settings.per_slice;
  return steps;
}

Result<void> print_thresholds(const Volume& image, std::int64_t channel, const MaskSteps& steps,
                              Console& console) {
  const auto& shape = image.shape();
  const HistogramOf of = steps.threshold.histogram;
  if (of != HistogramOf::kStack && (shape.t > 1 || (of == HistogramOf::kSlice && shape.z > 1))) {
    console.note("These are the thresholds of the first plane or frame; --stack-histogram gives "
                 "those of the whole stack.");
  }
  TaskControl control;
  KARYO_TRY(const auto histogram, step_histogram(image, 0, channel, 0, steps, control));
  const bool dark = steps.threshold.bright_objects;
  nlohmann::json values;
  for (const auto method : all_threshold_methods()) {
    const auto range = histogram.threshold(method, dark);
    const double value = dark ? range.low : range.high;
    const std::string name(name_of(method));
    values[name] = json_number(value);
    console.say(name + std::string(14 - std::min<std::size_t>(13, name.size()), ' ') +
                number_text(value));
  }
  console.result(values);
  return {};
}

/// ImageJ counts the objects of each slice from 1.
void number_each_slice_anew(LabelArray& labels) {
  const Index3 shape = labels.shape();
  std::uint32_t before = 0;
  for (std::int64_t z = 0; z < shape.z; ++z) {
    const auto begin = labels.begin() + z * shape.y * shape.x;
    const auto end = begin + shape.y * shape.x;
    const std::uint32_t most = *std::max_element(begin, end);
    std::transform(begin, end, begin, [&](std::uint32_t id) { return id == 0 ? 0 : id - before; });
    before = std::max(before, most);
  }
}

/// Labels with a time axis: uint16 where the ids fit.
Volume movie_of(const std::vector<LabelArray>& frames, const VoxelGrid& grid) {
  std::uint32_t highest = 0;
  for (const auto& frame : frames) {
    highest = std::max(highest, *std::max_element(frame.begin(), frame.end()));
  }
  const Index3 shape = frames[0].shape();
  Volume movie(highest > 65535 ? VoxelType::kUInt32 : VoxelType::kUInt16,
               {static_cast<std::int64_t>(frames.size()), 1, shape.z, shape.y, shape.x}, grid);
  for (std::size_t t = 0; t < frames.size(); ++t) {
    const auto at = static_cast<std::int64_t>(t);
    if (highest > 65535) {
      std::copy(frames[t].begin(), frames[t].end(), movie.view<std::uint32_t>(at).data());
    } else {
      std::transform(frames[t].begin(), frames[t].end(), movie.view<std::uint16_t>(at).data(),
                     [](std::uint32_t id) { return static_cast<std::uint16_t>(id); });
    }
  }
  return movie;
}

Result<Volume> read_input(ThresholdSettings& settings) {
  if (settings.input.empty()) {
    return Error(ErrorCode::kInvalidArgument, "no image was named",
                 "Say which: karyoscope threshold IN OUT");
  }
  KARYO_TRY(Volume image, read_image(settings.input));
  if (image.rgb && image.type() == VoxelType::kUInt8 && image.shape().c >= 3) {
    settings.channel = 1;
    return gray_of(image);
  }
  if (settings.channel > image.shape().c) {
    return Error(ErrorCode::kInvalidArgument,
                 "channel " + std::to_string(settings.channel) + " was asked for, but " +
                     settings.input + " has " + std::to_string(image.shape().c),
                 "Channels are counted from 1.");
  }
  return image;
}

Result<void> threshold(ThresholdSettings settings, Console& console) {
  if (settings.method == "list") return list_methods(console);
  KARYO_TRY(const MaskSteps steps, steps_of(settings));
  KARYO_CHECK_OK(check_no_input(settings.output, {settings.input}));
  if (!settings.rois.empty() && !has_ending(settings.rois, ".zip")) {
    return Error(ErrorCode::kInvalidArgument,
                 "ROIs are written as RoiSet.zip, not as \"" + settings.rois + "\"",
                 "Give --rois a name that ends in .zip.");
  }
  KARYO_TRY(const Volume image, read_input(settings));
  const VolumeShape shape = image.shape();
  const bool dark = steps.threshold.bright_objects;
  if (settings.print) {
    KARYO_CHECK_OK(print_thresholds(image, settings.channel - 1, steps, console));
  }
  if (settings.output.empty()) {
    if (settings.print && settings.rois.empty()) return {};
    return Error(ErrorCode::kInvalidArgument, "no file for the labels was named",
                 "Say where they go: karyoscope threshold IN OUT.tif");
  }

  std::vector<LabelArray> frames;
  std::vector<Roi> rois;
  std::int64_t objects = 0;
  ValueRange used{std::numeric_limits<double>::infinity(),
                  -std::numeric_limits<double>::infinity()};
  TaskControl control;
  for (std::int64_t t = 0; t < shape.t; ++t) {
    KARYO_TRY(StepsResult frame, run_steps(image, t, settings.channel - 1, steps, control));
    if (settings.per_slice) number_each_slice_anew(frame.labels);
    used.low = std::min(used.low, frame.threshold.low);
    used.high = std::max(used.high, frame.threshold.high);
    if (interrupted()) {
      return Error(ErrorCode::kCancelled, "stopped before anything was written",
                   "Run it again when there is time.");
    }
    objects += frame.counts.kept;
    if (!settings.rois.empty()) {
      auto of_frame = rois_from_frame(frame.labels.view(), t, shape.t);
      std::move(of_frame.begin(), of_frame.end(), std::back_inserter(rois));
    }
    frames.push_back(std::move(frame.labels));
    if (shape.t > 1) {
      console.progress(settings.input, t + 1, shape.t,
                       {{"event", "frame"}, {"frame", t + 1}, {"objects", frame.counts.kept}});
    }
  }
  console.end_progress();
  if (shape.t == 1) {
    KARYO_CHECK_OK(write_labels(settings.output, frames[0], image.grid));
  } else {
    WriteOptions options;
    options.compress = true;
    KARYO_CHECK_OK(write_image(settings.output, movie_of(frames, image.grid), options));
  }
  if (!settings.rois.empty()) KARYO_CHECK_OK(write_rois(settings.rois, rois));

  const std::string name(name_of(steps.threshold.method));
  std::string value = number_text(used.low);
  if (used.low != used.high) value += " to " + number_text(used.high);
  console.say(name + ": foreground " + (dark ? "from " : "up to ") + value + ", " +
              counted(objects, "object") + ", " + settings.output);
  if (!settings.rois.empty()) {
    console.say(counted(static_cast<std::int64_t>(rois.size()), "ROI") + ", " + settings.rois);
  }
  nlohmann::json result = {{"method", name},
                           {"threshold", json_number(used.low)},
                           {"threshold_max", json_number(used.high)},
                           {"objects", objects},
                           {"output", settings.output}};
  if (!settings.rois.empty()) {
    result["rois"] = rois.size();
    result["rois_output"] = settings.rois;
  }
  if (!settings.print) console.result(result);
  return {};
}

}  // namespace

void add_threshold_command(Cli& cli) {
  auto s = std::make_shared<ThresholdSettings>();
  CLI::App* command = cli.add_command(
      "threshold",
      "Labels by ImageJ's automatic thresholds and Analyze Particles.\n"
      "A stack becomes 3D objects (26-connected) by one threshold for the stack; --per-slice treats "
      "each slice alone, numbers starting again in each, as ImageJ does.",
      [s](Console& console) { return threshold(*s, console); });
  command->add_option("IN", s->input, "Image");
  command->add_option("OUT", s->output, "Label image, TIFF; may be left out with --print");
  command->add_option("--method", s->method,
                      "ImageJ's name of the method, in any case; \"list\" names all of them");
  command->add_option("--histogram", s->histogram,
                      "8bit: 256 bins between smallest and largest value; 16bit: one bin a value "
                      "(16-bit images)")
      ->check(CLI::IsMember({"8bit", "16bit"}));
  auto* dark = command->add_flag("--dark-background", s->dark_background,
                                 "Bright objects on dark ground (the default)");
  command->add_flag("--light-background", s->light_background, "Dark objects on light ground")
      ->excludes(dark);
  auto* stack = command->add_flag("--stack-histogram", s->stack_histogram,
                                  "One threshold for all slices and frames (the default of a Z "
                                  "stack: one for all slices of a frame)");
  command->add_flag("--slice-histogram", s->slice_histogram,
                    "A threshold of its own for each slice (the default with --per-slice)")
      ->excludes(stack);
  command->add_flag("--per-slice", s->per_slice, "Objects in 2D, slice by slice");
  command->add_flag("--fill-holes", s->fill_holes,
                    "Fill background that does not reach the border of its slice");
  command->add_flag("--include-holes", s->include_holes,
                    "Analyze Particles: what lies in a hole belongs to the object (2D)");
  command->add_flag("--watershed", s->watershed,
                    "Split touching objects: in 2D as ImageJ, in 3D by the distance map");
  command->add_option("--min-size", s->min_size, "Smallest object kept, in pixels (voxels)")
      ->check(at_least(0));
  command->add_option("--max-size", s->max_size, "Largest object kept, in pixels (voxels)")
      ->check(at_least(0));
  command->add_option("--circularity", s->circularity,
                      "LOW:HIGH, 4 pi area / perimeter^2 of objects kept (2D)");
  command->add_flag("--exclude-edges", s->exclude_edges, "Drop objects at the border of the image");
  command->add_option("--rois", s->rois, "Also write the objects as ImageJ ROIs: RoiSet.zip");
  command->add_option("--channel", s->channel, "Channel, counted from 1; RGB images become gray")
      ->check(at_least(1));
  command->add_flag("--print", s->print,
                    "Print every method's threshold: the smallest foreground value (with "
                    "--light-background the largest)");
}

}  // namespace karyo::cli
