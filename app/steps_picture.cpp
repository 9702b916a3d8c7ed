#include "app/steps_picture.h"

#include <utility>

#include "app/picture_part.h"
#include "core/io/limits.h"

namespace karyo {

StepsPicture steps_picture(const ImageLayer& image, std::int64_t time) {
  return {image.shared_volume(), image.pages(), image.time_shown(time),
          first_visible_channel(image)};
}

Result<PagedSteps> run_steps(const StepsPicture& picture, const MaskSteps& steps,
                             const PutLabels& put, TaskControl& control) {
  if (!picture.volume) {
    const std::uint64_t room = io::memory_budget_bytes() / 2;
    return run_steps(*picture.pages, picture.t, picture.c, steps, room, put, control);
  }
  KARYO_TRY(StepsResult made, run_steps(*picture.volume, picture.t, picture.c, steps, control));
  put(std::move(made.labels), {});
  return PagedSteps{made.counts, made.threshold};
}

Result<Suggestion> suggest_steps(const StepsPicture& picture, TaskControl& control) {
  if (picture.volume) return suggest_steps(*picture.volume, picture.t, picture.c, control);
  const PagedImage& pages = *picture.pages;
  const Box3 box = looked_at_for_steps(pages.info().shape().zyx());
  const Index3 shape = box.shape();
  Volume part(pages.info().type, {1, 1, shape.z, shape.y, shape.x}, pages.info().grid);
  KARYO_CHECK_OK(pages.read(0, picture.t, picture.c, box, part.data()));
  return suggest_steps(part, 0, 0, control);
}

}  // namespace karyo
