#include "models/train/image_cache.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/io/image_io.h"
#include "core/labels/fill_holes.h"

namespace karyo {
namespace {

/// Says which file, where the message does not.
Error naming(const std::filesystem::path& file, const Error& error) {
  if (error.what.find(file.filename().string()) != std::string::npos) return error;
  return error.in("\"" + file.string() + "\"");
}

std::string size_text(Index3 shape) {
  const std::string plane = std::to_string(shape.y) + "x" + std::to_string(shape.x);
  return shape.z > 1 ? std::to_string(shape.z) + "x" + plane : plane;
}

/// kIgnoredLabel in 16 bits.
constexpr std::uint16_t kIgnoredNarrow = 0xffff;

Error changed(const DatasetPair& pair, const std::string& what) {
  return {ErrorCode::kBadFile, "\"" + pair.image.string() + "\" " + what,
          "Was the file changed during the training? Start again."};
}

}  // namespace

TrainingImage::TrainingImage(Volume image, std::int64_t channels, const LabelArray& labels,
                             double percentile_low, double percentile_high, Index3 patch)
    : image_(std::move(image)) {
  for (std::int64_t c = 0; c < channels; ++c) {
    scales_.push_back(percentile_scale(image_, 0, c, percentile_low, percentile_high));
  }
  positions_ = PatchPositions(
      labels.shape(), patch,
      [&](std::int64_t z, std::int64_t y, std::int64_t x) { return labels(z, y, x); });
  const bool fit = std::all_of(labels.begin(), labels.end(), [](std::uint32_t id) {
    return id < kIgnoredNarrow || id == kIgnoredLabel;
  });
  if (fit) {
    Array3<std::uint16_t> narrow(labels.shape());
    // Takes the lower 16 bits: of kIgnoredLabel, kIgnoredNarrow.
    std::transform(labels.begin(), labels.end(), narrow.begin(),
                   [](std::uint32_t id) { return static_cast<std::uint16_t>(id); });
    labels_ = std::move(narrow);
  } else {
    labels_ = labels;
  }
}

std::size_t TrainingImage::memory_bytes() const {
  const auto label_bytes = std::visit(
      [](const auto& labels) {
        return static_cast<std::size_t>(labels.count()) * sizeof(*labels.data());
      },
      labels_);
  return image_.size_bytes() + label_bytes + positions_.memory_bytes();
}

void TrainingImage::copy_pixels(int channel, const Box3& box, float* out) const {
  const ChannelScale scale = scales_[static_cast<std::size_t>(channel)];
  visit_voxels(image_.type(), [&](auto zero) {
    using T = decltype(zero);
    const auto part = image_.view<T>(0, channel).crop(box);
    for (std::int64_t z = 0; z < part.shape().z; ++z) {
      for (std::int64_t y = 0; y < part.shape().y; ++y) {
        const T* row = part.row(z, y);
        out = std::transform(row, row + part.shape().x, out,
                             [scale](T value) { return scale(static_cast<float>(value)); });
      }
    }
  });
}

void TrainingImage::copy_labels(const Box3& box, std::uint32_t* out) const {
  std::visit(
      [&](const auto& labels) {
        const auto part = labels.view().crop(box);
        const auto wide = [](auto id) -> std::uint32_t {
          const bool narrow = sizeof(id) == sizeof(kIgnoredNarrow);
          return narrow && id == kIgnoredNarrow ? kIgnoredLabel : id;
        };
        for (std::int64_t z = 0; z < part.shape().z; ++z) {
          for (std::int64_t y = 0; y < part.shape().y; ++y) {
            const auto* row = part.row(z, y);
            out = std::transform(row, row + part.shape().x, out, wide);
          }
        }
      },
      labels_);
}

Result<std::shared_ptr<const TrainingImage>> ImageCache::get(const DatasetPair& pair) {
  // A mask that a person has corrected meanwhile is another one.
  std::error_code unknown;
  const auto written = std::filesystem::last_write_time(pair.mask, unknown).time_since_epoch();
  return images_.get(pair.image.string() + "|" + std::to_string(written.count()),
                     [&] { return load(pair); });
}

Result<std::shared_ptr<const TrainingImage>> ImageCache::load(const DatasetPair& pair) {
  auto image = read_image(pair.image);
  if (!image) return naming(pair.image, image.error());
  auto labels = read_labels(pair.mask);
  if (!labels) return naming(pair.mask, labels.error());
  const Index3 shape = image->shape().zyx();
  if (labels->shape() != shape) {
    return changed(pair, "is " + size_text(shape) + " and its mask " + size_text(labels->shape()));
  }
  if (image->shape().c < pair.shape.c) {
    return changed(pair, "has " + std::to_string(image->shape().c) + " channels; " +
                             std::to_string(pair.shape.c) + " were expected");
  }
  const Index3 patch = options_.patch;
  if (shape.z < patch.z || shape.y < patch.y || shape.x < patch.x) {
    return changed(pair, "is " + size_text(shape) + ", smaller than the patch " + size_text(patch));
  }
  auto findings = check_contents(pair, *image, labels->view());
  for (const auto& finding : findings) {
    if (finding.severity == Severity::kError) return finding.as_error();
  }
  {
    const std::lock_guard lock(mutex_);
    for (auto& finding : findings) {
      if (told_.insert(finding.kind + finding.file.string()).second) {
        findings_.push_back(std::move(finding));
      }
    }
  }
  *labels = fill_label_holes(labels->view());
  return std::make_shared<const TrainingImage>(*std::move(image), pair.shape.c, *labels,
                                               options_.percentile_low, options_.percentile_high,
                                               patch);
}

std::vector<Finding> ImageCache::take_findings() {
  const std::lock_guard lock(mutex_);
  return std::exchange(findings_, {});
}

}  // namespace karyo
