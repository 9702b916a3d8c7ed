#include "app/report/plane_maps.h"

namespace karyo {
namespace {

bool is_integer(VoxelType type) {
  return type != VoxelType::kFloat32 && type != VoxelType::kFloat64;
}

}  // namespace

Result<RestorationMaps> compare_plane(const Volume& truth, const Volume& image, std::int64_t t,
                                      std::int64_t c, std::int64_t z, int threads) {
  const Array3<float> a = plane_to_float(truth, t, c, z), b = plane_to_float(image, t, c, z);
  KARYO_TRY(const auto planes,
            comparable({a.data(), static_cast<std::size_t>(a.count())},
                       {b.data(), static_cast<std::size_t>(b.count())}, is_integer(image.type()),
                       truth.shape().y, truth.shape().x));
  return compare_planes(planes, threads);
}

}  // namespace karyo
