#pragma once

/// The picture that labels are drawn on, as commands that follow it read it.

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>

#include "annotation/image_part.h"
#include "annotation/split.h"
#include "app/commands.h"
#include "app/workspace.h"

namespace karyo {

/// One channel at one time, in memory as a whole or in part.
struct PicturePart {
  std::shared_ptr<const Volume> volume;
  std::int64_t t = 0, c = 0;
  Index3 origin;  ///< the voxel of the layer that the volume begins at
  ImagePart part() const { return {*volume, t, c, origin}; }
};

/// The image under labels: the argument "image" names it; else the one that is annotated, else the
/// topmost visible one of the same size. Errors: kNotFound; kInvalidArgument for another size.
Result<const ImageLayer*> image_under(Workspace& workspace, const nlohmann::json& arguments,
                                      const LabelsLayer& labels);
Argument image_argument();

/// The one that tools go by; 0 where none is visible.
std::int64_t first_visible_channel(const ImageLayer& image);

/// Its first visible channel. Of an image that stays in its file, `box` is read, here and now.
/// Errors: those of reading; kTooLarge for a box that there is no room for.
Result<PicturePart> picture_part(const ImageLayer& image, std::int64_t time, const Box3& box);

/// The same, to be called on any thread.
using ReadPicture = std::function<Result<PicturePart>()>;
ReadPicture picture_reader(const ImageLayer& image, std::int64_t time, const Box3& box);

/// The same of any box, asked for again and again: of an image that stays in its file, somewhat
/// more than the box is read, which is kept until a box reaches beyond it. On one thread.
using PictureAround = std::function<Result<PicturePart>(const Box3& box)>;
PictureAround picture_around(const ImageLayer& image, std::int64_t time);

/// Values of an image that is in memory; empty for one that stays in its file. Keeps it alive.
ReadIntensity read_intensity(const ImageLayer& image, std::int64_t time);

}  // namespace karyo
