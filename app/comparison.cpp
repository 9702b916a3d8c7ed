#include "app/comparison.h"

#include <algorithm>

#include "app/dataset_session.h"
#include "app/open_layer.h"
#include "core/io/image_io.h"
#include "core/labels/label_volume.h"

namespace karyo {
namespace {

constexpr int kThresholds = 18;  // 0.1, 0.15 ... 0.95
constexpr std::size_t kComparedThreshold = 8;

double threshold_at(int k) {
  return (10 + 5 * k) / 100.0;
}

struct LabelPair {
  Volume truth_file, prediction_file;
  LabelArray truth, prediction;
};

Result<LabelArray> labels_of(const Volume& volume, const std::filesystem::path& path) {
  auto labels = to_labels(volume);
  if (!labels) return labels.error().in(path.string());
  return labels;
}

Result<LabelPair> read_pair(const EvaluationPair& files) {
  LabelPair pair;
  KARYO_TRY(pair.truth_file, read_image(files.truth));
  KARYO_TRY(pair.prediction_file, read_image(files.prediction));
  if (pair.truth_file.shape().t > 1 || pair.prediction_file.shape().t > 1) {
    return Error(ErrorCode::kUnsupported, files.name + " is a movie",
                 "Compare movies with karyoscope evaluate labels.");
  }
  KARYO_TRY(pair.truth, labels_of(pair.truth_file, files.truth));
  KARYO_TRY(pair.prediction, labels_of(pair.prediction_file, files.prediction));
  return pair;
}

Result<Overlaps> overlaps_of(const LabelPair& pair, const std::string& name) {
  auto overlaps = find_overlaps(pair.truth.view(), pair.prediction.view());
  if (!overlaps) return overlaps.error().in(name);
  return overlaps;
}

std::shared_ptr<LabelsLayer> error_layer(const ErrorPicture& picture, const VoxelGrid& grid) {
  auto layer =
      std::make_shared<LabelsLayer>("errors", LabelVolume::from_dense(picture.labels.view()), grid);
  LabelColors colors;
  for (const ErrorObject& object : picture.objects) {
    colors.own[object.id] = color_of(object.verdict);
  }
  layer->set_colors(std::move(colors));
  return layer;
}

}  // namespace

double ComparedImage::score() const {
  const Matching& m = by_threshold[kComparedThreshold];
  return m.n_true + m.n_pred == 0 ? 1 : m.accuracy;
}

Rgb color_of(ObjectVerdict verdict) {
  switch (verdict) {
    case ObjectVerdict::kMatched:
      return {0x00, 0x9e, 0x73};
    case ObjectVerdict::kMissed:
      return {0xd5, 0x5e, 0x00};
    case ObjectVerdict::kExtra:
      return {0xf0, 0xe4, 0x42};
    case ObjectVerdict::kMerged:
      return {0xcc, 0x79, 0xa7};
    case ObjectVerdict::kSplit:
      return {0x56, 0xb4, 0xe9};
    case ObjectVerdict::kIgnored:
      break;
  }
  return {0x80, 0x80, 0x80};
}

Result<ComparedImage> judge_image(const EvaluationPair& files) {
  KARYO_TRY(const LabelPair pair, read_pair(files));
  KARYO_TRY(const Overlaps overlaps, overlaps_of(pair, files.name));
  ComparedImage image{files, {}};
  for (int k = 0; k < kThresholds; ++k) {
    image.by_threshold.push_back(match_objects(overlaps, threshold_at(k)));
  }
  return image;
}

Result<ComparedLayers> read_compared(const EvaluationPair& files,
                                     const std::shared_ptr<ChunkStore>& chunks,
                                     TaskControl& control) {
  ComparedLayers shown;
  if (!files.image.empty()) {
    KARYO_TRY(auto opened, open_layers(files.image, OpenAs::kImage, chunks, control));
    shown.layers.push_back(std::move(opened.front()));
    shown.layers.back()->set_name("input");
  }
  KARYO_TRY(LabelPair pair, read_pair(files));
  KARYO_TRY(const Overlaps overlaps, overlaps_of(pair, files.name));
  auto picture = draw_errors(pair.truth.view(), pair.prediction.view(), overlaps,
                             judge_objects(overlaps, kComparedIou));
  const VoxelGrid grid = pair.truth_file.grid;
  const auto add = [&](const char* name, Volume& file,
                       const std::filesystem::path& path) -> Result<void> {
    KARYO_TRY(auto layer, make_layer(name, std::make_shared<const Volume>(std::move(file)),
                                     OpenAs::kLabels, path));
    shown.layers.push_back(std::move(layer));
    shown.layers.back()->set_name(name);
    shown.layers.back()->set_source({path, {}});
    return {};
  };
  KARYO_CHECK_OK(add("prediction", pair.prediction_file, files.prediction));
  KARYO_CHECK_OK(add("truth", pair.truth_file, files.truth));
  shown.layers.push_back(error_layer(picture, grid));
  shown.errors = std::move(picture.objects);
  return shown;
}

Comparison::~Comparison() {
  forget_job();
}

void Comparison::forget_job() {
  if (job_ != 0) workspace_.cancel_job(job_);
  job_ = 0;
}

Result<void> Comparison::open(const PairOptions& options) {
  KARYO_TRY(EvaluationPairs files, pair_files(options));
  forget_job();
  job_ = workspace_.in_background([this, files = std::move(files)](
                                      TaskControl& control) -> Result<Workspace::Finish> {
    std::vector<ComparedImage> images;
    for (const EvaluationPair& pair : files.pairs) {
      if (control.cancelled()) return cancelled_error("comparing images");
      control.report(static_cast<double>(images.size()) / static_cast<double>(files.pairs.size()),
                     "Comparing " + pair.name);
      KARYO_TRY(auto image, judge_image(pair));
      images.push_back(std::move(image));
    }
    std::stable_sort(
        images.begin(), images.end(),
        [](const ComparedImage& a, const ComparedImage& b) { return a.score() < b.score(); });
    return Workspace::Finish([this, images = std::move(images)]() mutable {
      images_ = std::move(images);
      current_ = -1;
      errors_.clear();
      if (const auto shown = show(0); !shown) workspace_.failed.emit(shown.error());
    });
  });
  return {};
}

Result<void> Comparison::show(int place) {
  if (place < 0 || place >= static_cast<int>(images_.size())) {
    return Error(
        ErrorCode::kInvalidArgument,
        "there is no image " + std::to_string(place + 1) + " of " + std::to_string(images_.size()),
        images_.empty() ? "Compare images first (compare.open)." : "This is the end of the list.");
  }
  forget_job();
  job_ = workspace_.in_background(
      [this, place, files = images_[static_cast<std::size_t>(place)].files,
       chunks = workspace_.chunks()](TaskControl& control) -> Result<Workspace::Finish> {
        control.report(0, "Opening " + files.name);
        KARYO_TRY(auto shown, read_compared(files, chunks, control));
        return Workspace::Finish([this, place, shown = std::move(shown)]() mutable {
          take_over(place, std::move(shown));
        });
      });
  return {};
}

void Comparison::take_over(int place, ComparedLayers shown) {
  job_ = 0;
  if (workspace_.dataset().is_open()) {
    if (const auto closed = workspace_.dataset().close(); !closed) {
      workspace_.failed.emit(closed.error());
      return;
    }
  }
  const bool first = current_ < 0;
  workspace_.layers().clear();
  workspace_.history().reset();
  for (auto& layer : shown.layers) {
    layer->set_locked(true);  // the next image takes its place: nothing drawn here would stay
    const auto* labels = dynamic_cast<const LabelsLayer*>(&workspace_.layers().add(layer));
    if (labels != nullptr) workspace_.count_objects_of(*labels);
  }
  workspace_.history().accept();
  errors_ = std::move(shown.errors);
  current_ = place;
  if (first) {
    workspace_.view().set_layout(ViewLayoutKind::kGrid, workspace_.view().maximised());
  }
  workspace_.show_all();
  changed.emit();
}

Result<void> Comparison::go_to(std::uint32_t id) {
  LayerList& layers = workspace_.layers();
  for (int i = 0; i < layers.count(); ++i) {
    if (layers.at(i).name() != "errors") continue;
    if (auto* errors = dynamic_cast<LabelsLayer*>(&layers.at(i))) {
      return workspace_.go_to_object(*errors, id);
    }
  }
  return Error(ErrorCode::kNotFound, "no errors are shown", "Compare images first (compare.open).");
}

}  // namespace karyo
