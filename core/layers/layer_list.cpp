#include "core/layers/layer_list.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>

namespace karyo {

double metres_in(const std::string& unit) {
  static constexpr std::array<std::pair<std::string_view, double>, 19> kUnits{{
      {"um", 1e-6},         {"\u00b5m", 1e-6},    {"\u03bcm", 1e-6},    {"micron", 1e-6},
      {"microns", 1e-6},    {"micrometer", 1e-6}, {"micrometre", 1e-6}, {"nm", 1e-9},
      {"nanometer", 1e-9},  {"nanometre", 1e-9},  {"mm", 1e-3},         {"millimeter", 1e-3},
      {"millimetre", 1e-3}, {"cm", 1e-2},         {"centimeter", 1e-2}, {"m", 1.0},
      {"meter", 1.0},       {"inch", 0.0254},     {"pm", 1e-12},
  }};
  for (const auto& [name, metres] : kUnits) {
    if (name == unit) return metres;
  }
  return 0;
}

int LayerList::find(const Layer* layer) const {
  for (int i = 0; i < count(); ++i) {
    if (layers_[static_cast<std::size_t>(i)].get() == layer) return i;
  }
  return -1;
}

std::string LayerList::unique_name(const std::string& name, const Layer* but) const {
  const auto taken = [&](const std::string& wanted) {
    return std::any_of(layers_.begin(), layers_.end(), [&](const auto& layer) {
      return layer.get() != but && layer->name() == wanted;
    });
  };
  std::string free = name;
  for (int number = 2; taken(free); ++number) free = name + " (" + std::to_string(number) + ")";
  return free;
}

void LayerList::insert(int position, std::shared_ptr<Layer> layer) {
  position = std::clamp(position, 0, count());
  layer->set_name(unique_name(layer->name(), layer.get()));
  Layer* added = layer.get();
  Watch watch;
  watch.look = added->changed.connect([this, added] {
    update_world();  // a layer may have got other voxels of another grid
    layer_changed.emit(*added);
  });
  watch.data = added->data_changed.connect(
      [this, added](const Box3& box) { layer_data_changed.emit(*added, box); });
  layers_.insert(layers_.begin() + position, std::move(layer));
  watches_.insert(watches_.begin() + position, std::move(watch));
  settle_group(position);
  update_world();
  list_changed.emit();
  select(added);
}

std::shared_ptr<Layer> LayerList::remove(int position) {
  std::shared_ptr<Layer> removed = std::move(layers_[static_cast<std::size_t>(position)]);
  layers_.erase(layers_.begin() + position);
  watches_.erase(watches_.begin() + position);
  update_world();
  const bool was_selected = selected_ == removed.get();
  if (was_selected) {
    selected_ = empty() ? nullptr : &at(std::clamp(position - 1, 0, count() - 1));
  }
  list_changed.emit();
  if (was_selected) selection_changed.emit(selected_);
  return removed;
}

void LayerList::shift(int from, int to) {
  const auto rotate = [&](auto& list) {
    if (from < to) {
      std::rotate(list.begin() + from, list.begin() + from + 1, list.begin() + to + 1);
    } else {
      std::rotate(list.begin() + to, list.begin() + from, list.begin() + from + 1);
    }
  };
  rotate(layers_);
  rotate(watches_);
}

void LayerList::move(int from, int to) {
  to = std::clamp(to, 0, count() - 1);
  if (from == to) return;
  shift(from, to);
  settle_group(to);
  update_world();
  list_changed.emit();
}

std::vector<Layer*> LayerList::in_group(const std::string& group) const {
  std::vector<Layer*> members;
  for (const auto& layer : layers_) {
    if (!group.empty() && layer->group() == group) members.push_back(layer.get());
  }
  return members;
}

std::string LayerList::group_around(int below, int above) const {
  if (below < 0 || above >= count() || at(below).group() != at(above).group()) return {};
  return at(below).group();
}

void LayerList::settle_group(int position) {
  Layer& layer = at(position);
  if (const std::string around = group_around(position - 1, position + 1); !around.empty()) {
    layer.set_group(around);
    return;
  }
  const auto is_mate = [&](int neighbour) {
    return neighbour >= 0 && neighbour < count() && at(neighbour).group() == layer.group();
  };
  if (is_mate(position - 1) || is_mate(position + 1)) return;
  if (in_group(layer.group()).size() > 1) layer.set_group({});
}

int LayerList::put_in_group(int position, const std::string& group) {
  Layer& layer = at(position);
  if (layer.group() == group) return position;
  const std::string around = group_around(position - 1, position + 1);
  int to = position;
  if (const auto mates = in_group(group); !mates.empty()) {
    const int lowest = find(mates.front()), topmost = find(mates.back());
    to = position < lowest ? lowest - 1 : position > topmost ? topmost + 1 : position;
  } else if (!around.empty()) {
    to = find(in_group(around).front());  // beneath the group that it lies in
  }
  if (to != position) shift(position, to);
  layer.set_group(group);
  update_world();
  list_changed.emit();
  return to;
}

void LayerList::move_group(const std::string& group, int to) {
  std::vector<std::shared_ptr<Layer>> order, members;
  for (const auto& layer : layers_) {
    (!group.empty() && layer->group() == group ? members : order).push_back(layer);
  }
  if (members.empty()) return;
  to = std::clamp(to, 0, static_cast<int>(order.size()));
  const auto group_at = [&](int position) -> std::string {
    if (position < 0 || position >= static_cast<int>(order.size())) return {};
    return order[static_cast<std::size_t>(position)]->group();
  };
  while (!group_at(to).empty() && group_at(to - 1) == group_at(to)) --to;
  order.insert(order.begin() + to, members.begin(), members.end());
  if (order == layers_) return;
  for (int i = 0; i < count(); ++i) {
    const int from = find(order[static_cast<std::size_t>(i)].get());
    if (from != i) shift(from, i);
  }
  update_world();
  list_changed.emit();
}

void LayerList::clear() {
  if (empty()) return;
  watches_.clear();
  const auto removed = std::move(layers_);  // ends after the signals: observers may still look
  layers_.clear();
  selected_ = nullptr;
  update_world();
  list_changed.emit();
  selection_changed.emit(nullptr);
}

void LayerList::select(Layer* layer) {
  if (layer == selected_ || (layer && find(layer) < 0)) return;
  selected_ = layer;
  selection_changed.emit(layer);
}

void LayerList::update_world() {
  grid_ = VoxelGrid{};
  if (empty()) return;
  const auto calibrated = std::find_if(layers_.begin(), layers_.end(), [](const auto& layer) {
    return layer->place().calibrated();
  });
  grid_ = (calibrated != layers_.end() ? *calibrated : layers_.front())->place();
  grid_.origin_z = grid_.origin_y = grid_.origin_x = 0;  // the world itself was not moved
  if (grid_.unit == kWorldUnit) grid_ = VoxelGrid{};
  grid_.names = {};
  for (const auto& layer : layers_) {
    const AxisNames& said = layer->grid().names;
    for (std::string AxisNames::*name :
         {&AxisNames::t, &AxisNames::c, &AxisNames::z, &AxisNames::y, &AxisNames::x}) {
      if ((grid_.names.*name).empty()) grid_.names.*name = said.*name;
    }
  }
}

VoxelGrid LayerList::grid_of(const Layer& layer) const {
  const VoxelGrid& own = layer.place();
  if (own.unit == grid_.unit) return own;
  if (own.unit == kWorldUnit) {
    VoxelGrid laid = own;
    laid.unit = grid_.unit;
    return laid;
  }
  const double own_unit = metres_in(own.unit), world_unit = metres_in(grid_.unit);
  if (!own.calibrated() || own_unit == 0 || world_unit == 0) {  // voxel on voxel
    VoxelGrid laid = grid_;
    laid.origin_z = own.origin_z * grid_.spacing_z;
    laid.origin_y = own.origin_y * grid_.spacing_y;
    laid.origin_x = own.origin_x * grid_.spacing_x;
    return laid;
  }
  VoxelGrid turned = own;
  for (double* length : {&turned.spacing_z, &turned.spacing_y, &turned.spacing_x, &turned.origin_z,
                         &turned.origin_y, &turned.origin_x}) {
    *length *= own_unit / world_unit;
  }
  turned.unit = grid_.unit;
  return turned;
}

WorldPoint LayerList::world_extent() const {
  WorldPoint extent = world_size({1, 1, 1}, grid_);
  for (const auto& layer : layers_) {
    const WorldPoint corner = far_corner(layer->shape().zyx(), grid_of(*layer));
    extent = {std::max(extent.z, corner.z), std::max(extent.y, corner.y),
              std::max(extent.x, corner.x)};
  }
  return extent;
}

Index3 LayerList::extent() const {
  const WorldPoint size = world_extent();
  // Rounded first: 33 planes of 0.3 are 33 planes, whatever 9.9 / 0.3 says.
  const auto voxels = [](double length, double spacing) {
    const double exact = length / spacing;
    const double rounded = std::round(exact);
    const double count = std::abs(exact - rounded) < 1e-6 * rounded ? rounded : std::ceil(exact);
    return std::max<std::int64_t>(1, static_cast<std::int64_t>(count));
  };
  return {voxels(size.z, grid_.spacing_z), voxels(size.y, grid_.spacing_y),
          voxels(size.x, grid_.spacing_x)};
}

std::int64_t LayerList::time_count() const {
  std::int64_t times = 1;
  for (const auto& layer : layers_) times = std::max(times, layer->shape().t);
  return times;
}

}  // namespace karyo
