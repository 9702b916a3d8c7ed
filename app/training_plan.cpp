#include "app/training_plan.h"

#include <algorithm>

#include "app/dataset_session.h"
#include "models/io/model_before.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;

/// The largest multiple of `step` that is no more than either; `step` itself at least.
std::int64_t fitted(std::int64_t wanted, std::int64_t there, std::int64_t step) {
  return std::max(step, std::min(wanted, there) / step * step);
}

}  // namespace

std::vector<std::string> images_to_train_on(const DatasetSession& dataset, TrainOn which) {
  std::vector<std::string> names;
  std::error_code ec;
  for (const DatasetItem& item : dataset.items()) {
    if (item.state == ImageState::kExcluded) continue;
    if (which == TrainOn::kDone && item.state != ImageState::kDone) continue;
    if (fs::exists(item.mask, ec)) names.push_back(item.name);
  }
  return names;
}

fs::path models_of(const fs::path& data) {
  std::error_code ec;
  return (fs::is_regular_file(data, ec) ? data.parent_path() : data) / "models";
}

std::vector<KnownModel> known_models(const fs::path& models) {
  std::vector<std::pair<fs::file_time_type, KnownModel>> found;
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(models, ec)) {
    const fs::path config = entry.path() / "config.json";
    if (!entry.is_directory(ec) || !fs::exists(config, ec)) continue;
    const auto folder = ModelFolder::open(entry.path());
    if (!folder) continue;
    KnownModel model{entry.path(), std::string(name_of(folder->kind))};
    model.dims = folder->stardist ? folder->stardist->n_dim : folder->csbdeep->n_dim;
    if (folder->before) model.before = before_name(*folder);
    if (const auto history = read_history(folder->history())) {
      model.epochs = static_cast<std::int64_t>(history->rows.size());
    }
    found.emplace_back(fs::last_write_time(config, ec), std::move(model));
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second.folder > b.second.folder;
  });
  std::vector<KnownModel> list;
  for (auto& [time, model] : found) list.push_back(std::move(model));
  return list;
}

std::string free_model_name(const fs::path& models, const std::string& kind) {
  const std::string name = kind == "care" ? "restore " : kind == "n2v" ? "denoise " : "nuclei ";
  std::error_code ec;
  for (int number = 1;; ++number) {
    if (!fs::exists(models / (name + std::to_string(number)), ec)) {
      return name + std::to_string(number);
    }
  }
}

TrainConfig fitting_config(const std::string& kind, const Index3& image) {
  TrainConfig config = TrainConfig::defaults(kind, image.z > 1 ? 3 : 2);
  const Index3 step = patch_divisor(config);
  config.patch = {config.dims == 2 ? 1 : fitted(config.patch.z, image.z, step.z),
                  fitted(config.patch.y, image.y, step.y), fitted(config.patch.x, image.x, step.x)};
  return config;
}

}  // namespace karyo
