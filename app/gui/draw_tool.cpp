#include "app/gui/draw_tool.h"

#include <QGuiApplication>
#include <algorithm>
#include <cmath>

#include "annotation/index_axis.h"
#include "annotation/region.h"
#include "app/gui/slice_view.h"
#include "app/label_target.h"

namespace karyo::gui {
namespace {

constexpr double kGrip = 7;         // pixels around the first corner that end a polygon
constexpr double kStep = 1.5;       // pixels between two places of a line
constexpr double kSnap = 4;         // voxels that a smart outline's anchor moves to an edge
constexpr double kDragRange = 400;  // pixels of a drag for the whole range of contrast

double distance(const SliceView& view, const WorldPoint& a, const WorldPoint& b) {
  const QPointF off = view.position_of(a) - view.position_of(b);
  return std::hypot(off.x(), off.y());
}

nlohmann::json numbers_of(const PathF& path) {
  nlohmann::json numbers = nlohmann::json::array();
  for (const PointF& p : path) {
    numbers.push_back(std::round(p.x * 100) / 100);
    numbers.push_back(std::round(p.y * 100) / 100);
  }
  return numbers;
}

}  // namespace

DrawTool::DrawTool(Workspace& workspace, Run run, Did did)
    : LabelTool(workspace, std::move(run), std::move(did)),
      wand_(workspace),
      edits_(workspace),
      wand_changed_(wand_.changed.connect([this] { changed.emit(); })) {}

void DrawTool::set_kind(std::optional<DrawKind> kind) {
  kind_ = kind;
  wand_.forget();
  clear();
}

PointF DrawTool::in_plane(const WorldPoint& place) const {
  const VoxelGrid grid = workspace().layers().grid_of(*labels_);
  const auto along_axis = [&](Axis axis) { return voxels_along(place[axis], grid, axis); };
  return {along_axis(horizontal_axis(plane_)), along_axis(vertical_axis(plane_))};
}

WorldPoint DrawTool::in_world(const PointF& point) const {
  const VoxelGrid grid = workspace().layers().grid_of(*labels_);
  WorldPoint voxel;
  voxel[horizontal_axis(plane_)] = point.x;
  voxel[vertical_axis(plane_)] = point.y;
  voxel[normal_axis(plane_)] = static_cast<double>(depth()) + 0.5;
  return world_place(voxel, grid);
}

std::int64_t DrawTool::depth() const {
  const VoxelGrid grid = workspace().layers().grid_of(*labels_);
  return along(voxel_at(places_.empty() ? *press_ : places_.front(), grid), normal_axis(plane_));
}

Box3 DrawTool::slice_box() const {
  Box3 box = Box3::of_shape(labels_->shape().zyx());
  coordinate(box.begin, normal_axis(plane_)) = depth();
  coordinate(box.end, normal_axis(plane_)) = depth() + 1;
  return box;
}

std::uint32_t DrawTool::label_for_area() const {
  const auto keys = QGuiApplication::keyboardModifiers();
  if (keys & Qt::AltModifier) return 0;
  const std::uint32_t selected = labels_->selected();
  if (selected == kIgnoredLabel) return selected;
  const bool adds = (keys & Qt::ShiftModifier) != 0 || !workspace().paint().new_each();
  return adds && selected != 0 ? selected : unused_id(*labels_);
}

void DrawTool::press(SliceView& view, const WorldPoint& place) {
  if (!kind_) return;
  if (places_.empty()) {
    labels_ = layer(kind_ != DrawKind::kCut && kind_ != DrawKind::kMerge &&
                    kind_ != DrawKind::kMove && kind_ != DrawKind::kSeeds);
    if (!labels_) return;
    plane_ = view.plane();
  } else if (view.plane() != plane_) {
    return;
  }
  press_ = place;
  if (by_clicks()) {
    click_corner(view, place);
  } else {
    places_ = {place, place};
    held_ = labels_->id_at(voxel_at(place, workspace().layers().grid_of(*labels_)),
                           workspace().view().time());
    tolerance_ = 0;
    if (kind_ == DrawKind::kWand) try_wand();
  }
  changed.emit();
}

void DrawTool::click_corner(SliceView& view, const WorldPoint& place) {
  const bool closes = places_.size() > 3 && distance(view, places_.front(), place) <= kGrip;
  if (places_.empty()) {
    places_ = {place, place};
    if (kind_ == DrawKind::kSmart) fix_wire(place);
  } else if (closes && kind_ != DrawKind::kSeeds) {
    places_.pop_back();  // the one that follows the pointer
    finish();
  } else {
    places_.back() = place;  // the pointer's last move may not have been told
    if (kind_ == DrawKind::kSmart) fix_wire(place);
    places_.push_back(place);
  }
}

/// The outline up to here stays; from here on it follows edges anew.
void DrawTool::fix_wire(const WorldPoint& place) {
  PointF at = in_plane(place);
  if (wire_) {
    at = wire_->snapped(at, kSnap);
    const PathF way = wire_->path_to(at);
    wired_.insert(wired_.end(), way.begin(), way.end());
  }
  wire_.reset();
  const VoxelGrid grid = labels_->place();
  Box3 box = slice_box();
  const auto narrow = [&box](Axis axis, double middle) {
    constexpr std::int64_t kReach = 160;  // the window's, and what smoothing looks at
    const auto at_voxel = static_cast<std::int64_t>(std::lround(middle));
    coordinate(box.begin, axis) = std::max<std::int64_t>(0, at_voxel - kReach);
    coordinate(box.end, axis) = std::min(along(box.end, axis), at_voxel + kReach);
  };
  narrow(horizontal_axis(plane_), at.x);
  narrow(vertical_axis(plane_), at.y);
  const auto part = picture(box);
  if (!part) return;
  auto wire = LiveWire::around(part->part(), grid, plane_, depth(), at);
  if (!wire) {
    workspace().failed.emit(wire.error());
    return;
  }
  wire_ = *std::move(wire);
  if (wired_.empty()) wire_->set_anchor(wire_->snapped(at, kSnap));
}

std::optional<PicturePart> DrawTool::picture(const Box3& box) {
  const auto image = image_under(workspace(), nlohmann::json::object(), *labels_);
  auto part = image ? picture_part(**image, workspace().view().time(), box)
                    : Result<PicturePart>(image.error());
  if (part) return *std::move(part);
  workspace().failed.emit(part.error());
  return {};
}

/// By what is shown now, or was dragged to; found in the background.
void DrawTool::try_wand() {
  const auto under = image_under(workspace(), nlohmann::json::object(), *labels_);
  if (!under) {
    workspace().failed.emit(under.error());
    return;
  }
  const ImageLayer& image = **under;
  const ValueRange limits = image.channel(first_visible_channel(image)).limits;
  const double start = workspace().paint().tolerance() / 100;
  tolerance_ = std::max(0.0, start + tolerance_) * (limits.high - limits.low);
  WandOptions options;
  options.tolerance = tolerance_;
  options.plane = plane_;
  wand_.want({picture_reader(image, workspace().view().time(), slice_box()),
              voxel_at(*press_, workspace().layers().grid_of(*labels_)), options});
}

void DrawTool::move(SliceView& view, const WorldPoint& place, bool dragging) {
  if (places_.empty() || view.plane() != plane_) return;
  if (kind_ == DrawKind::kWand) {
    if (!dragging) return;
    tolerance_ = (view.position_of(place).x() - view.position_of(*press_).x()) / kDragRange;
    try_wand();
  } else if (by_dragging()) {
    if (!dragging || distance(view, places_.back(), place) < kStep) return;
    places_.push_back(place);
  } else {
    places_.back() = place;
  }
  changed.emit();
}

void DrawTool::release(SliceView& view, const WorldPoint& place) {
  if (places_.empty() || by_clicks() || view.plane() != plane_) return;
  if (kind_ != DrawKind::kWand) places_.back() = place;
  finish();
}

void DrawTool::double_click(SliceView& view, const WorldPoint& place) {
  if (!by_clicks()) {
    press(view, place);
    return;
  }
  if (places_.empty() || view.plane() != plane_) return;
  places_.pop_back();  // the first click of the two was the last corner
  finish();
}

void DrawTool::finish_area(const char* shape, const PathF& path) {
  const std::uint32_t label = label_for_area();
  nlohmann::json arguments = common(*labels_, plane_);
  arguments["shape"] = shape;
  arguments["points"] = numbers_of(path);
  arguments["depth"] = depth();
  arguments["label"] = label;
  if (workspace().paint().ball()) arguments["stack"] = true;
  const auto labels = labels_;
  if (run("labels.region", arguments)) select(*labels, label);
}

/// What was drawn; no step of undo of its own.
void DrawTool::select(LabelsLayer& labels, std::uint32_t label) {
  if (label != 0) labels.set_selected(label);
  workspace().history().accept();
}

void DrawTool::finish() {
  PathF path;
  for (const WorldPoint& place : places_) path.push_back(in_plane(place));
  const VoxelGrid grid = workspace().layers().grid_of(*labels_);
  const WorldPoint seed = voxel_of(*press_, *labels_);
  nlohmann::json arguments = common(*labels_, plane_);
  const bool stack = workspace().paint().ball();
  if (stack) arguments["stack"] = true;
  arguments["voxel"] = {std::round(seed.z), std::round(seed.y), std::round(seed.x)};
  switch (*kind_) {
    case DrawKind::kPolygon:
    case DrawKind::kLasso:
      if (path.size() >= 3) finish_area("polygon", path);
      break;
    case DrawKind::kRectangle:
      finish_area("rectangle", path);
      break;
    case DrawKind::kEllipse:
      finish_area("ellipse", path);
      break;
    case DrawKind::kSmart:
      if (wire_) {
        const PathF home = wire_->path_to(wired_.empty() ? path.front() : wired_.front());
        wired_.insert(wired_.end(), home.begin(), home.end());
      }
      if (wired_.size() >= 3) finish_area("polygon", wired_);
      break;
    case DrawKind::kWand:
      arguments["label"] = label_for_area();
      arguments["tolerance"] = tolerance_;
      take_wand(arguments);
      break;
    case DrawKind::kOneClick:
      if (!workspace().paint().new_each() && labels_->selected() != 0) {
        arguments["label"] = labels_->selected();
      }
      edits_.want([this, arguments] { return one_click_work(workspace(), arguments); },
                  [this, arguments] { did("labels.one_click", arguments); });
      break;
    case DrawKind::kCut:
      arguments.erase("voxel");
      arguments.erase("over");
      arguments.erase("inside");
      arguments["points"] = numbers_of(path);
      arguments["depth"] = depth();
      run("labels.cut", arguments);
      break;
    case DrawKind::kMerge:
    case DrawKind::kSeeds: {
      nlohmann::json points = nlohmann::json::array();
      for (const WorldPoint& place : places_) {
        const WorldPoint voxel = voxel_of(place, *labels_);
        for (const double v : {voxel.z, voxel.y, voxel.x}) points.push_back(std::round(v));
      }
      nlohmann::json target{{"layer", labels_->name()}, {"points", points}};
      if (labels_->shape().t > 1) target["frame"] = workspace().view().time();
      if (kind_ == DrawKind::kMerge) {
        run("labels.merge_across", target);
      } else {
        const auto id = labels_->id_at(voxel_at(places_.front(), grid), workspace().view().time());
        target["objects"] = {id};
        run("labels.split_seeds", target);
      }
      break;
    }
    case DrawKind::kMove: {
      const Index3 by = voxel_at(places_.back(), grid) - voxel_at(places_.front(), grid);
      if (held_ == 0 || by == Index3{0, 0, 0}) break;
      nlohmann::json target{
          {"layer", labels_->name()}, {"objects", {held_}}, {"by", {by.z, by.y, by.x}}};
      if (labels_->shape().t > 1) target["frame"] = workspace().view().time();
      run("labels.move", target);
      select(*labels_, held_);
      break;
    }
  }
  clear();
}

/// What is shown becomes an object, once it is what was dragged to.
void DrawTool::take_wand(const nlohmann::json& arguments) {
  const auto write = [this, arguments, labels = labels_](std::shared_ptr<const PlacedMask> found) {
    edits_.want([this, arguments, found] { return wand_work(workspace(), arguments, found); },
                [this, arguments, labels] {
                  did("labels.wand", arguments);
                  select(*labels, arguments["label"].get<std::uint32_t>());
                });
  };
  if (arguments.contains("stack")) {  // shown in the slice alone
    write(nullptr);
  } else {
    wand_.take([this, write](const PlacedMask&) { write(wand_.mask()); });
  }
}

void DrawTool::clear() {
  places_.clear();
  wire_.reset();
  wired_.clear();
  changed.emit();
}

bool DrawTool::cancel() {
  const bool drawing = edits_.give_up() || !places_.empty();
  wand_.forget();
  clear();
  return drawing;
}

}  // namespace karyo::gui
