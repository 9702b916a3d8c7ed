#include "annotation/journal_recovery.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace karyo {
namespace {

/// Frame and number.
using TilePlace = std::pair<std::int64_t, std::int64_t>;

/// What of the tiles differs from the file: as the last entry of the log that touched each left it.
Result<std::map<TilePlace, TilePointer>> tiles_since(JournalDatabase& database,
                                                     const StoredImage& image, const StepLog& log,
                                                     std::int64_t entry_of_file) {
  std::map<TilePlace, TilePointer> tiles;
  std::unordered_set<std::int64_t> seen;  // an earlier entry of the same step has nothing to add
  const std::vector<LogEntry>& entries = log.entries();
  for (auto entry = entries.rbegin(); entry != entries.rend() && entry->id > entry_of_file;
       ++entry) {
    if (!seen.insert(entry->step).second) continue;
    KARYO_TRY(JournalStep step, database.step(image, entry->step));
    // Of changes of one tile within a step the last counts, or the first when it is taken back.
    if (entry->forward) std::reverse(step.labels.begin(), step.labels.end());
    for (const LabelChange& change : step.labels) {
      for (const auto& [number, tile] : entry->forward ? change.after : change.before) {
        tiles.emplace(TilePlace{change.frame, number}, tile);
      }
    }
  }
  return tiles;
}

/// Through a writer, which sees to what a volume knows of the ids in it.
void lay_over(std::vector<LabelVolume>& labels, const std::map<TilePlace, TilePointer>& tiles) {
  const auto always = [](std::uint32_t) { return true; };
  for (const auto& [place, tile] : tiles) {
    LabelVolume& volume = labels[static_cast<std::size_t>(place.first)];
    const Box3 box = volume.box_of_tile(place.second);
    const std::int64_t width = box.shape().x;
    LabelWriter writer(volume);
    for (std::int64_t y = box.begin.y; y < box.end.y; ++y) {
      const std::uint32_t* row = &ids_of(tile.get())[LabelVolume::offset_in_tile({0, y, 0})];
      for (std::int64_t x = 0, end = 0; x < width; x = end) {
        while (end < width && row[end] == row[x]) ++end;
        writer.set_row({box.begin.z, y, box.begin.x + x}, end - x, row[x], always);
      }
    }
    writer.finish();
  }
}

/// Steps share tiles where one begins as its neighbour ended, and with the labels.
class SharedTiles {
 public:
  explicit SharedTiles(const std::vector<LabelVolume>& labels) : labels_(labels) {}
  void share(std::int64_t frame, ReplacedTiles& tiles) {
    for (auto& [number, tile] : tiles) {
      const auto [last, first_time] = last_.try_emplace(
          TilePlace{frame, number}, labels_[static_cast<std::size_t>(frame)].tile(number));
      if (tile && last->second && tile->ids() == last->second->ids()) {
        tile = last->second;
        continue;
      }
      if (tile) bytes_ += sizeof(TileIds);
      last->second = tile;
    }
  }
  /// Of tiles that were not shared.
  std::uint64_t bytes() const { return bytes_; }

 private:
  const std::vector<LabelVolume>& labels_;
  std::map<TilePlace, TilePointer> last_;
  std::uint64_t bytes_ = 0;
};

std::uint64_t bytes_of_texts(const JournalStep& step) {
  std::uint64_t bytes = step.name.size() + step.arguments.size();
  for (const NoteChange& note : step.notes) {
    bytes += sizeof note + note.key.size() + (note.before ? note.before->size() : 0) +
             (note.after ? note.after->size() : 0);
  }
  return bytes;
}

/// Done ones from the position back, then undone ones from there on, until there are too many.
Result<void> load_steps(JournalDatabase& database, const StoredImage& image, const StepLog& log,
                        std::uint64_t most_bytes, Recovered& recovered) {
  std::vector<JournalStep>& steps = recovered.steps;
  std::uint64_t bytes = 0;
  SharedTiles backwards(recovered.labels);
  for (std::int64_t number = log.position(); number >= log.first(); --number) {
    KARYO_TRY(JournalStep step, database.step(image, log.step(number)));
    for (auto change = step.labels.rbegin(); change != step.labels.rend(); ++change) {
      backwards.share(change->frame, change->after);
      backwards.share(change->frame, change->before);
    }
    bytes += bytes_of_texts(step);
    if (bytes + backwards.bytes() > most_bytes && !steps.empty()) break;
    steps.push_back(std::move(step));
  }
  std::reverse(steps.begin(), steps.end());
  recovered.first = log.position() + 1 - std::ssize(steps);
  SharedTiles forwards(recovered.labels);
  for (std::int64_t number = log.position() + 1; number <= log.last(); ++number) {
    KARYO_TRY(JournalStep step, database.step(image, log.step(number)));
    for (LabelChange& change : step.labels) {
      forwards.share(change.frame, change.before);
      forwards.share(change.frame, change.after);
    }
    bytes += bytes_of_texts(step);
    if (bytes + backwards.bytes() + forwards.bytes() > most_bytes) break;
    steps.push_back(std::move(step));
  }
  return {};
}

}  // namespace

Result<RecoveredImage> recover_image(JournalDatabase& database, StoredImage image,
                                     std::vector<LabelVolume> base,
                                     const std::optional<FileFingerprint>& file,
                                     std::uint64_t most_bytes) {
  RecoveredImage image_now;
  Recovered& found = image_now.found;
  found.labels = std::move(base);
  const Index3 shape = found.labels.front().shape();
  const std::int64_t frames = std::ssize(found.labels);
  KARYO_TRY(const std::vector<StoredMask> masks, database.masks(image.id));
  KARYO_TRY(image_now.log, database.log(image.id));
  const StepLog& log = image_now.log;
  if (masks.empty() && log.end() > 0) return damaged_journal("it does not know the masks");
  const auto known = std::find_if(masks.rbegin(), masks.rend(),
                                  [&](const StoredMask& mask) { return mask.file == file; });
  // A mask where there was none and nothing was ever done (the guided steps' or a model's, made for
  // many images) is no conflict: there is nothing that it could take away.
  const bool had_mask = std::any_of(masks.begin(), masks.end(),
                                    [](const StoredMask& mask) { return mask.file.has_value(); });
  const bool is_new = known == masks.rend() && !had_mask && log.end() == 0;
  image_now.first_time = masks.empty() || is_new;
  if (image_now.first_time) return image_now;
  const bool fits = image.frames == frames && image.shape == shape;
  found.changed_outside = known == masks.rend() || (!fits && !log.entries().empty());
  if (found.changed_outside) return image_now;
  image.frames = frames;
  image.shape = shape;
  KARYO_TRY(const auto tiles, tiles_since(database, image, log, known->entry));
  lay_over(found.labels, tiles);
  image_now.entry_of_file = known->entry;
  found.unsaved = !tiles.empty();
  found.position = log.position();
  KARYO_CHECK_OK(load_steps(database, image, log, most_bytes, found));
  return image_now;
}

Result<void> prune(JournalDatabase& database, std::uint64_t most_bytes) {
  constexpr int kStepsOfTransaction = 256;
  struct Image {
    StepLog log;
    std::unordered_set<std::int64_t> settled;
  };
  std::unordered_map<std::int64_t, Image> images;
  std::int64_t seen = 0;
  for (bool more = true; more;) {
    KARYO_CHECK_OK(database.begin());
    for (int i = 0; i < kStepsOfTransaction && more; ++i) {
      KARYO_TRY(const std::uint64_t used, database.used_bytes());
      KARYO_TRY(const auto oldest, database.oldest_step(seen));
      more = used > most_bytes && oldest.has_value();
      if (!more) break;
      const auto [step, number] = *oldest;
      seen = step;
      auto image = images.find(number);
      if (image == images.end()) {
        KARYO_TRY(const std::vector<StoredMask> masks, database.masks(number));
        KARYO_TRY(StepLog log, database.log(number));
        const auto settled = log.settled(masks.empty() ? 0 : masks.front().entry);
        image =
            images.emplace(number, Image{std::move(log), {settled.begin(), settled.end()}}).first;
      }
      if (image->second.settled.contains(step)) {
        KARYO_CHECK_OK(database.delete_steps(number, {step}, image->second.log.forget({step})));
      }
    }
    KARYO_CHECK_OK(database.commit());
  }
  return {};
}

}  // namespace karyo
