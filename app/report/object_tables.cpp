#include "app/report/object_tables.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

#include "app/report/number_text.h"
#include "core/base/atomic_file.h"
#include "core/base/text.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::uintmax_t kMostBytes = std::uintmax_t{1} << 30;
constexpr int kNumberDigits = 8;
constexpr std::size_t kFields = 6;

/// The fields after the first, which alone may hold commas; empty where there are too few.
std::vector<std::string_view> fields_of(std::string_view line) {
  std::vector<std::string_view> fields(kFields);
  for (std::size_t i = kFields; i-- > 1;) {
    const std::size_t comma = line.rfind(',');
    if (comma == std::string_view::npos) return {};
    fields[i] = line.substr(comma + 1);
    line = line.substr(0, comma);
  }
  fields[0] = line;
  return fields;
}

template <typename T>
bool read_number(std::string_view text, T& number) {
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && rest == text.data() + text.size();
}

/// The shortest text that reads back as the same number.
template <typename T>
std::string exact_text(T number) {
  char text[64];
  return {text, std::to_chars(text, text + sizeof text, number).ptr};
}

bool read_verdict(std::string_view name, ObjectVerdict& verdict) {
  for (const auto one : {ObjectVerdict::kMatched, ObjectVerdict::kMissed, ObjectVerdict::kMerged,
                         ObjectVerdict::kSplit}) {
    if (name != name_of(one)) continue;
    verdict = one;
    return true;
  }
  return false;
}

bool read_truth(const std::vector<std::string_view>& fields, JudgedTruth& truth) {
  if (!fields[3].empty() && !read_number(fields[3], truth.intensity)) return false;
  return read_number(fields[1], truth.id) && read_number(fields[2], truth.voxels) &&
         read_number(fields[4], truth.iou) && read_verdict(fields[5], truth.verdict) &&
         truth.voxels >= 0 && truth.iou >= 0 && truth.iou <= 1;
}

json parts_json(const std::vector<DependencePart>& parts) {
  json list = json::array();
  for (const DependencePart& part : parts) {
    list.push_back({{"least", part.least},
                    {"middle", part.middle},
                    {"most", part.most},
                    {"objects", part.objects},
                    {"found", part.found},
                    {"found_share", part.found_share()},
                    {"mean_iou", part.mean_iou}});
  }
  return list;
}

}  // namespace

std::vector<JudgedTruth> truths_of(const LabelEvaluation& evaluation) {
  std::vector<JudgedTruth> truths;
  for (const ImageScores& image : evaluation.images) {
    truths.insert(truths.end(), image.truths.begin(), image.truths.end());
  }
  return truths;
}

std::string objects_csv(const LabelEvaluation& evaluation) {
  std::string csv = "image,label,voxels,mean_intensity,iou,verdict\n";
  for (const ImageScores& image : evaluation.images) {
    const std::string name = csv_field(image.name);
    for (const JudgedTruth& truth : image.truths) {
      csv += name + "," + std::to_string(truth.id) + "," + std::to_string(truth.voxels) + ",";
      if (std::isfinite(truth.intensity)) csv += exact_text(truth.intensity);
      csv += "," + exact_text(truth.iou) + "," + name_of(truth.verdict) + "\n";
    }
  }
  return csv;
}

void read_objects(const fs::path& folder, LabelEvaluation& evaluation) {
  const auto text = read_file(folder / "objects.csv", kMostBytes);
  if (!text) return;
  std::map<std::string, ImageScores*, std::less<>> images;
  for (ImageScores& image : evaluation.images) images[csv_field(image.name)] = &image;
  const std::string_view all = *text;
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = std::min(all.find('\n', at), all.size());
    const auto fields = fields_of(all.substr(at, end - at));
    at = end + 1;
    if (fields.empty()) continue;
    const auto image = images.find(fields[0]);
    JudgedTruth truth;
    if (image != images.end() && read_truth(fields, truth)) image->second->truths.push_back(truth);
  }
}

std::string dependence_csv(const LabelEvaluation& evaluation) {
  std::string csv = "trait,least,middle,most,objects,found,found_share,mean_iou\n";
  const auto truths = truths_of(evaluation);
  const auto add = [&](const char* name, ObjectTrait trait) {
    const auto parts = error_dependence(truths, trait);
    for (const DependencePart& part : parts) {
      csv += name;
      for (const double value : {part.least, part.middle, part.most}) {
        csv += "," + general_text(value, kNumberDigits);
      }
      csv += "," + std::to_string(part.objects) + "," + std::to_string(part.found) + "," +
             fixed_text(part.found_share(), 6) + "," + fixed_text(part.mean_iou, 6) + "\n";
    }
  };
  add("size", ObjectTrait::kSize);
  add("intensity", ObjectTrait::kIntensity);
  return csv;
}

json dependence_json(const LabelEvaluation& evaluation) {
  const auto truths = truths_of(evaluation);
  const std::size_t at = main_threshold(evaluation.pooled);
  return {{"at_iou", evaluation.pooled.empty() ? kJudgedIou : evaluation.pooled[at].threshold},
          {"by_size", parts_json(error_dependence(truths, ObjectTrait::kSize))},
          {"by_intensity", parts_json(error_dependence(truths, ObjectTrait::kIntensity))}};
}

}  // namespace karyo
