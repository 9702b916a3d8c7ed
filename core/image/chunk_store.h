#pragma once

/// Chunks of images that stay in their files: kept in memory within one budget, and read by
/// threads of their own, what was asked for last first.
///
/// Threads  ask, find and take_* may be called from any thread; reading goes on beside them.

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <vector>

#include "core/image/pixel_source.h"

namespace karyo {

/// A chunk's voxels as PixelSource::read_chunk gives them.
using ChunkBytes = std::shared_ptr<const std::vector<std::byte>>;

class ChunkStore {
 public:
  /// A quarter of the machine's memory, at most 4 GiB.
  static std::uint64_t standard_budget();
  static constexpr std::size_t kMostWaiting = 4096;  ///< older requests are forgotten

  explicit ChunkStore(std::uint64_t budget_bytes = standard_budget(), int threads = 2);
  /// Waits for the chunks being read; those waiting are dropped.
  ~ChunkStore();
  ChunkStore(const ChunkStore&) = delete;
  ChunkStore& operator=(const ChunkStore&) = delete;

  /// The chunk when it is in memory, else null. Counts as used: what is used stays longest.
  ChunkBytes find(const std::shared_ptr<const PixelSource>& source, const ChunkKey& key);
  /// Has a chunk read that is not in memory. Nothing happens when it is, is being read, or could
  /// not be read before.
  void ask(const std::shared_ptr<const PixelSource>& source, const ChunkKey& key);
  /// The chunk, read here and now where it is not in memory. For background work.
  Result<ChunkBytes> get(const std::shared_ptr<const PixelSource>& source, const ChunkKey& key);
  /// Forgets what waits; what is being read still arrives.
  void drop_waiting();

  struct Arrived {
    std::weak_ptr<const PixelSource> source;
    ChunkKey key;
  };
  /// What was read since the last call. A chunk that could not be read is left out here.
  std::vector<Arrived> take_arrived();
  /// What went wrong since the last call, once for each source.
  std::vector<Error> take_errors();
  /// Something waits or is being read.
  bool reading() const;
  /// The same, or has come and was not taken.
  bool busy() const;
  std::uint64_t bytes() const;

 private:
  struct Name {
    const PixelSource* source;
    ChunkKey key;
    friend bool operator==(const Name&, const Name&) = default;
  };
  struct NameHash {
    std::size_t operator()(const Name& name) const;
  };
  struct Kept {
    Name name;
    std::weak_ptr<const PixelSource> source;
    ChunkBytes bytes;
  };
  enum class Stage { kWaiting, kReading, kFailed };
  struct State {
    Stage stage;
    std::weak_ptr<const PixelSource> source;
  };
  struct Request {
    Name name;
    std::weak_ptr<const PixelSource> source;
  };

  void work();
  /// Reads without the lock; notes the outcome with it.
  Result<ChunkBytes> read(const std::shared_ptr<const PixelSource>& source, const ChunkKey& key);
  void keep(const Name& name, const std::shared_ptr<const PixelSource>& source, ChunkBytes bytes);
  void drop_dead();

  const std::uint64_t budget_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stop_ = false;
  std::uint64_t bytes_ = 0;
  std::list<Kept> kept_;  // most recently used first
  std::unordered_map<Name, std::list<Kept>::iterator, NameHash> by_name_;
  std::vector<Request> waiting_;  // the newest last
  std::unordered_map<Name, State, NameHash> state_;
  int reading_ = 0;
  std::vector<Arrived> arrived_;
  std::vector<Error> errors_;
  std::vector<std::weak_ptr<const PixelSource>> reported_;
  std::vector<std::thread> threads_;
};

}  // namespace karyo
