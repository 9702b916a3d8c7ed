#include "core/dataset/train_list.h"

#include <charconv>
#include <set>

#include "core/io/image_names.h"

namespace karyo {
namespace {

constexpr const char* kValidation = "validation";
constexpr std::int64_t kMostTimes = 100;

Result<TrainImage> image_from(const std::string& line, const std::string& file) {
  const std::size_t tab = line.find('\t');
  TrainImage image{line.substr(0, tab)};
  if (tab == std::string::npos) return image;
  const std::string role = line.substr(tab + 1);
  if (role == kValidation) {
    image.validation = true;
    return image;
  }
  const char* const end = role.data() + role.size();
  const auto [rest, failed] = std::from_chars(role.data(), end, image.times);
  if (failed == std::errc() && rest == end && image.times >= 1 && image.times <= kMostTimes) {
    return image;
  }
  return Error(ErrorCode::kInvalidArgument,
               file + " has \"" + role + "\" after the name \"" + image.name + "\"",
               "Write nothing, validation, or how often the image counts (1 to 100).");
}

}  // namespace

Result<std::vector<TrainImage>> read_train_list(const std::filesystem::path& file) {
  KARYO_TRY(const auto lines, read_name_list(file));
  std::vector<TrainImage> images;
  std::set<std::string> known;
  for (const std::string& line : lines) {
    KARYO_TRY(auto image, image_from(line, file.string()));
    if (!known.insert(image.name).second) {
      return Error(ErrorCode::kInvalidArgument, file.string() + " names " + image.name + " twice",
                   "Name each image once, with how often it counts.");
    }
    images.push_back(std::move(image));
  }
  return images;
}

std::string format_train_list(std::span<const TrainImage> images) {
  std::string text;
  for (const TrainImage& image : images) {
    text += image.name;
    if (image.validation) {
      text += std::string("\t") + kValidation;
    } else if (image.times != 1) {
      text += "\t" + std::to_string(image.times);
    }
    text += "\n";
  }
  return text;
}

std::vector<std::string> names_of(std::span<const TrainImage> images) {
  std::vector<std::string> names;
  for (const TrainImage& image : images) names.push_back(image.name);
  return names;
}

}  // namespace karyo
