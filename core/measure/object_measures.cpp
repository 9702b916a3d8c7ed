#include "core/measure/object_measures.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <optional>

#include "core/base/parallel.h"
#include "core/image/world.h"
#include "core/labels/label_rois.h"
#include "core/labels/label_volume.h"
#include "core/labels/relabel.h"
#include "core/measure/body_shape.h"
#include "core/measure/plane_shape.h"
#include "core/measure/value_measures.h"

namespace karyo {
namespace {

using std::numbers::pi;

/// The columns, in order; those of values only with an image.
struct Column {
  const char* name;
  bool of_values;
};
constexpr Column kPlaneColumns[] = {
    {"Area", false},       {"Mean", true},      {"StdDev", true},  {"Mode", true},
    {"Min", true},         {"Max", true},       {"X", false},      {"Y", false},
    {"XM", true},          {"YM", true},        {"Perim.", false}, {"BX", false},
    {"BY", false},         {"Width", false},    {"Height", false}, {"Major", false},
    {"Minor", false},      {"Angle", false},    {"Circ.", false},  {"Feret", false},
    {"IntDen", true},      {"Median", true},    {"Skew", true},    {"Kurt", true},
    {"%Area", true},       {"RawIntDen", true}, {"FeretX", false}, {"FeretY", false},
    {"FeretAngle", false}, {"MinFeret", false}, {"AR", false},     {"Round", false},
    {"Solidity", false}};
constexpr Column kStackColumns[] = {
    {"Volume", false}, {"Mean", true},    {"StdDev", true},   {"Mode", true},
    {"Min", true},     {"Max", true},     {"X", false},       {"Y", false},
    {"Z", false},      {"XM", true},      {"YM", true},       {"ZM", true},
    {"BX", false},     {"BY", false},     {"BZ", false},      {"Width", false},
    {"Height", false}, {"Depth", false},  {"Surface", false}, {"Sphericity", false},
    {"Major", false},  {"Middle", false}, {"Minor", false},   {"IntDen", true},
    {"Median", true},  {"Skew", true},    {"Kurt", true},     {"RawIntDen", true},
    {"Voxels", false}};

/// An object's voxels walked once.
struct Walked {
  PixelMoments pixels;  // of planes
  BodyMoments body;     // of stacks
  std::vector<float> values;
  double weight = 0, weighted_z = 0, weighted_y = 0, weighted_x = 0;  // by value, in voxels
};

class Meter {
 public:
  Meter(LabelView labels, const VoxelGrid& grid, const Array3<float>* image, bool whole)
      : labels_(labels), grid_(grid), image_(image), whole_(whole) {
    if (stack()) surface_.emplace(grid);
  }
  bool stack() const { return labels_.shape().z > 1; }

  std::vector<std::string> columns() const {
    std::vector<std::string> names;
    const auto add = [&](const Column& column) {
      if (image_ != nullptr || !column.of_values) names.emplace_back(column.name);
    };
    if (stack()) {
      std::for_each(std::begin(kStackColumns), std::end(kStackColumns), add);
    } else {
      std::for_each(std::begin(kPlaneColumns), std::end(kPlaneColumns), add);
    }
    return names;
  }

  std::vector<double> measure(std::uint32_t id, const Box3& box,
                              const std::vector<Outline>& outlines) const {
    Walked walked = walk(id, box);
    const std::map<std::string, double> all =
        stack() ? body(id, box, walked) : region(box, walked, outlines);
    std::vector<double> values;
    for (const std::string& name : columns()) values.push_back(all.at(name));
    return values;
  }

 private:
  Walked walk(std::uint32_t id, const Box3& box) const {
    Walked walked;
    for (std::int64_t z = box.begin.z; z < box.end.z; ++z) {
      for (std::int64_t y = box.begin.y; y < box.end.y; ++y) {
        for (std::int64_t x = box.begin.x; x < box.end.x; ++x) {
          if (labels_(z, y, x) != id) continue;
          const auto dz = static_cast<double>(z), dy = static_cast<double>(y),
                     dx = static_cast<double>(x);
          walked.pixels.add(dx, dy);
          walked.body.add(dz * grid_.spacing_z, dy * grid_.spacing_y, dx * grid_.spacing_x);
          if (image_ == nullptr) continue;
          const float value = (*image_)(z, y, x);
          walked.values.push_back(value);
          walked.weight += static_cast<double>(value);
          walked.weighted_z += static_cast<double>(value) * dz;
          walked.weighted_y += static_cast<double>(value) * dy;
          walked.weighted_x += static_cast<double>(value) * dx;
        }
      }
    }
    return walked;
  }

  void add_values(Walked& walked, double size, std::map<std::string, double>& all) const {
    if (image_ == nullptr) return;
    const ValueMeasures values = value_measures(walked.values, whole_);
    all["Mean"] = values.mean;
    all["StdDev"] = values.deviation;
    all["Mode"] = values.mode;
    all["Min"] = values.least;
    all["Max"] = values.most;
    all["Median"] = values.median;
    all["Skew"] = values.skewness;
    all["Kurt"] = values.kurtosis;
    all["%Area"] = values.percent_filled;
    all["IntDen"] = size * values.mean;
    all["RawIntDen"] = values.sum;
    all["XM"] = (walked.weighted_x / walked.weight + 0.5) * grid_.spacing_x;
    all["YM"] = (walked.weighted_y / walked.weight + 0.5) * grid_.spacing_y;
    all["ZM"] = (walked.weighted_z / walked.weight + 0.5) * grid_.spacing_z;
  }

  void add_box(const Box3& box, std::map<std::string, double>& all) const {
    const auto put = [&](const char* at, const char* extent, Axis axis) {
      const double spacing = spacing_along(grid_, axis);
      all[at] = static_cast<double>(along(box.begin, axis)) * spacing;
      all[extent] = static_cast<double>(along(box.shape(), axis)) * spacing;
    };
    put("BX", "Width", Axis::kX);
    put("BY", "Height", Axis::kY);
    put("BZ", "Depth", Axis::kZ);
  }

  std::map<std::string, double> region(const Box3& box, Walked& walked,
                                       const std::vector<Outline>& outlines) const {
    std::map<std::string, double> all;
    const double pw = grid_.spacing_x, ph = grid_.spacing_y;
    const PixelMoments& m = walked.pixels;
    const double area = all["Area"] = m.n * pw * ph;
    all["X"] = (m.x / m.n + 0.5) * pw;
    all["Y"] = (m.y / m.n + 0.5) * ph;
    add_box(box, all);
    add_values(walked, area, all);
    double perimeter = 0;
    for (const Outline& outline : outlines) perimeter += traced_perimeter(outline, pw, ph);
    all["Perim."] = perimeter;
    all["Circ."] = perimeter == 0 ? 0 : std::min(1.0, 4 * pi * area / (perimeter * perimeter));
    const FittedEllipse ellipse = fitted_ellipse(m);
    // ImageJ gives an ellipse in the unit only where pixels are square.
    const double scale = std::abs(pw - ph) / pw < 0.01 ? pw : 0;
    all["Major"] = ellipse.major * scale;
    all["Minor"] = ellipse.minor * scale;
    all["Angle"] = ellipse.angle;
    all["AR"] = ellipse.major / ellipse.minor;
    all["Round"] = 4 * m.n / (pi * ellipse.major * ellipse.major);
    const FeretMeasures feret = feret_measures(outlines, pw, ph);
    all["Feret"] = feret.longest;
    all["FeretX"] = feret.x;
    all["FeretY"] = feret.y;
    all["FeretAngle"] = feret.angle;
    all["MinFeret"] = feret.least;
    all["Solidity"] = m.n / feret.hull_area;
    return all;
  }

  std::map<std::string, double> body(std::uint32_t id, const Box3& box, Walked& walked) const {
    std::map<std::string, double> all;
    const BodyMoments& m = walked.body;
    const double volume = all["Volume"] = m.n * grid_.spacing_z * grid_.spacing_y * grid_.spacing_x;
    all["Voxels"] = m.n;
    all["Z"] = m.sum[0] / m.n + grid_.spacing_z / 2;
    all["Y"] = m.sum[1] / m.n + grid_.spacing_y / 2;
    all["X"] = m.sum[2] / m.n + grid_.spacing_x / 2;
    add_box(box, all);
    add_values(walked, volume, all);
    const double surface = all["Surface"] =
        surface_->surface(box, [&](const Index3& p) { return labels_(p.z, p.y, p.x) == id; });
    all["Sphericity"] = std::cbrt(pi) * std::pow(6 * volume, 2.0 / 3) / surface;
    const auto axes = ellipsoid_axes(m, grid_);
    all["Major"] = axes[0];
    all["Middle"] = axes[1];
    all["Minor"] = axes[2];
    return all;
  }

  LabelView labels_;
  const VoxelGrid& grid_;
  const Array3<float>* image_;
  bool whole_;
  std::optional<SurfaceMeter> surface_;
};

}  // namespace

Result<ObjectMeasurement> measure_objects(LabelView labels, const VoxelGrid& grid,
                                          const Volume* image, std::int64_t t, std::int64_t c) {
  std::optional<Array3<float>> values;
  if (image != nullptr) {
    if (!(image->shape().zyx() == labels.shape()) || t >= image->shape().t ||
        c >= image->shape().c) {
      return Error(ErrorCode::kInvalidArgument, "the image is not of the labels' size",
                   "Measure labels on the image that they were made of.");
    }
    values = to_float(*image, t, c);
    if (!std::all_of(values->begin(), values->end(), [](float v) { return std::isfinite(v); })) {
      return Error(ErrorCode::kNumeric, "the image holds NaN or infinity",
                   "Replace such pixels before measuring.");
    }
  }
  const bool whole = image == nullptr ||
                     (image->type() != VoxelType::kFloat32 && image->type() != VoxelType::kFloat64);
  const Meter meter(labels, grid, values ? &*values : nullptr, whole);
  std::map<std::uint32_t, std::vector<Outline>> outlines;
  if (!meter.stack()) outlines = label_outlines(labels, 0);
  auto boxes = object_boxes(labels);
  boxes.erase(kIgnoredLabel);
  const std::vector<Outline> none;
  ObjectMeasurement result;
  result.columns = meter.columns();
  for (const auto& [id, box] : boxes) result.objects.push_back({id, {}});
  parallel_for(0, static_cast<std::int64_t>(result.objects.size()), 4,
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t i = begin; i < end; ++i) {
                   ObjectMeasures& object = result.objects[static_cast<std::size_t>(i)];
                   const auto found = outlines.find(object.id);
                   object.values = meter.measure(object.id, boxes.at(object.id),
                                                 found == outlines.end() ? none : found->second);
                 }
               });
  return result;
}

}  // namespace karyo
