#include "annotation/radial_fit.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace karyo {
namespace {

constexpr int kSweeps = 3;  // each there and back
constexpr std::size_t kBesideInSpace = 6;

double dot(const WorldPoint& a, const WorldPoint& b) {
  return a.z * b.z + a.y * b.y + a.x * b.x;
}

/// What rays tell their neighbours: costs of the neighbour's candidates as they see them.
class Messages {
 public:
  Messages(const RayFan& fan, const std::vector<std::vector<float>>& costs, float stiffness,
           std::size_t most_step)
      : fan_(fan), costs_(costs), count_(costs.front().size()) {
    for (std::size_t step = 0; step <= most_step; ++step) {
      penalty_.push_back(stiffness * static_cast<float>(step * step));
    }
    for (const auto& near : fan.beside) {
      told_.emplace_back(near.size(), std::vector<float>(count_, 0.0F));
    }
  }

  /// The costs of a ray's candidates with all it was told.
  std::vector<float> belief(std::size_t ray) const {
    std::vector<float> sum = costs_[ray];
    for (const auto& message : told_[ray]) {
      for (std::size_t k = 0; k < count_; ++k) sum[k] += message[k];
    }
    return sum;
  }

  void tell_from(std::size_t ray) {
    const std::vector<float> all = belief(ray);
    std::vector<float> rest(count_);
    for (std::size_t i = 0; i < fan_.beside[ray].size(); ++i) {
      const std::size_t other = fan_.beside[ray][i];
      for (std::size_t k = 0; k < count_; ++k) rest[k] = all[k] - told_[ray][i][k];
      const auto& from = fan_.beside[other];
      const auto place = std::find(from.begin(), from.end(), ray) - from.begin();
      auto& message = told_[other][static_cast<std::size_t>(place)];
      for (std::size_t k = 0; k < count_; ++k) message[k] = cheapest_near(rest, k);
      const float least = *std::min_element(message.begin(), message.end());
      for (float& cost : message) cost -= least;
    }
  }

 private:
  float cheapest_near(const std::vector<float>& costs, std::size_t k) const {
    float least = costs[k];
    for (std::size_t step = 1; step < penalty_.size(); ++step) {
      if (k >= step) least = std::min(least, costs[k - step] + penalty_[step]);
      if (k + step < count_) least = std::min(least, costs[k + step] + penalty_[step]);
    }
    return least;
  }

  const RayFan& fan_;
  const std::vector<std::vector<float>>& costs_;
  std::size_t count_;
  std::vector<float> penalty_;
  std::vector<std::vector<std::vector<float>>> told_;  // ray, neighbour, candidate
};

}  // namespace

RayFan rays_in_plane(Plane plane, int count) {
  RayFan fan;
  fan.angle = 2 * std::numbers::pi / count;
  const auto rays = static_cast<std::size_t>(count);
  for (std::size_t i = 0; i < rays; ++i) {
    const double angle = fan.angle * static_cast<double>(i);
    WorldPoint direction;
    direction[horizontal_axis(plane)] = std::cos(angle);
    direction[vertical_axis(plane)] = std::sin(angle);
    fan.directions.push_back(direction);
    fan.beside.push_back({(i + 1) % rays, (i + rays - 1) % rays});
  }
  return fan;
}

RayFan rays_in_space(int count) {
  RayFan fan;
  fan.angle = std::sqrt(4 * std::numbers::pi / count);
  const double golden = std::numbers::pi * (3 - std::sqrt(5.0));
  const auto rays = static_cast<std::size_t>(count);
  for (std::size_t i = 0; i < rays; ++i) {
    const double z = 1 - (2 * static_cast<double>(i) + 1) / count, around = std::sqrt(1 - z * z);
    const double angle = golden * static_cast<double>(i);
    fan.directions.push_back({z, around * std::sin(angle), around * std::cos(angle)});
  }
  fan.beside.resize(rays);
  const auto add = [&fan](std::size_t ray, std::size_t other) {
    auto& near = fan.beside[ray];
    if (std::find(near.begin(), near.end(), other) == near.end()) near.push_back(other);
  };
  std::vector<std::size_t> order(rays);
  for (std::size_t i = 0; i < rays; ++i) {
    std::iota(order.begin(), order.end(), std::size_t{0});
    const std::size_t wanted = std::min(kBesideInSpace + 1, rays);  // itself comes first
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(wanted),
                      order.end(), [&](std::size_t a, std::size_t b) {
                        return dot(fan.directions[i], fan.directions[a]) >
                               dot(fan.directions[i], fan.directions[b]);
                      });
    for (std::size_t n = 1; n < wanted; ++n) {
      add(i, order[n]);
      add(order[n], i);
    }
  }
  return fan;
}

std::vector<std::size_t> smoothest(const RayFan& fan, const std::vector<std::vector<float>>& costs,
                                   float stiffness, std::size_t most_step) {
  Messages messages(fan, costs, stiffness, most_step);
  for (int sweep = 0; sweep < kSweeps; ++sweep) {
    for (std::size_t ray = 0; ray < costs.size(); ++ray) messages.tell_from(ray);
    for (std::size_t ray = costs.size(); ray-- > 0;) messages.tell_from(ray);
  }
  std::vector<std::size_t> chosen;
  for (std::size_t ray = 0; ray < costs.size(); ++ray) {
    const auto belief = messages.belief(ray);
    chosen.push_back(
        static_cast<std::size_t>(std::min_element(belief.begin(), belief.end()) - belief.begin()));
  }
  return chosen;
}

double reach_towards(const RayFan& fan, const std::vector<double>& radii,
                     const WorldPoint& direction) {
  // A bell around each ray, as wide as to blend with the next ones only.
  const double width = 0.6 * fan.angle;
  const double farthest = std::cos(std::min(3 * fan.angle, std::numbers::pi));
  double sum = 0, weights = 0;
  for (std::size_t ray = 0; ray < radii.size(); ++ray) {
    const double cosine = dot(fan.directions[ray], direction);
    if (cosine < farthest) continue;
    const double weight = std::exp((cosine - 1) / (width * width));
    sum += weight * radii[ray];
    weights += weight;
  }
  return sum / weights;
}

}  // namespace karyo
