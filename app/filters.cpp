#include "app/filters.h"

#include <cmath>

#include "core/filters/background.h"
#include "core/filters/clahe.h"
#include "core/filters/drift.h"
#include "core/filters/geometry.h"
#include "core/filters/smoothing.h"

namespace karyo {
namespace {

using nlohmann::json;
using Kind = Argument::Kind;

Argument number(const char* name, const char* help, double standard, double least, double most) {
  return {name, Kind::kNumber, help, false, standard, least, most};
}
Argument choice(const char* name, const char* help, std::vector<std::string> choices) {
  Argument argument{name, Kind::kText, help, false, choices.front()};
  argument.choices = std::move(choices);
  return argument;
}
Argument flag(const char* name, const char* help, bool standard) {
  return {name, Kind::kBool, help, false, standard};
}

std::int64_t whole(const json& arguments, const char* name) {
  return std::llround(arguments[name].get<double>());
}

/// A radius in plane, and whether neighbouring planes count as well: then as far as the spacing says.
PerAxis in_voxels(const Volume& volume, const json& arguments, const char* name) {
  const double radius = arguments[name].get<double>();
  const bool flat = !arguments["3d"].get<bool>() || volume.shape().z == 1;
  return {flat ? 0 : radius * volume.grid.spacing_x / volume.grid.spacing_z, radius, radius};
}

Index3 whole_voxels(const Volume& volume, const json& arguments) {
  const PerAxis radius = in_voxels(volume, arguments, "radius");
  return {std::llround(radius.z), std::llround(radius.y), std::llround(radius.x)};
}

std::vector<Filter> smoothing_filters() {
  return {
      {"filter.gaussian",
       "Gaussian blur…",
       "Takes noise away by a weighted mean of neighbours.",
       "gaussian",
       {number("sigma", "standard deviation, pixels", 1.5, 0, 100),
        flag("3d", "blur across planes too, as far as their spacing says", false)},
       true,
       false,
       [](const Volume& volume, const json& arguments, TaskControl& control) {
         return gaussian(volume, in_voxels(volume, arguments, "sigma"), control);
       }},
      {"filter.median",
       "Median…",
       "Takes single bright or dark voxels away and keeps edges.",
       "median",
       {number("radius", "pixels", 1, 0, 20),
        flag("3d", "take neighbouring planes too, as far as their spacing says", false)},
       true,
       false,
       [](const Volume& volume, const json& arguments, TaskControl& control) {
         return median(volume, whole_voxels(volume, arguments), control);
       }},
      {"filter.top_hat",
       "Top hat…",
       "Keeps what is smaller than a disc and brighter (or darker) than its surroundings.",
       "top hat",
       {number("radius", "pixels", 15, 1, 100), choice("keep", "what is kept", {"bright", "dark"}),
        flag("3d", "a ball across planes, as far as their spacing says; slow above 5", false)},
       true,
       false,
       [](const Volume& volume, const json& arguments, TaskControl& control) {
         const bool bright = arguments["keep"] == "bright";
         return top_hat(volume, bright ? TopHat::kBright : TopHat::kDark,
                        whole_voxels(volume, arguments), control);
       }},
      {"filter.subtract_background",
       "Subtract background…",
       "Takes uneven background away: a ball rolls under the picture (Fiji: Subtract Background).",
       "no background",
       {number("radius", "of the ball, pixels: above the largest object's", 50, 1, 1000),
        flag("light_background", "objects are darker than the background", false),
        flag("smoothing", "smooth by 3 x 3 before the ball rolls, as Fiji does", true)},
       true,
       false,
       [](const Volume& volume, const json& arguments, TaskControl& control) {
         return subtract_background(volume, arguments["radius"].get<double>(),
                                    arguments["light_background"].get<bool>(),
                                    arguments["smoothing"].get<bool>(), control);
       }},
      {"filter.clahe",
       "Even out contrast (CLAHE)…",
       "Shows dim and bright parts at once. For looking, not for measuring.",
       "clahe",
       {number("tile", "side of the squares, pixels", 64, 8, 4096),
        number("slope", "the steepest a grey value is stretched", 3, 1.01, 100),
        number("bins", "of the histograms", 256, 16, 65536)},
       true,
       false,
       [](const Volume& volume, const json& arguments, TaskControl& control) {
         return clahe(volume,
                      {whole(arguments, "tile"), arguments["slope"].get<double>(),
                       static_cast<int>(whole(arguments, "bins"))},
                      control);
       }}};
}

std::vector<Filter> geometry_filters() {
  return {
      {"image.project", "Project…", "Makes one plane of all (Fiji: Z Project).", "projection",
       {choice("axis", "along", {"z", "y", "x", "t"}),
        choice("kind", "what is kept",
               {"maximum", "minimum", "mean", "sum", "deviation", "median"})},
       false, false,
       [](const Volume& volume, const json& arguments, TaskControl& control) -> Result<Volume> {
         KARYO_TRY(const ProjectionKind kind, projection_from(arguments["kind"].get<std::string>()));
         return project(volume, arguments["axis"].get<std::string>()[0], kind, control);
       }},
      {"image.resample", "Resample…", "The same image with more or fewer voxels.", "resampled",
       {number("factor", "voxels in x and y, times what it has", 0.5, 0.01, 16),
        number("factor_z", "planes, times what it has", 1, 0.01, 16),
        choice("how", "between voxels", {"linear", "nearest"})},
       false, true,
       [](const Volume& volume, const json& arguments, TaskControl& control) {
         const auto times = [&](std::int64_t count, const char* factor) {
           return std::max<std::int64_t>(
               1, std::llround(static_cast<double>(count) * arguments[factor].get<double>()));
         };
         const VolumeShape shape = volume.shape();
         return resample(volume,
                         {times(shape.z, "factor_z"), times(shape.y, "factor"),
                          times(shape.x, "factor")},
                         arguments["how"] == "linear" ? Resampling::kLinear : Resampling::kNearest,
                         control);
       }},
      {"image.rotate", "Rotate…", "Turns by quarters in the plane.", "turned",
       {choice("by", "degrees to the right", {"90", "180", "270"})}, false, true,
       [](const Volume& volume, const json& arguments, TaskControl&) -> Result<Volume> {
         return rotate(volume, std::stoi(arguments["by"].get<std::string>()) / 90);
       }},
      {"image.flip", "Flip…", "Mirrors along an axis.", "flipped",
       {choice("axis", "along", {"x", "y", "z"})}, false, true,
       [](const Volume& volume, const json& arguments, TaskControl&) {
         return flip(volume, arguments["axis"].get<std::string>()[0]);
       }},
      {"image.reslice", "Reslice…", "Turns a stack so that XZ or YZ becomes the plane (Fiji: Reslice).",
       "resliced", {choice("plane", "becomes XY", {"xz", "yz"})}, false, true,
       [](const Volume& volume, const json& arguments, TaskControl&) -> Result<Volume> {
         return reslice(volume, arguments["plane"] == "xz" ? Plane::kXZ : Plane::kYZ);
       }},
      {"image.correct_drift", "Take drift away…",
       "Moves each time point (or plane) by whole voxels so that what is seen stays in place.",
       "no drift",
       {choice("along", "between", {"time", "planes"}),
        number("channel", "that is looked at, from 1", 1, 1, 64)},
       false, false,
       [](const Volume& volume, const json& arguments, TaskControl& control) -> Result<Volume> {
         const auto along =
             arguments["along"] == "time" ? DriftAlong::kTime : DriftAlong::kPlanes;
         KARYO_TRY(const auto drift,
                   find_drift(volume, along, whole(arguments, "channel") - 1, control));
         return take_drift_away(volume, along, drift);
       }}};
}

}  // namespace

const std::vector<Filter>& all_filters() {
  static const std::vector<Filter> filters = [] {
    auto all = smoothing_filters();
    for (auto& filter : geometry_filters()) all.push_back(std::move(filter));
    return all;
  }();
  return filters;
}

json with_standards(const std::vector<Argument>& arguments, json given) {
  for (const Argument& argument : arguments) {
    if (!given.contains(argument.name) && !argument.standard.is_null()) {
      given[argument.name] = argument.standard;
    }
  }
  return given;
}

}  // namespace karyo
