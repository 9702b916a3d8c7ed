#include "app/dataset_session.h"

#include <algorithm>
#include <array>
#include <utility>

#include "app/dataset_files.h"
#include "app/dataset_journal.h"
#include "app/workspace.h"
#include "core/base/random.h"
#include "core/io/image_names.h"
#include "core/layers/layer_look.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, kImageStateCount> kStateNames{
    "untouched", "in_progress", "done", "needs_review", "excluded"};

}  // namespace

std::string_view name_of(ImageState state) {
  return kStateNames[static_cast<std::size_t>(state)];
}

Result<ImageState> image_state_from(std::string_view name) {
  const auto found = std::find(kStateNames.begin(), kStateNames.end(), name);
  if (found == kStateNames.end()) {
    return Error(ErrorCode::kInvalidArgument, "an image cannot be \"" + std::string(name) + "\"",
                 "Use untouched, in_progress, done, needs_review or excluded.");
  }
  return static_cast<ImageState>(found - kStateNames.begin());
}

/// The next image, read before it is asked for.
struct DatasetSession::Ahead {
  int place = -1;
  ImagePair pair;
};

Error DatasetSession::nothing_open() {
  return {ErrorCode::kNotFound, "no folder is being annotated",
          "Open one with Annotate › Open folder to annotate."};
}

DatasetSession::DatasetSession(Workspace& workspace) : workspace_(workspace) {
  follow_history();
}
DatasetSession::~DatasetSession() = default;

const DatasetItem* DatasetSession::current_item() const {
  return current_ < 0 ? nullptr : &items_[static_cast<std::size_t>(current_)];
}

int DatasetSession::find(const std::string& name) const {
  const auto found = std::find_if(items_.begin(), items_.end(),
                                  [&](const DatasetItem& item) { return item.name == name; });
  return found == items_.end() ? -1 : static_cast<int>(found - items_.begin());
}

Result<void> DatasetSession::open(const fs::path& folder) {
  if (opening() && folder == folder_) return {};
  KARYO_TRY(auto items, list_items(folder));
  KARYO_CHECK_OK(close());
  folder_ = folder;
  items_ = std::move(items);
  open_journal();
  changed.emit();
  current_changed.emit();
  check_files();
  return {};
}

/// What headers tell of images and masks that do not go together.
void DatasetSession::check_files() {
  workspace_.in_background(
      [this, folder = folder_](TaskControl& control) -> Result<Workspace::Finish> {
        control.report(0, "Checking the folder");
        constexpr std::int64_t kPlanesAndStacks = 0;
        const auto dataset = open_dataset(folder, kPlanesAndStacks);
        if (!dataset) return Workspace::Finish([] {});  // no masks yet, or images without a folder
        return Workspace::Finish([this, folder, findings = dataset->findings] {
          if (folder != folder_) return;
          for (const Finding& finding : findings) {
            if (finding.kind == "missing_mask") continue;  // that is what one is here for
            const int place = find(image_stem(finding.file));
            if (place >= 0) items_[static_cast<std::size_t>(place)].findings.push_back(finding);
          }
          changed.emit();
        });
      });
}

Result<void> DatasetSession::go_to(int place) {
  return go_to(place, 0);
}

Result<void> DatasetSession::go_to(int place, int travel) {
  if (!is_open()) return nothing_open();
  if (place < 0 || place >= static_cast<int>(items_.size())) {
    return Error(ErrorCode::kNotFound, "there is no image " + std::to_string(place + 1),
                 "The folder holds " + std::to_string(items_.size()) + ".");
  }
  if (place == current_) return {};
  if (opening()) {
    then_ = [this, place, travel] { return go_to(place, travel); };
    return {};
  }
  KARYO_CHECK_OK(save(false, false));
  if (reading_ != 0) workspace_.cancel_job(std::exchange(reading_, 0));
  if (ahead_ && ahead_->place == place) {
    const auto ahead = std::move(ahead_);
    show(place, std::move(ahead->pair), travel);
    return {};
  }
  reading_ =
      workspace_.in_background([this, place, travel, item = items_[static_cast<std::size_t>(place)],
                                chunks = workspace_.chunks(), journal = journal_](
                                   TaskControl& control) mutable -> Result<Workspace::Finish> {
        control.report(0, "Opening " + item.name);
        const auto known = std::move(journal);  // let go here, not where the job is forgotten
        KARYO_TRY(ImagePair pair, read_pair(item, chunks, known, control));
        return Workspace::Finish(
            [this, place, travel, pair = std::move(pair)] { show(place, pair, travel); });
      });
  return {};
}

int DatasetSession::neighbour(int direction) const {
  const int count = static_cast<int>(items_.size());
  for (int place = current_ + direction; place >= 0 && place < count; place += direction) {
    if (shows(items_[static_cast<std::size_t>(place)])) return place;
  }
  return -1;
}

Result<void> DatasetSession::step(int direction) {
  if (!is_open()) return nothing_open();
  if (opening()) {
    then_ = [this, direction] { return step(direction); };
    return {};
  }
  if (const int place = neighbour(direction); place >= 0) return go_to(place);
  return Error(ErrorCode::kNotFound,
               direction > 0 ? "this is the last image" : "this is the first image",
               "Choose which images are gone through above the strip.");
}

Result<void> DatasetSession::resume() {
  if (opening()) {
    then_ = [this] { return resume(); };
    return {};
  }
  const int place = is_open() ? elsewhere(-1) : -1;
  if (place >= 0 && shows(items_[static_cast<std::size_t>(place)])) return go_to(place);
  return step(1);
}

void DatasetSession::take_layers_away() {
  write_unwritten_notes();
  if (reading_ != 0) workspace_.cancel_job(std::exchange(reading_, 0));
  LayerList& layers = workspace_.layers();
  const std::shared_ptr<Layer> mine[] = {std::exchange(regions_, nullptr),
                                         std::exchange(labels_, nullptr),
                                         std::exchange(image_, nullptr)};
  for (const auto& layer : mine) {
    const int at = layers.find(layer.get());
    if (at >= 0) layers.remove(at);
  }
}

void DatasetSession::show(int place, ImagePair pair, int travel) {
  reading_ = 0;
  const std::optional<LayerLook> before = labels_ ? std::optional(look_of(*labels_)) : std::nullopt;
  const bool reframes = !image_ || !(image_->shape().zyx() == pair.image->shape().zyx()) ||
                        !(image_->place() == pair.image->place());
  take_layers_away();
  LayerList& layers = workspace_.layers();
  current_ = place;
  image_ = pair.image;
  labels_ = pair.labels;
  unsaved_ = false;
  ++version_;  // of other labels
  layers.insert(0, image_);
  if (labels_) {
    if (before) {
      LayerLook look = look_of(*labels_);
      look.opacity = before->opacity;
      look.visible = before->visible;
      look.labels->contour_width = before->labels->contour_width;
      look.labels->by_class = before->labels->by_class;
      apply_look(*labels_, look);
    }
    layers.insert(1, labels_);
    layers.select(labels_.get());
    workspace_.count_objects_of(*labels_);
  }
  take_recovered(pair);
  DatasetItem& item = items_[static_cast<std::size_t>(place)];
  if (!pair.findings.empty()) item.findings = pair.findings;
  if (reframes) workspace_.show_all();
  if (pair.problem) workspace_.failed.emit(*pair.problem);
  changed.emit();
  current_changed.emit();
  if (changed_outside_) conflict.emit();
  if (travel < 0) workspace_.history().undo();
  if (travel > 0) workspace_.history().redo();
  read_ahead();
}

void DatasetSession::forget_ahead() {
  ahead_.reset();
}

/// The next image, while a person works on this one.
void DatasetSession::read_ahead() {
  ahead_.reset();
  const int next = neighbour(1);
  if (next < 0) return;
  workspace_.in_background([this, next, item = items_[static_cast<std::size_t>(next)],
                            chunks = workspace_.chunks(), journal = journal_](
                               TaskControl& control) mutable -> Result<Workspace::Finish> {
    control.report(0, "Reading ahead");
    const auto known = std::move(journal);
    auto pair = read_pair(item, chunks, known, control);
    if (!pair) return Workspace::Finish([] {});  // said when its turn comes
    return Workspace::Finish([this, next, name = item.name, pair = *std::move(pair)] {
      const bool still = next < static_cast<int>(items_.size()) && next != current_ &&
                         items_[static_cast<std::size_t>(next)].name == name;
      if (still) ahead_ = std::make_unique<Ahead>(Ahead{next, pair});
    });
  });
}

void DatasetSession::edited(const LabelEdit& edit) {
  if (edit.layer() != labels_) return;
  unsaved_ = true;
  ++version_;
  const DatasetItem& item = items_[static_cast<std::size_t>(current_)];
  if (item.state == ImageState::kUntouched) set_state(current_, ImageState::kInProgress);
}

void DatasetSession::set_state(int place, ImageState state) {
  DatasetItem& item = items_[static_cast<std::size_t>(place)];
  if (item.state == state) return;
  item.state = state;
  if (opening()) marked_.push_back(place);
  if (why_read_only().empty()) {
    tell(journal_->set_state(file_name(place), std::string(name_of(state))));
  }
  changed.emit();
}

void DatasetSession::add_seconds(double seconds) {
  if (current_ < 0 || !why_read_only().empty()) return;
  DatasetItem& item = items_[static_cast<std::size_t>(current_)];
  item.seconds += seconds;
  tell(journal_->set_seconds(file_name(current_), item.seconds));
  changed.emit();
}

void DatasetSession::pick(std::size_t count, std::uint64_t seed) {
  const bool all = count == 0 || count >= items_.size();
  for (DatasetItem& item : items_) item.picked = all;
  if (!all) {
    Random random(seed);
    const auto order = random.permutation(static_cast<std::int64_t>(items_.size()));
    for (std::size_t i = 0; i < count; ++i) {
      items_[static_cast<std::size_t>(order[i])].picked = true;
    }
  }
  changed.emit();
}

void DatasetSession::show_only(std::optional<ImageState> state) {
  if (state == shown_state_) return;
  shown_state_ = state;
  changed.emit();
}

bool DatasetSession::shows(const DatasetItem& item) const {
  if (!item.picked) return false;
  return shown_state_ ? item.state == *shown_state_ : item.state != ImageState::kExcluded;
}

int DatasetSession::count_of(ImageState state) const {
  return static_cast<int>(std::count_if(items_.begin(), items_.end(), [&](const DatasetItem& item) {
    return item.picked && item.state == state;
  }));
}

}  // namespace karyo
