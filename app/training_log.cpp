#include "app/training_log.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace karyo {
namespace {

constexpr std::size_t kLongestLine = 1 << 20, kMostNotes = 200;
constexpr double kNew = 0.1;  // part of a new value in a smoothed one

double number(const nlohmann::json& json, const char* key, double standard = 0) {
  const auto found = json.find(key);
  return found != json.end() && found->is_number() ? found->get<double>() : standard;
}

std::int64_t count(const nlohmann::json& json, const char* key) {
  const double value = number(json, key);
  return value >= 0 && value < 1e15 ? static_cast<std::int64_t>(value) : 0;
}

std::string text(const nlohmann::json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool truth(const nlohmann::json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_boolean() && found->get<bool>();
}

double smoothed(double before, double now) {
  return before > 0 ? before + kNew * (now - before) : now;
}

}  // namespace

void TrainingLog::add(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view piece = text.substr(0, end);
    if (rest_.size() + piece.size() <= kLongestLine) rest_ += piece;
    if (end == std::string_view::npos) return;
    add_line(std::exchange(rest_, {}));
    text.remove_prefix(end + 1);
  }
}

void TrainingLog::add_line(const std::string& line) {
  const auto json = nlohmann::json::parse(line, nullptr, false);
  if (!json.is_object()) {
    said_.take(line);
    return;
  }
  const std::string event = text(json, "event");
  if (event == "step") {
    add_step(count(json, "epoch"), count(json, "step"), number(json, "ms"));
  } else if (event == "epoch") {
    epochs_done_ = count(json, "epoch");
    if (truth(json, "best")) best_epoch_ = epochs_done_;
    validation_seconds_ = std::max(0.0, number(json, "seconds") - epoch_ms_ / 1000);
    epoch_ms_ = 0;
  } else if (event == "note") {
    if (notes_.size() < kMostNotes) notes_.push_back(text(json, "text"));
  } else if (event == "done") {
    TrainingResult result{count(json, "epochs"), count(json, "best_epoch")};
    result.stopped = truth(json, "stopped");
    result.seconds = number(json, "seconds");
    result.peak_memory_bytes = number(json, "peak_memory_bytes");
    result_ = result;
  }
}

void TrainingLog::add_step(std::int64_t epoch, std::int64_t step, double ms) {
  epoch_ = epoch;
  step_ = step;
  epoch_ms_ += ms;
  // The first step of an epoch also has the validation before it, or the start.
  if (step > 1) step_ms_ = smoothed(step_ms_, ms);
}

}  // namespace karyo
