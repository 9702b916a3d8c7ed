#pragma once

/// Values read when first asked for and kept within a budget; the one unused longest goes first.

#include <condition_variable>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <utility>

#include "core/base/result.h"

namespace karyo {

/// `Value` has memory_bytes(). Thread-safe; what get() returned stays valid after it was dropped.
template <typename Value>
class LoadCache {
 public:
  using Pointer = std::shared_ptr<const Value>;

  explicit LoadCache(std::size_t budget_bytes) : budget_bytes_(budget_bytes) {}

  /// The value of `key`, a file's name. Where it is not held, load() returns it as Result<Pointer>;
  /// one thread at a time loads a key. Errors  those of load(), which the next call tries again.
  template <typename Load>
  Result<Pointer> get(const std::string& key, Load&& load);

  std::size_t held_bytes() const {
    const std::lock_guard lock(mutex_);
    return held_;
  }
  /// Values loaded so far (each key counts once a loading).
  std::int64_t loads() const {
    const std::lock_guard lock(mutex_);
    return loads_;
  }

 private:
  struct Entry {
    Pointer value;  ///< null while a thread loads it
    std::list<std::string>::iterator place;
  };
  void keep_to_budget();

  const std::size_t budget_bytes_;
  mutable std::mutex mutex_;
  std::condition_variable loaded_;
  std::map<std::string, Entry> entries_;
  std::list<std::string> oldest_first_;
  std::size_t held_ = 0;
  std::int64_t loads_ = 0;
};

// ---- details ----

template <typename Value>
template <typename Load>
auto LoadCache<Value>::get(const std::string& key, Load&& load) -> Result<Pointer> {
  std::unique_lock lock(mutex_);
  for (;;) {
    const auto found = entries_.find(key);
    if (found == entries_.end()) break;
    if (found->second.value != nullptr) {
      oldest_first_.splice(oldest_first_.end(), oldest_first_, found->second.place);
      return found->second.value;
    }
    loaded_.wait(lock);  // another thread reads it
  }
  entries_[key] = {nullptr, oldest_first_.end()};
  lock.unlock();
  Result<Pointer> value = [&]() -> Result<Pointer> {
    try {
      return load();
    } catch (const std::bad_alloc&) {
      return Error(ErrorCode::kTooLarge, "there is not enough memory to read \"" + key + "\"",
                   "Cut the image into smaller ones, or close other programs.");
    }
  }();
  lock.lock();
  if (value) {
    ++loads_;
    held_ += (*value)->memory_bytes();
    entries_[key] = {*value, oldest_first_.insert(oldest_first_.end(), key)};
    keep_to_budget();
  } else {
    entries_.erase(key);
  }
  loaded_.notify_all();
  return value;
}

template <typename Value>
void LoadCache<Value>::keep_to_budget() {
  // The newest stays even when it alone exceeds the budget: a patch is about to be cut from it.
  while (held_ > budget_bytes_ && oldest_first_.size() > 1) {
    const auto oldest = entries_.find(oldest_first_.front());
    held_ -= oldest->second.value->memory_bytes();
    entries_.erase(oldest);
    oldest_first_.pop_front();
  }
}

}  // namespace karyo
