#pragma once

/// Typed observers. A Connection ends with its owner; nothing is looked up by name.
///
/// Threads  emit, connect and disconnect on one thread (the UI thread for layers).
/// Observers may connect or disconnect, themselves included, while a signal is being emitted.

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace karyo {

/// Keeps an observer attached for as long as it lives. Outliving the signal is fine.
class Connection {
 public:
  Connection() = default;
  explicit Connection(std::shared_ptr<void> slot) : slot_(std::move(slot)) {}
  void disconnect() { slot_.reset(); }
  bool connected() const { return slot_ != nullptr; }

 private:
  std::shared_ptr<void> slot_;
};

template <typename... Args>
class Signal {
 public:
  using Observer = std::function<void(Args...)>;

  Signal() = default;
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

  [[nodiscard]] Connection connect(Observer observer) {
    auto slot = std::make_shared<Observer>(std::move(observer));
    slots_.push_back(slot);
    return Connection(std::move(slot));
  }

  void emit(Args... args) {
    const auto current = slots_;  // an observer may change the list
    for (const auto& weak : current) {
      if (auto slot = weak.lock()) (*slot)(args...);
    }
    std::erase_if(slots_, [](const auto& weak) { return weak.expired(); });
  }

 private:
  std::vector<std::weak_ptr<Observer>> slots_;
};

}  // namespace karyo
