#pragma once

/// The files of a folder that is annotated: which images there are, an image with its mask, a mask
/// that is written.
///
/// Threads  any.

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "annotation/journal.h"
#include "app/dataset_session.h"
#include "core/base/task.h"
#include "core/image/chunk_store.h"

namespace karyo {

/// An image and its labels, ready to be shown.
struct ImagePair {
  std::shared_ptr<ImageLayer> image;
  std::shared_ptr<LabelsLayer> labels;  ///< null: the mask does not fit
  std::optional<Error> problem;         ///< why
  std::vector<Finding> findings;
  std::optional<FileFingerprint> file;  ///< of the mask; none: there is none
  /// Of the journal, where there is one: steps, and whether the mask was changed by others.
  std::optional<Recovered> recovered;
  std::map<std::string, std::string> notes;
};

/// The images of FOLDER/images, or of the folder itself, by name, and where their masks are
/// (FOLDER/masks). Headers are not read. Errors: kNotFound; kBadFile when there is no image.
Result<std::vector<DatasetItem>> list_items(const std::filesystem::path& folder);

/// Reads both, and what the journal (may be null) knows beyond the mask; without a mask the labels
/// are empty. A mask that cannot be used is a problem and the image comes alone, so that nothing is
/// saved over it. Errors: those of the image.
Result<ImagePair> read_pair(const DatasetItem& item, const std::shared_ptr<ChunkStore>& chunks,
                            const std::shared_ptr<Journal>& journal, TaskControl& control);

/// One a time point, as they are now: costs their tiles' pointers.
std::vector<LabelVolume> frames_of(const LabelsLayer& layer);

/// Writes labels as a mask (TIFF), reads the file back and compares before it gets its name. A mask
/// at `path` in another format is renamed to NAME.before, so that one is left. Returns where the
/// mask is now. `before_naming` hears of the finished file under its temporary name.
/// Errors: kIo; that of before_naming, and the mask is as it was.
using BeforeNaming = std::function<Result<void>(const std::filesystem::path& file)>;
Result<std::filesystem::path> write_mask(const std::filesystem::path& path,
                                         const std::vector<LabelVolume>& frames,
                                         const VoxelGrid& grid,
                                         const BeforeNaming& before_naming = {});

/// MASK's name with _RoiSet.zip in the place of its ending, beside it.
std::filesystem::path rois_beside(const std::filesystem::path& mask);
Result<void> write_mask_rois(const std::filesystem::path& mask,
                             const std::vector<LabelVolume>& frames);

}  // namespace karyo
