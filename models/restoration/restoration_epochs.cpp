#include "models/restoration/restoration_epochs.h"

#include <cstdio>

#include "core/io/image_io.h"
#include "models/restoration/restore_volume.h"
#include "models/train/train_folder.h"

namespace karyo {

void RestorationEpochs::on_epoch(const TrainEpochEvent& event) {
  inner_.on_epoch(event);
  note_warnings(watched_.take_findings(), inner_);
  if (request_.place.first() && has_epoch_picture(event.epoch, event.epochs)) {
    said(keep_picture(event.epoch));
  }
  if (!request_.preview.empty()) said(write_preview(event.epoch));
}

void RestorationEpochs::said(const Result<void>& outcome) {
  if (!outcome) inner_.on_note("preview: " + outcome.error().what);
}

Result<void> RestorationEpochs::keep_picture(std::int64_t epoch) {
  if (!part_) {
    KARYO_TRY(const auto image, read_image(watched_.image));
    KARYO_TRY(part_, preview_part(image, {}, model_.config().n_dim == 3));
  }
  TaskControl control;
  KARYO_TRY(const auto restored, restore_volume(model_, part_->image, device_, control));
  return write_epoch_picture(request_.model, epoch, draw_restored(part_->image, restored));
}

Result<void> RestorationEpochs::write_preview(std::int64_t epoch) const {
  KARYO_TRY(const auto image, read_image(watched_.image));
  TaskControl control;
  KARYO_TRY(const auto restored, restore_volume(model_, image, device_, control));
  char name[64];
  std::snprintf(name, sizeof name, "epoch_%04lld.tif", static_cast<long long>(epoch));
  return write_image(request_.preview / name, restored);
}

}  // namespace karyo
