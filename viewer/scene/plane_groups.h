#pragma once

/// Which planes of a stack are made ready while others are looked at: two groups of planes beside
/// each other are kept, the one that is drawn and the one that is next, so each frame has to put
/// only a share of the next together.

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>

namespace karyo {

class PlaneGroups {
 public:
  static constexpr int kNone = -1;

  explicit PlaneGroups(std::int64_t planes_each) : each_(planes_each) {}

  struct Plan {
    int drawn = kNone;  ///< the group of the plane
    int fill = kNone;  ///< the one to go on with; none after a jump, when nobody knows what is next
    bool begun = false;       ///< `fill` stands for other planes than before
    std::int64_t frames = 1;  ///< within which `fill` should be ready
  };

  /// The plan of a frame that shows `plane` of `planes`.
  Plan next(std::int64_t plane, std::int64_t planes) {
    const std::int64_t step = last_ == kNone ? each_ : plane - last_;
    last_ = plane;
    Plan plan;
    if (std::abs(step) <= 1) {
      const std::int64_t here = plane / each_;
      const std::int64_t wanted =
          step == 0 ? here
                    : std::clamp<std::int64_t>(here + (step > 0 ? 1 : -1), 0, (planes - 1) / each_);
      plan.fill = index_of(wanted);
      if (plan.fill == kNone) {
        plan.begun = true;
        plan.fill = numbers_[0] == here ? 1 : 0;
        numbers_[static_cast<std::size_t>(plan.fill)] = wanted;
      }
      plan.frames = step == 0 ? each_ : step > 0 ? each_ - plane % each_ : plane % each_ + 1;
    }
    plan.drawn = index_of(plane / each_);
    return plan;
  }

  std::int64_t first_plane(int group) const {
    return numbers_[static_cast<std::size_t>(group)] * each_;
  }
  std::int64_t last_plane_shown() const { return last_; }

 private:
  int index_of(std::int64_t number) const {
    return numbers_[0] == number ? 0 : numbers_[1] == number ? 1 : kNone;
  }

  std::int64_t each_;
  std::int64_t last_ = kNone;
  std::array<std::int64_t, 2> numbers_ = {kNone, kNone};
};

/// How many of `missing` parts, of `all` that a plane has, a frame keeps: all are there in time,
/// and it does not take long for it where it reads many (`read`) itself.
inline std::size_t share_to_keep(const PlaneGroups::Plan& plan, std::size_t missing,
                                 std::size_t all, std::size_t read, std::int64_t planes_each) {
  const auto each = static_cast<std::size_t>(planes_each),
             frames = static_cast<std::size_t>(plan.frames);
  const std::size_t most = (all - read) / 2 + all / (2 * each) + 1;
  return std::min({missing, most, std::max((missing + frames - 1) / frames, all / each + 1)});
}

}  // namespace karyo
