#include "models/io/rdf_texts.h"

namespace karyo {
namespace {

using Json = nlohmann::ordered_json;

std::string percentile_text(double value) {
  return Json(value).dump();
}

}  // namespace

Json rdf_citations(const ModelFolder& model) {
  const Json stardist_2d = {
      {"text", "Schmidt et al., Cell Detection with Star-convex Polygons, MICCAI 2018"},
      {"doi", "10.1007/978-3-030-00934-2_26"}};
  const Json stardist_3d = {
      {"text",
       "Weigert et al., Star-convex Polyhedra for 3D Object Detection and Segmentation in "
       "Microscopy, WACV 2020"},
      {"doi", "10.1109/WACV45572.2020.9093435"}};
  switch (model.kind) {
    case ModelKind::kStarDist:
      return model.stardist && model.stardist->n_dim == 3 ? Json::array({stardist_3d, stardist_2d})
                                                          : Json::array({stardist_2d});
    case ModelKind::kCare:
      return Json::array({{{"text",
                            "Weigert et al., Content-aware image restoration: pushing the "
                            "limits of fluorescence microscopy, Nature Methods 2018"},
                           {"doi", "10.1038/s41592-018-0216-7"}}});
    case ModelKind::kN2v:
      break;
  }
  return Json::array({{{"text",
                        "Krull, Buchholz and Jug, Noise2Void - Learning Denoising from "
                        "Single Noisy Images, CVPR 2019"},
                       {"doi", "10.1109/CVPR.2019.00223"}}});
}

std::string package_readme(const ModelFolder& model, const ExportDetails& details) {
  const auto record = model.record.value_or(ModelRecord{});
  const std::string pmin = percentile_text(record.pmin), pmax = percentile_text(record.pmax);
  const std::string dims = model.stardist && model.stardist->n_dim == 3 ? "3D" : "2D";
  std::string text = "# " + details.name + "\n\n" + details.description + "\n\n";
  text +=
      "StarDist " + dims + ", exported by Karyoscope " + details.program_version +
      ". The network gives two maps on a grid: `prob`, how probable it is that a pixel lies deep "
      "in "
      "an object, and `dist`, the distances in pixels from there to the object's border along "
      "rays. "
      "Objects are made of them by non-maximum suppression, which is not part of the network:\n\n"
      "- Karyoscope: `karyoscope import-model PACKAGE.zip MODEL`, then `karyoscope predict`\n"
      "- Python: `stardist.models.StarDist" +
      dims +
      "(None, name=\"MODEL\", basedir=\".\")` on a "
      "folder with `config.json`, `thresholds.json` and `weights_best.h5` of this package; images "
      "are normalized with `csbdeep.utils.normalize(image, " +
      pmin + ", " + pmax +
      ")`\n\n"
      "Thresholds: probability " +
      percentile_text(model.thresholds.prob) + ", overlap " +
      percentile_text(model.thresholds.nms) +
      (model.tuned_thresholds ? " (tuned on validation images).\n\n" : " (defaults).\n\n");
  text +=
      "## Validation\n\n"
      "`test_input.npy` went through the network, after normalization by percentiles, to give "
      "`test_prob.npy` and `test_dist.npy`. Compare objects found in images of your own with "
      "annotations made by hand, for example by `karyoscope evaluate labels`, before you rely on "
      "them: the model knows only images like those it was trained on.\n";
  return text;
}

}  // namespace karyo
