#include "app/track_desk.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

namespace karyo {
namespace {

constexpr std::size_t kCountedAtOnce = 4000;  // places; some 20 ms

/// The place of this cell in another list of the same movie.
std::optional<TrackPlace> same_cell(const TrackList& list, const TrackPoint& cell) {
  for (const TrackPoint& point : list.points) {
    if (point.t == cell.t && point.at == cell.at) return TrackPlace{point.id, point.t};
  }
  return {};
}

}  // namespace

Result<std::shared_ptr<const TrackSummary>> summarise(std::shared_ptr<const TrackList> list,
                                                      const VoxelGrid& grid, TaskControl& control) {
  auto summary = std::make_shared<TrackSummary>();
  const TrackIndex index(*list);
  const ListedTracks listed = listed_tracks(*list, grid);
  summary->grid = grid;
  summary->frames = static_cast<std::int64_t>(listed.frames.size());
  summary->measures = measure_tracks(listed.frames, listed.tracking, grid.frame_interval);
  for (TrackMeasures& m : summary->measures) {
    m.track = listed.ids[static_cast<std::size_t>(m.track) - 1];
    if (m.parent > 0) m.parent = listed.ids[static_cast<std::size_t>(m.parent) - 1];
  }
  std::sort(summary->measures.begin(), summary->measures.end(),
            [](const auto& a, const auto& b) { return a.track < b.track; });
  if (control.cancelled()) return cancelled_error("Measuring tracks");
  summary->msd = mean_squared_displacement(listed.frames, listed.tracking, grid.frame_interval);
  summary->lineage = lineage_of(index);
  for (const TrackSpan& span : index.spans()) {
    if (span.children.size() > 1) ++summary->divisions;
  }
  KARYO_TRY(summary->doubts, doubtful_links(*list, grid, control));
  summary->list = std::move(list);
  return std::shared_ptr<const TrackSummary>(std::move(summary));
}

TrackDesk::TrackDesk(Workspace& workspace) : workspace_(workspace) {
  connections_.push_back(workspace.layers().list_changed.connect([this] { choose_layer(); }));
  connections_.push_back(
      workspace.layers().selection_changed.connect([this](Layer*) { choose_layer(); }));
  connections_.push_back(workspace.layers().layer_changed.connect([this](Layer& layer) {
    if (&layer == layer_.lock().get()) refresh();
  }));
  connections_.push_back(
      workspace.done.connect([this](const std::string&) { remember_accepted(); }));
  choose_layer();
}

void TrackDesk::choose_layer() {
  LayerList& layers = workspace_.layers();
  const auto tracks_at = [&](int i) {
    return std::dynamic_pointer_cast<TracksLayer>(layers.shared_at(i));
  };
  std::shared_ptr<TracksLayer> chosen;
  if (const int at = layers.find(layers.selected()); at >= 0) chosen = tracks_at(at);
  const auto last = layer_.lock();
  if (!chosen && last && layers.find(last.get()) >= 0) chosen = last;
  for (int i = layers.count() - 1; i >= 0 && !chosen; --i) chosen = tracks_at(i);
  if (chosen == last && (chosen != nullptr || summary_ == nullptr)) {
    refresh();  // the world's grid may be another
    return;
  }
  layer_ = chosen;
  selected_.reset();
  mark_.reset();
  seen_.reset();
  summary_.reset();
  doubts_.clear();
  kept_with_.clear();
  refresh();
  changed.emit();
  selection_changed.emit();
}

VoxelGrid TrackDesk::grid() const {
  const auto layer = layer_.lock();
  return layer ? workspace_.layers().grid_of(*layer) : VoxelGrid{};
}

std::shared_ptr<const TrackIndex> TrackDesk::index() const {
  const auto layer = layer_.lock();
  if (!layer) return nullptr;
  const auto list = layer->look().data;
  if (!indexed_ || indexed_->list != list) {
    indexed_ = std::make_shared<const Indexed>(Indexed{list, TrackIndex(*list)});
  }
  return {indexed_, &indexed_->index};
}

std::shared_ptr<const TrackSummary> TrackDesk::summary() const {
  const auto layer = layer_.lock();
  const bool holds = layer && summary_ && summary_->list == layer->look().data;
  return holds ? summary_ : nullptr;
}

void TrackDesk::refresh() {
  const auto layer = layer_.lock();
  if (!layer) return;
  const auto list = layer->look().data;
  if (seen_ && seen_ != list) keep_selection(*seen_, *list);
  seen_ = list;
  const VoxelGrid grid = workspace_.layers().grid_of(*layer);
  const bool known = summary_ && summary_->list == list && summary_->grid == grid;
  if (known || counting_ == list) return;
  if (counting_) workspace_.cancel_job(job_);
  counting_ = list;
  if (list->points.size() <= kCountedAtOnce) {
    TaskControl control;
    if (auto summary = summarise(list, grid, control)) take(*std::move(summary));
    return;
  }
  job_ = workspace_.in_background(
      [this, list, grid](TaskControl& control) -> Result<Workspace::Finish> {
        control.report(0, "Measuring tracks");
        KARYO_TRY(auto summary, summarise(list, grid, control));
        return Workspace::Finish([this, summary] { take(summary); });
      });
}

void TrackDesk::take(std::shared_ptr<const TrackSummary> summary) {
  counting_.reset();
  summary_ = std::move(summary);
  remember_accepted();
  leave_out_accepted();
  changed.emit();
}

AcceptedLink TrackDesk::key_of(const TrackList& list, const DoubtfulLink& link) const {
  const TrackIndex index(list);
  const TrackPoint* to = index.find(link.to);
  const TrackPoint* from = index.find(link.from);
  const TrackPoint none{};
  const TrackPoint &a = from != nullptr ? *from : none, &b = to != nullptr ? *to : none;
  return accepted_link(a, b);
}

/// Of a file that was opened, or that the tracks were saved as.
void TrackDesk::remember_accepted() {
  const auto layer = layer_.lock();
  const auto path = layer ? layer->source().path : std::filesystem::path();
  std::error_code not_known;
  // A tracking result is a folder, and its files are others'.
  if (path == kept_with_ || !std::filesystem::is_regular_file(path, not_known)) return;
  kept_with_ = path;
  const auto known = read_accepted_links(path);
  if (!known) {
    workspace_.failed.emit(known.error());
    return;
  }
  const std::size_t before = accepted_.size();
  accepted_.insert(known->begin(), known->end());
  if (before > 0) keep_accepted();
}

void TrackDesk::keep_accepted() {
  const auto layer = layer_.lock();
  if (!layer || layer->source().path.empty() || layer->source().path != kept_with_) return;
  const auto kept = write_accepted_links(kept_with_, *layer->look().data, accepted_);
  if (!kept) workspace_.failed.emit(kept.error());
}

void TrackDesk::leave_out_accepted() {
  doubts_ = summary_->doubts;
  if (accepted_.empty()) return;
  std::erase_if(doubts_, [this](const DoubtfulLink& link) {
    return accepted_.contains(key_of(*summary_->list, link));
  });
}

/// Corrections give tracks other numbers: the selection stays with the cell.
void TrackDesk::keep_selection(const TrackList& before, const TrackList& after) {
  const TrackIndex index(before);
  for (auto* place : {&selected_, &mark_}) {
    if (!*place) continue;
    const TrackPoint* cell = index.find(**place);
    *place = cell != nullptr ? same_cell(after, *cell) : std::nullopt;
  }
  selection_changed.emit();
}

WorldPoint TrackDesk::world_of(const TrackPoint& point) const {
  return world_place(point.at, grid());
}

Result<void> TrackDesk::select(const TrackPlace& place) {
  const auto tracks = index();
  const TrackSpan* span = tracks ? tracks->find(place.track) : nullptr;
  if (span == nullptr) {
    return Error(ErrorCode::kNotFound, "there is no track " + std::to_string(place.track),
                 "Choose a track of the Tracks layer.");
  }
  const TrackPoint& cell = tracks->nearest(*span, place.frame);
  selected_ = TrackPlace{cell.id, cell.t};
  workspace_.view().set_time(cell.t);
  workspace_.view().set_cursor(world_of(cell));
  selection_changed.emit();
  return {};
}

void TrackDesk::clear_selection() {
  selected_.reset();
  mark_.reset();
  selection_changed.emit();
}

void TrackDesk::set_mark(std::optional<TrackPlace> place) {
  mark_ = place;
  selection_changed.emit();
}

std::optional<TrackPlace> TrackDesk::place_near(const WorldPoint& place, std::int64_t time,
                                                double reach) const {
  const auto layer = layer_.lock();
  if (!layer) return {};
  const VoxelGrid grid = workspace_.layers().grid_of(*layer);
  std::optional<TrackPlace> nearest;
  for (const TrackPoint& point : layer->look().data->points) {
    if (point.t != time) continue;
    const WorldPoint at = world_place(point.at, grid);
    const double off = std::hypot(at.z - place.z, at.y - place.y, at.x - place.x);
    if (off > reach) continue;
    reach = off;
    nearest = TrackPlace{point.id, point.t};
  }
  return nearest;
}

void TrackDesk::put(TracksLayer& layer, TrackList corrected) {
  TracksLook look = layer.look();
  look.data = std::make_shared<const TrackList>(std::move(corrected));
  layer.set_source({});  // until it is saved again, closing asks for it
  kept_with_.clear();    // and what was accepted is kept again then
  layer.set_look(std::move(look));
}

Result<void> TrackDesk::go_to_doubt(std::size_t number) {
  if (number >= doubts_.size()) {
    return Error(ErrorCode::kNotFound, "no link is left to be looked at",
                 "Track again with other settings, or go on with the table.");
  }
  return select(doubts_[number].to);
}

std::optional<std::size_t> TrackDesk::doubt_here() const {
  for (std::size_t i = 0; selected_ && i < doubts_.size(); ++i) {
    if (doubts_[i].to == *selected_) return i;
  }
  return {};
}

void TrackDesk::accept_doubt(std::size_t number) {
  if (number >= doubts_.size() || !summary_) return;
  accepted_.insert(key_of(*summary_->list, doubts_[number]));
  keep_accepted();
  doubts_.erase(doubts_.begin() + static_cast<std::ptrdiff_t>(number));
  changed.emit();
}

}  // namespace karyo
