#include "core/dataset/dataset_folder.h"

#include <algorithm>
#include <map>
#include <set>
#include <system_error>

#include "core/dataset/image_listing.h"
#include "core/io/image_names.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;

constexpr const char* kImages = "images";
constexpr const char* kMasks = "masks";
constexpr const char* kForm =
    "A dataset is a folder with images/ and masks/ that hold files of the same names.";

/// What two headers tell; an error among the findings makes the pair unusable.
std::vector<Finding> check_headers(const Listed& image, const Listed& mask, std::int64_t dims) {
  const VolumeShape& size = image.description.shape;
  const VolumeShape& mask_size = mask.description.shape;
  if (size.t > 1) {
    return {Finding::error(
        "time_series", image.path,
        "has " + std::to_string(size.t) + " time points; one image a file is expected",
        "Save each time point as a file of its own (Fiji: Image > Stacks > Stack to "
        "Images), images and masks alike.")};
  }
  if (dims == 2 && size.z > 1) {
    return {Finding::error(
        "stack", image.path,
        "is a stack of " + std::to_string(size.z) + " planes; 2D training takes planes",
        "Train with --dims 3, or save each plane as a file of its own, images and masks "
        "alike.")};
  }
  if (dims == 3 && size.z == 1) {
    return {Finding::error("plane", image.path, "is a single plane; 3D training takes stacks",
                           "Train with --dims 2, or take the file out.")};
  }
  if (mask.description.rgb || mask_size.c > 1) {
    return {Finding::error(
        "rgb_mask", mask.path,
        "is a colour picture with " + std::to_string(mask_size.c) + " channels, not a label image",
        "Save the labels as one channel of whole numbers: 0 for background, a number of "
        "its own for each object (in Fiji, File > Save As > Tiff of the label image, not "
        "of its coloured view).")};
  }
  if (mask_size.zyx() != size.zyx() || mask_size.t != size.t) {
    return {
        Finding::error("size_mismatch", mask.path,
                       "is " + plane_text(mask_size) + ", but its image is " + plane_text(size),
                       "Export the mask again at the image's size, without cropping or scaling.")};
  }
  const VoxelType type = mask.description.type;
  if (type == VoxelType::kFloat32 || type == VoxelType::kFloat64) {
    if (const auto labels = read_labels(mask.path); !labels) {
      return {Finding::error(
          "float_mask", mask.path,
          "holds " + std::string(name_of(type)) +
              " values that are no labels: " + without_path(labels.error().what, mask.path),
          "Save the label image as 16-bit integers without scaling, one number an "
          "object; a probability map has to be thresholded first (karyoscope "
          "threshold).")};
    }
    return {Finding::warning("float_mask", mask.path,
                             "holds labels as " + std::string(name_of(type)) +
                                 "; they are whole numbers and are read as such",
                             "Save labels as 16-bit integers; other programs may round them.")};
  }
  return {};
}

/// ROOT/images, or ROOT itself where that holds images beside masks/.
Result<fs::path> folder_of_images(const fs::path& root) {
  std::error_code ec;
  const auto missing = [&](const char* part) {
    const bool no_root = !fs::exists(root, ec);
    return Error(ErrorCode::kNotFound,
                 no_root ? "there is no folder " + root.string()
                         : "the folder " + root.string() + " has no folder " + part + "/",
                 kForm);
  };
  const bool inside = fs::is_directory(root / kImages, ec);
  if (!fs::is_directory(root / kMasks, ec)) return missing(inside ? kMasks : kImages);
  if (inside) return root / kImages;
  for (const auto& entry : fs::directory_iterator(root, ec)) {
    if (entry.is_regular_file(ec) && is_image_name(entry.path())) return root;
  }
  return missing(kImages);
}

/// Takes the images that are not named away, with all that was found in them.
Result<void> keep_only(const std::vector<std::string>& only, const std::string& part,
                       std::map<std::string, Listed>& images, std::map<std::string, Listed>& masks,
                       DatasetFolder& dataset) {
  const std::set<std::string> names(only.begin(), only.end());
  const auto known = [&](const std::string& name) {
    return images.contains(name) || is_unreadable(dataset.findings, part, name);
  };
  for (const auto& name : names) {
    if (known(name)) continue;
    return Error(ErrorCode::kNotFound,
                 "no image of " + dataset.root.string() + " is called " + name,
                 "Names are those of the image files without their ending.");
  }
  const auto unwanted = [&](const auto& entry) { return !names.contains(entry.first); };
  std::erase_if(images, unwanted);
  std::erase_if(masks, unwanted);
  std::erase_if(dataset.findings,
                [&](const Finding& finding) { return !names.contains(image_stem(finding.file)); });
  return {};
}

}  // namespace

Finding Finding::error(std::string kind, fs::path file, std::string what, std::string fix) {
  return {Severity::kError, std::move(kind), std::move(file), std::move(what), std::move(fix)};
}

Finding Finding::warning(std::string kind, fs::path file, std::string what, std::string fix) {
  return {Severity::kWarning, std::move(kind), std::move(file), std::move(what), std::move(fix)};
}

Finding Finding::unreadable(const fs::path& file, const Error& why) {
  return error("unreadable", file, "cannot be read: " + without_path(why.what, file), why.fix);
}

Error Finding::as_error() const {
  return {ErrorCode::kBadFile, "\"" + file.string() + "\" " + what, fix};
}

Result<void> DatasetFolder::usable() const {
  return no_errors(findings, "`karyoscope dataset check " + root.string() + "` lists all of them.");
}

Result<DatasetFolder> open_dataset(const fs::path& root, std::int64_t dims,
                                   const std::vector<std::string>& only) {
  std::error_code ec;
  DatasetFolder dataset;
  dataset.root = root;
  KARYO_TRY(const fs::path image_folder, folder_of_images(root));
  const std::string image_part = image_folder.filename().string();
  KARYO_TRY(auto images, list_images(image_folder, kForm, dataset.findings));
  KARYO_TRY(auto masks, list_images(root / kMasks, kForm, dataset.findings));
  if (!only.empty()) {
    KARYO_CHECK_OK(keep_only(only, image_part, images, masks, dataset));
  }
  if (images.empty() && dataset.findings.empty()) {
    return Error(ErrorCode::kBadFile, image_folder.string() + " holds no image",
                 "Put images (TIFF, PNG, NRRD ...) there and their masks, under the same names, "
                 "into masks/.");
  }
  const auto unreadable = [&](const std::string& part, const std::string& stem) {
    return is_unreadable(dataset.findings, part, stem);
  };
  std::vector<Finding> found;
  for (const auto& [stem, image] : images) {
    const auto mask = masks.find(stem);
    if (mask == masks.end()) {
      if (unreadable(kMasks, stem)) continue;
      found.push_back(Finding::error(
          "missing_mask", image.path, "has no mask of the same name in masks/",
          "Add masks/" + image.path.filename().string() + ", or take the image out of images/."));
      continue;
    }
    const auto about = check_headers(image, mask->second, dims);
    found.insert(found.end(), about.begin(), about.end());
    if (std::any_of(about.begin(), about.end(),
                    [](const Finding& f) { return f.severity == Severity::kError; })) {
      continue;
    }
    dataset.pairs.push_back(
        {stem, image.path, mask->second.path, image.shape(), image.description.type});
  }
  for (const auto& [stem, mask] : masks) {
    if (images.contains(stem) || unreadable(image_part, stem)) continue;
    found.push_back(Finding::error(
        "missing_image", mask.path, "has no image of the same name in images/",
        "Add images/" + mask.path.filename().string() + ", or take the mask out of masks/."));
  }
  std::vector<std::pair<fs::path, std::int64_t>> channels;
  for (const auto& pair : dataset.pairs) channels.emplace_back(pair.image, pair.shape.c);
  check_channels(channels, found);
  dataset.findings.insert(dataset.findings.end(), found.begin(), found.end());
  std::stable_sort(dataset.findings.begin(), dataset.findings.end(),
                   [](const Finding& a, const Finding& b) { return a.file < b.file; });
  return dataset;
}

std::string fingerprint(const DatasetFolder& dataset) {
  Fingerprint print;
  for (const auto& pair : dataset.pairs) {
    print.add_file(pair.image);
    print.add_file(pair.mask);
    print.add_header(pair.shape, pair.type);
  }
  return print.text();
}

}  // namespace karyo
