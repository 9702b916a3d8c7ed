#pragma once

/// A file becomes a layer: read, told apart (image or labels), ready to be shown.

#include <filesystem>
#include <memory>
#include <vector>

#include "core/base/task.h"
#include "core/image/chunk_store.h"
#include "core/image/volume.h"
#include "core/io/image_sequence.h"
#include "core/layers/layer.h"

namespace karyo {

enum class OpenAs { kGuess, kImage, kLabels };

/// Whether an image holds labels, that is numbers of objects.
///
/// Labels are whole numbers >= 0 in one channel. Beyond that either the name says so (a word such
/// as mask, label, seg, truth in the file's or its folder's name), or the pixels do: objects of one
/// value each, so that nearly all neighbours are equal and the others jump. Without such a name,
/// pictures of only two values (thresholded ones) are images.
bool looks_like_labels(const Volume& volume, const std::filesystem::path& path);

/// From this size in memory on, images stay in their file and are read chunk by chunk, if their
/// format allows it.
inline constexpr std::uint64_t kPagedBytes = std::uint64_t{128} << 20;

/// The layers of a file, at least one: an OME-Zarr folder may hold label images beside its image.
/// A folder of images is one image, its numbers standing for the axes that plan_sequence guesses.
/// Errors: those of read_image and, with kLabels, of to_labels. Threads: any.
Result<std::vector<std::shared_ptr<Layer>>> open_layers(const std::filesystem::path& path,
                                                        OpenAs as,
                                                        const std::shared_ptr<ChunkStore>& chunks,
                                                        TaskControl& control);

/// The paths without those that another before them brings along: files of one OME-TIFF set open as
/// one image. Threads: any.
std::vector<std::filesystem::path> without_repeated_sets(
    const std::vector<std::filesystem::path>& paths);

/// A folder of images as one (core/io/image_sequence.h), its numbers standing for these axes. Its
/// layer's source is the folder with the part "axes=t,z". Errors: those of plan_sequence and
/// open_sequence.
Result<std::shared_ptr<Layer>> open_sequence_layer(const std::filesystem::path& folder,
                                                   const std::vector<io::SequenceAxis>& axes,
                                                   OpenAs as,
                                                   const std::shared_ptr<ChunkStore>& chunks,
                                                   TaskControl& control);

/// The same for voxels in memory.
Result<std::shared_ptr<Layer>> make_layer(const std::string& name,
                                          std::shared_ptr<const Volume> volume, OpenAs as,
                                          const std::filesystem::path& path = {});

}  // namespace karyo
