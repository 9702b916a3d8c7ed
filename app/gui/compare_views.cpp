#include "app/gui/compare_views.h"

#include <algorithm>

#include "app/gui/view_grid.h"

namespace karyo::gui {
namespace {

constexpr int kOutline = 2;  // screen pixels
constexpr double kFill = 0.5;

Layer* named(LayerList& layers, const char* name) {
  for (int i = 0; i < layers.count(); ++i) {
    if (layers.at(i).name() == name) return &layers.at(i);
  }
  return nullptr;
}

/// One colour for all objects of a layer, as outlines; none: each its own, filled.
void draw_as(LabelsLayer& labels, const ObjectTable* objects, std::optional<Rgb> color) {
  LabelColors colors = labels.colors();
  colors.own.clear();
  if (color && objects != nullptr) {
    for (const auto& [id, object] : *objects) colors.own[id] = *color;
  }
  labels.set_colors(std::move(colors));
  labels.set_contour_width(color ? kOutline : 0);
  labels.set_opacity(color ? 1 : kFill);
}

void draw_as(ImageLayer& image, const char* colors, Blending blending) {
  const auto table = colormap(colors);
  for (std::int64_t c = 0; table && c < image.channel_count(); ++c) image.set_colormap(c, *table);
  image.set_blending(blending);
}

}  // namespace

std::vector<LayerChoice> one_layer_each(const LayerList& layers) {
  constexpr int kMost = 4;
  std::vector<LayerChoice> choices;
  for (int i = 0; i < std::min(layers.count(), kMost); ++i) {
    choices.emplace_back(layers.shared_at(i));
    const bool over_image =
        layers.at(i).kind() != LayerKind::kImage && layers.at(0).kind() == LayerKind::kImage;
    if (over_image) choices.back().set_shown(layers, layers.at(0), true);
  }
  return choices;
}

CompareViews::CompareViews(Workspace& workspace, Comparison& comparison, ViewGrid& views,
                           std::function<void(double)> wiped)
    : workspace_(workspace), comparison_(comparison), views_(views), wiped_(std::move(wiped)) {
  views_.on_chosen_shown = [this] { prepare_cells(); };
  connections_.push_back(comparison_.changed.connect([this] {
    if (comparison_.working() || comparison_.current() < 0) return;
    arrange();
  }));
  connections_.push_back(comparison_.look_changed.connect([this] { follow_look(); }));
  // Outlines in one colour need the objects' numbers, which are counted after the layers are there.
  connections_.push_back(workspace_.jobs_changed.connect([this] {
    if (shown_ == CompareLook::kOverlay && !workspace_.busy()) dress();
  }));
}

LayerChoice CompareViews::choice_of(const std::vector<std::string>& names) const {
  const LayerList& layers = workspace_.layers();
  LayerChoice choice;
  for (int i = 0; i < layers.count(); ++i) {
    bool wanted = false;
    for (const std::string& name : names) wanted = wanted || layers.at(i).name() == name;
    choice.set_shown(layers, layers.at(i), wanted);
  }
  return choice;
}

LayerChoice CompareViews::prediction() const {
  return images() ? choice_of({"prediction", "first model"})
                  : choice_of({"input", "prediction", "first model"});
}

LayerChoice CompareViews::truth() const {
  if (alone()) return choice_of({"input", confidence_name()});
  return images() ? choice_of({"truth", "second model"})
                  : choice_of({"input", "truth", "second model"});
}

/// Side by side, or two by two where that shows wide images larger.
int CompareViews::columns_for(int cells) const {
  const Index3 extent = workspace_.layers().extent();
  if (cells != 4 || extent.x <= 0 || extent.y <= 0) return cells;
  const auto zoom = [&](int columns) {
    const int rows = cells / columns;
    return std::min(static_cast<double>(views_.width()) / columns / static_cast<double>(extent.x),
                    static_cast<double>(views_.height()) / rows / static_cast<double>(extent.y));
  };
  return zoom(2) > zoom(4) ? 2 : 4;
}

std::vector<LayerChoice> CompareViews::cells(int* columns) const {
  const LayerChoice difference =
      images() ? choice_of({restored_map_name(3), pair_map_name(1)})
               : choice_of({"input", "errors", "differences", confidence_name()});
  switch (comparison_.look()) {
    case CompareLook::kSideBySide: {
      std::vector<LayerChoice> all{prediction(), truth(), difference};
      if (alone()) {
        all.pop_back();
        if (comparison_.has_confidence_map()) {
          all.insert(all.begin() + 1, choice_of({confidence_map_name()}));
        }
      }
      if (named(workspace_.layers(), "input") != nullptr) {
        all.insert(all.begin(), choice_of({"input"}));
      }
      *columns = columns_for(static_cast<int>(all.size()));
      return all;
    }
    case CompareLook::kMaps:
      *columns = 3;
      return {choice_of({"input"}),
              choice_of({"prediction"}),
              choice_of({"truth"}),
              choice_of({restored_map_name(0)}),
              choice_of({restored_map_name(1)}),
              choice_of({}),
              choice_of({restored_map_name(2)}),
              choice_of({restored_map_name(3)}),
              choice_of({})};
    case CompareLook::kWipe:
      return {prediction()};
    case CompareLook::kBlink:
      return {comparison_.truth_shown() ? truth() : prediction()};
    case CompareLook::kOverlay:
      if (images()) return {choice_of({"prediction", "truth", "first model", "second model"})};
      return {choice_of({"input", "prediction", "truth", "first model", "second model"})};
    case CompareLook::kDifference:
      return {difference};
    case CompareLook::kConfidence:
      return {comparison_.has_confidence_map() ? choice_of({"input", confidence_map_name()})
                                               : difference};
  }
  return {};
}

/// Colours of the overlay: the prediction blue or green, the truth vermilion or magenta, apart for
/// colour-blind eyes.
void CompareViews::dress() {
  LayerList& layers = workspace_.layers();
  const bool overlay = comparison_.look() == CompareLook::kOverlay;
  const auto labels = [&](const char* name, Rgb color) {
    auto* layer = dynamic_cast<LabelsLayer*>(named(layers, name));
    if (layer == nullptr) return;
    draw_as(*layer, workspace_.objects_of(*layer),
            overlay ? std::optional<Rgb>(color) : std::nullopt);
  };
  constexpr Rgb kPrediction{0x56, 0xb4, 0xe9}, kTruth{0xe6, 0x9f, 0x00};
  labels("prediction", kPrediction);
  labels("first model", kPrediction);
  labels("truth", kTruth);
  labels("second model", kTruth);
  const auto image = [&](const char* name, const char* colors) {
    auto* layer = dynamic_cast<ImageLayer*>(named(layers, name));
    if (layer == nullptr) return;
    draw_as(*layer, overlay ? colors : "gray",
            overlay ? Blending::kAdditive : Blending::kTranslucent);
  };
  if (!images()) return;
  image("prediction", "green");
  image("first model", "green");
  image("truth", "magenta");
  image("second model", "magenta");
}

void CompareViews::arrange() {
  const bool dressed = shown_ == CompareLook::kOverlay;
  shown_ = comparison_.look();
  image_ = comparison_.current();
  if (dressed || shown_ == CompareLook::kOverlay) dress();
  int columns = 1;
  auto choices = cells(&columns);
  views_.show_chosen(std::move(choices), columns);
}

void CompareViews::prepare_cells() {
  if (views_.cells().cells().empty()) return;
  SliceView& view = *views_.cells().cells().front();
  if (shown_ != CompareLook::kWipe) return;
  view.set_wipe(SliceView::Wipe{truth(), comparison_.wipe_at()});
  view.on_wiped = [this](double at, bool ended) {
    if (ended) wiped_(at);
  };
}

void CompareViews::follow_look() {
  if (comparison_.current() < 0) return;
  const bool shown = workspace_.view().layout() == ViewLayoutKind::kColumns &&
                     shown_ == comparison_.look() && views_.cells().cells().size() == 1;
  if (!shown) {
    arrange();
    return;
  }
  SliceView& view = *views_.cells().cells().front();
  if (shown_ == CompareLook::kBlink) {
    view.set_choice(comparison_.truth_shown() ? truth() : prediction());
  } else if (shown_ == CompareLook::kWipe && view.wipe()) {
    view.set_wipe(SliceView::Wipe{truth(), comparison_.wipe_at()});
  } else {
    arrange();
  }
}

}  // namespace karyo::gui
