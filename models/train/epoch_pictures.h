#pragma once

/// Pictures of what a network makes of one image while it learns: MODEL/previews/epoch_0001.png,
/// after epochs 1, 2, 3, 4, 6, 8, 12, 16, 24 ... and the last, so that a training of any length
/// leaves few (22 of 2000 epochs).
///
/// Threads  one that writes; readers may read at any time, as files are written atomically.

#include <cstdint>
#include <filesystem>
#include <vector>

#include "core/base/result.h"
#include "core/image/volume.h"
#include "core/io/png_writer.h"

namespace karyo {

/// Whether there is a picture after epoch `epoch` (from 1) of `epochs`.
bool has_epoch_picture(std::int64_t epoch, std::int64_t epochs);

/// A file of them; `epoch` is told by its name.
struct EpochPicture {
  std::int64_t epoch = 0;
  std::filesystem::path file;
};
/// By epoch; empty where the folder has none.
std::vector<EpochPicture> epoch_pictures(const std::filesystem::path& model);
/// Those of an earlier training in this folder.
void forget_epoch_pictures(const std::filesystem::path& model);
/// Errors  kIo.
Result<void> write_epoch_picture(const std::filesystem::path& model, std::int64_t epoch,
                                 const RgbPicture& picture);

/// What is shown of an image: all channels of the first time point, at most 256 x 256 pixels of a
/// plane or, `deep`, 128 x 128 x 32 voxels, around what is labelled where there are labels, else
/// around the middle. Without `deep` one plane, the one with the most labels.
struct PreviewPart {
  Volume image;
  LabelArray truth;  ///< of the same extents; empty without labels
};
/// `truth` empty, or of the image's extents. Errors  of crop().
Result<PreviewPart> preview_part(const Volume& image, LabelView truth, bool deep);

/// The middle plane in grey with outlines: blue what was found, orange what is true where nothing
/// blue lies over it.
RgbPicture draw_found(const PreviewPart& part, LabelView found);
/// The middle plane as it came, and restored, side by side; each from black to white by its own
/// values.
RgbPicture draw_restored(const Volume& image, const Volume& restored);

}  // namespace karyo
