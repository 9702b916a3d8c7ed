#include "models/train/data_look.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <unordered_map>

#include "core/image/normalize.h"
#include "core/io/image_io.h"
#include "core/io/limits.h"
#include "core/labels/label_volume.h"

namespace karyo {
namespace {

using Json = nlohmann::ordered_json;

// From here on it is worth a word. Networks learn about a factor of 1.5 of size with zoom and
// without; pixels between low and high are compared as shares, so that the unit does not matter.
constexpr double kSizeFactor = 1.5;
constexpr double kSpacingFactor = 1.5;
constexpr double kRangeFactor = 30;
constexpr double kMiddleShare = 0.35;
constexpr std::size_t kMostSamples = 200'000;  // of a channel, for its percentiles
constexpr double kPi = 3.14159265358979323846;

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

double at_share(std::vector<float>& values, double share) {
  const auto place = values.begin() + std::llround(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), place, values.end());
  return *place;
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2g", value);
  if (std::abs(value) >= 10 && std::abs(value) < 1e7) {
    std::snprintf(text, sizeof text, "%.0f", value);
  }
  return text;
}

bool unlike(double a, double b, double factor) {
  return a > 0 && b > 0 && (a / b > factor || b / a > factor);
}

double share_of_middle(const ChannelLook& channel) {
  const double range = channel.high - channel.low;
  return range > 0 ? (channel.middle - channel.low) / range : 0;
}

ChannelLook channel_look(const Volume& image, std::int64_t c) {
  const VolumeShape shape = image.shape();
  const std::int64_t pixels = shape.t * shape.z * shape.y * shape.x;
  const std::int64_t step =
      std::max<std::int64_t>(1, pixels / static_cast<std::int64_t>(kMostSamples));
  std::vector<float> values;
  std::int64_t next = 0, first = 0;
  for (std::int64_t t = 0; t < shape.t; ++t) {
    for (std::int64_t z = 0; z < shape.z; ++z) {
      const auto plane = plane_to_float(image, t, c, z);
      const auto count = plane.count();
      for (; next < first + count; next += step) {
        const float value = plane.data()[next - first];
        if (std::isfinite(value)) values.push_back(value);
      }
      first += count;
    }
  }
  if (values.empty()) return {};
  return {at_share(values, 0.01), at_share(values, 0.5), at_share(values, 0.998)};
}

}  // namespace

void LookGatherer::add_image(const Volume& image) {
  std::vector<ChannelLook> channels;
  const std::int64_t count =
      image.rgb ? std::min<std::int64_t>(3, image.shape().c) : image.shape().c;
  for (std::int64_t c = 0; c < count; ++c) channels.push_back(channel_look(image, c));
  channels_.push_back(std::move(channels));
  if (!image.grid.calibrated()) return;
  spacing_z_.push_back(image.grid.spacing_z);
  spacing_xy_.push_back((image.grid.spacing_y + image.grid.spacing_x) / 2);
  unit_ = image.grid.unit;
}

void LookGatherer::add_labels(LabelView labels) {
  std::unordered_map<std::uint32_t, std::int64_t> sizes;
  const Index3 shape = labels.shape();
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      const std::uint32_t* row = labels.row(z, y);
      for (std::int64_t x = 0; x < shape.x; ++x) {
        if (row[x] != 0 && row[x] != kIgnoredLabel) ++sizes[row[x]];
      }
    }
  }
  for (const auto& [id, count] : sizes) {
    const auto voxels = static_cast<double>(count);
    diameters_.push_back(shape.z == 1 ? 2 * std::sqrt(voxels / kPi)
                                      : 2 * std::cbrt(0.75 * voxels / kPi));
  }
}

DataLook LookGatherer::look() const {
  DataLook look;
  look.images = static_cast<std::int64_t>(channels_.size());
  if (!channels_.empty()) {
    for (std::size_t c = 0; c < channels_.front().size(); ++c) {
      std::vector<double> low, middle, high;
      for (const auto& image : channels_) {
        if (c >= image.size()) continue;
        low.push_back(image[c].low);
        middle.push_back(image[c].middle);
        high.push_back(image[c].high);
      }
      look.channels.push_back({median(low), median(middle), median(high)});
    }
  }
  look.diameter = median(diameters_);
  look.objects = static_cast<std::int64_t>(diameters_.size());
  look.spacing_z = median(spacing_z_);
  look.spacing_xy = median(spacing_xy_);
  look.unit = unit_;
  return look;
}

Result<DataLook> look_at(const std::vector<std::filesystem::path>& images,
                         const std::vector<std::filesystem::path>& masks,
                         const TaskControl& control) {
  LookGatherer gatherer;
  const auto count = static_cast<std::int64_t>(images.size());
  const std::int64_t looked = std::min(count, kMostLooked);
  for (std::int64_t i = 0; i < looked; ++i) {
    if (control.cancelled()) return cancelled_error("looking at the images");
    const auto at = static_cast<std::size_t>(i * count / looked);
    KARYO_TRY(const auto description, describe_image(images[at]));
    const VolumeShape& shape = description.shape;
    const double bytes = static_cast<double>(shape.t * shape.c * shape.z * shape.y) *
                         static_cast<double>(shape.x) *
                         static_cast<double>(bytes_of(description.type));
    if (bytes * 4 > static_cast<double>(io::memory_budget_bytes())) continue;
    KARYO_TRY(const auto image, read_image(images[at]));
    gatherer.add_image(image);
    if (masks.empty()) continue;
    KARYO_TRY(const auto labels, read_labels(masks[at]));
    gatherer.add_labels(labels.view());
  }
  return gatherer.look();
}

Json to_json(const DataLook& look) {
  Json channels = Json::array();
  for (const auto& channel : look.channels) {
    channels.push_back({{"p1", channel.low}, {"p50", channel.middle}, {"p99.8", channel.high}});
  }
  Json json{{"images", look.images}, {"channels", channels}};
  if (look.objects > 0) {
    json["median_diameter"] = look.diameter;
    json["objects"] = look.objects;
  }
  if (look.spacing_xy > 0) {
    json["spacing"] = {look.spacing_z, look.spacing_xy, look.spacing_xy};
    json["unit"] = look.unit;
  }
  return json;
}

DataLook look_from_json(const Json& json) {
  try {
    DataLook look;
    look.images = json.at("images").get<std::int64_t>();
    for (const auto& channel : json.at("channels")) {
      look.channels.push_back({channel.at("p1").get<double>(), channel.at("p50").get<double>(),
                               channel.at("p99.8").get<double>()});
    }
    look.diameter = json.value("median_diameter", 0.0);
    look.objects = json.value("objects", std::int64_t{0});
    if (json.contains("spacing")) {
      look.spacing_z = json.at("spacing").at(0).get<double>();
      look.spacing_xy = json.at("spacing").at(1).get<double>();
      look.unit = json.value("unit", std::string());
    }
    return look;
  } catch (const Json::exception&) {
    return {};
  }
}

DataLook look_of(const ModelFolder& folder) {
  if (!folder.record) return {};
  const auto kept = folder.record->more.find(kLookKey);
  return kept == folder.record->more.end() ? DataLook{} : look_from_json(*kept);
}

DataLook given_look_of(const ModelFolder& folder) {
  const DataLook own = look_of(folder);
  if (!folder.before) return own;
  DataLook given = look_of(*folder.before);
  given.diameter = own.diameter;
  given.objects = own.objects;
  return given;
}

std::vector<std::string> differences(const DataLook& model, const DataLook& shown) {
  std::vector<std::string> told;
  if (unlike(model.diameter, shown.diameter, kSizeFactor)) {
    told.push_back("this model was trained on objects of " + number(model.diameter) +
                   " px median diameter; those of these images have " + number(shown.diameter) +
                   " px: scale the images by " + number(model.diameter / shown.diameter) +
                   ", or train with some of them");
  }
  if (model.images == 0 || shown.images == 0) return told;
  if (model.channels.size() != shown.channels.size()) {
    told.push_back("this model was trained on images of " + std::to_string(model.channels.size()) +
                   " channels; these have " + std::to_string(shown.channels.size()));
  }
  if (model.unit == shown.unit && unlike(model.spacing_xy, shown.spacing_xy, kSpacingFactor)) {
    told.push_back("this model was trained on pixels of " + number(model.spacing_xy) + " " +
                   model.unit + "; these have " + number(shown.spacing_xy) + " " + shown.unit +
                   ": objects look " + number(model.spacing_xy / shown.spacing_xy) +
                   " times as large");
  }
  for (std::size_t c = 0; c < std::min(model.channels.size(), shown.channels.size()); ++c) {
    const ChannelLook &was = model.channels[c], &is = shown.channels[c];
    const bool several = model.channels.size() > 1;
    const std::string channel = std::to_string(c + 1);
    const double was_middle = share_of_middle(was), is_middle = share_of_middle(is);
    if (std::abs(was_middle - is_middle) > kMiddleShare) {
      told.push_back(std::string("the median pixel") + (several ? " in channel " + channel : "") +
                     " lies at " + number(100 * is_middle) +
                     " % between dark and bright, in the model's images at " +
                     number(100 * was_middle) + " %: they may be inverted, or show another stain");
    }
    if (unlike(was.high - was.low, is.high - is.low, kRangeFactor)) {
      told.push_back(std::string("intensities") + (several ? " in channel " + channel : "") +
                     " reach from " + number(is.low) + " to " + number(is.high) +
                     ", in the model's images from " + number(was.low) + " to " + number(was.high) +
                     ": another exposure or file type; noise may look like structure");
    }
  }
  return told;
}

}  // namespace karyo
