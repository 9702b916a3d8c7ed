#pragma once

/// What images look like to a network: intensities, sizes of objects, voxels, channels. Kept in the
/// model folder at the end of a training's preparation, and compared with what a model is shown
/// later, since a model that was trained on other images invents what it does not see.

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/task.h"
#include "core/image/volume.h"
#include "models/io/model_folder.h"

namespace karyo {

struct ChannelLook {
  double low = 0, middle = 0, high = 0;  ///< percentiles 1, 50 and 99.8, in the file's values
};

/// Medians over the images that were looked at.
struct DataLook {
  std::int64_t images = 0;  ///< how many were looked at; 0: nothing is known
  std::vector<ChannelLook> channels;
  double diameter = 0;       ///< of the median object, voxels (of its circle or ball); 0: not known
  std::int64_t objects = 0;  ///< that it is the median of
  double spacing_z = 0, spacing_xy = 0;  ///< in `unit`; 0: not known
  std::string unit;
};

/// Gathers looks of single images. An object's size is that of the circle (of a stack, the ball)
/// with its number of voxels.
class LookGatherer {
 public:
  void add_image(const Volume& image);
  /// Labels of one plane or stack; what is ignored is no object.
  void add_labels(LabelView labels);
  DataLook look() const;

 private:
  std::vector<std::vector<ChannelLook>> channels_;
  std::vector<double> diameters_, spacing_z_, spacing_xy_;
  std::string unit_;
};

/// At most this many images of a data set are looked at, evenly spread.
inline constexpr std::int64_t kMostLooked = 12;

/// Of images and, where they are given, their masks, one each. Images that take more than a
/// quarter of the free memory are passed over. Errors  of reading; kCancelled.
Result<DataLook> look_at(const std::vector<std::filesystem::path>& images,
                         const std::vector<std::filesystem::path>& masks,
                         const TaskControl& control);

nlohmann::ordered_json to_json(const DataLook& look);
/// Nothing is known where `json` is not one.
DataLook look_from_json(const nlohmann::ordered_json& json);

/// What the images looked like that the network of a model was trained on; its folder keeps it.
inline constexpr const char* kLookKey = "data_look";
DataLook look_of(const ModelFolder& folder);
/// What images look like that the model as a whole is given: with a model before it, those that
/// that one learned from, with the objects of its own.
DataLook given_look_of(const ModelFolder& folder);

/// How what a model is shown differs from what it learned from: a sentence with numbers each, and
/// what helps. Empty where nothing is known or all is alike.
std::vector<std::string> differences(const DataLook& model, const DataLook& shown);

}  // namespace karyo
