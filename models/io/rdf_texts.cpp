#include "models/io/rdf_texts.h"

#include "models/io/model_before.h"

namespace karyo {
namespace {

using Json = nlohmann::ordered_json;

std::string percentile_text(double value) {
  return Json(value).dump();
}

/// What the package's answers are, and how Python and we get from them to what people want.
std::string usage_of_stardist(const ModelFolder& model) {
  const auto record = model.record.value_or(ModelRecord{});
  const std::string dims = model.stardist->n_dim == 3 ? "3D" : "2D";
  return "The network gives two maps on a grid: `prob`, how probable it is that a pixel lies deep "
         "in "
         "an object, and `dist`, the distances in pixels from there to the object's border along "
         "rays. Objects are made of them by non-maximum suppression, which is not part of the "
         "network:\n\n"
         "- Karyoscope: `karyoscope import-model PACKAGE.zip MODEL`, then `karyoscope predict`\n"
         "- Python: `stardist.models.StarDist" +
         dims +
         "(None, name=\"MODEL\", basedir=\".\")` on a folder with `config.json`, "
         "`thresholds.json` and `weights_best.h5` of this package; images are normalized with "
         "`csbdeep.utils.normalize(image, " +
         percentile_text(record.pmin) + ", " + percentile_text(record.pmax) +
         ")`\n\nThresholds: probability " + percentile_text(model.thresholds.prob) + ", overlap " +
         percentile_text(model.thresholds.nms) +
         (model.tuned_thresholds ? " (tuned on validation images).\n\n" : " (defaults).\n\n");
}

std::string usage_of_restoration(const ModelFolder& model) {
  const bool n2v = model.csbdeep->n2v.has_value();
  const std::string axes = model.csbdeep->n_dim == 3 ? "ZYX" : "YX";
  std::string text =
      n2v ? "The network gives the image without its noise, in the intensities of the image.\n\n"
          : "The network gives the image restored, with intensities normalised: 0 and 1 are the "
            "percentiles 2 and 99.8 of the input. Programs turn them back as they went in:\n\n";
  if (model.csbdeep->probabilistic) {
    text +=
        "After the means come as many channels with the scales *b* of Laplace's distribution about "
        "them; its variance is 2 *b*².\n\n";
  }
  return text +
         "- Karyoscope: `karyoscope import-model PACKAGE.zip MODEL`, then `karyoscope predict`\n"
         "- Python: `" +
         (n2v ? "n2v.models.N2V" : "csbdeep.models.CARE") +
         "(None, name=\"MODEL\", basedir=\".\").predict(image, \"" + axes +
         "\")` on a folder with `config.json` and `weights_best.h5` of this package\n\n";
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
  const bool deep = model.stardist ? model.stardist->n_dim == 3 : model.csbdeep->n_dim == 3;
  const char* const kind = model.stardist ? "StarDist" : model.csbdeep->n2v ? "Noise2Void" : "CARE";
  std::string text = "# " + details.name + "\n\n" + details.description + "\n\n";
  text += std::string(kind) + (deep ? " 3D" : " 2D") + ", exported by Karyoscope " +
          details.program_version + ". " +
          (model.stardist ? usage_of_stardist(model) : usage_of_restoration(model));
  if (model.before) {
    text += "Images have to be restored before the network sees them, with " +
            method_of(*model.before) + " (the model \"" + before_name(model) +
            "\"). This package cannot say so, and holds the network alone: Karyoscope's own model "
            "folder has both.\n\n";
  }
  text += "## Validation\n\n";
  text += model.stardist
              ? "`test_input.npy` went through the network, after normalization by percentiles, to "
                "give `test_prob.npy` and `test_dist.npy`. Compare objects found in images of your "
                "own with annotations made by hand, for example by `karyoscope evaluate labels`"
              : "`test_input.npy` went through the network to give `test_restored.npy`. Compare "
                "restored images of your own with clean ones of the same places, for example by "
                "`karyoscope evaluate restoration`";
  text += ", before you rely on them: the model knows only images like those it was trained on.\n";
  return text;
}

}  // namespace karyo
