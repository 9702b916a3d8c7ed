#include "app/report/evaluation_record.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base/atomic_file.h"
#include "core/base/parallel.h"
#include "core/base/utc.h"
#include "core/io/image_io.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr int kSchema = 1;
constexpr const char* kFile = "evaluation.json";
constexpr std::uintmax_t kMostBytes = std::uintmax_t{256} << 20;

fs::path whole(const fs::path& path) {
  if (path.empty()) return path;
  std::error_code unknown;
  return fs::absolute(path, unknown).lexically_normal();
}

EvaluatedFile evaluated(const EvaluationPair& pair) {
  EvaluatedFile file{
      pair.name, whole(pair.truth), whole(pair.prediction), whole(pair.image), {}, {}, {}, {}};
  if (const auto truth = describe_image(pair.truth)) {
    file.shape = truth->shape;
    file.grid = truth->grid;
  }
  if (auto prints = plane_fingerprints(pair.truth)) file.truth_planes = *std::move(prints);
  if (pair.image.empty()) return file;
  if (const auto image = describe_image(pair.image); image && image->grid.calibrated()) {
    file.grid = image->grid;
  }
  if (auto prints = plane_fingerprints(pair.image)) file.image_planes = *std::move(prints);
  return file;
}

ordered_json to_json(const PlaneFingerprints& prints) {
  ordered_json list = ordered_json::array();
  for (const auto print : prints) list.push_back(fingerprint_text(print));
  return list;
}

std::string text_of(const ordered_json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

PlaneFingerprints prints_of(const ordered_json& object, const char* key) {
  PlaneFingerprints prints;
  const auto list = object.find(key);
  if (list == object.end() || !list->is_array()) return prints;
  for (const auto& text : *list) {
    prints.push_back(text.is_string() ? fingerprint_from(text.get<std::string>()) : 0);
  }
  return prints;
}

double number_at(const ordered_json& list, std::size_t at, double standard) {
  return list.is_array() && at < list.size() && list[at].is_number() ? list[at].get<double>()
                                                                     : standard;
}

EvaluatedFile file_from(const ordered_json& object) {
  EvaluatedFile file;
  file.name = text_of(object, "name");
  file.truth = text_of(object, "truth");
  file.prediction = text_of(object, "prediction");
  file.image = text_of(object, "image");
  const ordered_json shape = object.value("shape", ordered_json());
  const auto extent = [&](std::size_t axis) {
    return static_cast<std::int64_t>(std::clamp(number_at(shape, axis, 1), 0.0, 1e9));
  };
  file.shape = {extent(0), extent(1), extent(2), extent(3), extent(4)};
  const ordered_json spacing = object.value("spacing", ordered_json());
  const auto step = [&](std::size_t axis) {
    const double value = number_at(spacing, axis, 1);
    return std::isfinite(value) && value > 0 ? value : 1;
  };
  file.grid.spacing_z = step(0);
  file.grid.spacing_y = step(1);
  file.grid.spacing_x = step(2);
  if (const auto unit = text_of(object, "unit"); !unit.empty()) file.grid.unit = unit;
  file.truth_planes = prints_of(object, "truth_planes");
  file.image_planes = prints_of(object, "image_planes");
  return file;
}

}  // namespace

EvaluationRecord record_of(const std::string& kind, const EvaluationPairs& pairs) {
  EvaluationRecord record{kind, utc_now(), KARYOSCOPE_VERSION, {}};
  record.files.resize(pairs.pairs.size());
  parallel_for(0, static_cast<std::int64_t>(pairs.pairs.size()), 1,
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t i = begin; i < end; ++i) {
                   const auto at = static_cast<std::size_t>(i);
                   record.files[at] = evaluated(pairs.pairs[at]);
                 }
               });
  return record;
}

Result<void> write_evaluation_record(const fs::path& folder, const EvaluationRecord& record) {
  ordered_json files = ordered_json::array();
  for (const EvaluatedFile& file : record.files) {
    const VolumeShape& s = file.shape;
    ordered_json object{{"name", file.name},
                        {"truth", file.truth.generic_string()},
                        {"prediction", file.prediction.generic_string()}};
    if (!file.image.empty()) object["image"] = file.image.generic_string();
    object["shape"] = {s.t, s.c, s.z, s.y, s.x};
    object["spacing"] = {file.grid.spacing_z, file.grid.spacing_y, file.grid.spacing_x};
    object["unit"] = file.grid.unit;
    object["truth_planes"] = to_json(file.truth_planes);
    object["image_planes"] = to_json(file.image_planes);
    files.push_back(std::move(object));
  }
  const ordered_json document{{"schema", kSchema},
                              {"kind", record.kind},
                              {"made", record.made},
                              {"program_version", record.program_version},
                              {"files", std::move(files)}};
  return write_file_atomically(
      folder / kFile, document.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n");
}

Result<std::optional<EvaluationRecord>> read_evaluation_record(const fs::path& folder) {
  std::error_code absent;
  const fs::path path = folder / kFile;
  if (!fs::exists(path, absent)) return std::optional<EvaluationRecord>();
  KARYO_TRY(const std::string text, read_file(path, kMostBytes));
  const auto json = ordered_json::parse(text, nullptr, false);
  const ordered_json files =
      json.is_object() ? json.value("files", ordered_json()) : ordered_json();
  if (!files.is_array()) {
    return Error(ErrorCode::kBadFile, path.string() + " is damaged",
                 "Run karyoscope evaluate once more.");
  }
  EvaluationRecord record{
      text_of(json, "kind"), text_of(json, "made"), text_of(json, "program_version"), {}};
  for (const auto& file : files) {
    if (file.is_object()) record.files.push_back(file_from(file));
  }
  return std::optional<EvaluationRecord>(std::move(record));
}

}  // namespace karyo
