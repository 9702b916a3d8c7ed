#include <itkCommand.h>
#include <itkFlatStructuringElement.h>
#include <itkGrayscaleMorphologicalClosingImageFilter.h>
#include <itkGrayscaleMorphologicalOpeningImageFilter.h>
#include <itkImage.h>
#include <itkMedianImageFilter.h>
#include <itkProcessObject.h>

#include <algorithm>

#include "core/filters/background.h"
#include "core/filters/smoothing.h"

namespace karyo {
namespace {

using FloatImage = itk::Image<float, 3>;

/// `values` must outlive the image. Spacing 1.
FloatImage::Pointer itk_image(Array3<float>& values) {
  const Index3 shape = values.shape();
  auto image = FloatImage::New();
  image->SetRegions(FloatImage::SizeType{{static_cast<itk::SizeValueType>(shape.x),
                                          static_cast<itk::SizeValueType>(shape.y),
                                          static_cast<itk::SizeValueType>(shape.z)}});
  image->GetPixelContainer()->SetImportPointer(
      values.data(), static_cast<itk::SizeValueType>(values.count()), false);
  return image;
}

Array3<float> from_itk(const FloatImage& image) {
  const auto size = image.GetLargestPossibleRegion().GetSize();
  Array3<float> values(Index3{static_cast<std::int64_t>(size[2]),
                              static_cast<std::int64_t>(size[1]),
                              static_cast<std::int64_t>(size[0])});
  std::copy_n(image.GetBufferPointer(), values.count(), values.data());
  return values;
}

/// Tells how far a filter is, and stops it once the work was cancelled.
class Watch : public itk::Command {
 public:
  using Self = Watch;
  using Pointer = itk::SmartPointer<Self>;
  itkNewMacro(Self);

  void Execute(itk::Object* caller, const itk::EventObject&) override {
    auto* filter = dynamic_cast<itk::ProcessObject*>(caller);
    if (filter != nullptr && advance && !advance(filter->GetProgress())) {
      filter->AbortGenerateDataOn();
    }
  }
  void Execute(const itk::Object*, const itk::EventObject&) override {}

  Advance advance;
};

/// Runs a filter on the values. A stopped one gives them as they were: nobody looks at them.
template <typename Filter>
Result<Array3<float>> run(Filter& filter, Array3<float>& values, const Advance& advance) {
  try {
    const auto watch = Watch::New();
    watch->advance = advance;
    filter.AddObserver(itk::ProgressEvent(), watch);
    filter.SetInput(itk_image(values));
    filter.Update();
    return from_itk(*filter.GetOutput());
  } catch (const itk::ProcessAborted&) {
    return values;
  } catch (const itk::ExceptionObject& failure) {
    return Error(ErrorCode::kInternal, failure.GetDescription(), "Try a smaller radius.");
  }
}

}  // namespace

Result<Volume> top_hat(const Volume& volume, TopHat kind, const Index3& radius,
                       TaskControl& control) {
  const auto [least, most] = std::minmax({radius.z, radius.y, radius.x});
  if (least < 0 || most < 1 || most > 100) {
    return Error(ErrorCode::kInvalidArgument, "a top hat's radius lies between 1 and 100 voxels",
                 "Use a little more than the radius of the largest object to keep.");
  }
  constexpr std::int64_t kMostBall = 40;  // it takes minutes, and hours with more
  if (least > 0 && most > kMostBall) {
    return Error(ErrorCode::kInvalidArgument, "a ball's radius lies between 1 and 40 voxels",
                 "Use a smaller one, or a disc plane by plane.");
  }
  using Element = itk::FlatStructuringElement<3>;
  using Opening = itk::GrayscaleMorphologicalOpeningImageFilter<FloatImage, FloatImage, Element>;
  using Closing = itk::GrayscaleMorphologicalClosingImageFilter<FloatImage, FloatImage, Element>;
  return filter_frames(
      volume,
      [&](Array3<float> values, const Advance& advance) -> Result<Array3<float>> {
        const Element::RadiusType size{{static_cast<itk::SizeValueType>(radius.x),
                                        static_cast<itk::SizeValueType>(radius.y),
                                        static_cast<itk::SizeValueType>(radius.z)}};
        const bool bright = kind == TopHat::kBright;
        const auto flattened = [&](auto filter) {
          filter->SetKernel(Element::Ball(size, false));
          return run(*filter, values, advance);
        };
        KARYO_TRY(const Array3<float> flat,
                  bright ? flattened(Opening::New()) : flattened(Closing::New()));
        for (std::int64_t i = 0; i < values.count(); ++i) {
          const float off = values.data()[i] - flat.data()[i];
          values.data()[i] = bright ? off : -off;
        }
        return values;
      },
      control, "Top hat");
}

Result<Volume> median(const Volume& volume, const Index3& radius, TaskControl& control) {
  constexpr std::int64_t kMostRadius = 20;
  for (const std::int64_t one : {radius.z, radius.y, radius.x}) {
    if (one < 0 || one > kMostRadius) {
      return Error(ErrorCode::kInvalidArgument, "a median's radius lies between 0 and 20 voxels",
                   "Use 1 or 2 to take single bright voxels away.");
    }
  }
  return filter_frames(
      volume,
      [&](Array3<float> values, const Advance& advance) {
        auto filter = itk::MedianImageFilter<FloatImage, FloatImage>::New();
        filter->SetRadius(
            {{static_cast<itk::SizeValueType>(radius.x), static_cast<itk::SizeValueType>(radius.y),
              static_cast<itk::SizeValueType>(radius.z)}});
        return run(*filter, values, advance);
      },
      control, "Median");
}

}  // namespace karyo
