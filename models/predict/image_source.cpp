#include "models/predict/image_source.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <functional>
#include <map>
#include <vector>

namespace karyo {
namespace {

class InMemory : public ImageSource {
 public:
  explicit InMemory(const Volume& image) : ImageSource(image.shape(), image.rgb), image_(image) {}

  Result<void> read(std::int64_t t, std::int64_t c, const Box3& box, float* to) const override {
    const Index3 size = box.shape();
    visit_voxels(image_.type(), [&](auto zero) {
      const auto part = image_.view<decltype(zero)>(t, c).crop(box);
      for (std::int64_t z = 0; z < size.z; ++z) {
        for (std::int64_t y = 0; y < size.y; ++y) {
          const auto* row = part.row(z, y);
          to = std::transform(row, row + size.x, to, [](auto v) { return static_cast<float>(v); });
        }
      }
    });
    return {};
  }

  Result<ChannelScale> scale(std::int64_t t, std::int64_t c, double low_percent,
                             double high_percent) const override {
    return percentile_scale(image_, t, c, low_percent, high_percent);
  }

 private:
  const Volume& image_;
};

constexpr std::uint32_t kSign = 0x80000000U;
constexpr std::size_t kBuckets = std::size_t{1} << 16;

/// Unsigned numbers in the order of the floats they stand for.
std::uint32_t key_of(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  return (bits & kSign) != 0 ? ~bits : bits | kSign;
}

float value_of(std::uint32_t key) {
  return std::bit_cast<float>((key & kSign) != 0 ? key & ~kSign : ~key);
}

/// The bucket that holds the value number `rank` of all, which becomes its number in the bucket.
std::size_t bucket_of(const std::vector<std::int64_t>& counts, std::int64_t& rank) {
  std::size_t bucket = 0;
  while (bucket + 1 < counts.size() && rank >= counts[bucket]) rank -= counts[bucket++];
  return bucket;
}

class InFile : public ImageSource {
 public:
  explicit InFile(std::shared_ptr<const PagedImage> image)
      : ImageSource(image->info().shape(), image->info().rgb), image_(std::move(image)) {}

  Result<void> read(std::int64_t t, std::int64_t c, const Box3& box, float* to) const override {
    const VoxelType type = image_->info().type;
    if (type == VoxelType::kFloat32) {
      return image_->read(0, t, c, box, reinterpret_cast<std::byte*>(to));
    }
    const auto count = static_cast<std::size_t>(box.shape().count());
    std::vector<std::byte> raw(count * bytes_of(type));
    KARYO_CHECK_OK(image_->read(0, t, c, box, raw.data()));
    visit_voxels(type, [&](auto zero) {
      using T = decltype(zero);
      const T* values = reinterpret_cast<const T*>(raw.data());
      std::transform(values, values + count, to, [](T v) { return static_cast<float>(v); });
    });
    return {};
  }

  Result<ChannelScale> scale(std::int64_t t, std::int64_t c, double low_percent,
                             double high_percent) const override {
    KARYO_TRY(const auto ends, percentiles(t, c, low_percent, high_percent));
    const auto scale_of = [](const std::array<double, 2>& range) {
      const auto low = static_cast<float>(range[0]);
      return ChannelScale{low, static_cast<float>(range[1]) - low};
    };
    auto scale = scale_of(ends);
    if (scale.span > 0) return scale;
    KARYO_TRY(const auto all, percentiles(t, c, 0, 100));
    scale = scale_of(all);
    if (!(scale.span > 0)) scale.span = 1;
    return scale;
  }

 private:
  /// Calls visit(values) for parts of a channel that follow its chunks.
  Result<void> each_part(std::int64_t t, std::int64_t c,
                         const std::function<void(std::span<const float>)>& visit) const {
    const PixelLevel& level = image_->info().levels.front();
    const Index3 count = level.chunk_count();
    std::vector<float> values;
    for (std::int64_t z = 0; z < count.z; ++z) {
      for (std::int64_t y = 0; y < count.y; ++y) {
        for (std::int64_t x = 0; x < count.x; ++x) {
          const Box3 box = level.box_of_chunk({z, y, x});
          values.resize(static_cast<std::size_t>(box.shape().count()));
          KARYO_CHECK_OK(read(t, c, box, values.data()));
          visit(values);
        }
      }
    }
    return {};
  }

  /// By the upper half of each value's bits, then by the lower half within the buckets that matter.
  Result<std::array<double, 2>> percentiles(std::int64_t t, std::int64_t c, double low_percent,
                                            double high_percent) const {
    std::vector<std::int64_t> upper(kBuckets, 0);
    std::int64_t count = 0;
    KARYO_CHECK_OK(each_part(t, c, [&](std::span<const float> values) {
      for (const float value : values) {
        if (std::isnan(value)) continue;
        ++upper[key_of(value) >> 16];
        ++count;
      }
    }));
    if (count == 0) return std::array<double, 2>{0, 0};
    std::map<std::size_t, std::vector<std::int64_t>> lower;
    const auto place_of = [&](double percent) {
      return std::clamp(percent, 0.0, 100.0) / 100.0 * static_cast<double>(count - 1);
    };
    for (const double percent : {low_percent, high_percent}) {
      for (const std::int64_t next : {0, 1}) {
        auto rank = std::min(count - 1, static_cast<std::int64_t>(place_of(percent)) + next);
        lower[bucket_of(upper, rank)].assign(kBuckets, 0);
      }
    }
    KARYO_CHECK_OK(each_part(t, c, [&](std::span<const float> values) {
      for (const float value : values) {
        if (std::isnan(value)) continue;
        const auto bucket = lower.find(key_of(value) >> 16);
        if (bucket != lower.end()) ++bucket->second[key_of(value) & (kBuckets - 1)];
      }
    }));
    const auto value_at = [&](std::int64_t rank) {
      const std::size_t bucket = bucket_of(upper, rank);
      const std::size_t rest = bucket_of(lower.at(bucket), rank);
      return static_cast<double>(value_of(static_cast<std::uint32_t>(bucket << 16 | rest)));
    };
    std::array<double, 2> ends{};
    for (std::size_t i = 0; i < 2; ++i) {
      // As percentiles() interpolates: from the nearer side, as numpy does.
      const double place = place_of(i == 0 ? low_percent : high_percent);
      const auto below = static_cast<std::int64_t>(place);
      const double part = place - static_cast<double>(below);
      const double low = value_at(below), high = part > 0 ? value_at(below + 1) : low;
      ends[i] = part < 0.5 ? low + (high - low) * part : high - (high - low) * (1 - part);
    }
    return ends;
  }

  std::shared_ptr<const PagedImage> image_;
};

}  // namespace

std::unique_ptr<ImageSource> source_in_memory(const Volume& image) {
  return std::make_unique<InMemory>(image);
}

std::unique_ptr<ImageSource> source_in_file(std::shared_ptr<const PagedImage> image) {
  return std::make_unique<InFile>(std::move(image));
}

}  // namespace karyo
