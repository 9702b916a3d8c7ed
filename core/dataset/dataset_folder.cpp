#include "core/dataset/dataset_folder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>
#include <system_error>

#include "core/base/random.h"
#include "core/io/image_io.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;

constexpr const char* kImages = "images";
constexpr const char* kMasks = "masks";

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() > end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// Endings that announce an image; others are looked into before they count.
bool named_as_image(const std::string& name) {
  constexpr std::array kEndings = {".tif", ".tiff", ".btf", ".png", ".jpg",    ".jpeg",
                                   ".nrrd", ".nhdr", ".nii", ".nii.gz", ".mha", ".mhd"};
  const std::string low = lower(name);
  return std::any_of(kEndings.begin(), kEndings.end(),
                     [&](const char* ending) { return ends_with(low, ending); });
}

std::string stem_of(const std::string& name) {
  for (const char* two : {".ome.tif", ".ome.tiff", ".nii.gz"}) {
    if (ends_with(lower(name), two)) return name.substr(0, name.size() - std::string(two).size());
  }
  return fs::path(name).stem().string();
}

std::string plane_text(const VolumeShape& shape) {
  const std::string plane = std::to_string(shape.y) + "x" + std::to_string(shape.x);
  return shape.z > 1 ? std::to_string(shape.z) + "x" + plane : plane;
}

Finding error(const char* kind, const fs::path& file, std::string what, std::string fix) {
  return {Severity::kError, kind, file, std::move(what), std::move(fix)};
}
Finding warning(const char* kind, const fs::path& file, std::string what, std::string fix) {
  return {Severity::kWarning, kind, file, std::move(what), std::move(fix)};
}

struct Listed {
  fs::path path;
  ImageDescription description;
};

/// Images of one folder by stem. Files that are no images, and say so by their name, are left out.
Result<std::map<std::string, Listed>> list_images(const fs::path& folder,
                                                  std::vector<Finding>& findings) {
  std::error_code ec;
  std::vector<fs::path> files;
  for (fs::directory_iterator it(folder, ec), end; !ec && it != end; it.increment(ec)) {
    std::error_code ignored;
    const std::string name = it->path().filename().string();
    if (name.front() != '.' && it->is_regular_file(ignored)) files.push_back(it->path());
  }
  if (ec) {
    return Error(ErrorCode::kNotFound,
                 "cannot look into the folder " + folder.string() + ": " + ec.message(),
                 "A dataset is a folder with images/ and masks/ that hold files of the same names.");
  }
  std::sort(files.begin(), files.end());
  std::map<std::string, Listed> listed;
  for (const auto& path : files) {
    const std::string name = path.filename().string();
    auto description = describe_image(path);
    if (!description) {
      if (named_as_image(name)) {
        findings.push_back(error("unreadable", path, description.error().what,
                                 description.error().fix));
      }
      continue;
    }
    const auto [place, added] = listed.try_emplace(stem_of(name), Listed{path, *description});
    if (!added) {
      findings.push_back(error("duplicate_name", path,
                               "has the same name as \"" +
                                   place->second.path.filename().string() + "\", up to the ending",
                               "Keep one of the two in " + folder.filename().string() +
                                   "/, or rename one (and its partner)."));
    }
  }
  return listed;
}

/// What two headers tell; an error among the findings makes the pair unusable.
std::vector<Finding> check_headers(const Listed& image, const Listed& mask, std::int64_t dims) {
  const VolumeShape& size = image.description.shape;
  const VolumeShape& mask_size = mask.description.shape;
  if (size.t > 1) {
    return {error("time_series", image.path,
                  "has " + std::to_string(size.t) + " time points; one image a file is expected",
                  "Save each time point as a file of its own (Fiji: Image > Stacks > Stack to "
                  "Images), images and masks alike.")};
  }
  if (dims == 2 && size.z > 1) {
    return {error("stack", image.path,
                  "is a stack of " + std::to_string(size.z) + " planes; 2D training takes planes",
                  "Train with --dims 3, or save each plane as a file of its own, images and masks "
                  "alike.")};
  }
  if (dims == 3 && size.z == 1) {
    return {error("plane", image.path, "is a single plane; 3D training takes stacks",
                  "Train with --dims 2, or take the file out.")};
  }
  if (mask.description.rgb || mask_size.c > 1) {
    return {error("rgb_mask", mask.path,
                  "is a colour picture with " + std::to_string(mask_size.c) +
                      " channels, not a label image",
                  "Save the labels as one channel of whole numbers: 0 for background, a number of "
                  "its own for each object (in Fiji, File > Save As > Tiff of the label image, not "
                  "of its coloured view).")};
  }
  if (mask_size.zyx() != size.zyx() || mask_size.t != size.t) {
    return {error("size_mismatch", mask.path,
                  "is " + plane_text(mask_size) + ", but its image is " + plane_text(size),
                  "Export the mask again at the image's size, without cropping or scaling.")};
  }
  const VoxelType type = mask.description.type;
  if (type == VoxelType::kFloat32 || type == VoxelType::kFloat64) {
    if (const auto labels = read_labels(mask.path); !labels) {
      return {error("float_mask", mask.path,
                    "holds " + std::string(name_of(type)) + " values that are no labels: " +
                        labels.error().what,
                    "Save the label image as 16-bit integers without scaling, one number an "
                    "object; a probability map has to be thresholded first (karyoscope "
                    "threshold).")};
    }
    return {warning("float_mask", mask.path,
                    "holds labels as " + std::string(name_of(type)) +
                        "; they are whole numbers and are read as such",
                    "Save labels as 16-bit integers; other programs may round them.")};
  }
  return {};
}

/// Separate pieces of labelled voxels, joined by faces; counting stops at 2.
int pieces_up_to_two(LabelView labels) {
  const Index3 shape = labels.shape();
  std::vector<std::uint8_t> seen(static_cast<std::size_t>(shape.count()), 0);
  const auto offset = [&](Index3 p) {
    return static_cast<std::size_t>((p.z * shape.y + p.y) * shape.x + p.x);
  };
  const Box3 all = Box3::of_shape(shape);
  constexpr Index3 kSteps[] = {{0, 0, 1}, {0, 0, -1}, {0, 1, 0}, {0, -1, 0}, {1, 0, 0}, {-1, 0, 0}};
  int pieces = 0;
  std::vector<Index3> open;
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      for (std::int64_t x = 0; x < shape.x; ++x) {
        if (labels(z, y, x) == 0 || seen[offset({z, y, x})] != 0) continue;
        if (++pieces == 2) return pieces;
        seen[offset({z, y, x})] = 1;
        open.push_back({z, y, x});
        while (!open.empty()) {
          const Index3 at = open.back();
          open.pop_back();
          for (const Index3 step : kSteps) {
            const Index3 to = at + step;
            if (!all.contains(to) || labels(to) == 0 || seen[offset(to)] != 0) continue;
            seen[offset(to)] = 1;
            open.push_back(to);
          }
        }
      }
    }
  }
  return pieces;
}

/// Where a channel holds NaN or infinity; empty for none.
std::string non_finite_place(const Volume& image) {
  return visit_voxels(image.type(), [&](auto zero) -> std::string {
    using T = decltype(zero);
    if constexpr (std::is_floating_point_v<T>) {
      const T* values = image.view<T>().data();
      for (std::int64_t i = 0; i < image.shape().count(); ++i) {
        if (std::isfinite(values[i])) continue;
        const VolumeShape& s = image.shape();
        return std::string(std::isnan(values[i]) ? "NaN" : "infinity") + " at y " +
               std::to_string(i / s.x % s.y) + ", x " + std::to_string(i % s.x);
      }
    }
    return "";
  });
}

}  // namespace

Error Finding::as_error() const {
  return {ErrorCode::kBadFile, "\"" + file.string() + "\" " + what, fix};
}

Result<void> DatasetFolder::usable() const {
  const auto is_error = [](const Finding& f) { return f.severity == Severity::kError; };
  const auto first = std::find_if(findings.begin(), findings.end(), is_error);
  if (first == findings.end()) return {};
  const auto count = std::count_if(findings.begin(), findings.end(), is_error);
  Error stop = first->as_error();
  if (count > 1) {
    stop.what += " (and " + std::to_string(count - 1) + " more files have to be mended)";
    stop.fix += " `karyoscope dataset check " + root.string() + "` lists all of them.";
  }
  return stop;
}

Result<DatasetFolder> open_dataset(const fs::path& root, std::int64_t dims) {
  std::error_code ec;
  for (const char* part : {kImages, kMasks}) {
    if (fs::is_directory(root / part, ec)) continue;
    const bool no_root = !fs::exists(root, ec);
    return Error(ErrorCode::kNotFound,
                 no_root ? "there is no folder " + root.string()
                         : "the folder " + root.string() + " has no folder " + part + "/",
                 "A dataset is a folder with images/ and masks/ that hold files of the same names.");
  }
  DatasetFolder dataset;
  dataset.root = root;
  KARYO_TRY(const auto images, list_images(root / kImages, dataset.findings));
  KARYO_TRY(const auto masks, list_images(root / kMasks, dataset.findings));
  if (images.empty() && dataset.findings.empty()) {
    return Error(ErrorCode::kBadFile, (root / kImages).string() + " holds no image",
                 "Put images (TIFF, PNG, NRRD ...) there and their masks, under the same names, "
                 "into masks/.");
  }
  const auto unreadable = [&](const char* part, const std::string& stem) {
    return std::any_of(dataset.findings.begin(), dataset.findings.end(), [&](const Finding& f) {
      return f.kind == "unreadable" && f.file.parent_path().filename() == part &&
             stem_of(f.file.filename().string()) == stem;
    });
  };
  std::vector<Finding> found;
  for (const auto& [stem, image] : images) {
    const auto mask = masks.find(stem);
    if (mask == masks.end()) {
      if (unreadable(kMasks, stem)) continue;
      found.push_back(error("missing_mask", image.path, "has no mask of the same name in masks/",
                            "Add masks/" + image.path.filename().string() +
                                ", or take the image out of images/."));
      continue;
    }
    const auto about = check_headers(image, mask->second, dims);
    found.insert(found.end(), about.begin(), about.end());
    if (std::any_of(about.begin(), about.end(),
                    [](const Finding& f) { return f.severity == Severity::kError; })) {
      continue;
    }
    DatasetPair pair{stem, image.path, mask->second.path, image.description.shape,
                     image.description.type};
    if (image.description.rgb && pair.shape.c == 4) pair.shape.c = 3;
    dataset.pairs.push_back(std::move(pair));
  }
  for (const auto& [stem, mask] : masks) {
    if (images.contains(stem) || unreadable(kImages, stem)) continue;
    found.push_back(error("missing_image", mask.path, "has no image of the same name in images/",
                          "Add images/" + mask.path.filename().string() +
                              ", or take the mask out of masks/."));
  }
  for (const auto& pair : dataset.pairs) {
    const std::int64_t expected = dataset.pairs.front().shape.c;
    if (pair.shape.c == expected) continue;
    found.push_back(error("channel_mismatch", pair.image,
                          "has " + std::to_string(pair.shape.c) + " channels, but \"" +
                              dataset.pairs.front().image.filename().string() + "\" has " +
                              std::to_string(expected),
                          "Save all images with the same channels."));
  }
  dataset.findings.insert(dataset.findings.end(), found.begin(), found.end());
  std::stable_sort(dataset.findings.begin(), dataset.findings.end(),
                   [](const Finding& a, const Finding& b) { return a.file < b.file; });
  return dataset;
}

std::vector<Finding> check_contents(const DatasetPair& pair, const Volume& image,
                                    LabelView labels) {
  std::vector<Finding> found;
  const std::string bad = non_finite_place(image);
  if (!bad.empty()) {
    found.push_back(error("not_finite", pair.image, "holds " + bad,
                          "Export the image again without a mask that turns pixels into NaN, or crop "
                          "that part away."));
  }
  const ValueRange range = value_range(image);
  if (bad.empty() && range.low == range.high) {
    char value[32];
    std::snprintf(value, sizeof value, "%g", range.low);
    found.push_back(warning("constant_image", pair.image,
                            std::string("is constant: every pixel is ") + value,
                            "Nothing can be learned from it: export the image again, or take the "
                            "pair out."));
  }
  std::uint32_t only = 0;
  bool several = false;
  for (std::int64_t z = 0; z < labels.shape().z && !several; ++z) {
    for (std::int64_t y = 0; y < labels.shape().y && !several; ++y) {
      const std::uint32_t* row = labels.row(z, y);
      for (std::int64_t x = 0; x < labels.shape().x; ++x) {
        if (row[x] == 0 || row[x] == only) continue;
        several = only != 0;
        only = row[x];
        if (several) break;
      }
    }
  }
  if (only == 0) {
    found.push_back(warning("empty_mask", pair.mask, "has no object: every pixel is 0",
                            "Fine where the image shows no nucleus; otherwise annotate it, or take "
                            "the pair out."));
  } else if (!several && pieces_up_to_two(labels) > 1) {
    found.push_back(warning(
        "binary_mask", pair.mask,
        "has a single number, " + std::to_string(only) +
            ", for several separate objects; they are learned as one, and touching nuclei are "
            "merged",
        "Give each object a number of its own: `karyoscope threshold " + pair.mask.string() +
            " OUT --watershed` numbers separate pieces and cuts touching ones; check the result."));
  }
  return found;
}

void check_all_contents(DatasetFolder& dataset) {
  for (const auto& pair : dataset.pairs) {
    const auto image = read_image(pair.image);
    if (!image) {
      dataset.findings.push_back(
          error("unreadable", pair.image, image.error().what, image.error().fix));
      continue;
    }
    const auto labels = read_labels(pair.mask);
    if (!labels) {
      dataset.findings.push_back(
          error("unreadable", pair.mask, labels.error().what, labels.error().fix));
      continue;
    }
    const auto found = check_contents(pair, *image, labels->view());
    dataset.findings.insert(dataset.findings.end(), found.begin(), found.end());
  }
}

Result<DatasetSplit> split_dataset(std::int64_t count, double fraction, std::uint64_t seed) {
  if (count < 1) {
    return Error(ErrorCode::kInvalidArgument, "there are no images to train on",
                 "Put pairs with the same file names into images/ and masks/.");
  }
  if (!(fraction > 0 && fraction < 1)) {
    return Error(ErrorCode::kInvalidArgument,
                 "the share kept for validation cannot be " + std::to_string(fraction),
                 "Choose a number between 0 and 1, such as 0.1.");
  }
  DatasetSplit split;
  if (count == 1) return DatasetSplit{{0}, {0}, true};
  const auto wanted = std::llround(fraction * static_cast<double>(count));
  const std::int64_t kept = std::clamp<std::int64_t>(wanted, 1, count - 1);
  const auto order = Random(seed).permutation(count);
  split.train.assign(order.begin(), order.end() - kept);
  split.validation.assign(order.end() - kept, order.end());
  std::sort(split.train.begin(), split.train.end());
  std::sort(split.validation.begin(), split.validation.end());
  return split;
}

std::string fingerprint(const DatasetFolder& dataset) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;  // FNV-1a
  const auto add = [&hash](const std::string& text) {
    for (const char c : text + '\n') {
      hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    }
  };
  for (const auto& pair : dataset.pairs) {
    for (const auto& file : {pair.image, pair.mask}) {
      std::error_code ec;
      const auto bytes = fs::file_size(file, ec);
      add(file.filename().string() + " " + std::to_string(ec ? 0 : bytes));
    }
    const VolumeShape& s = pair.shape;
    add(std::to_string(s.c) + " " + plane_text(s) + " " + std::string(name_of(pair.type)));
  }
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash));
  return text;
}

}  // namespace karyo
