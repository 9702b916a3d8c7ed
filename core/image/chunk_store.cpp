#include "core/image/chunk_store.h"

#include <algorithm>
#include <new>
#include <utility>

#include <unistd.h>

namespace karyo {
namespace {

constexpr std::uint64_t kMostBudget = std::uint64_t{4} << 30;

/// A source lives and dies by its pointer, so another that is made later may have the same address:
/// what was kept of a dead one must not pass for the new one's.
bool same_source(const std::weak_ptr<const PixelSource>& kept,
                 const std::shared_ptr<const PixelSource>& asked) {
  return kept.lock() == asked;
}

}  // namespace

std::uint64_t ChunkStore::standard_budget() {
  const auto pages = static_cast<std::uint64_t>(std::max(1L, sysconf(_SC_PHYS_PAGES)));
  const auto page = static_cast<std::uint64_t>(std::max(1L, sysconf(_SC_PAGESIZE)));
  return std::min(pages * page / 4, kMostBudget);
}

std::size_t ChunkStore::NameHash::operator()(const Name& name) const {
  std::size_t hash = std::hash<const void*>{}(name.source);
  const auto add = [&hash](std::int64_t part) {
    hash ^= std::hash<std::int64_t>{}(part) + 0x9e3779b97f4a7c15u + (hash << 6) + (hash >> 2);
  };
  add(name.key.level);
  add(name.key.t);
  add(name.key.c);
  add(name.key.number.z);
  add(name.key.number.y);
  add(name.key.number.x);
  return hash;
}

ChunkStore::ChunkStore(std::uint64_t budget_bytes, int threads) : budget_(budget_bytes) {
  for (int i = 0; i < std::max(1, threads); ++i) threads_.emplace_back([this] { work(); });
}

ChunkStore::~ChunkStore() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  for (auto& thread : threads_) thread.join();
}

ChunkBytes ChunkStore::find(const std::shared_ptr<const PixelSource>& source, const ChunkKey& key) {
  const std::lock_guard lock(mutex_);
  const auto found = by_name_.find({source.get(), key});
  if (found == by_name_.end() || !same_source(found->second->source, source)) return nullptr;
  kept_.splice(kept_.begin(), kept_, found->second);
  return found->second->bytes;
}

void ChunkStore::ask(const std::shared_ptr<const PixelSource>& source, const ChunkKey& key) {
  const Name name{source.get(), key};
  {
    const std::lock_guard lock(mutex_);
    const auto kept = by_name_.find(name);
    if (kept != by_name_.end() && same_source(kept->second->source, source)) return;
    auto known = state_.find(name);
    if (known != state_.end() && !same_source(known->second.source, source)) {
      state_.erase(known);
      known = state_.end();
    }
    if (known != state_.end() && known->second.stage != Stage::kWaiting) return;
    if (known != state_.end()) {  // to the front of the queue
      const auto place = std::find_if(waiting_.begin(), waiting_.end(),
                                      [&](const Request& r) { return r.name == name; });
      if (place != waiting_.end()) std::rotate(place, place + 1, waiting_.end());
      return;
    }
    if (waiting_.size() >= kMostWaiting) {
      state_.erase(waiting_.front().name);
      waiting_.erase(waiting_.begin());
    }
    waiting_.push_back({name, source});
    state_[name] = {Stage::kWaiting, source};
  }
  wake_.notify_one();
}

Result<ChunkBytes> ChunkStore::get(const std::shared_ptr<const PixelSource>& source,
                                   const ChunkKey& key) {
  if (auto found = find(source, key)) return found;
  KARYO_TRY(ChunkBytes bytes, read(source, key));
  const std::lock_guard lock(mutex_);
  keep({source.get(), key}, source, bytes);
  return bytes;
}

void ChunkStore::drop_waiting() {
  const std::lock_guard lock(mutex_);
  for (const auto& request : waiting_) state_.erase(request.name);
  waiting_.clear();
}

Result<ChunkBytes> ChunkStore::read(const std::shared_ptr<const PixelSource>& source,
                                    const ChunkKey& key) {
  const PixelInfo& info = source->info();
  const Box3 box = info.levels[static_cast<std::size_t>(key.level)].box_of_chunk(key.number);
  try {
    auto bytes = std::make_shared<std::vector<std::byte>>(
        static_cast<std::size_t>(box.shape().count()) * bytes_of(info.type));
    KARYO_CHECK_OK(source->read_chunk(key, bytes->data()));
    return ChunkBytes(std::move(bytes));
  } catch (const std::bad_alloc&) {
    return Error(ErrorCode::kTooLarge, "there is no memory left for a part of the image",
                 "Close other images or programs.");
  }
}

void ChunkStore::keep(const Name& name, const std::shared_ptr<const PixelSource>& source,
                      ChunkBytes bytes) {
  const auto known = by_name_.find(name);
  if (known != by_name_.end()) {
    bytes_ -= known->second->bytes->size();
    kept_.erase(known->second);
    by_name_.erase(known);
  }
  bytes_ += bytes->size();
  kept_.push_front({name, source, std::move(bytes)});
  by_name_[name] = kept_.begin();
  if (bytes_ > budget_) drop_dead();
  while (bytes_ > budget_ && kept_.size() > 1) {
    bytes_ -= kept_.back().bytes->size();
    by_name_.erase(kept_.back().name);
    kept_.pop_back();
  }
}

void ChunkStore::drop_dead() {
  for (auto i = kept_.begin(); i != kept_.end();) {
    if (!i->source.expired()) {
      ++i;
      continue;
    }
    bytes_ -= i->bytes->size();
    by_name_.erase(i->name);
    i = kept_.erase(i);
  }
}

void ChunkStore::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stop_ || !waiting_.empty(); });
    if (stop_) return;
    const Request request = std::move(waiting_.back());
    waiting_.pop_back();
    const auto source = request.source.lock();
    if (!source) {  // closed meanwhile
      state_.erase(request.name);
      continue;
    }
    state_[request.name] = {Stage::kReading, source};
    ++reading_;
    lock.unlock();
    auto bytes = read(source, request.name.key);
    lock.lock();
    --reading_;
    if (bytes) {
      state_.erase(request.name);
      keep(request.name, source, *std::move(bytes));
      arrived_.push_back({source, request.name.key});
      continue;
    }
    state_[request.name] = {Stage::kFailed, source};
    const bool told = std::any_of(reported_.begin(), reported_.end(),
                                  [&](const auto& known) { return same_source(known, source); });
    if (!told) {
      std::erase_if(reported_, [](const auto& known) { return known.expired(); });
      reported_.push_back(source);
      errors_.push_back(bytes.error());
    }
  }
}

std::vector<ChunkStore::Arrived> ChunkStore::take_arrived() {
  const std::lock_guard lock(mutex_);
  return std::exchange(arrived_, {});
}

std::vector<Error> ChunkStore::take_errors() {
  const std::lock_guard lock(mutex_);
  return std::exchange(errors_, {});
}

bool ChunkStore::reading() const {
  const std::lock_guard lock(mutex_);
  return reading_ > 0 || !waiting_.empty();
}

bool ChunkStore::busy() const {
  const std::lock_guard lock(mutex_);
  return reading_ > 0 || !waiting_.empty() || !arrived_.empty() || !errors_.empty();
}

std::uint64_t ChunkStore::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace karyo
