#include "app/wand_preview.h"

#include <utility>

#include "app/workspace.h"

namespace karyo {

WandPreview::~WandPreview() {
  forget();
}

void WandPreview::want(Wish wish) {
  // The first goes on already; of those that wait, one that is to be taken stays.
  if (searches_.size() > 1 && !searches_.back().then) searches_.pop_back();
  searches_.push_back({std::move(wish)});
  if (job_ == 0) search();
}

void WandPreview::search() {
  job_ = workspace_.in_background([this, wish = searches_.front().wish](
                                      TaskControl&) -> Result<Workspace::Finish> {
    auto mask = [&]() -> Result<PlacedMask> {
      KARYO_TRY(const PicturePart picture, wish.picture());
      return wand(picture.part(), wish.seed, wish.options);
    }();
    // Not called once the job is cancelled, so `this` is there.
    return Workspace::Finish([this, made = std::make_shared<Result<PlacedMask>>(std::move(mask))] {
      found(std::move(*made));
    });
  });
}

void WandPreview::found(Result<PlacedMask> mask) {
  const Then then = std::move(searches_.front().then);
  searches_.pop_front();
  job_ = 0;
  if (mask) {
    mask_ = std::make_shared<const PlacedMask>(*std::move(mask));
    if (then) then(*mask_);
  } else {
    mask_.reset();
    workspace_.failed.emit(mask.error());
  }
  if (job_ == 0 && !searches_.empty()) search();
  changed.emit();
}

void WandPreview::take(Then then) {
  if (!searches_.empty()) {
    searches_.back().then = std::move(then);
  } else if (mask_) {
    then(*mask_);
  }
}

void WandPreview::forget() {
  if (job_ != 0) workspace_.cancel_job(std::exchange(job_, 0));
  searches_.clear();
  mask_.reset();
}

}  // namespace karyo
