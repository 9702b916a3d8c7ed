// The parts of a workspace that concern images which stay in their files.

#include <algorithm>
#include <utility>

#include "app/workspace.h"
#include "core/image/reduced_read.h"

namespace karyo {

void Workspace::note_reading() {
  if (!chunks_->busy() || std::exchange(reading_noted_, true)) return;
  jobs_changed.emit();
}

void Workspace::take_chunks() {
  const auto arrived = chunks_->take_arrived();
  for (int i = 0; !arrived.empty() && i < layers_.count(); ++i) {
    auto* image = dynamic_cast<ImageLayer*>(&layers_.at(i));
    if (image == nullptr || !image->pages()) continue;
    const PagedImage& pages = *image->pages();
    Box3 changed;  // of all that came for this layer: one redraw
    for (const auto& [source, key] : arrived) {
      if (source.lock().get() != &pages.source()) continue;
      const PixelLevel& level = pages.info().levels[static_cast<std::size_t>(key.level)];
      changed =
          changed.united_with(pages.in_full_voxels(key.level, level.box_of_chunk(key.number)));
    }
    if (!changed.empty()) image->notify_arrived(changed);
  }
  for (const auto& error : chunks_->take_errors()) failed.emit(error);
  if (!chunks_->busy()) reading_noted_ = false;
}

Workspace::Rendition Workspace::rendition(const ImageLayer& layer) {
  const VoxelGrid grid = layers_.grid_of(layer);
  const std::int64_t t = layer.time_shown(view_.time());
  if (!layer.pages()) return {layer.shared_volume(), grid, t};
  std::erase_if(renditions_, [](const Coarse& kept) { return kept.pages.expired(); });
  auto kept = std::find_if(renditions_.begin(), renditions_.end(), [&](const Coarse& coarse) {
    return coarse.pages.lock() == layer.pages();
  });
  if (kept == renditions_.end()) {
    renditions_.push_back({layer.pages(), -1, nullptr});
    kept = std::prev(renditions_.end());
  }
  if (kept->t != t) {  // until the new time comes, the old one stands in
    kept->t = t;
    read_rendition(layer.pages(), t);
  }
  if (!kept->volume) return {};
  VoxelGrid coarse = grid;
  const Index3 full = layer.shape().zyx(), own = kept->volume->shape().zyx();
  coarse.spacing_z *= static_cast<double>(full.z) / static_cast<double>(own.z);
  coarse.spacing_y *= static_cast<double>(full.y) / static_cast<double>(own.y);
  coarse.spacing_x *= static_cast<double>(full.x) / static_cast<double>(own.x);
  return {kept->volume, coarse, 0};
}

void Workspace::read_rendition(const std::shared_ptr<const PagedImage>& pages, std::int64_t t) {
  // A first picture in a moment, then as fine as the 3D view shows it.
  constexpr std::int64_t kFirstVoxels = 1 << 21, kMostVoxels = 1 << 24;
  constexpr std::uint64_t kFirstBytes = std::uint64_t{256} << 20;
  constexpr std::uint64_t kMostBytes = std::uint64_t{8} << 30;
  const auto first = reduction_to(pages->info(), kFirstVoxels, kFirstBytes);
  const auto fine = reduction_to(pages->info(), kMostVoxels, kMostBytes);
  if (!fine) return;
  start([pages, t, first, fine](TaskControl& control, Mailbox& mailbox) -> Result<void> {
    control.report(0, "Reading for 3D");
    const auto read = [&](const Reduction& reduction) -> Result<void> {
      KARYO_TRY(Volume volume, read_reduced(pages->source(), reduction, t, control));
      mailbox.put([&](Mail& mail) {
        mail.renditions.push_back({pages, t, std::make_shared<const Volume>(std::move(volume))});
      });
      return {};
    };
    if (first && *first != *fine) KARYO_CHECK_OK(read(*first));
    return read(*fine);
  });
}

}  // namespace karyo
