#include "app/picture_part.h"

#include "app/dataset_session.h"
#include "app/layer_commands.h"

namespace karyo {
namespace {

constexpr std::int64_t kMoreAround = 32;  // voxels

/// Errors: also kTooLarge.
Result<PicturePart> read_pages(const PagedImage& pages, const std::string& name, std::int64_t t,
                               std::int64_t c, const Box3& box) {
  const Box3 inside = box.clipped_to(Box3::of_shape(pages.info().shape().zyx()));
  const Index3 size = inside.shape();
  const auto bytes = static_cast<std::uint64_t>(size.count()) * bytes_of(pages.info().type);
  if (bytes > ChunkStore::standard_budget()) {
    return Error(ErrorCode::kTooLarge,
                 name + " stays in its file, and " + std::to_string(bytes >> 20) +
                     " MiB of it at once are more than there is room for",
                 "Work on a smaller part: a smaller brush or object, or crop the image first.");
  }
  Volume volume(pages.info().type, {1, 1, size.z, size.y, size.x});
  KARYO_CHECK_OK(pages.read(0, t, c, inside, volume.data()));
  return PicturePart{std::make_shared<const Volume>(std::move(volume)), 0, 0, inside.begin};
}

}  // namespace

std::int64_t first_visible_channel(const ImageLayer& image) {
  for (std::int64_t c = 0; c < image.channel_count(); ++c) {
    if (image.channel(c).visible) return c;
  }
  return 0;
}

Argument image_argument() {
  return {"image", Argument::Kind::kText, "the layer that is followed; else the one underneath"};
}

Result<const ImageLayer*> image_under(Workspace& workspace, const nlohmann::json& arguments,
                                      const LabelsLayer& labels) {
  const Index3 shape = labels.shape().zyx();
  const LayerList& layers = workspace.layers();
  const std::string name = arguments.value("image", "");
  const ImageLayer* found = nullptr;
  for (int i = 0; i < layers.count(); ++i) {
    const auto* image = dynamic_cast<const ImageLayer*>(&layers.at(i));
    if (image == nullptr) continue;
    const bool wanted =
        name.empty() ? image->visible() && image->shape().zyx() == shape : image->name() == name;
    if (wanted) found = image;
  }
  const ImageLayer* annotated = workspace.dataset().image().get();
  if (name.empty() && annotated != nullptr && workspace.dataset().owns(labels)) found = annotated;
  if (found == nullptr) {
    return Error(ErrorCode::kNotFound,
                 name.empty() ? "there is no image of the labels' size to go by"
                              : "there is no image \"" + name + "\"",
                 "Open the image that the labels belong to, or show it (V).");
  }
  if (!(found->shape().zyx() == shape)) {
    return Error(ErrorCode::kInvalidArgument, found->name() + " has another size than the labels",
                 "Name an image of the labels' size.");
  }
  return found;
}

ReadPicture picture_reader(const ImageLayer& image, std::int64_t time, const Box3& box) {
  const std::int64_t t = image.time_shown(time), c = first_visible_channel(image);
  if (image.shared_volume()) {
    return [part = PicturePart{image.shared_volume(), t, c, {}}] { return part; };
  }
  return [pages = image.pages(), name = image.name(), t, c, box] {
    return read_pages(*pages, name, t, c, box);
  };
}

Result<PicturePart> picture_part(const ImageLayer& image, std::int64_t time, const Box3& box) {
  return picture_reader(image, time, box)();
}

PictureAround picture_around(const ImageLayer& image, std::int64_t time) {
  const std::int64_t t = image.time_shown(time), c = first_visible_channel(image);
  if (image.shared_volume()) {
    return [part = PicturePart{image.shared_volume(), t, c, {}}](const Box3&) { return part; };
  }
  struct Kept {
    Box3 box;
    PicturePart part;
  };
  return [pages = image.pages(), name = image.name(), t, c,
          kept = std::make_shared<Kept>()](const Box3& box) -> Result<PicturePart> {
    const Box3 wanted = box.clipped_to(Box3::of_shape(pages->info().shape().zyx()));
    if (!kept->part.volume || !(kept->box.united_with(wanted) == kept->box)) {
      // The hand goes on: what lies beside is needed next.
      const Index3 more{wanted.shape().z > 1 ? kMoreAround : 0, kMoreAround, kMoreAround};
      KARYO_TRY(kept->part, read_pages(*pages, name, t, c, wanted.padded(more)));
      kept->box = kept->part.part().box();
    }
    return kept->part;
  };
}

ReadIntensity read_intensity(const ImageLayer& image, std::int64_t time) {
  if (!image.shared_volume()) return {};
  return [volume = image.shared_volume(), t = image.time_shown(time),
          c = first_visible_channel(image)](const Box3& box) {
    return values_in({*volume, t, c, {}}, box);
  };
}

}  // namespace karyo
