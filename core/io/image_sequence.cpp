#include "core/io/image_sequence.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "core/base/text.h"
#include "core/io/image_io.h"
#include "core/io/image_names.h"

namespace karyo::io {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostFiles = 1000000;
constexpr std::size_t kMostDigits = 15;

bool digit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

/// A name taken apart: text, number, text, number ...
struct Parts {
  std::vector<std::string> texts;  // one more than numbers
  std::vector<std::string> numbers;
};
Parts parts_of(const std::string& name) {
  Parts parts;
  parts.texts.emplace_back();
  for (std::size_t i = 0; i < name.size();) {
    std::size_t end = i;
    while (end < name.size() && digit(name[end])) ++end;
    if (end == i) {
      parts.texts.back() += name[i++];
      continue;
    }
    parts.numbers.push_back(name.substr(i, end - i));
    parts.texts.emplace_back();
    i = end;
  }
  return parts;
}

/// The letters at the end: "t" of "cells_t".
std::string last_letters(const std::string& text) {
  std::size_t begin = text.size();
  while (begin > 0 && std::isalpha(static_cast<unsigned char>(text[begin - 1])) != 0) --begin;
  return text.substr(begin);
}

std::optional<SequenceAxis> axis_by_name(const std::string& letters) {
  const std::string name = lower_ascii(letters);
  static const std::map<std::string, SequenceAxis> known{
      {"t", SequenceAxis::kTime},         {"time", SequenceAxis::kTime},
      {"tp", SequenceAxis::kTime},        {"frame", SequenceAxis::kTime},
      {"z", SequenceAxis::kPlane},        {"slice", SequenceAxis::kPlane},
      {"plane", SequenceAxis::kPlane},    {"c", SequenceAxis::kChannel},
      {"ch", SequenceAxis::kChannel},     {"w", SequenceAxis::kChannel},
      {"channel", SequenceAxis::kChannel}};
  const auto found = known.find(name);
  return found != known.end() ? std::optional(found->second) : std::nullopt;
}

/// By the letters; what has none, or the same as another, gets the next free of time, planes,
/// channels.
void guess_axes(std::vector<NameNumber>& numbers) {
  std::set<SequenceAxis> taken;
  std::vector<NameNumber*> open;
  for (NameNumber& number : numbers) {
    const auto named = axis_by_name(number.before);
    if (named && taken.insert(*named).second) {
      number.guess = *named;
    } else {
      open.push_back(&number);
    }
  }
  for (NameNumber* number : open) {
    for (const SequenceAxis axis :
         {SequenceAxis::kTime, SequenceAxis::kPlane, SequenceAxis::kChannel}) {
      if (!taken.insert(axis).second) continue;
      number->guess = axis;
      break;
    }
  }
}

class SequenceSource : public PixelSource {
 public:
  SequenceSource(PixelInfo info, VolumeShape one, std::vector<fs::path> files, VolumeShape counts)
      : PixelSource(std::move(info)), one_(one), files_(std::move(files)), counts_(counts) {}

  Result<void> read_chunk(const ChunkKey& key, std::byte* to) const override {
    // `counts_` says how many files lie along an axis; where one, the files have the axis.
    const auto file_of = [](std::int64_t at, std::int64_t count) { return count > 1 ? at : 0; };
    const auto own = [](std::int64_t at, std::int64_t count) { return count > 1 ? 0 : at; };
    const std::int64_t z = file_of(key.number.z, counts_.z);
    const auto number = static_cast<std::size_t>(
        (file_of(key.t, counts_.t) * counts_.c + file_of(key.c, counts_.c)) * counts_.z + z);
    const fs::path& path = files_[number];
    KARYO_TRY(const Volume volume, read_image(path));
    if (!(volume.shape() == one_) || volume.type() != info().type) {
      return Error(ErrorCode::kBadFile,
                   path.string() + " differs from the folder's first image in size or type",
                   "Take it out of the folder, or convert it.");
    }
    const std::size_t bytes =
        static_cast<std::size_t>(one_.zyx().count()) * bytes_of(volume.type());
    const std::int64_t frame = own(key.t, counts_.t) * one_.c + own(key.c, counts_.c);
    std::memcpy(to, volume.data() + static_cast<std::size_t>(frame) * bytes, bytes);
    return {};
  }

 private:
  VolumeShape one_;              // of a file
  std::vector<fs::path> files_;  // t, c, z
  VolumeShape counts_;           // of files along t, c, z
};

}  // namespace

std::string name_of(SequenceAxis axis) {
  return axis == SequenceAxis::kTime ? "t" : axis == SequenceAxis::kPlane ? "z" : "c";
}

Result<SequenceAxis> sequence_axis_from(const std::string& name) {
  for (const SequenceAxis axis :
       {SequenceAxis::kTime, SequenceAxis::kPlane, SequenceAxis::kChannel}) {
    if (name == name_of(axis)) return axis;
  }
  return Error(ErrorCode::kInvalidArgument, "unknown axis \"" + name + "\"", "Use t, z or c.");
}

Result<SequencePlan> plan_sequence(const fs::path& folder) {
  // Names alike but for their numbers, by what they have in common.
  std::map<std::vector<std::string>, std::vector<std::pair<fs::path, Parts>>> alike;
  std::size_t images = 0;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(folder, failed)) {
    const std::string name = entry.path().filename().string();
    if (!is_image_name(entry.path()) || name.starts_with(".") || !entry.is_regular_file(failed)) {
      continue;
    }
    if (++images > kMostFiles) {
      return Error(ErrorCode::kTooLarge, folder.string() + " holds more than a million images",
                   "Put the images of one stack into a folder of their own.");
    }
    Parts parts = parts_of(name);
    alike[parts.texts].emplace_back(entry.path(), std::move(parts));
  }
  if (failed) {
    return Error(ErrorCode::kIo, folder.string() + ": " + failed.message(),
                 "Check that the folder is there and may be read.");
  }
  const auto most = std::max_element(alike.begin(), alike.end(), [](const auto& a, const auto& b) {
    return a.second.size() < b.second.size();
  });
  if (most == alike.end() || most->second.size() < 2) {
    return Error(ErrorCode::kNotFound,
                 folder.string() + " holds no images that differ by a number in their names",
                 "Name them as cells_001.tif, cells_002.tif, or open the files one by one.");
  }
  const auto& group = most->second;
  SequencePlan plan;
  plan.folder = folder;
  plan.other_files = images - group.size();
  std::vector<std::size_t> varying;
  for (std::size_t i = 0; i < group[0].second.numbers.size(); ++i) {
    std::set<std::int64_t> values;
    for (const auto& [path, parts] : group) {
      if (parts.numbers[i].size() > kMostDigits) {
        return Error(ErrorCode::kInvalidArgument,
                     path.filename().string() + " has too long a number",
                     "Rename the files with numbers of at most 15 digits.");
      }
      values.insert(std::stoll(parts.numbers[i]));
    }
    if (values.size() < 2) continue;
    varying.push_back(i);
    plan.numbers.push_back(
        {last_letters(most->first[i]), {values.begin(), values.end()}, SequenceAxis::kTime});
  }
  if (plan.numbers.empty() || plan.numbers.size() > 3) {
    return Error(ErrorCode::kInvalidArgument,
                 "the names differ in " + std::to_string(plan.numbers.size()) + " numbers",
                 "One to three can stand for time, plane and channel: put other images elsewhere.");
  }
  guess_axes(plan.numbers);
  for (std::size_t i = 0; i < most->first.size(); ++i) {
    plan.pattern += most->first[i];
    if (i >= group[0].second.numbers.size()) continue;
    const bool varies = std::find(varying.begin(), varying.end(), i) != varying.end();
    const std::string& digits = group[0].second.numbers[i];
    plan.pattern += varies ? std::string(digits.size(), '#') : digits;
  }
  for (const auto& [path, parts] : group) {
    SequencePlan::File file{path, {}};
    for (std::size_t i = 0; i < varying.size(); ++i) {
      const auto& values = plan.numbers[i].values;
      const auto at =
          std::lower_bound(values.begin(), values.end(), std::stoll(parts.numbers[varying[i]]));
      file.places.push_back(static_cast<std::size_t>(at - values.begin()));
    }
    plan.files.push_back(std::move(file));
  }
  std::sort(plan.files.begin(), plan.files.end(), [](const auto& a, const auto& b) {
    return std::tie(a.places, a.path) < std::tie(b.places, b.path);
  });
  return plan;
}

Result<std::shared_ptr<const PixelSource>> open_sequence(const SequencePlan& plan,
                                                         const std::vector<SequenceAxis>& axes) {
  if (axes.size() != plan.numbers.size() ||
      std::set<SequenceAxis>(axes.begin(), axes.end()).size() != axes.size()) {
    return Error(ErrorCode::kInvalidArgument,
                 "the names have " + std::to_string(plan.numbers.size()) + " numbers and " +
                     std::to_string(axes.size()) + " axes were given",
                 "Give each number another axis: t, z or c.");
  }
  VolumeShape counts;  // 1 where no number stands for the axis
  const auto count_of = [&counts](SequenceAxis axis) -> std::int64_t& {
    return axis == SequenceAxis::kTime    ? counts.t
           : axis == SequenceAxis::kPlane ? counts.z
                                          : counts.c;
  };
  for (std::size_t i = 0; i < axes.size(); ++i) {
    count_of(axes[i]) = static_cast<std::int64_t>(plan.numbers[i].values.size());
  }
  std::vector<fs::path> files(static_cast<std::size_t>(counts.t * counts.c * counts.z));
  for (const auto& file : plan.files) {
    VolumeShape at{0, 0, 0, 0, 0};
    for (std::size_t i = 0; i < axes.size(); ++i) {
      const auto place = static_cast<std::int64_t>(file.places[i]);
      (axes[i] == SequenceAxis::kTime    ? at.t
       : axes[i] == SequenceAxis::kPlane ? at.z
                                         : at.c) = place;
    }
    files[static_cast<std::size_t>((at.t * counts.c + at.c) * counts.z + at.z)] = file.path;
  }
  const auto missing = static_cast<std::size_t>(
      std::count_if(files.begin(), files.end(), [](const auto& path) { return path.empty(); }));
  if (missing > 0 || files.size() != plan.files.size()) {
    return Error(ErrorCode::kNotFound,
                 plan.pattern + ": " + std::to_string(files.size()) +
                     " files would make the image, " + std::to_string(plan.files.size()) +
                     " are there",
                 "A file is missing, twice there, or the numbers mean something else.");
  }
  KARYO_TRY(const ImageDescription described, describe_image(files.front()));
  if (!described.files.empty()) {
    return Error(ErrorCode::kInvalidArgument,
                 "the files are one OME-TIFF set of " + std::to_string(described.files.size()),
                 "Open one of the files instead of the folder: it brings the others.");
  }
  KARYO_TRY(const Volume first, read_image(files.front()));
  const VolumeShape one = first.shape();
  if ((counts.t > 1 && one.t > 1) || (counts.c > 1 && one.c > 1) || (counts.z > 1 && one.z > 1)) {
    return Error(ErrorCode::kInvalidArgument,
                 "the files have the axis themselves that their numbers shall stand for",
                 "Choose another axis for the numbers.");
  }
  PixelInfo info;
  info.type = first.type();
  info.grid = first.grid;
  info.rgb = first.rgb && counts.c == 1;
  if (counts.c == 1) info.channels = first.channels;
  PixelLevel level;
  level.shape = {counts.t * one.t, counts.c * one.c, counts.z * one.z, one.y, one.x};
  level.chunk = one.zyx();
  info.levels = {level};
  if (plan.other_files > 0) {
    info.notes.push_back(std::to_string(plan.other_files) +
                         " images with other names are left out");
  }
  return std::shared_ptr<const PixelSource>(
      std::make_shared<SequenceSource>(std::move(info), one, std::move(files), counts));
}

}  // namespace karyo::io
