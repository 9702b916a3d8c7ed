// karyoscope rois: label image to ImageJ's RoiSet.zip and back.

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <memory>

#include "app/cli/commands.h"
#include "app/cli/option_text.h"
#include "core/base/text.h"
#include "core/io/image_io.h"
#include "core/io/roi_zip.h"
#include "core/labels/label_rois.h"

namespace karyo::cli {
namespace {

struct RoisSettings {
  std::string input, output, shape;
};

bool is_roi_file(const std::string& path) {
  const auto ending = lower_ascii(std::filesystem::path(path).extension().string());
  return ending == ".zip" || ending == ".roi";
}

Result<void> labels_to_rois(const RoisSettings& settings, Console& console) {
  KARYO_TRY(const Volume volume, read_image(settings.input));
  const std::int64_t frames = volume.shape().t;
  std::vector<Roi> rois;
  std::vector<std::uint32_t> ids;
  for (std::int64_t t = 0; t < frames; ++t) {
    const auto labels = to_labels(volume, t);
    if (!labels) return labels.error().in(settings.input);
    auto of_frame = rois_from_frame(labels->view(), t, frames);
    std::move(of_frame.begin(), of_frame.end(), std::back_inserter(rois));
    ids.insert(ids.end(), labels->begin(), labels->end());
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  }
  const auto objects = static_cast<std::int64_t>(ids.size()) - std::count(ids.begin(), ids.end(), 0U);
  KARYO_CHECK_OK(write_rois(settings.output, rois));
  console.say(counted(objects, "object") + ", " +
              counted(static_cast<std::int64_t>(rois.size()), "ROI") + ", " + settings.output);
  console.result({{"objects", objects}, {"rois", rois.size()}, {"output", settings.output}});
  return {};
}

Result<void> rois_to_labels(const RoisSettings& settings, Console& console) {
  KARYO_TRY(const RoiSet set, read_rois(settings.input));
  for (const auto& problem : set.problems) console.note("left out: " + problem);
  Index3 shape = shape_holding(set.rois);
  if (!settings.shape.empty()) {
    const auto given = parse_zyx(settings.shape);
    if (!given) {
      return Error(ErrorCode::kInvalidArgument, "--shape is \"" + settings.shape + "\"",
                   "Give slices, rows and columns, as in --shape 30,512,512 (or 512,512).");
    }
    shape = *given;
  } else if (set.rois.empty()) {
    return Error(ErrorCode::kInvalidArgument,
                 settings.input + " holds no ROI, so the size of the image is not known",
                 "Give it with --shape z,y,x (or y,x).");
  } else {
    console.note("The image is as large as the ROIs reach (" + std::to_string(shape.z) + "," +
                 std::to_string(shape.y) + "," + std::to_string(shape.x) +
                 "); --shape z,y,x gives it its true size.");
  }
  KARYO_TRY(const DrawnRois drawn, labels_from_rois(set.rois, shape));
  for (const auto& line : drawn.notes) console.note(line);
  KARYO_CHECK_OK(write_labels(settings.output, drawn.labels));
  console.say(counted(static_cast<std::int64_t>(set.rois.size()), "ROI") + " read, " +
              std::to_string(drawn.drawn) + " drawn, " + counted(drawn.objects, "object") + ", " +
              settings.output);
  console.result({{"rois", set.rois.size()},
                  {"drawn", drawn.drawn},
                  {"objects", drawn.objects},
                  {"shape", {shape.z, shape.y, shape.x}},
                  {"notes", drawn.notes},
                  {"problems", set.problems},
                  {"output", settings.output}});
  return {};
}

Result<void> convert_rois(const RoisSettings& settings, Console& console) {
  const bool from = is_roi_file(settings.input), to = is_roi_file(settings.output);
  if (from == to) {
    return Error(ErrorCode::kInvalidArgument,
                 from ? "both files are ROI sets" : "neither file is a ROI set",
                 "One is a label image (.tif), the other a RoiSet.zip.");
  }
  return from ? rois_to_labels(settings, console) : labels_to_rois(settings, console);
}

}  // namespace

void add_rois_command(Cli& cli) {
  auto s = std::make_shared<RoisSettings>();
  CLI::App* command = cli.add_command(
      "rois",
      "Label image to ImageJ's RoiSet.zip and back, by the ending.\n"
      "Each object makes one ROI a slice, named label-NNNNN (on stacks SLICE-label-NNNNN); its "
      "number is kept, so there and back is identical. ROIs of other programs are numbered in "
      "their order; later ones lie over earlier ones.",
      [s](Console& console) { return convert_rois(*s, console); });
  command->add_option("IN", s->input, "Label image, RoiSet.zip or .roi")->required();
  command->add_option("OUT", s->output, "RoiSet.zip or label image")->required();
  command->add_option("--shape", s->shape,
                      "z,y,x (or y,x) of the label image; else as large as the ROIs reach");
}

}  // namespace karyo::cli
