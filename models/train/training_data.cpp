#include "models/train/training_data.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <unordered_set>

#include "core/base/atomic_file.h"
#include "core/base/parallel.h"
#include "core/io/image_io.h"
#include "core/labels/label_volume.h"
#include "models/io/json_keys.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr int kSchema = 1;
constexpr const char* kFile = "data.json";
constexpr std::uintmax_t kMostBytes = std::uintmax_t{256} << 20;

constexpr std::array<std::pair<TrainingRole, const char*>, 4> kRoles{
    {{TrainingRole::kTraining, "training"},
     {TrainingRole::kValidation, "validation"},
     {TrainingRole::kBoth, "both"},
     {TrainingRole::kPretraining, "pretraining"}}};

fs::path inside(const fs::path& file, const fs::path& folder) {
  const fs::path relative = file.lexically_relative(folder);
  return relative.empty() || *relative.begin() == ".." ? file : relative;
}

/// Fingerprints and objects of a mask, a plane in memory at a time.
void take_mask(const fs::path& file, SeenImage& image) {
  const auto known = describe_image(file);
  if (!known) return;
  const std::int64_t frame_planes = known->shape.z * known->shape.c;
  PlaneFingerprints prints;
  std::unordered_set<std::uint32_t> ids;  // of the frame
  std::int64_t objects = 0, planes = 0;
  bool labels = true;
  const auto read = visit_planes(file, [&](const Volume& plane) {
    const PlaneFingerprints more = plane_fingerprints(plane);
    prints.insert(prints.end(), more.begin(), more.end());
    if (const auto numbers = to_labels(plane)) {
      ids.insert(numbers->begin(), numbers->end());
    } else {
      labels = false;
    }
    if (++planes % frame_planes != 0) return;
    ids.erase(0);
    ids.erase(kIgnoredLabel);
    objects += static_cast<std::int64_t>(ids.size());
    ids.clear();
  });
  if (!read) return;
  image.target_planes = std::move(prints);
  if (labels) image.objects = objects;
}

SeenImage described(const TrainingFile& file, const fs::path& folder, bool masks) {
  SeenImage image;
  image.input = inside(file.input, folder);
  image.role = file.role;
  if (const auto known = describe_image(file.input)) {
    image.shape = known->shape;
    image.type = known->type;
    image.grid = known->grid;
  }
  if (auto prints = plane_fingerprints(file.input)) image.input_planes = *std::move(prints);
  if (file.target.empty()) return image;
  image.target = inside(file.target, folder);
  if (!masks) {
    if (auto prints = plane_fingerprints(file.target)) image.target_planes = *std::move(prints);
  } else {
    take_mask(file.target, image);
  }
  return image;
}

ordered_json to_json(const PlaneFingerprints& prints) {
  ordered_json list = ordered_json::array();
  for (const auto print : prints) list.push_back(fingerprint_text(print));
  return list;
}

PlaneFingerprints prints_from(const ordered_json& object, const char* key) {
  PlaneFingerprints prints;
  const auto list = object.find(key);
  if (list == object.end() || !list->is_array()) return prints;
  for (const auto& text : *list) {
    prints.push_back(text.is_string() ? fingerprint_from(text.get<std::string>()) : 0);
  }
  return prints;
}

ordered_json to_json(const SeenImage& image) {
  const VolumeShape& s = image.shape;
  ordered_json object{
      {"input", image.input.generic_string()},
      {"role", name_of(image.role)},
      {"shape", {s.t, s.c, s.z, s.y, s.x}},
      {"type", name_of(image.type)},
      {"spacing", {image.grid.spacing_z, image.grid.spacing_y, image.grid.spacing_x}},
      {"unit", image.grid.unit}};
  if (!image.target.empty()) object["target"] = image.target.generic_string();
  if (image.objects >= 0) object["objects"] = image.objects;
  object["input_planes"] = to_json(image.input_planes);
  if (!image.target.empty()) object["target_planes"] = to_json(image.target_planes);
  return object;
}

std::string text_of(const ordered_json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// A list of exactly `count` numbers; else empty.
std::vector<double> numbers_of(const ordered_json& object, const char* key, std::size_t count) {
  std::vector<double> numbers;
  const auto found = object.find(key);
  if (found == object.end() || !found->is_array() || found->size() != count) return {};
  for (const auto& number : *found) {
    if (!number.is_number()) return {};
    numbers.push_back(number.get<double>());
  }
  return numbers;
}

SeenImage image_from(const ordered_json& object) {
  SeenImage image;
  image.input = text_of(object, "input");
  image.target = text_of(object, "target");
  const std::string role = text_of(object, "role");
  for (const auto& [known, name] : kRoles) {
    if (role == name) image.role = known;
  }
  if (const auto shape = numbers_of(object, "shape", 5); !shape.empty()) {
    const auto extent = [&](std::size_t axis) {
      return static_cast<std::int64_t>(std::clamp(shape[axis], 0.0, 1e9));
    };
    image.shape = {extent(0), extent(1), extent(2), extent(3), extent(4)};
  }
  if (const auto type = voxel_type_from(text_of(object, "type"))) image.type = *type;
  const auto spacing = numbers_of(object, "spacing", 3);
  const bool sound = std::all_of(spacing.begin(), spacing.end(),
                                 [](double s) { return std::isfinite(s) && s > 0; });
  if (!spacing.empty() && sound) {
    image.grid.spacing_z = spacing[0];
    image.grid.spacing_y = spacing[1];
    image.grid.spacing_x = spacing[2];
    if (const auto unit = text_of(object, "unit"); !unit.empty()) image.grid.unit = unit;
  }
  const auto objects = object.find("objects");
  if (objects != object.end() && objects->is_number_integer()) {
    image.objects = objects->get<std::int64_t>();
  }
  image.input_planes = prints_from(object, "input_planes");
  image.target_planes = prints_from(object, "target_planes");
  return image;
}

}  // namespace

const char* name_of(TrainingRole role) {
  for (const auto& [known, name] : kRoles) {
    if (known == role) return name;
  }
  return "training";
}

Result<TrainingData> describe_training_data(const fs::path& given,
                                            const std::vector<TrainingFile>& files, bool masks,
                                            const TaskControl& control) {
  TrainingData data;
  std::error_code unknown;
  const fs::path folder = fs::is_regular_file(given, unknown) ? given.parent_path() : given;
  data.folder = fs::absolute(folder, unknown).lexically_normal();
  data.images.resize(files.size());
  parallel_for(0, static_cast<std::int64_t>(files.size()), 1,
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t i = begin; i < end && !control.cancelled(); ++i) {
                   const auto at = static_cast<std::size_t>(i);
                   data.images[at] = described(files[at], folder, masks);
                 }
               });
  if (control.cancelled()) return cancelled_error("looking at the training images");
  return data;
}

void add_seen_before(TrainingData& data, const TrainingData& before) {
  std::set<PlaneFingerprints> known;
  for (const auto& image : data.images) known.insert(image.input_planes);
  for (SeenImage image : before.images) {
    if (image.input_planes.empty() || !known.insert(image.input_planes).second) continue;
    // Paths stay right where the data lie elsewhere now.
    if (before.folder != data.folder && image.input.is_relative()) {
      image.input = before.folder / image.input;
      if (!image.target.empty()) image.target = before.folder / image.target;
    }
    image.role = TrainingRole::kPretraining;
    data.images.push_back(std::move(image));
  }
}

Result<std::optional<TrainingData>> read_training_data(const fs::path& model) {
  std::error_code absent;
  const fs::path file = model / kFile;
  if (!fs::exists(file, absent)) return std::optional<TrainingData>();
  KARYO_TRY(const std::string text, read_file(file, kMostBytes));
  const auto json = ordered_json::parse(text, nullptr, false);
  const auto images = json.is_object() ? json.find("images") : json.end();
  const bool later = json.is_object() && json.contains("schema") &&
                     (!json["schema"].is_number_integer() || json["schema"].get<int>() > kSchema);
  if (!json.is_object() || images == json.end() || !images->is_array() || later) {
    return Error(ErrorCode::kBadFile,
                 file.string() + (later ? " is of a later version" : " is damaged"),
                 later ? "Use the version of Karyoscope that made the model, or a newer one."
                       : "Delete it: the model works without, but a report can then not tell "
                         "whether test images were trained on.");
  }
  TrainingData data;
  data.folder = text_of(json, "folder");
  for (const auto& image : *images) {
    if (image.is_object()) data.images.push_back(image_from(image));
  }
  return std::optional<TrainingData>(std::move(data));
}

Result<void> write_training_data(const fs::path& model, const TrainingData& data) {
  std::string text = "{\"schema\": " + std::to_string(kSchema) + ",\n\"folder\": " +
                     ordered_json(data.folder.generic_string())
                         .dump(-1, ' ', false, ordered_json::error_handler_t::replace) +
                     ",\n\"images\": [";
  for (std::size_t i = 0; i < data.images.size(); ++i) {
    text += (i > 0 ? ",\n" : "\n") +
            to_json(data.images[i]).dump(-1, ' ', false, ordered_json::error_handler_t::replace);
  }
  return write_file_atomically(model / kFile, text + "\n]}\n");
}

}  // namespace karyo
