#include "viewer/scene/offscreen.h"

#include <thread>

namespace karyo {

Result<RgbaImage> draw_offscreen(const SceneRequest& request) {
  Result<RgbaImage> picture(RgbaImage{});
  std::thread worker([&] {
    auto scene = Scene3d::create();
    picture = scene ? (*scene)->draw(request) : Result<RgbaImage>(scene.error());
  });
  worker.join();
  return picture;
}

}  // namespace karyo
