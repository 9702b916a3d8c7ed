#include "core/filters/frames.h"

#include "core/base/parallel.h"

namespace karyo {

void put_frame(const Array3<float>& values, Volume& volume, std::int64_t t, std::int64_t c) {
  visit_voxels(volume.type(), [&](auto zero) {
    using T = decltype(zero);
    T* out = volume.view<T>(t, c).data();
    const float* in = values.data();
    parallel_for(0, values.count(), 1 << 16, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t i = first; i < last; ++i) {
        out[i] = voxel_of<T>(in[i]);
      }
    });
  });
}

Result<Volume> filter_frames(const Volume& volume, const FrameFilter& filter, TaskControl& control,
                             const std::string& doing) {
  const VolumeShape shape = volume.shape();
  Volume filtered;
  for (std::int64_t t = 0; t < shape.t; ++t) {
    for (std::int64_t c = 0; c < shape.c; ++c) {
      if (control.cancelled()) return cancelled_error(doing);
      const auto advance = [&](double part) {
        const double frame = static_cast<double>(t * shape.c + c) + part;
        control.report(frame / static_cast<double>(shape.t * shape.c), doing);
        return !control.cancelled();
      };
      KARYO_TRY(const Array3<float> values, filter(to_float(volume, t, c), advance));
      if (!advance(1)) return cancelled_error(doing);
      if (filtered.size_bytes() == 0) {
        const Index3 own = values.shape();
        filtered = Volume(volume.type(), {shape.t, shape.c, own.z, own.y, own.x}, volume.grid);
        filtered.rgb = volume.rgb;
        filtered.channels = volume.channels;
      }
      put_frame(values, filtered, t, c);
    }
  }
  return filtered;
}

}  // namespace karyo
