#pragma once

/// An image that a prediction reads part by part, as float32: in memory, or in its file.

#include <cstdint>
#include <memory>

#include "core/base/result.h"
#include "core/image/normalize.h"
#include "core/image/paged_image.h"
#include "core/image/volume.h"

namespace karyo {

/// One thread at a time.
class ImageSource {
 public:
  virtual ~ImageSource() = default;

  const VolumeShape& shape() const { return shape_; }
  bool rgb() const { return rgb_; }  ///< the channels are red, green, blue (and alpha)

  /// Fills `to` with a box of one channel at one time, which lies within the image; rows without
  /// gaps. Errors: of reading the file.
  virtual Result<void> read(std::int64_t t, std::int64_t c, const Box3& box, float* to) const = 0;

  /// percentile_scale() of one channel at one time, value for value the same whether the image is
  /// in memory or not. Errors: of reading the file.
  virtual Result<ChannelScale> scale(std::int64_t t, std::int64_t c, double low_percent,
                                     double high_percent) const = 0;

 protected:
  ImageSource(const VolumeShape& shape, bool rgb) : shape_(shape), rgb_(rgb) {}

 private:
  VolumeShape shape_;
  bool rgb_ = false;
};

/// `image` has to live as long.
std::unique_ptr<ImageSource> source_in_memory(const Volume& image);
/// Reads level 0. Percentiles take two passes over the file, and no memory that grows with it.
std::unique_ptr<ImageSource> source_in_file(std::shared_ptr<const PagedImage> image);

}  // namespace karyo
