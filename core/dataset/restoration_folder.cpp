#include "core/dataset/restoration_folder.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <system_error>

#include "core/dataset/image_listing.h"
#include "core/filters/drift.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLow = "low";
constexpr const char* kHigh = "high";
constexpr const char* kForm =
    "Restoration learns from a folder with low/ and high/ that hold files of the same names.";

/// Shifts of pictures that have something in common stand out by more (about 5 for noise).
constexpr double kCertain = 8;
/// A correlation that is nearly as high without a shift says that there is none.
constexpr double kAtRest = 0.8;

/// What two headers tell; none for a usable pair.
std::vector<Finding> check_headers(const Listed& low, const Listed& high, std::int64_t dims) {
  const VolumeShape low_size = low.shape(), high_size = high.shape();
  for (const Listed* file : {&low, &high}) {
    const VolumeShape size = file->shape();
    if (size.t > 1) {
      return {Finding::error(
          "time_series", file->path,
          "has " + std::to_string(size.t) + " time points; one image a file is expected",
          "Save each time point as a file of its own (Fiji: Image > Stacks > "
          "Stack to Images), low and high alike.")};
    }
    if (dims == 2 && size.z > 1) {
      return {Finding::error(
          "stack", file->path,
          "is a stack of " + std::to_string(size.z) + " planes; 2D training takes planes",
          "Train with --dims 3, or save each plane as a file of its own, low "
          "and high alike.")};
    }
    if (dims == 3 && size.z == 1) {
      return {Finding::error("plane", file->path, "is a single plane; 3D training takes stacks",
                             "Train with --dims 2, or take the file out.")};
    }
  }
  if (low_size.zyx() == high_size.zyx()) return {};
  return {Finding::error(
      "size_mismatch", high.path,
      "is " + plane_text(high_size) + ", but its low image is " + plane_text(low_size) +
          "; the network does not change the size of an image",
      "Scale the low image to the size of the high one first (Fiji: Image > Scale..., with "
      "bilinear "
      "interpolation) and restore scaled images later; or crop both to the same field.")};
}

std::vector<Finding> read_and_check(const RestorationPair& pair) {
  const auto low = read_image(pair.low);
  if (!low) return {Finding::unreadable(pair.low, low.error())};
  const auto high = read_image(pair.high);
  if (!high) return {Finding::unreadable(pair.high, high.error())};
  return check_pair(pair, *low, *high);
}

void sort_by_file(std::vector<Finding>& findings) {
  std::stable_sort(findings.begin(), findings.end(),
                   [](const Finding& a, const Finding& b) { return a.file < b.file; });
}

}  // namespace

Result<void> RestorationFolder::usable() const {
  return no_errors(findings, "`karyoscope dataset check " + root.string() + "` lists all of them.");
}

bool is_restoration_folder(const fs::path& root) {
  std::error_code ec;
  return (fs::is_directory(root / kLow, ec) || fs::is_directory(root / kHigh, ec)) &&
         !fs::is_directory(root / "masks", ec);
}

Result<RestorationFolder> open_restoration(const fs::path& root, std::int64_t dims) {
  std::error_code ec;
  for (const char* part : {kLow, kHigh}) {
    if (fs::is_directory(root / part, ec)) continue;
    return Error(ErrorCode::kNotFound,
                 fs::exists(root, ec)
                     ? "the folder " + root.string() + " has no folder " + part + "/"
                     : "there is no folder " + root.string(),
                 kForm);
  }
  RestorationFolder dataset;
  dataset.root = root;
  KARYO_TRY(const auto lows, list_images(root / kLow, kForm, dataset.findings));
  KARYO_TRY(const auto highs, list_images(root / kHigh, kForm, dataset.findings));
  if (lows.empty() && dataset.findings.empty()) {
    return Error(ErrorCode::kBadFile, (root / kLow).string() + " holds no image",
                 "Put the images to restore (TIFF, PNG, NRRD ...) there, and what they should look "
                 "like, under the same names, into high/.");
  }
  std::vector<Finding> found;
  std::vector<std::pair<fs::path, std::int64_t>> low_channels, high_channels;
  for (const auto& [stem, low] : lows) {
    const auto high = highs.find(stem);
    if (high == highs.end()) {
      if (is_unreadable(dataset.findings, kHigh, stem)) continue;
      found.push_back(Finding::error(
          "missing_high", low.path, "has no image of the same name in high/",
          "Add high/" + low.path.filename().string() + ", or take the image out of low/."));
      continue;
    }
    const auto about = check_headers(low, high->second, dims);
    found.insert(found.end(), about.begin(), about.end());
    if (!about.empty()) continue;
    dataset.pairs.push_back({stem, low.path, high->second.path, low.shape(), high->second.shape(),
                             low.description.type, high->second.description.type});
    low_channels.emplace_back(low.path, low.shape().c);
    high_channels.emplace_back(high->second.path, high->second.shape().c);
  }
  for (const auto& [stem, high] : highs) {
    if (lows.contains(stem) || is_unreadable(dataset.findings, kLow, stem)) continue;
    found.push_back(Finding::error(
        "missing_low", high.path, "has no image of the same name in low/",
        "Add low/" + high.path.filename().string() + ", or take the image out of high/."));
  }
  check_channels(low_channels, found);
  check_channels(high_channels, found);
  dataset.findings.insert(dataset.findings.end(), found.begin(), found.end());
  sort_by_file(dataset.findings);
  return dataset;
}

std::vector<Finding> check_pair(const RestorationPair& pair, const Volume& low,
                                const Volume& high) {
  std::vector<Finding> found = check_image(pair.low, low);
  for (auto& finding : check_image(pair.high, high)) found.push_back(std::move(finding));
  if (!found.empty() || low.shape().zyx() != high.shape().zyx()) return found;
  const PictureShift shift = find_shift(to_float(low), to_float(high));
  if (shift.certainty < kCertain || shift.at_rest > kAtRest) return found;
  const auto toward = [](std::int64_t by, const char* ahead, const char* back) {
    return std::to_string(std::abs(by)) + (by < 0 ? back : ahead);
  };
  found.push_back(Finding::warning(
      "shifted", pair.high,
      "shows its low image's field moved by " + toward(shift.y, " down, ", " up, ") +
          toward(shift.x, " right", " left") + " (pixels); a network trained on it blurs",
      "Align the two first (Fiji: Plugins > Registration > StackReg, or crop both to the same "
      "field)."));
  return found;
}

void check_all_contents(RestorationFolder& dataset,
                        const std::function<void(std::int64_t done)>& progress) {
  std::int64_t done = 0;
  for (const auto& pair : dataset.pairs) {
    for (auto& finding : read_and_check(pair)) dataset.findings.push_back(std::move(finding));
    if (progress) progress(++done);
  }
  sort_by_file(dataset.findings);
}

std::string fingerprint(const RestorationFolder& dataset) {
  Fingerprint print;
  for (const auto& pair : dataset.pairs) {
    print.add_file(pair.low);
    print.add_file(pair.high);
    print.add_header(pair.low_shape, pair.low_type);
    print.add_header(pair.high_shape, pair.high_type);
  }
  return print.text();
}

}  // namespace karyo
