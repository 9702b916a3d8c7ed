#include "app/dataset_files.h"

#include <algorithm>
#include <map>
#include <system_error>
#include <utility>

#include "app/layer_data.h"
#include "app/open_layer.h"
#include "app/training_plan.h"
#include "core/base/atomic_file.h"
#include "core/io/image_io.h"
#include "core/io/image_names.h"
#include "core/io/roi_zip.h"
#include "core/labels/label_rois.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;

/// By stem.
Result<std::map<std::string, fs::path>> images_in(const fs::path& folder) {
  KARYO_TRY(const auto files, image_files(folder));
  std::map<std::string, fs::path> images;
  for (const fs::path& file : files) images.try_emplace(image_stem(file), file);
  return images;
}

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

Result<std::shared_ptr<LabelsLayer>> read_mask(const DatasetItem& item, const ImageLayer& image,
                                               const std::shared_ptr<ChunkStore>& chunks,
                                               TaskControl& control) {
  const VolumeShape shape = image.shape();
  if (!is_there(item.mask)) {
    std::vector<LabelVolume> frames(static_cast<std::size_t>(shape.t), LabelVolume(shape.zyx()));
    return std::make_shared<LabelsLayer>("masks", std::move(frames), image.grid());
  }
  KARYO_TRY(const auto layers, open_layers(item.mask, OpenAs::kLabels, chunks, control));
  auto labels = std::dynamic_pointer_cast<LabelsLayer>(layers.front());
  if (!labels) {
    return Error(ErrorCode::kBadFile, item.mask.string() + " holds no labels",
                 "Save the labels as one channel of whole numbers.");
  }
  const VolumeShape found = labels->shape();
  if (!(found.zyx() == shape.zyx()) || found.t != shape.t) {
    const auto text = [](const VolumeShape& s) {
      return (s.t > 1 ? std::to_string(s.t) + " x " : "") +
             (s.z > 1 ? std::to_string(s.z) + " x " : "") + std::to_string(s.y) + " x " +
             std::to_string(s.x);
    };
    return Error(ErrorCode::kBadFile,
                 item.mask.string() + " is " + text(found) + ", but its image is " + text(shape),
                 "Export the mask again at the image's size, or move it out of the folder to "
                 "begin anew.");
  }
  return std::make_shared<LabelsLayer>("masks", frames_of(*labels), image.grid());
}

/// What was done since the mask was written. A mask that others have changed meanwhile is shown as
/// it is, until a person has decided.
Result<void> recover(const DatasetItem& item, Journal& journal, ImagePair& pair) {
  KARYO_TRY(pair.file, fingerprint_of(item.mask));
  const std::string name = item.image.filename().string();
  KARYO_TRY(pair.recovered, journal.recover(name, frames_of(*pair.labels), pair.file));
  KARYO_TRY(pair.notes, journal.notes(name));
  if (pair.recovered->changed_outside || !pair.recovered->unsaved) return {};
  pair.labels = std::make_shared<LabelsLayer>("masks", pair.recovered->labels, pair.labels->grid());
  return {};
}

}  // namespace

Result<std::vector<DatasetItem>> list_items(const fs::path& folder) {
  const fs::path inside = folder / "images";
  KARYO_TRY(const auto images, images_in(is_folder(inside) ? inside : folder));
  if (images.empty()) {
    return Error(ErrorCode::kBadFile, folder.string() + " holds no images",
                 "Choose a folder of images, or one that has them in images/.");
  }
  const fs::path mask_folder = folder / "masks";
  std::map<std::string, fs::path> masks;
  if (is_folder(mask_folder)) {
    KARYO_TRY(masks, images_in(mask_folder));
  }
  const auto doubts = image_doubts(models_of(folder));
  std::vector<DatasetItem> items;
  for (const auto& [name, path] : images) {
    DatasetItem item;
    item.name = name;
    item.image = path;
    const auto mask = masks.find(name);
    item.mask = mask != masks.end() ? mask->second : mask_folder / (name + ".tif");
    if (const auto doubt = doubts.find(name); doubt != doubts.end()) item.doubt = doubt->second;
    items.push_back(std::move(item));
  }
  return items;
}

Result<ImagePair> read_pair(const DatasetItem& item, const std::shared_ptr<ChunkStore>& chunks,
                            const std::shared_ptr<Journal>& journal, TaskControl& control) {
  KARYO_TRY(const auto layers, open_layers(item.image, OpenAs::kImage, chunks, control));
  ImagePair pair;
  pair.image = std::dynamic_pointer_cast<ImageLayer>(layers.front());
  if (!pair.image) {
    return Error(ErrorCode::kBadFile, item.image.string() + " is no image",
                 "Take it out of the folder of images.");
  }
  pair.image->set_name(item.name);
  auto labels = read_mask(item, *pair.image, chunks, control);
  if (!labels) {
    pair.problem = labels.error();
    return pair;
  }
  pair.labels = *std::move(labels);
  if (journal) KARYO_CHECK_OK(recover(item, *journal, pair));
  pair.labels->set_source({item.mask, ""});
  if (pair.image->shared_volume() && is_there(item.mask)) {
    DatasetPair files{item.name, item.image, item.mask, pair.image->shape(),
                      pair.image->shared_volume()->type()};
    pair.findings = check_contents(files, *pair.image->shared_volume(),
                                   pair.labels->labels(0).to_dense().view());
  }
  return pair;
}

std::vector<LabelVolume> frames_of(const LabelsLayer& layer) {
  std::vector<LabelVolume> frames;
  for (std::int64_t t = 0; t < layer.shape().t; ++t) frames.push_back(layer.labels(t));
  return frames;
}

Result<fs::path> write_mask(const fs::path& path, const std::vector<LabelVolume>& frames,
                            const VoxelGrid& grid, const BeforeNaming& before_naming) {
  // Other formats either lose ids (PNG) or are not written here.
  const bool tiff = path.extension() == ".tif" || path.extension() == ".tiff";
  const fs::path target = tiff ? path : path.parent_path() / (image_stem(path) + ".tif");
  std::vector<LabelArray> dense;
  for (const LabelVolume& frame : frames) dense.push_back(frame.to_dense());
  const Volume volume = from_labels(dense, grid);
  const fs::path trial = target.parent_path() / ("." + target.stem().string() + ".unverified.tif");
  WriteOptions options;
  options.compress = true;
  KARYO_CHECK_OK(write_image(trial, volume, options));
  KARYO_TRY(const Volume back, read_image(trial));
  std::error_code failed;
  for (std::size_t t = 0; t < dense.size(); ++t) {
    auto labels = to_labels(back, static_cast<std::int64_t>(t));
    if (labels && *labels == dense[t]) continue;
    fs::remove(trial, failed);
    return Error(
        ErrorCode::kIo,
        "the mask that was written to " + target.string() + " does not read back as it was",
        "The disk may be failing: save to another place. Your edits are kept.");
  }
  if (before_naming) {
    const auto told = before_naming(trial);
    if (!told) fs::remove(trial, failed);
    if (!told) return told.error();
  }
  KARYO_TRY(auto file, AtomicFile::create(target));
  fs::rename(trial, file.temporary_path(), failed);
  if (failed) {
    return Error(ErrorCode::kIo, "cannot write " + target.string() + ": " + failed.message(),
                 "Check that the folder can be written to.");
  }
  KARYO_CHECK_OK(file.commit());
  if (target != path && is_there(path)) fs::rename(path, path.string() + ".before", failed);
  return target;
}

fs::path rois_beside(const fs::path& mask) {
  return mask.parent_path() / (image_stem(mask) + "_RoiSet.zip");
}

Result<void> write_mask_rois(const fs::path& mask, const std::vector<LabelVolume>& frames) {
  std::vector<Roi> rois;
  for (std::size_t t = 0; t < frames.size(); ++t) {
    auto of_frame = rois_from_frame(frames[t].to_dense().view(), static_cast<std::int64_t>(t),
                                    static_cast<std::int64_t>(frames.size()));
    std::move(of_frame.begin(), of_frame.end(), std::back_inserter(rois));
  }
  return write_rois(rois_beside(mask), rois);
}

}  // namespace karyo
