#include "app/report/restoration_figures.h"

#include <algorithm>
#include <cmath>

#include "app/report/report_pictures.h"
#include "app/report/report_text.h"
#include "core/io/image_io.h"

namespace karyo {
namespace {

constexpr double kPanelMm = 49;

Result<RestorationMaps> maps_of(const Volume& truth, const Volume& image, std::int64_t z) {
  const Array3<float> a = plane_to_float(truth, 0, 0, z), b = plane_to_float(image, 0, 0, z);
  const bool integers = image.type() != VoxelType::kFloat32 && image.type() != VoxelType::kFloat64;
  KARYO_TRY(const auto planes, comparable({a.data(), static_cast<std::size_t>(a.count())},
                                          {b.data(), static_cast<std::size_t>(b.count())}, integers,
                                          truth.shape().y, truth.shape().x));
  return compare_planes(planes);
}

/// The value that all but a thousandth stay below, up to the next tenth: where error maps end.
double error_end(const std::vector<float>& errors) {
  std::vector<float> values = errors;
  if (values.empty()) return 1;
  const auto place =
      values.begin() + static_cast<std::ptrdiff_t>(0.999 * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), place, values.end());
  return std::clamp(std::ceil(static_cast<double>(*place) * 10) / 10, 0.1, 1.0);
}

}  // namespace

Result<ReportFigure> restoration_figure(const EvaluatedFile& file,
                                        const RestoredImageScores& scores) {
  KARYO_TRY(const Volume truth, read_image(file.truth));
  KARYO_TRY(const Volume prediction, read_image(file.prediction));
  KARYO_TRY(const Volume source, read_image(file.image));
  const VolumeShape shape = truth.shape();
  if (prediction.shape() != shape || source.shape() != shape) {
    return Error(ErrorCode::kBadFile, file.name + ": the images have changed since the evaluation",
                 "Run karyoscope evaluate once more.");
  }
  const std::int64_t z = shape.z / 2;
  KARYO_TRY(const RestorationMaps of_source, maps_of(truth, source, z));
  KARYO_TRY(const RestorationMaps of_prediction, maps_of(truth, prediction, z));
  KARYO_TRY(const Colormap similar, colormap("viridis"));
  KARYO_TRY(const Colormap wrong, colormap("inferno"));

  PanelGrid grid;
  grid.columns = 3;
  grid.panel_mm = kPanelMm;
  grid.aspect = static_cast<double>(shape.y) / static_cast<double>(shape.x);
  set_scale_bar(grid, file.grid, shape.x);
  grid.panels.push_back({"Truth", image_plane(truth, z, kPanelMm)});
  grid.panels.push_back({"Source", image_plane(source, z, kPanelMm)});
  grid.panels.push_back({"Prediction", image_plane(prediction, z, kPanelMm)});
  const auto map = [&](const std::vector<float>& values, double end, const Colormap& colors) {
    return value_plane(values, shape.y, shape.x, 0, end, *colors.table, kPanelMm);
  };
  const RestorationScores &before = of_source.scores, &after = of_prediction.scores;
  grid.panels.push_back({"",
                         {},
                         {"mSSIM of this plane", "source: " + fixed(before.ssim, 3),
                          "prediction: " + fixed(after.ssim, 3), "(1: alike)"}});
  grid.panels.push_back({"SSIM, source to truth", map(of_source.ssim, 1, similar)});
  grid.panels.push_back({"SSIM, prediction to truth", map(of_prediction.ssim, 1, similar)});
  grid.panels.push_back(
      {"",
       {},
       {"NRMSE of this plane", "source: " + fixed(before.nrmse, 3),
        "prediction: " + fixed(after.nrmse, 3), "(0: alike)",
        "PSNR: " + fixed(before.psnr, 2) + " dB, " + fixed(after.psnr, 2) + " dB"}});
  const double end = error_end(of_source.squared_error);
  grid.panels.push_back({"Error, source to truth", map(of_source.squared_error, end, wrong)});
  grid.panels.push_back(
      {"Error, prediction to truth", map(of_prediction.squared_error, end, wrong)});
  grid.bars[1] = {"0", "1", "SSIM", similar.table.get()};
  grid.bars[2] = {"0", fixed(end, 1), "root squared error", wrong.table.get()};

  const SvgPicture picture = draw_panels(grid);
  const std::string plane = shape.z > 1 ? " Shown is slice " + std::to_string(z + 1) + " of " +
                                              std::to_string(shape.z) +
                                              "; the scores in this line are means over all."
                                        : "";
  const std::string says = "SSIM " + fixed(scores.mean.source.ssim, 3) + " before and " +
                           fixed(scores.mean.prediction.ssim, 3) + " after, NRMSE " +
                           fixed(scores.mean.source.nrmse, 3) + " before and " +
                           fixed(scores.mean.prediction.nrmse, 3) + " after";
  return ReportFigure{
      shortened(file.name) + ". " + says +
          ". Each image is shown over its central 99 % of values; maps are of pairs normalised as "
          "the scores are." +
          plane,
      "Image " + shortened(file.name) +
          ": truth, source, prediction, and maps of similarity and error of both. " + says + ".",
      picture.width_mm(), picture.height_mm(),
      picture.element("Image " + shortened(file.name) + ": " + says)};
}

}  // namespace karyo
