#include "viewer/scene/slice_compositor.h"

#include <algorithm>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/parallel.h"
#include "core/layers/labels_layer.h"
#include "viewer/scene/blend.h"
#include "viewer/scene/image_slice.h"
#include "viewer/scene/labels_slice.h"

namespace karyo {
namespace {

struct Buffers {
  ImageBuffers image;
  LabelsBuffers labels;
};

/// Buffers lent to whichever thread works: memory is asked for in the first frame only.
class BufferPool {
 public:
  std::unique_ptr<Buffers> take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) return std::make_unique<Buffers>();
    auto buffers = std::move(free_.back());
    free_.pop_back();
    return buffers;
  }
  void give_back(std::unique_ptr<Buffers> buffers) {
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(buffers));
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<Buffers>> free_;
};

/// A layer made ready for one frame; one of the two.
struct ReadyLayer {
  std::unique_ptr<ImageSlice> image;
  std::unique_ptr<LabelsSlice> labels;
};

/// Hands out the blocks of a part, row by row of them, until it is late. A row that is begun is
/// handed out to its end. Any number of threads.
class Blocks {
 public:
  Blocks(const ScreenRect& part, BlockSize size, SliceCompositor::Clock::time_point until)
      : part_(part),
        size_(size),
        across_((part.width() + size.columns - 1) / size.columns),
        end_(across_ * ((part.height() + size.rows - 1) / size.rows)),
        until_(until) {}
  int count() const { return end_; }
  std::optional<Block> next() {
    const std::lock_guard lock(mutex_);
    const bool begins_row = next_ > 0 && next_ % across_ == 0;
    if (begins_row && SliceCompositor::Clock::now() > until_) end_ = next_;
    if (next_ >= end_) return {};
    const int left = part_.left + next_ % across_ * size_.columns;
    const int top = part_.top + next_ / across_ * size_.rows;
    ++next_;
    return Block{left, std::min(left + size_.columns, part_.right), top,
                 std::min(top + size_.rows, part_.bottom)};
  }
  /// The first row that was not handed out.
  int bottom() const { return std::min(part_.top + end_ / across_ * size_.rows, part_.bottom); }

 private:
  const ScreenRect part_;
  const BlockSize size_;
  const int across_;
  int next_ = 0, end_;
  const SliceCompositor::Clock::time_point until_;
  std::mutex mutex_;
};

}  // namespace

struct SliceCompositor::State {
  int threads = 0;
  BufferPool pool;
  // One entry a drawn layer:
  std::deque<std::vector<ChannelTable>> tables;
  std::deque<VoxelRoom> rooms;
  std::deque<KeptRows> rows;
  std::deque<KeptColumns> kept;  // of labels alone
};

SliceCompositor::SliceCompositor(int threads) : state_(std::make_unique<State>()) {
  state_->threads = threads;
}
SliceCompositor::~SliceCompositor() = default;
SliceCompositor::SliceCompositor(SliceCompositor&&) noexcept = default;
SliceCompositor& SliceCompositor::operator=(SliceCompositor&&) noexcept = default;

void SliceCompositor::compose(const LayerList& layers, const ViewTransform& view, std::int64_t time,
                              RgbaImage& picture, const LayerFilter& shown) {
  picture.resize(view.width, view.height);
  compose(layers, view, time, view.viewport(), picture, shown);
}

int SliceCompositor::compose(const LayerList& layers, const ViewTransform& view, std::int64_t time,
                             const ScreenRect& part, RgbaImage& picture, const LayerFilter& shown,
                             Clock::time_point until) {
  const ScreenRect drawn = part.clipped_to(view.viewport());
  if (drawn.empty() || picture.width() != view.width || picture.height() != view.height) {
    return part.bottom;
  }

  std::vector<ReadyLayer> ready;
  if (view.plane != Plane::kYZ) {
    state_->kept.clear();
    state_->rows.clear();
  }
  std::size_t labels_drawn = 0;
  for (int i = 0; i < layers.count(); ++i) {
    const Layer& layer = layers.at(i);
    if (!layer.visible() || alpha_of(layer.opacity()) == 0) continue;
    if (is_vector(layer.kind())) continue;  // painted over the picture by its owner
    if (shown && !shown(layer)) continue;
    const bool lowest = ready.empty();
    if (state_->rows.size() == ready.size()) state_->rows.emplace_back();
    const VoxelGrid grid = layers.grid_of(layer);
    if (layer.kind() == LayerKind::kImage) {
      if (state_->tables.size() <= ready.size()) {
        state_->tables.resize(ready.size() + 1);
        state_->rooms.resize(ready.size() + 1);
      }
      ready.push_back({std::make_unique<ImageSlice>(
                           static_cast<const ImageLayer&>(layer), view, drawn, grid, time, lowest,
                           state_->tables[ready.size()], state_->rooms[ready.size()],
                           state_->rows[ready.size()], state_->threads),
                       nullptr});
    } else {
      if (state_->kept.size() == labels_drawn) state_->kept.emplace_back();
      KeptColumns& kept = state_->kept[labels_drawn++];
      auto slice = std::make_unique<LabelsSlice>(static_cast<const LabelsLayer&>(layer), view,
                                                 drawn, grid, time, lowest, kept);
      if (view.plane == Plane::kYZ && drawn == view.viewport()) {
        kept.prepare(slice->labels(), slice->seen_across(), state_->threads);
      }
      ready.push_back({nullptr, std::move(slice)});
    }
  }
  state_->kept.resize(labels_drawn);
  state_->rows.resize(ready.size());

  Blocks blocks(drawn, block_size(view.plane, drawn.width(), slab_planes(view, layers.grid())),
                until);
  const int threads = state_->threads > 0 ? state_->threads : default_threads();
  parallel_for(
      0, std::min(threads, blocks.count()), 1,
      [&](std::int64_t, std::int64_t) {
        auto buffers = state_->pool.take();
        while (const std::optional<Block> block = blocks.next()) {
          for (int y = block->top; y < block->bottom; ++y) {
            std::fill_n(picture.row(y) + block->left, block->width(), pack_rgba(Rgb{}));
          }
          for (const ReadyLayer& layer : ready) {
            if (layer.image) layer.image->draw(*block, buffers->image, picture);
            if (layer.labels) layer.labels->draw(*block, buffers->labels, picture);
          }
        }
        state_->pool.give_back(std::move(buffers));
      },
      threads);
  return blocks.bottom() == drawn.bottom ? part.bottom : blocks.bottom();
}

ScreenRect dirty_rect(const LayerList& layers, const Layer& layer, const Box3& box,
                      const ViewTransform& view) {
  const VoxelGrid grid = layers.grid_of(layer);
  if (is_vector(layer.kind())) return view.viewport();
  if (layer.kind() == LayerKind::kLabels) {
    return view.rect_of(box, grid, LabelsSlice::margin_of(static_cast<const LabelsLayer&>(layer)));
  }
  const auto& image = static_cast<const ImageLayer&>(layer);
  // A slab shows planes beside the one at the cursor as well.
  const std::int64_t beside = slab_planes(view, grid) - 1;
  const Axis normal = normal_axis(view.plane);
  const Box3 seen = box.padded({normal == Axis::kZ ? beside : 0, normal == Axis::kY ? beside : 0,
                                normal == Axis::kX ? beside : 0});
  if (view.rect_of(seen, grid).empty()) return {};
  // Between voxels a sample reaches further, in the plane alone.
  const std::int64_t reach = image.interpolation() == Interpolation::kNearest ? 0 : 2;
  return view.rect_of(seen.padded({reach, reach, reach}), grid);
}

}  // namespace karyo
