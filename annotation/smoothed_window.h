#pragma once

/// The picture where the pointer is, as it is and smoothed. What was made for one place is there
/// for the next: as the pointer goes on, only what comes into sight is read and smoothed.

#include <memory>

#include "annotation/image_part.h"

namespace karyo {

/// Threads  one that moves it; any read it meanwhile stands still.
class SmoothedWindow {
 public:
  /// From here on raw() knows `around` and smooth() knows `box`, both in voxels of the labels and
  /// within image.box(). The image's part may be another one than before, of the same image; where
  /// it does not end with the image, it holds what smoothing looks at (blur_reach) around `box`.
  /// `sigma` in voxels, as smoothed() has it.
  void move_to(const ImagePart& image, const Box3& box, const Box3& around, const PerAxis& sigma);

  /// Valid until it is moved. The same as values_in(), and as smoothed() of the whole image.
  VolumeView<const float> raw(const Box3& box) const { return raw_.view(box); }
  VolumeView<const float> smooth(const Box3& box) const { return smooth_.view(box); }

 private:
  /// Values of a box of the image.
  struct Known {
    Box3 box;
    std::unique_ptr<float[]> values;

    VolumeView<const float> view(const Box3& part) const {
      return VolumeView<const float>(values.get(), box.shape())
          .crop({part.begin - box.begin, part.end - box.begin});
    }
    /// Forgets what lies beyond `wanted`, and has `make(part)` return what was not known of it.
    template <typename Make>
    void move_to(const Box3& wanted, const Make& make);
  };

  PerAxis sigma_;
  Known raw_, smooth_;
};

}  // namespace karyo
