#pragma once

/// Objects to look at, why, and what was decided.
///
/// The most urgent come first. A decision holds as long as the object's voxels are what they were:
/// one that was accepted and changed later comes back.

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "annotation/qc/label_checks.h"

namespace karyo {

enum class ReviewState { kOpen, kAccepted, kFixed, kDeleted };

struct ReviewItem {
  std::uint32_t id = 0;
  double severity = 0;  ///< the highest score of its findings
  ReviewState state = ReviewState::kOpen;
  std::vector<LabelFinding> findings;  ///< the highest score first
};

/// What is stored of a decision.
struct ReviewDecision {
  std::uint32_t id = 0;
  ReviewState state = ReviewState::kOpen;
  std::uint64_t fingerprint = 0;  ///< of the object then; 0: it was deleted
  friend bool operator==(const ReviewDecision&, const ReviewDecision&) = default;
};

class ReviewQueue {
 public:
  /// What the checks say now. Decisions are kept; where the object has changed since, it is open
  /// again. The current place stays, or what comes next where the object is no longer listed.
  void set_findings(const std::vector<LabelFinding>& findings);

  /// By severity, then by id.
  const std::vector<ReviewItem>& items() const { return items_; }
  std::int64_t open_count() const;

  /// The object that is looked at; none before the first step, or when it is not listed any more.
  const ReviewItem* current() const;
  /// Goes to an object that is listed; false when it is not.
  bool go_to(std::uint32_t id);
  /// Goes to the next (previous) open item from here, round the end; null when none is open.
  const ReviewItem* next();
  const ReviewItem* previous();

  /// `fingerprint`: of the object as it was decided about (0 when it was deleted). kOpen takes a
  /// decision back.
  void decide(std::uint32_t id, ReviewState state, std::uint64_t fingerprint);

  /// To store, by id; and back.
  std::vector<ReviewDecision> decisions() const;
  void restore(const std::vector<ReviewDecision>& decisions);

 private:
  /// Where an item stands in the order.
  struct Place {
    double severity = 0;
    std::uint32_t id = 0;
  };
  static bool before(const Place& a, const Place& b) {
    return a.severity != b.severity ? a.severity > b.severity : a.id < b.id;
  }
  static Place place_of(const ReviewItem& item) { return {item.severity, item.id}; }
  void update_states();

  std::vector<ReviewItem> items_;
  std::map<std::uint32_t, ReviewDecision> decisions_;
  std::optional<Place> here_;
};

}  // namespace karyo
