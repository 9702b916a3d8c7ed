#include "models/train/epoch_pictures.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <string>

#include "core/filters/geometry.h"
#include "core/image/normalize.h"
#include "core/labels/label_volume.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kFlatMost = 256, kDeepMost = 128, kDeepPlanes = 32;
constexpr std::int64_t kMostPictures = 1000;  // in a folder that somebody else filled
constexpr double kBlack = 1, kWhite = 99.8;   // percentiles
constexpr Rgb kFound{86, 200, 255}, kTrue{255, 159, 28};
constexpr std::int64_t kGap = 4;  // pixels between two pictures
constexpr const char* kBegin = "epoch_";

fs::path folder_of(const fs::path& model) {
  return model / "previews";
}

std::int64_t epoch_of(const fs::path& file) {
  const std::string name = file.filename().string();
  if (!name.starts_with(kBegin) || !name.ends_with(".png")) return 0;
  const char* begin = name.data() + std::string_view(kBegin).size();
  const char* end = name.data() + name.size() - 4;
  std::int64_t epoch = 0;
  const auto read = std::from_chars(begin, end, epoch);
  return read.ec == std::errc{} && read.ptr == end && epoch > 0 ? epoch : 0;
}

/// `length` voxels of `extent`, with `middle` in their middle where that is inside.
std::pair<std::int64_t, std::int64_t> window(std::int64_t middle, std::int64_t length,
                                             std::int64_t extent) {
  const std::int64_t taken = std::min(length, extent);
  const std::int64_t begin = std::clamp<std::int64_t>(middle - taken / 2, 0, extent - taken);
  return {begin, begin + taken};
}

/// The mean place of what is labelled, in the plane with most of it; the middle where nothing is.
Index3 middle_of(Index3 shape, LabelView truth) {
  Index3 middle{shape.z / 2, shape.y / 2, shape.x / 2};
  if (truth.shape() != shape) return middle;
  std::int64_t most = 0;
  for (std::int64_t z = 0; z < shape.z; ++z) {
    std::int64_t count = 0, sum_y = 0, sum_x = 0;
    for (std::int64_t y = 0; y < shape.y; ++y) {
      for (std::int64_t x = 0; x < shape.x; ++x) {
        const std::uint32_t id = truth(z, y, x);
        if (id == 0 || id == kIgnoredLabel) continue;
        ++count;
        sum_y += y;
        sum_x += x;
      }
    }
    if (count <= most) continue;
    most = count;
    middle = {z, sum_y / count, sum_x / count};
  }
  return middle;
}

void put(RgbPicture& picture, std::int64_t y, std::int64_t x, const Rgb& color) {
  std::uint8_t* pixel = picture.pixel(y, x);
  pixel[0] = color.r;
  pixel[1] = color.g;
  pixel[2] = color.b;
}

/// One plane of the first channel, `left` pixels from the left.
void draw_grey(RgbPicture& picture, const Volume& image, std::int64_t z, std::int64_t left) {
  const ChannelScale scale = percentile_scale(image, 0, 0, kBlack, kWhite);
  const Array3<float> plane = plane_to_float(image, 0, 0, z);
  for (std::int64_t y = 0; y < image.shape().y; ++y) {
    for (std::int64_t x = 0; x < image.shape().x; ++x) {
      const float share = scale(plane(0, y, x));
      // Written so that NaN is black.
      const float kept = share > 0 ? std::min(share, 1.0F) : 0.0F;
      const auto grey = static_cast<std::uint8_t>(kept * 255);
      put(picture, y, left + x, {grey, grey, grey});
    }
  }
}

void draw_outlines(RgbPicture& picture, LabelView labels, std::int64_t z, const Rgb& color) {
  const Index3 shape = labels.shape();
  const auto at = [&](std::int64_t y, std::int64_t x) -> std::uint32_t {
    return y < 0 || x < 0 || y >= shape.y || x >= shape.x ? 0 : labels(z, y, x);
  };
  for (std::int64_t y = 0; y < shape.y; ++y) {
    for (std::int64_t x = 0; x < shape.x; ++x) {
      const std::uint32_t id = at(y, x);
      if (id == 0 || id == kIgnoredLabel) continue;
      const bool inside =
          at(y - 1, x) == id && at(y + 1, x) == id && at(y, x - 1) == id && at(y, x + 1) == id;
      if (!inside) put(picture, y, x, color);
    }
  }
}

}  // namespace

bool has_epoch_picture(std::int64_t epoch, std::int64_t epochs) {
  if (epoch == epochs) return true;
  std::int64_t power = 1;
  while (power * 2 <= epoch) power *= 2;
  return epoch == power || (power >= 2 && epoch == power + power / 2);
}

std::vector<EpochPicture> epoch_pictures(const fs::path& model) {
  std::vector<EpochPicture> pictures;
  std::error_code ec;
  for (fs::directory_iterator it(folder_of(model), ec), end; !ec && it != end; it.increment(ec)) {
    const std::int64_t epoch = epoch_of(it->path());
    if (epoch > 0) pictures.push_back({epoch, it->path()});
    if (static_cast<std::int64_t>(pictures.size()) == kMostPictures) break;
  }
  std::sort(pictures.begin(), pictures.end(),
            [](const EpochPicture& a, const EpochPicture& b) { return a.epoch < b.epoch; });
  return pictures;
}

void forget_epoch_pictures(const fs::path& model) {
  const auto pictures = epoch_pictures(model);
  std::error_code gone;
  for (const EpochPicture& picture : pictures) fs::remove(picture.file, gone);
}

Result<void> write_epoch_picture(const fs::path& model, std::int64_t epoch,
                                 const RgbPicture& picture) {
  char name[64];
  std::snprintf(name, sizeof name, "%s%04lld.png", kBegin, static_cast<long long>(epoch));
  return write_png(folder_of(model) / name, picture);
}

Result<PreviewPart> preview_part(const Volume& image, LabelView truth, bool deep) {
  const Index3 shape = image.shape().zyx();
  const Index3 middle = middle_of(shape, truth);
  const std::int64_t most = deep ? kDeepMost : kFlatMost;
  const auto [z0, z1] = window(middle.z, deep ? kDeepPlanes : 1, shape.z);
  const auto [y0, y1] = window(middle.y, most, shape.y);
  const auto [x0, x1] = window(middle.x, most, shape.x);
  const Box3 box{{z0, y0, x0}, {z1, y1, x1}};
  PreviewPart part;
  KARYO_TRY(part.image, crop(image, {0, 1, 0, image.shape().c, box}));
  if (truth.shape() != shape) return part;
  part.truth = LabelArray(box.shape());
  const LabelView cut = truth.crop(box);
  for (std::int64_t z = 0; z < z1 - z0; ++z) {
    for (std::int64_t y = 0; y < y1 - y0; ++y) {
      for (std::int64_t x = 0; x < x1 - x0; ++x) part.truth(z, y, x) = cut(z, y, x);
    }
  }
  return part;
}

RgbPicture draw_found(const PreviewPart& part, LabelView found) {
  const Index3 shape = part.image.shape().zyx();
  RgbPicture picture(shape.x, shape.y);
  draw_grey(picture, part.image, shape.z / 2, 0);
  if (part.truth.shape() == shape) draw_outlines(picture, part.truth.view(), shape.z / 2, kTrue);
  draw_outlines(picture, found, shape.z / 2, kFound);
  return picture;
}

RgbPicture draw_restored(const Volume& image, const Volume& restored) {
  const Index3 shape = image.shape().zyx();
  RgbPicture picture(2 * shape.x + kGap, shape.y);
  draw_grey(picture, image, shape.z / 2, 0);
  draw_grey(picture, restored, shape.z / 2, shape.x + kGap);
  return picture;
}

}  // namespace karyo
