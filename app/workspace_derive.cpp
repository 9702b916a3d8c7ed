// New layers made from others: filters, crops.

#include <utility>

#include "app/vector_files.h"
#include "app/workspace.h"
#include "core/labels/label_volume.h"

namespace karyo {
namespace {

/// Channels as the source shows them, but for limits, which are the new values'.
void take_over_look(const ImageLayer& source, ImageLayer& made) {
  if (source.channel_count() != made.channel_count() || source.rgb() != made.rgb()) return;
  for (std::int64_t c = 0; c < made.channel_count(); ++c) {
    ChannelDisplay display = source.channel(c);
    display.limits = made.channel(c).limits;
    made.set_channel(c, std::move(display));
  }
  made.set_interpolation(source.interpolation());
}

/// Whether a part of an image that stays in its file may be taken into memory.
Result<void> check_room(const PagedImage& pages, const CropBox& box) {
  const auto voxels = static_cast<std::uint64_t>(
      (box.last_t - box.first_t) * (box.last_c - box.first_c) * box.box.shape().count());
  const std::uint64_t bytes = voxels * bytes_of(pages.info().type);
  if (bytes <= ChunkStore::standard_budget()) return {};
  return Error(
      ErrorCode::kTooLarge,
      "that needs " + std::to_string(bytes >> 20) + " MiB at once, more than there is room for",
      "Crop a smaller part first.");
}

}  // namespace

/// What a task needs to know of a layer; labels are turned into pixels there.
struct Workspace::Pixels {
  std::shared_ptr<const Volume> image;
  std::shared_ptr<const PagedImage> pages;
  std::vector<LabelVolume> labels;
  VoxelGrid place;

  /// The part of it, or all.
  Result<Volume> read(const CropBox& box, TaskControl& control) const {
    Volume volume;
    if (pages) {
      KARYO_CHECK_OK(check_room(*pages, box));
      KARYO_TRY(volume, crop(*pages, box, control));
      return volume;
    }
    if (image) {
      KARYO_TRY(volume, crop(*image, box));
    } else {
      std::vector<LabelArray> dense;
      for (const LabelVolume& frame : labels) dense.push_back(frame.to_dense());
      KARYO_TRY(volume, crop(from_labels(dense, place), box));
    }
    return volume;
  }
};

Workspace::Pixels Workspace::pixels_of(const Layer& layer) {
  Pixels pixels;
  pixels.place = layer.place();
  if (const auto* image = dynamic_cast<const ImageLayer*>(&layer)) {
    pixels.image = image->shared_volume();
    pixels.pages = image->pages();
  } else {
    const auto& labels = dynamic_cast<const LabelsLayer&>(layer);
    for (std::int64_t t = 0; t < labels.shape().t; ++t) pixels.labels.push_back(labels.labels(t));
  }
  return pixels;
}

Result<void> Workspace::derive(Layer& layer, const std::string& suffix, Derivation run) {
  return derive(layer, suffix, CropBox::all(layer.shape()), std::move(run));
}

Result<void> Workspace::derive_crop(Layer& layer, const CropBox& box) {
  return derive(layer, "part", box, {});
}

Result<void> Workspace::derive(Layer& layer, const std::string& suffix, const CropBox& box,
                               Derivation run) {
  if (is_vector(layer.kind())) return no_pixels(layer);
  const OpenAs as = layer.kind() == LayerKind::kLabels ? OpenAs::kLabels : OpenAs::kImage;
  return make(layer, suffix,
              [pixels = pixels_of(layer), box, run = std::move(run), as,
               name = layer.name()](TaskControl& control) -> Result<std::shared_ptr<Layer>> {
                Volume volume;
                if (run && pixels.image && pixels.place == pixels.image->grid) {
                  KARYO_TRY(volume, run(*pixels.image, control));
                } else {
                  KARYO_TRY(volume, pixels.read(box, control));
                  if (run) {
                    if (!pixels.pages) volume.grid = pixels.place;
                    KARYO_TRY(volume, run(volume, control));
                  }
                }
                return make_layer(name, std::make_shared<const Volume>(std::move(volume)), as);
              });
}

Result<void> Workspace::make(Layer& layer, const std::string& suffix, Making run) {
  const int position = layers_.find(&layer);
  if (position < 0) {
    return Error(ErrorCode::kNotFound, "that layer is not open", "Select a layer of the list.");
  }
  start([run = std::move(run), suffix, name = layer.name() + " – " + suffix,
         weak = std::weak_ptr(layers_.shared_at(position))](TaskControl& control,
                                                            Mailbox& mailbox) -> Result<void> {
    control.report(0, "Making " + name);
    KARYO_TRY(auto made, run(control));
    made->set_name(name);
    mailbox.put([&](Mail& mail) { mail.derived.push_back({weak, std::move(made), suffix}); });
    return {};
  });
  return {};
}

void Workspace::put_derived(const Derived& derived) {
  const auto source = derived.source.lock();
  const int below = layers_.find(source.get());
  auto* made = dynamic_cast<ImageLayer*>(derived.layer.get());
  const auto* image = dynamic_cast<const ImageLayer*>(source.get());
  if (made != nullptr && image != nullptr) take_over_look(*image, *made);
  if (source) derived.layer->set_group(source->group());
  layers_.insert(below >= 0 ? below + 1 : layers_.count(), derived.layer);
  layers_.select(derived.layer.get());
  history_.note(derived.what + (source ? " of " + source->name() : std::string()));
  count_objects(derived.layer);
}

}  // namespace karyo
