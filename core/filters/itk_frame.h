#pragma once

/// One channel as an ITK image, without a copy, and back. For this folder's .cpp files alone.

#include <itkImage.h>

#include <algorithm>

#include "core/image/volume_view.h"

namespace karyo::filters {

using FloatImage = itk::Image<float, 3>;

/// `values` must outlive the image. Spacing 1.
inline FloatImage::Pointer itk_image(Array3<float>& values) {
  const Index3 shape = values.shape();
  auto image = FloatImage::New();
  image->SetRegions(FloatImage::SizeType{{static_cast<itk::SizeValueType>(shape.x),
                                          static_cast<itk::SizeValueType>(shape.y),
                                          static_cast<itk::SizeValueType>(shape.z)}});
  image->GetPixelContainer()->SetImportPointer(
      values.data(), static_cast<itk::SizeValueType>(values.count()), false);
  return image;
}

inline Array3<float> from_itk(const FloatImage& image) {
  const auto size = image.GetLargestPossibleRegion().GetSize();
  Array3<float> values(Index3{static_cast<std::int64_t>(size[2]),
                              static_cast<std::int64_t>(size[1]),
                              static_cast<std::int64_t>(size[0])});
  std::copy_n(image.GetBufferPointer(), values.count(), values.data());
  return values;
}

}  // namespace karyo::filters
