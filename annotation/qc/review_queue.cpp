#include "annotation/qc/review_queue.h"

#include <algorithm>

namespace karyo {

void ReviewQueue::set_findings(const std::vector<LabelFinding>& findings) {
  std::map<std::uint32_t, ReviewItem> by_id;
  for (const LabelFinding& finding : findings) {
    ReviewItem& item = by_id[finding.id];
    item.id = finding.id;
    item.severity = std::max(item.severity, finding.score);
    item.findings.push_back(finding);
  }
  items_.clear();
  for (auto& [id, item] : by_id) {
    std::stable_sort(
        item.findings.begin(), item.findings.end(),
        [](const LabelFinding& a, const LabelFinding& b) { return a.score > b.score; });
    items_.push_back(std::move(item));
  }
  std::sort(items_.begin(), items_.end(), [](const ReviewItem& a, const ReviewItem& b) {
    return before(place_of(a), place_of(b));
  });
  // An object that is listed still may stand elsewhere now.
  if (here_) go_to(here_->id);
  update_states();
}

std::int64_t ReviewQueue::open_count() const {
  return std::count_if(items_.begin(), items_.end(),
                       [](const ReviewItem& item) { return item.state == ReviewState::kOpen; });
}

const ReviewItem* ReviewQueue::current() const {
  if (!here_) return nullptr;
  const auto found = std::find_if(items_.begin(), items_.end(),
                                  [&](const ReviewItem& item) { return item.id == here_->id; });
  return found == items_.end() ? nullptr : &*found;
}

bool ReviewQueue::go_to(std::uint32_t id) {
  for (const ReviewItem& item : items_) {
    if (item.id != id) continue;
    here_ = place_of(item);
    return true;
  }
  return false;
}

const ReviewItem* ReviewQueue::next() {
  const ReviewItem* first = nullptr;
  for (const ReviewItem& item : items_) {
    if (item.state != ReviewState::kOpen) continue;
    if (first == nullptr) first = &item;
    if (here_ && !before(*here_, place_of(item))) continue;
    first = &item;
    break;
  }
  if (first != nullptr) here_ = place_of(*first);
  return first;
}

const ReviewItem* ReviewQueue::previous() {
  const ReviewItem* found = nullptr;
  bool ahead = false;  // found lies before the place where we are
  for (const ReviewItem& item : items_) {
    if (item.state != ReviewState::kOpen) continue;
    const bool is_ahead = here_ && before(place_of(item), *here_);
    if (!is_ahead && ahead) break;
    found = &item;
    ahead = is_ahead;
  }
  if (found != nullptr) here_ = place_of(*found);
  return found;
}

void ReviewQueue::decide(std::uint32_t id, ReviewState state, std::uint64_t fingerprint) {
  if (state == ReviewState::kOpen) {
    decisions_.erase(id);
  } else {
    decisions_[id] = {id, state, state == ReviewState::kDeleted ? 0 : fingerprint};
  }
  update_states();
}

std::vector<ReviewDecision> ReviewQueue::decisions() const {
  std::vector<ReviewDecision> all;
  for (const auto& [id, decision] : decisions_) all.push_back(decision);
  return all;
}

void ReviewQueue::restore(const std::vector<ReviewDecision>& decisions) {
  decisions_.clear();
  for (const ReviewDecision& decision : decisions) {
    if (decision.state != ReviewState::kOpen) decisions_[decision.id] = decision;
  }
  update_states();
}

void ReviewQueue::update_states() {
  for (ReviewItem& item : items_) {
    const auto found = decisions_.find(item.id);
    const bool holds =
        found != decisions_.end() && found->second.fingerprint == item.findings.front().fingerprint;
    item.state = holds ? found->second.state : ReviewState::kOpen;
  }
}

}  // namespace karyo
