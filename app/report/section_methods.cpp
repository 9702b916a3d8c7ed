// A paragraph for a paper, and the citations it needs.

#include <algorithm>

#include "app/report/number_text.h"
#include "app/report/report_sections.h"
#include "app/report/report_text.h"
#include "models/io/model_before.h"

namespace karyo {
namespace {

constexpr const char* kStarDist2d =
    "Schmidt U, Weigert M, Broaddus C, Myers G. Cell detection with star-convex polygons. MICCAI "
    "2018, 265–273. doi:10.1007/978-3-030-00934-2_30";
constexpr const char* kStarDist3d =
    "Weigert M, Schmidt U, Haase R, Sugawara K, Myers G. Star-convex polyhedra for 3D object "
    "detection and segmentation in microscopy. WACV 2020, 3655–3662. "
    "doi:10.1109/WACV45572.2020.9093435";
constexpr const char* kCare =
    "Weigert M, Schmidt U, Boothe T, et al. Content-aware image restoration: pushing the limits of "
    "fluorescence microscopy. Nature Methods 15, 1090–1097 (2018). doi:10.1038/s41592-018-0216-7";
constexpr const char* kN2v =
    "Krull A, Buchholz T-O, Jug F. Noise2Void – learning denoising from single noisy images. CVPR "
    "2019, 2129–2137. doi:10.1109/CVPR.2019.00223";
constexpr const char* kN2v2 =
    "Höck E, Buchholz T-O, Brachmann A, Jug F, Freytag A. N2V2 – fixing Noise2Void checkerboard "
    "artifacts with modified sampling strategies and a tweaked network architecture. ECCV 2022 "
    "Workshops, 503–518. doi:10.1007/978-3-031-25069-9_33";
constexpr const char* kStructN2v =
    "Broaddus C, Krull A, Weigert M, Schmidt U, Myers G. Removing structured noise with "
    "self-supervised blind-spot networks. ISBI 2020, 159–163. doi:10.1109/ISBI45749.2020.9098336";
constexpr const char* kUnet =
    "Ronneberger O, Fischer P, Brox T. U-Net: convolutional networks for biomedical image "
    "segmentation. MICCAI 2015, 234–241. doi:10.1007/978-3-319-24574-4_28";
constexpr const char* kAdam =
    "Kingma DP, Ba J. Adam: a method for stochastic optimization. ICLR 2015. arXiv:1412.6980";
constexpr const char* kPq =
    "Kirillov A, He K, Girshick R, Rother C, Dollár P. Panoptic segmentation. CVPR 2019, "
    "9404–9413. doi:10.1109/CVPR.2019.00963";
constexpr const char* kSsim =
    "Wang Z, Bovik AC, Sheikh HR, Simoncelli EP. Image quality assessment: from error visibility "
    "to "
    "structural similarity. IEEE Transactions on Image Processing 13, 600–612 (2004). "
    "doi:10.1109/TIP.2003.819861";
constexpr const char* kZeroCost =
    "von Chamier L, Laine RF, Jukkala J, et al. Democratising deep learning for microscopy with "
    "ZeroCostDL4Mic. Nature Communications 12, 2276 (2021). doi:10.1038/s41467-021-22518-0";
constexpr const char* kTorch =
    "Paszke A, Gross S, Massa F, et al. PyTorch: an imperative style, high-performance deep "
    "learning library. NeurIPS 2019, 8024–8035. arXiv:1912.01703";

/// " [2]", the place of a citation in the list.
class Citations {
 public:
  explicit Citations(const ReportSources& sources) : list_(references(sources)) {}
  std::string operator()(const char* text) const {
    const auto found = std::find(list_.begin(), list_.end(), text);
    return found == list_.end() ? std::string()
                                : " [" + std::to_string(found - list_.begin() + 1) + "]";
  }

 private:
  std::vector<std::string> list_;
};

std::string extent_text(const Index3& size, bool deep) {
  return (deep ? std::to_string(size.z) + " × " : "") + std::to_string(size.y) + " × " +
         std::to_string(size.x);
}

/// "CARE in 2D [1] (a U-Net [2] of depth ...)".
std::string restoration_text(const CsbdeepConfig& config, const Citations& cite) {
  const std::string dims = config.n_dim == 3 ? " in 3D" : " in 2D";
  const std::string body =
      " (a U-Net" + cite(kUnet) + " of depth " + std::to_string(config.unet_n_depth) + " with " +
      std::to_string(config.unet_n_first) + " filters at its first level and kernels of " +
      std::to_string(config.unet_kern_size) + " pixels)";
  if (!config.n2v) return "CARE" + dims + cite(kCare) + body;
  const std::string variant = config.n2v->blurpool ? ", in its variant N2V2" + cite(kN2v2)
                              : config.n2v->struct_mask
                                  ? ", with masks for structured noise" + cite(kStructN2v)
                                  : "";
  return "Noise2Void" + dims + cite(kN2v) + variant + body;
}

std::string before_sentence(const ReportSources& sources, const Citations& cite) {
  if (!sources.model.before) return "";
  return "Images were first restored with " +
         restoration_text(*sources.model.before->csbdeep, cite) + ", the model “" +
         before_name(sources.model) + "”. ";
}

std::string network_sentence(const ReportSources& sources, const Citations& cite) {
  if (sources.model.kind == ModelKind::kStarDist) {
    const StarDistConfig& config = *sources.model.stardist;
    const bool deep = sources.deep();
    const std::string body =
        config.backbone == "resnet"
            ? "a residual network of " + std::to_string(config.resnet_n_blocks) + " blocks"
            : "a U-Net" + cite(kUnet) + " of depth " + std::to_string(config.unet_n_depth) +
                  " with " + std::to_string(config.unet_n_filter_base) +
                  " filters at its first level";
    std::string grid;
    for (const int g : config.grid) grid += (grid.empty() ? "" : " × ") + std::to_string(g);
    const std::string pixel = deep ? "voxel" : "pixel";
    const bool each =
        std::all_of(config.grid.begin(), config.grid.end(), [](int g) { return g == 1; });
    return std::string("Nuclei were segmented with StarDist") + (deep ? " in 3D" : " in 2D") +
           cite(deep ? kStarDist3d : kStarDist2d) + ": " + body + " predicts, once for every " +
           (each ? pixel : grid + " " + pixel + "s") +
           ", the probability of an object and the distances to its border along " +
           std::to_string(config.n_rays) + " rays.";
  }
  const std::string with = restoration_text(*sources.model.csbdeep, cite);
  return sources.model.kind == ModelKind::kCare
             ? "Images were restored with " + with + "."
             : "Noise was removed with " + with + ", which learns from the noisy images alone.";
}

std::string data_sentence(const ReportSources& sources) {
  if (!sources.data) return "";
  const std::int64_t trained = sources.image_count(TrainingRole::kTraining),
                     validated = sources.image_count(TrainingRole::kValidation),
                     both = sources.image_count(TrainingRole::kBoth),
                     before = sources.image_count(TrainingRole::kPretraining);
  const bool stardist = sources.model.kind == ModelKind::kStarDist;
  const std::string thing = sources.model.kind == ModelKind::kCare ? "image pair"
                            : stardist                             ? "annotated image"
                                                                   : "noisy image";
  std::int64_t objects = 0;
  for (const SeenImage& image : sources.data->images) {
    if (image.role != TrainingRole::kPretraining)
      objects += std::max<std::int64_t>(0, image.objects);
  }
  std::string text = " It was trained ";
  if (trained + validated == 0) {
    text += "on " + how_many(both, thing) +
            (sources.model.kind == ModelKind::kN2v
                 ? ", of which a part of the patches was kept for validation"
                 : ", which also served for validation");
  } else {
    text += "on " + how_many(trained, thing) + " and validated on " + how_many(validated, "other") +
            " drawn at random";
    if (sources.config) text += " (seed " + std::to_string(sources.config->seed) + ")";
  }
  if (objects > 0) text += ", with " + how_many(objects, "annotated object") + " altogether";
  if (before > 0) {
    text += ", starting from weights trained on " + how_many(before, "further image");
  }
  return text + ".";
}

std::string augmentation(const AugmentSet& set) {
  std::vector<std::string> items;
  if (set.flip) items.push_back("flips");
  if (set.rotate) items.push_back("quarter turns");
  if (set.turn > 0) items.push_back("rotations by any angle");
  if (set.zoom > 0) items.push_back("magnification");
  if (set.elastic > 0) items.push_back("elastic deformation");
  if (set.intensity > 0) items.push_back("intensity scaling and offset");
  if (set.blur > 0) items.push_back("Gaussian blur");
  if (set.noise > 0) items.push_back("additive Gaussian noise");
  return items.empty() ? "no augmentation"
                       : "augmentation by random " + listed(items, items.size());
}

std::string loss_text(const TrainConfig& config) {
  if (config.model == "stardist") {
    return "binary cross-entropy of the object probabilities and mean absolute error of the "
           "distances (weights " +
           fixed(config.weight_prob, 2) + " and " + fixed(config.weight_dist, 2) + ")";
  }
  const std::string loss = resolved_loss(config);
  return loss == "laplace" ? "the negative log-likelihood of a Laplace distribution"
         : loss == "mse"   ? "the mean squared error"
                           : "the mean absolute error";
}

std::string training_sentences(const ReportSources& sources, const Citations& cite) {
  if (!sources.config) return " How it was trained is not recorded in its folder.";
  const TrainConfig& config = *sources.config;
  const bool deep = config.dims == 3;
  std::string text;
  if (config.model == "stardist") {
    text += " The intensities of each image were scaled so that their percentiles " +
            general_text(config.percentile_low) + " and " + general_text(config.percentile_high) +
            " became 0 and 1.";
  }
  const auto epochs = static_cast<std::int64_t>(sources.history.rows.size());
  text += " Training ran for " + how_many(epochs > 0 ? epochs : config.epochs, "epoch") + " of " +
          how_many(config.steps, "step") + ", each on " +
          (config.batch == 1 ? std::string("1 patch") : grouped(config.batch) + " patches") +
          " of " + extent_text(config.patch, deep) + (deep ? " voxels" : " pixels") + ", with " +
          augmentation(config.augment) + ", and minimised " + loss_text(config) + " with Adam" +
          cite(kAdam) + " at a learning rate of " + general_text(config.lr);
  if (config.schedule == "cosine") {
    text += " that fell on a cosine to the end";
    if (config.warmup > 0)
      text += " after a rise over the first " + how_many(config.warmup, "step");
  } else if (config.reduce_lr_factor < 1) {
    text += ", multiplied by " + general_text(config.reduce_lr_factor) +
            " whenever the validation loss "
            "had not improved for " +
            how_many(config.reduce_lr_patience, "epoch");
  }
  text += ".";
  const std::int64_t best = best_epoch(sources.history);
  if (best > 0) {
    text += " The weights of epoch " + std::to_string(best) +
            ", where the validation loss was lowest, were used.";
  }
  return text;
}

std::string run_sentence(const ReportSources& sources, const Citations& cite) {
  if (!sources.model.record || sources.model.record->program_version.empty()) return "";
  const ModelRecord& record = *sources.model.record;
  std::string text = " Training and prediction were done with Karyoscope " + record.program_version;
  if (!record.torch_version.empty())
    text += " (LibTorch " + record.torch_version + cite(kTorch) + ")";
  if (record.training_seconds > 0)
    text += "; training took " + duration_text(record.training_seconds);
  if (!record.device.empty()) text += " on the device “" + record.device + "”";
  return text + ".";
}

std::string result_sentences(const ReportSources& sources, const Citations& cite) {
  if (!sources.evaluation) return "";
  const EvaluationFolder& evaluation = *sources.evaluation;
  const std::string apart = sources.seen_checked && sources.model.kind != ModelKind::kN2v
                                ? " that were part of neither training nor validation"
                                : "";
  if (!evaluation.restoration) {
    const Matching& m = evaluation.labels.pooled[main_threshold(evaluation.labels.pooled)];
    return " On " + how_many(static_cast<std::int64_t>(evaluation.image_count()), "test image") +
           apart + " (" + how_many(m.n_true, "object") +
           "), objects matched at an intersection over "
           "union of " +
           threshold_text(m.threshold) + " gave a precision of " + fixed(m.precision, 3) +
           ", a recall of " + fixed(m.recall, 3) + ", an F1 score of " + fixed(m.f1, 3) +
           ", an accuracy TP/(TP+FP+FN) of " + fixed(m.accuracy, 3) + " and a panoptic quality" +
           cite(kPq) + " of " + fixed(m.panoptic_quality, 3) + ".";
  }
  const AgainstTruth& mean = evaluation.restored.mean;
  return " On " + how_many(static_cast<std::int64_t>(evaluation.image_count()), "test image") +
         apart + ", the mean structural similarity" + cite(kSsim) + " to the truth went from " +
         fixed(mean.source.ssim, 3) + " before to " + fixed(mean.prediction.ssim, 3) +
         " after restoration, the normalised root mean squared error went from " +
         fixed(mean.source.nrmse, 3) + " to " + fixed(mean.prediction.nrmse, 3) +
         ", and the peak signal-to-noise ratio from " + fixed(mean.source.psnr, 2) + " dB to " +
         fixed(mean.prediction.psnr, 2) +
         " dB, after normalisation of each pair as in "
         "ZeroCostDL4Mic" +
         cite(kZeroCost) + ".";
}

void add_method(const ModelFolder& model, std::vector<std::string>& list) {
  if (model.stardist) {
    list.push_back(model.stardist->n_dim == 3 ? kStarDist3d : kStarDist2d);
    return;
  }
  const auto& n2v = model.csbdeep->n2v;
  list.push_back(n2v ? kN2v : kCare);
  if (!n2v) return;
  if (n2v->blurpool) {
    list.push_back(kN2v2);
  } else if (n2v->struct_mask) {
    list.push_back(kStructN2v);
  }
}

}  // namespace

std::vector<std::string> references(const ReportSources& sources) {
  std::vector<std::string> list;
  const ModelFolder& model = sources.model;
  if (model.before) add_method(*model.before, list);
  add_method(model, list);
  if (model.before || !model.stardist || model.stardist->backbone == "unet") list.push_back(kUnet);
  if (sources.config) list.push_back(kAdam);
  if (model.record && !model.record->torch_version.empty()) list.push_back(kTorch);
  if (sources.evaluation) {
    list.push_back(sources.evaluation->restoration ? kSsim : kPq);
    if (sources.evaluation->restoration) list.push_back(kZeroCost);
  }
  return list;
}

ReportSection methods_section(const ReportSources& sources) {
  const Citations cite(sources);
  std::string text = before_sentence(sources, cite) + network_sentence(sources, cite) +
                     data_sentence(sources) + training_sentences(sources, cite);
  if (sources.model.kind == ModelKind::kStarDist) {
    const Thresholds& t = sources.model.thresholds;
    text += " Objects with a probability of at least " + fixed(t.prob, 2) +
            " were kept, and of two that overlap by more than " + fixed(t.nms, 2) +
            " the more probable one";
    text += sources.model.tuned_thresholds
                ? "; both thresholds were tuned on the validation images."
                : "; both thresholds are usual values.";
  }
  text += run_sentence(sources, cite) + result_sentences(sources, cite);
  return {
      "Methods paragraph",
      {ReportText{text},
       ReportText{"Written from the records of the model and its evaluation, to be taken into a "
                  "paper; the numbers in brackets are those of the references below. Say there "
                  "too how the images were recorded and who annotated them.",
                  Tone::kNote}}};
}

ReportSection references_section(const ReportSources& sources) {
  return {"References", {ReportList{references(sources), true}}};
}

}  // namespace karyo
