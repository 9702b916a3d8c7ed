#pragma once

/// What VTK's volume shader does with the samples of a line of sight, in our own words: VTK's
/// projections multiply a colour by its strength once more, which darkens it, and it has none that
/// is attenuated.
///
/// A sample is red, green, blue and strength. One channel is compared by strength, so that any
/// table of colours works; of several each colour for itself, so that none hides another.
///
/// Each method has code of its own: software renderers run both sides of a branch.

#include <string>

#include "viewer/scene/volume_look.h"

namespace karyo::shaders {

/// Beside it the uniforms karyoAttenuation and karyoStep (in voxels), which VTK declares.
inline constexpr char kProjectionState[] = R"(
vec4 karyoBest;
float karyoPassed;
float karyoCount;
)";

inline constexpr char kProjectionBegin[] = R"(
  karyoBest = vec4(0.0);
  karyoPassed = 0.0;
  karyoCount = 0.0;
)";

/// What becomes of `karyoBest` with the next sample.
inline std::string projection_step(VolumeMethod method, bool several_channels) {
  switch (method) {
    case VolumeMethod::kMinimum:
      return several_channels
                 ? "karyoBest = karyoCount == 0.0 ? sampled : min(karyoBest, sampled);"
                 : "if (karyoCount == 0.0 || sampled.a < karyoBest.a) karyoBest = sampled;";
    case VolumeMethod::kAverage:
      return "karyoBest += sampled;";
    case VolumeMethod::kAttenuated:
      return std::string("vec4 seen = sampled * exp(-karyoAttenuation * karyoPassed);")
          .append(several_channels ? "karyoBest = max(karyoBest, seen);"
                                   : "if (karyoCount == 0.0 || seen.a > karyoBest.a) "
                                     "karyoBest = seen;")
          .append("karyoPassed += sampled.a * karyoStep;");
    default:
      return several_channels
                 ? "karyoBest = max(karyoBest, sampled);"
                 : "if (karyoCount == 0.0 || sampled.a > karyoBest.a) karyoBest = sampled;";
  }
}

inline std::string projection_sample(VolumeMethod method, bool several_channels) {
  return std::string("if (!g_skip) { vec4 sampled = texture3D(in_volume[0], g_dataPos);")
      .append(projection_step(method, several_channels))
      .append("karyoCount += 1.0; }");
}

inline std::string projection_end(VolumeMethod method) {
  return method == VolumeMethod::kAverage ? "g_fragColor = karyoBest / max(karyoCount, 1.0);"
                                          : "g_fragColor = karyoBest;";
}

}  // namespace karyo::shaders
