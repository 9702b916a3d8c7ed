// Masks of a folder that is annotated on their way to the disk, and leaving the folder.

#include <chrono>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "annotation/journal.h"
#include "app/dataset_files.h"
#include "app/dataset_session.h"
#include "app/mask_preview.h"
#include "app/workspace.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kTryAgainAfter{500}, kLookAgain{10};

Result<void> flush(Journal& journal) {
  return journal.read_only() ? Result<void>() : journal.flush();
}

}  // namespace

/// One mask after the other; of two of one image the newer one stays.
struct DatasetSession::SaveOrder {
  std::mutex mutex;
  std::map<fs::path, std::uint64_t> written;
};

/// A mask on its way to the disk; what the journal has to know of it is told before and after.
struct DatasetSession::Saving {
  DatasetItem item;
  std::vector<LabelVolume> frames;
  VoxelGrid grid;
  std::shared_ptr<Journal> journal;
  std::shared_ptr<SaveOrder> order;
  std::uint64_t number = 0;
  std::int64_t mark = 0;

  Result<fs::path> write(bool rois) const {
    const std::lock_guard lock(order->mutex);
    std::uint64_t& written = order->written[item.image];
    if (written > number) return item.mask;
    const std::string name = item.image.filename().string();
    std::optional<FileFingerprint> file;
    KARYO_TRY(const fs::path mask,
              write_mask(item.mask, frames, grid, [&](const fs::path& trial) -> Result<void> {
                KARYO_TRY(file, fingerprint_of(trial));
                KARYO_CHECK_OK(journal->saving(name, mark, *file));
                return journal->flush();
              }));
    KARYO_CHECK_OK(journal->saved(name, mark, *file));
    written = number;
    if (rois) KARYO_CHECK_OK(write_mask_rois(mask, frames));
    return mask;
  }
};

Result<DatasetSession::Saving> DatasetSession::saving() {
  KARYO_CHECK_OK(may_save("the mask is"));
  if (!save_order_) save_order_ = std::make_shared<SaveOrder>();
  std::vector<LabelVolume> frames;
  for (std::int64_t t = 0; t < labels_->shape().t; ++t) {
    frames.push_back(workspace_.preview().without_trial(*labels_, t));
  }
  Saving saving{*current_item(), std::move(frames), labels_->place(),
                journal_,        save_order_,       ++last_saving_};
  KARYO_TRY(saving.mark, journal_->mark(file_name(current_)));
  return saving;
}

bool DatasetSession::to_be_saved() const {
  return labels_ && unsaved_ && !changed_outside_ && saving_ != version_ + 1 &&
         why_read_only().empty();
}

bool DatasetSession::settled() const {
  const bool journal_has_it = !journal_ || journal_->read_only() || journal_->waiting() == 0;
  return !writing() && !to_be_saved() && journal_has_it;
}

Result<void> DatasetSession::save(bool rois, bool even_unchanged) {
  if (!is_open()) return nothing_open();
  const bool wanted = labels_ && !changed_outside_ && (unsaved_ || even_unchanged);
  if (!wanted || (saving_ == version_ + 1 && !rois)) return {};
  KARYO_TRY(Saving saving, this->saving());
  saving_ = version_ + 1;
  ++writing_;
  workspace_.in_background(
      [this, saving = std::move(saving), rois, version = version_,
       layer = labels_](TaskControl& control) mutable -> Result<Workspace::Finish> {
        const Saving mine = std::move(saving);  // its journal is let go here
        control.report(0, "Saving " + mine.item.mask.filename().string());
        auto mask = mine.write(rois);
        return Workspace::Finish([this, item = mine.item, mask = std::move(mask), layer, version] {
          --writing_;
          if (saving_ == version + 1) saving_ = 0;
          if (!mask) {
            workspace_.failed.emit(mask.error());
            return;
          }
          if (layer == labels_ && version == version_) unsaved_ = false;
          layer->set_source({*mask, ""});
          note_saved(item.image, *mask);
          workspace_.done.emit("Saved " + mask->string());
      changed.emit();  // a training that goes on may learn from it now
        });
      });
  return {};
}

Result<void> DatasetSession::save_now() {
  if (!labels_ || !unsaved_ || changed_outside_) return {};
  KARYO_TRY(const Saving saving, this->saving());
  KARYO_TRY(const fs::path mask, saving.write(false));
  unsaved_ = false;
  note_saved(saving.item.image, mask);
  return journal_->flush();
}

Result<void> DatasetSession::close() {
  std::optional<Saving> saving;
  if (to_be_saved()) {
    KARYO_TRY(saving, this->saving());
  }
  take_layers_away();
  leave(std::move(saving));
  forget_folder();
  return {};
}

/// What was drawn is in the journal or on its way there; the mask is written, then the journal
/// closed, which can take long. As long as the disk takes neither, both are tried again: the job
/// holds what nobody else has.
void DatasetSession::leave(std::optional<Saving> saving) {
  if (!journal_) return;
  ++writing_;
  workspace_.in_background([this, saving = std::move(saving), journal = std::move(journal_),
                            name = folder_.filename().string()](
                               TaskControl& control) mutable -> Result<Workspace::Finish> {
    const std::optional<Saving> last = std::exchange(saving, std::nullopt);
    const std::shared_ptr<Journal> mine = std::move(journal);
    Result<fs::path> mask = fs::path();
    for (;;) {
      control.report(0, "Saving " + name);
      if (last) mask = last->write(false);
      const Result<void> kept = flush(*mine);
      if (kept || control.cancelled()) break;
      control.report(0, "Waiting to save " + name);
      const auto again = std::chrono::steady_clock::now() + kTryAgainAfter;
      while (std::chrono::steady_clock::now() < again && !control.cancelled()) {
        std::this_thread::sleep_for(kLookAgain);
      }
    }
    return Workspace::Finish([this, mask, item = last ? std::optional(last->item) : std::nullopt] {
      --writing_;
      if (mask && item) note_saved(item->image, *mask);
      if (mask) return;
      workspace_.failed.emit(Error(
          ErrorCode::kIo, "the mask of " + item->name + " was not saved: " + mask.error().what,
          "What was drawn is kept: open the folder again. " + mask.error().fix));
    });
  });
}

/// The folder may be another one by now.
void DatasetSession::note_saved(const fs::path& image, const fs::path& mask) {
  for (DatasetItem& item : items_) {
    if (item.image == image) item.mask = mask;
  }
}

}  // namespace karyo
