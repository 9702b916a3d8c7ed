#include "app/report/report_sources.h"

#include <algorithm>
#include <unordered_map>

namespace karyo {
namespace {

namespace fs = std::filesystem;

/// Settings of a folder of ours; none, with a sentence, where they are damaged.
std::optional<TrainConfig> settings_of(const ModelFolder& model,
                                       std::vector<std::string>& problems) {
  if (!model.settings) return std::nullopt;
  const auto& json = *model.settings;
  const auto text = [&](const char* key, const std::string& standard) {
    const auto found = json.find(key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : standard;
  };
  const auto dims = json.find("dims");
  const bool deep = dims != json.end() && dims->is_number_integer() && dims->get<int>() == 3;
  // A kind or recipe of no one ends the reading below, with a message.
  TrainConfig base = TrainConfig::defaults(std::string(name_of(model.kind)), deep ? 3 : 2);
  if (text("recipe", "field") == "fast") {
    base = TrainConfig::defaults(base.model, base.dims, "fast");
  }
  const auto config = read_train_config(model.path / "settings.json", base);
  if (config) return *config;
  problems.push_back("The settings could not be read: " + config.error().what + ".");
  return std::nullopt;
}

/// Plane by plane, where each was seen.
class SeenPlanes {
 public:
  explicit SeenPlanes(const TrainingData& data) : data_(data) {
    for (std::size_t i = 0; i < data.images.size(); ++i) {
      for (const auto print : data.images[i].input_planes) inputs_.emplace(print, i);
      for (const auto print : data.images[i].target_planes) targets_.emplace(print, i);
    }
  }
  const SeenImage* input(const PlaneFingerprints& planes) const { return find(inputs_, planes); }
  const SeenImage* target(const PlaneFingerprints& planes) const { return find(targets_, planes); }

 private:
  using Places = std::unordered_map<std::uint64_t, std::size_t>;
  const SeenImage* find(const Places& places, const PlaneFingerprints& planes) const {
    for (const auto print : planes) {
      if (print == 0) continue;  // a plane of one value says nothing
      if (const auto found = places.find(print); found != places.end()) {
        return &data_.images[found->second];
      }
    }
    return nullptr;
  }
  const TrainingData& data_;
  Places inputs_, targets_;
};

bool has_prints(const TrainingData& data) {
  return std::any_of(data.images.begin(), data.images.end(),
                     [](const SeenImage& image) { return !image.input_planes.empty(); });
}

Result<void> read_judgement(const fs::path& folder, ReportSources& sources) {
  KARYO_TRY(const EvaluationFolder all, read_evaluation(folder));
  if (all.restoration != (sources.model.kind != ModelKind::kStarDist)) {
    return Error(ErrorCode::kInvalidArgument,
                 folder.string() + " is an evaluation of " +
                     (all.restoration ? "restored images" : "label images") + ", and " +
                     sources.name + " is a model of the other kind",
                 all.restoration ? "Give a CARE or Noise2Void model, or evaluate labels."
                                 : "Give a StarDist model, or evaluate restoration.");
  }
  std::set<std::string> refused;
  if (sources.data && all.record && has_prints(*sources.data)) {
    sources.seen_checked = true;
    sources.seen = seen_tests(*sources.data, *all.record, sources.model.kind);
    for (const SeenTest& test : sources.seen) {
      if (test.refused) refused.insert(test.name);
    }
  }
  sources.all_refused = !refused.empty() && refused.size() >= all.image_count();
  if (!sources.all_refused) sources.evaluation = all.without(refused);
  return {};
}

}  // namespace

std::int64_t ReportSources::image_count(TrainingRole role) const {
  if (!data) return -1;
  return std::count_if(data->images.begin(), data->images.end(),
                       [&](const SeenImage& image) { return image.role == role; });
}

bool ReportSources::deep() const {
  return model.stardist ? model.stardist->n_dim == 3 : model.csbdeep && model.csbdeep->n_dim == 3;
}

std::vector<SeenTest> seen_tests(const TrainingData& data, const EvaluationRecord& record,
                                 ModelKind kind) {
  const SeenPlanes planes(data);
  std::vector<SeenTest> seen;
  for (const EvaluatedFile& file : record.files) {
    const SeenImage* image = planes.input(file.image_planes);
    // The same mask or clean image: the same field, even where the image was changed on the way.
    const SeenImage* truth = planes.target(file.truth_planes);
    const SeenImage* known = image != nullptr ? image : truth;
    if (known == nullptr) continue;
    // Noise2Void learns without truth: that it saw the noisy image gives nothing away.
    const bool allowed = kind == ModelKind::kN2v && truth == nullptr;
    seen.push_back({file.name, known->input.generic_string(), known->role, !allowed});
  }
  return seen;
}

Result<ReportSources> read_sources(const fs::path& model, const fs::path& evaluation) {
  ReportSources sources;
  KARYO_TRY(sources.model, ModelFolder::open(model));
  std::error_code unknown;
  fs::path whole = fs::absolute(model, unknown).lexically_normal();
  if (whole.filename().empty()) whole = whole.parent_path();
  sources.name = whole.filename().string();
  sources.config = settings_of(sources.model, sources.problems);
  for (const std::string& warning : sources.model.warnings) sources.problems.push_back(warning);
  if (auto history = read_history(sources.model.history())) {
    sources.history = *std::move(history);
  } else {
    sources.problems.push_back("The learning curve could not be read: " + history.error().what +
                               ".");
  }
  if (auto data = read_training_data(model)) {
    sources.data = *std::move(data);
  } else {
    sources.problems.push_back("What it was trained on could not be read: " + data.error().what +
                               ".");
  }
  if (auto search = read_threshold_search(model)) {
    sources.threshold_search = *std::move(search);
  } else {
    sources.problems.push_back(
        "The search for thresholds could not be read: " + search.error().what + ".");
  }
  TrainingFacts facts;
  const std::int64_t validated = sources.image_count(TrainingRole::kValidation);
  // Noise2Void validates with patches of all images.
  if (validated > 0) facts.validation_images = validated;
  if (sources.config) facts.epochs_planned = sources.config->epochs;
  sources.advice = learning_advice(sources.history, facts);
  if (!evaluation.empty()) KARYO_CHECK_OK(read_judgement(evaluation, sources));
  return sources;
}

}  // namespace karyo
