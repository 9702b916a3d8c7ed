#include "core/dataset/image_folder.h"

#include <map>
#include <system_error>
#include <utility>

#include "core/dataset/image_listing.h"
#include "core/io/image_names.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;

constexpr const char* kForm =
    "Give a folder of images or stacks, one with images/ in it, or a single stack.";

/// The images of the folder, or the one of the file.
Result<std::map<std::string, Listed>> images_of(const fs::path& root,
                                                std::vector<Finding>& findings) {
  std::error_code ec;
  if (!fs::is_regular_file(root, ec)) return list_images(root, kForm, findings);
  KARYO_TRY(auto description, describe_image(root));
  return std::map<std::string, Listed>{{image_stem(root), {root, std::move(description)}}};
}

}  // namespace

Result<void> ImageFolder::usable() const {
  return no_errors(findings, "Mend them one after the other.");
}

Result<ImageFolder> open_images(const fs::path& root, std::int64_t dims) {
  std::error_code ec;
  ImageFolder dataset;
  dataset.root = fs::is_directory(root / "images", ec) ? root / "images" : root;
  if (!fs::exists(dataset.root, ec)) {
    return Error(ErrorCode::kNotFound, "there is no folder " + root.string(), kForm);
  }
  KARYO_TRY(const auto images, images_of(dataset.root, dataset.findings));
  if (images.empty() && dataset.findings.empty()) {
    const bool pairs = fs::is_directory(dataset.root / "low", ec);
    return Error(
        ErrorCode::kBadFile, dataset.root.string() + " holds no image",
        pairs ? "Give the folder of the noisy images: " + (dataset.root / "low").string() + "."
              : std::string("Put images or stacks (TIFF, PNG, NRRD ...) there."));
  }
  std::vector<std::pair<fs::path, std::int64_t>> channels;
  for (const auto& [stem, image] : images) {
    const VolumeShape shape = image.shape();
    if (dims == 3 && shape.z == 1) {
      dataset.findings.push_back(
          Finding::error("plane", image.path, "is a single plane; 3D training takes stacks",
                         shape.t > 1 ? "Train with --dims 2, or, if its time points are planes in "
                                       "depth, save it as a stack (Fiji: Image > Properties)."
                                     : "Train with --dims 2, or take the file out."));
      continue;
    }
    dataset.images.push_back({image.path, shape, image.description.type});
    channels.emplace_back(image.path, shape.c);
  }
  check_channels(channels, dataset.findings);
  return dataset;
}

std::string fingerprint(const ImageFolder& dataset) {
  Fingerprint print;
  for (const auto& image : dataset.images) {
    print.add_file(image.path);
    print.add_header(image.shape, image.type);
  }
  return print.text();
}

}  // namespace karyo
