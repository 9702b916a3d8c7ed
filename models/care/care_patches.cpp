#include "models/care/care_patches.h"

#include <algorithm>
#include <cstring>
#include <deque>
#include <unordered_set>
#include <utility>

#include "core/io/image_io.h"
#include "models/train/cut.h"

namespace karyo {
namespace {

constexpr double kTopPercent = 99.9;

/// The largest of each `window` neighbours of a line, from -window / 2 on, 0 outside.
void line_maximum(float* first, std::int64_t step, std::int64_t count, std::int64_t window,
                  std::vector<float>& line) {
  line.resize(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) line[static_cast<std::size_t>(i)] = first[i * step];
  const std::int64_t before = window / 2;
  std::deque<std::int64_t> falling;  // places of values that may still become the largest
  std::int64_t next = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    for (; next < std::min(count, i - before + window); ++next) {
      const float value = line[static_cast<std::size_t>(next)];
      while (!falling.empty() && line[static_cast<std::size_t>(falling.back())] <= value) {
        falling.pop_back();
      }
      falling.push_back(next);
    }
    while (falling.front() < i - before) falling.pop_front();
    const bool outside = i - before < 0 || i - before + window > count;
    const float largest = line[static_cast<std::size_t>(falling.front())];
    first[i * step] = outside ? std::max(largest, 0.0F) : largest;
  }
}

void maximum_filter(Array3<float>& image, Index3 window) {
  const Index3 s = image.shape();
  std::vector<float> line;
  for (std::int64_t z = 0; z < s.z; ++z) {
    for (std::int64_t y = 0; y < s.y; ++y) line_maximum(&image(z, y, 0), 1, s.x, window.x, line);
    for (std::int64_t x = 0; x < s.x; ++x) line_maximum(&image(z, 0, x), s.x, s.y, window.y, line);
  }
  if (window.z == 1) return;
  for (std::int64_t i = 0; i < s.y * s.x; ++i) {
    line_maximum(image.data() + i, s.y * s.x, s.z, window.z, line);
  }
}

double percentile_of(std::vector<float> values, double percent) {
  Volume volume(VoxelType::kFloat32, {1, 1, 1, 1, static_cast<std::int64_t>(values.size())});
  std::copy(values.begin(), values.end(), volume.view<float>().data());
  const double wanted[] = {percent};
  return percentiles(volume, 0, 0, wanted).front();
}

/// The patches at `corners`, one a time.
Volume cut_patches(const Volume& image, std::int64_t channels, const std::vector<Index3>& corners,
                   Index3 patch) {
  Volume patches(image.type(),
                 {static_cast<std::int64_t>(corners.size()), channels, patch.z, patch.y, patch.x});
  visit_voxels(image.type(), [&](auto zero) {
    using T = decltype(zero);
    T* out = patches.view<T>().data();
    for (const Index3& corner : corners) {
      for (std::int64_t c = 0; c < channels; ++c) {
        const auto part = image.view<T>(0, c).crop({corner, corner + patch});
        for (std::int64_t z = 0; z < patch.z; ++z) {
          for (std::int64_t y = 0; y < patch.y; ++y)
            out = std::copy_n(part.row(z, y), patch.x, out);
        }
      }
    }
  });
  return patches;
}

/// Scales by patch, then channel, from `percents`: low and high of each patch.
std::vector<ChannelScale> scales_of(const Volume& image, std::int64_t channels,
                                    const std::vector<double>& percents) {
  const std::size_t patches = percents.size() / 2, width = static_cast<std::size_t>(channels);
  std::vector<ChannelScale> scales(patches * width);
  for (std::int64_t c = 0; c < channels; ++c) {
    const auto values = percentiles(image, 0, c, percents);
    // Where the two are equal (a nearly empty image), smallest and largest value take their place.
    const ChannelScale whole = percentile_scale(image, 0, c, 0, 100);
    for (std::size_t i = 0; i < patches; ++i) {
      const auto low = static_cast<float>(values[2 * i]);
      const float span = static_cast<float>(values[2 * i + 1]) - low;
      scales[i * width + static_cast<std::size_t>(c)] = span > 0 ? ChannelScale{low, span} : whole;
    }
  }
  return scales;
}

std::uint64_t hash_of(const std::string& text) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;  // FNV-1a
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  }
  return hash;
}

Error changed(const std::filesystem::path& file) {
  return {ErrorCode::kBadFile, "\"" + file.string() + "\" has another size than it had",
          "Was the file changed during the training? Start again."};
}

Error naming(const std::filesystem::path& file, const Error& error) {
  if (error.what.find(file.filename().string()) != std::string::npos) return error;
  return error.in("\"" + file.string() + "\"");
}

}  // namespace

Array3<std::uint8_t> structure_mask(const Array3<float>& target, Index3 patch, double threshold) {
  const double level = threshold * percentile_of({target.begin(), target.end()}, kTopPercent);
  const auto half = [](std::int64_t extent) { return extent > 1 ? extent / 2 : extent; };
  Array3<float> filtered = target;
  maximum_filter(filtered, {half(patch.z), half(patch.y), half(patch.x)});
  Array3<std::uint8_t> mask(target.shape());
  std::transform(filtered.begin(), filtered.end(), mask.begin(), [level](float value) {
    return static_cast<std::uint8_t>(static_cast<double>(value) > level ? 1 : 0);
  });
  return mask;
}

std::vector<Index3> draw_corners(const Array3<std::uint8_t>& mask, Index3 patch, std::int64_t count,
                                 Random& random) {
  const Index3 s = mask.shape();
  // Rows of valid centres, with how many there are up to and with each.
  const Index3 rows{s.z - patch.z + 1, s.y - patch.y + 1, s.x - patch.x + 1};
  std::vector<std::int64_t> until;
  std::int64_t total = 0;
  const auto row_of = [&](std::int64_t z, std::int64_t y) {
    return &mask(z + patch.z / 2, y + patch.y / 2, patch.x / 2);
  };
  for (std::int64_t z = 0; z < rows.z; ++z) {
    for (std::int64_t y = 0; y < rows.y; ++y) {
      const std::uint8_t* row = row_of(z, y);
      total += std::count(row, row + rows.x, std::uint8_t{1});
      until.push_back(total);
    }
  }
  std::vector<Index3> corners;
  if (total == 0) return corners;
  const auto nth = [&](std::int64_t n) {
    const auto row = std::upper_bound(until.begin(), until.end(), n) - until.begin();
    const std::int64_t before = row == 0 ? 0 : until[static_cast<std::size_t>(row - 1)];
    const std::uint8_t* values = row_of(row / rows.y, row % rows.y);
    std::int64_t x = 0;
    for (std::int64_t left = n - before; values[x] == 0 || left-- > 0;) ++x;
    return Index3{row / rows.y, row % rows.y, x};
  };
  // Floyd's sampling: distinct numbers without a list of all of them.
  std::unordered_set<std::int64_t> taken;
  const std::int64_t distinct = std::min(count, total);
  for (std::int64_t last = total - distinct; last < total; ++last) {
    const std::int64_t drawn = random.below(last + 1);
    const std::int64_t n = taken.insert(drawn).second ? drawn : last;
    taken.insert(n);
    corners.push_back(nth(n));
  }
  while (static_cast<std::int64_t>(corners.size()) < count) {
    corners.push_back(nth(random.below(total)));
  }
  return corners;
}

PairPatches::PairPatches(const RestorationPair& pair, const Volume& low, const Volume& high,
                         const std::vector<Index3>& corners, Index3 patch, Random& random)
    : low_(cut_patches(low, pair.low_shape.c, corners, patch)),
      high_(cut_patches(high, pair.high_shape.c, corners, patch)) {
  std::vector<double> percents;
  for (std::size_t i = 0; i < corners.size(); ++i) {
    percents.push_back(random.uniform(1, 3));
    percents.push_back(random.uniform(99.5, 99.9));
  }
  low_scales_ = scales_of(low, pair.low_shape.c, percents);
  high_scales_ = scales_of(high, pair.high_shape.c, percents);
}

float* PairPatches::copy(const Volume& patches, const std::vector<ChannelScale>& scales,
                         std::int64_t i, float* out) {
  const VolumeShape& shape = patches.shape();
  for (std::int64_t c = 0; c < shape.c; ++c) {
    out = cut_box(patches, i, c, Box3::of_shape(shape.zyx()), out,
                  scales[static_cast<std::size_t>(i * shape.c + c)]);
  }
  return out;
}

Result<std::shared_ptr<const PairPatches>> PairCache::get(const RestorationPair& pair) {
  return pairs_.get(pair.low.string(), [&] { return load(pair); });
}

Result<std::shared_ptr<const PairPatches>> PairCache::load(const RestorationPair& pair) {
  const auto low = read_image(pair.low);
  if (!low) return naming(pair.low, low.error());
  const auto high = read_image(pair.high);
  if (!high) return naming(pair.high, high.error());
  const Index3 shape = pair.low_shape.zyx(), patch = config_.patch;
  if (low->shape().zyx() != shape || low->shape().c < pair.low_shape.c) return changed(pair.low);
  if (high->shape().zyx() != shape || high->shape().c < pair.high_shape.c) {
    return changed(pair.high);
  }
  KARYO_CHECK_OK(findings_.add(check_pair(pair, *low, *high)));

  Array3<std::uint8_t> mask(shape, 1);
  if (config_.background_threshold > 0) {
    mask = Array3<std::uint8_t>(shape);
    for (std::int64_t c = 0; c < pair.high_shape.c; ++c) {
      const auto found = structure_mask(to_float(*high, 0, c), patch, config_.background_threshold);
      std::transform(mask.begin(), mask.end(), found.begin(), mask.begin(),
                     [](std::uint8_t a, std::uint8_t b) { return std::max(a, b); });
    }
  }
  Random random(Random(static_cast<std::uint64_t>(config_.seed) ^ hash_of(pair.name)).next());
  const auto corners = draw_corners(mask, patch, config_.patches_per_image, random);
  if (corners.empty()) {
    return Error(ErrorCode::kBadFile,
                 "\"" + pair.high.string() + "\" has no place for a patch that is not background",
                 "Choose a smaller --background-threshold (0 takes patches anywhere), a smaller "
                 "--patch, or take the pair out.");
  }
  return std::make_shared<const PairPatches>(pair, *low, *high, corners, patch, random);
}

}  // namespace karyo
