#pragma once

/// One block of a device's memory that the arrays of a job follow one another in. It grows to what
/// the largest job needed and stays, so that jobs of a training do not ask for memory again.

#include <cstddef>
#include <cstdint>
#include <stdexcept>

namespace karyo::stardist {

/// What a device answered instead of doing its work.
struct DeviceFailure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Backend: where kernels run.
///   void* allocate(size_t), void release(void*)   of its memory
///   void upload(void* to, const void* from, size_t), void download(...), void fill(void*, int
///   byte, size_t) launch(count, body)  body(i) for i of [0, count), in any order std::string
///   name()
/// All calls take effect in their order; download() returns when the bytes are there. Throws
/// DeviceFailure.
template <typename Backend>
class DeviceMemory {
 public:
  explicit DeviceMemory(Backend& backend) : backend_(backend) {}
  ~DeviceMemory() {
    if (block_ != nullptr) backend_.release(block_);
  }
  DeviceMemory(const DeviceMemory&) = delete;
  DeviceMemory& operator=(const DeviceMemory&) = delete;

  /// What `count` values take of the block.
  template <typename T>
  static std::int64_t bytes(std::int64_t count) {
    const auto wanted = count * static_cast<std::int64_t>(sizeof(T));
    return (wanted + kAlignment - 1) / kAlignment * kAlignment;
  }

  /// Forgets all arrays; there is room for `bytes` of new ones.
  void start(std::int64_t bytes) {
    used_ = 0;
    if (bytes <= size_) return;
    if (block_ != nullptr) backend_.release(block_);
    block_ = nullptr;
    size_ = 0;
    block_ = static_cast<std::byte*>(backend_.allocate(static_cast<std::size_t>(bytes)));
    size_ = bytes;
  }

  /// Forgets the arrays behind the first `bytes`.
  void keep(std::int64_t bytes) { used_ = bytes; }

  template <typename T>
  T* take(std::int64_t count) {
    const std::int64_t wanted = bytes<T>(count);
    if (used_ + wanted > size_) throw DeviceFailure("a job took more memory than it asked for");
    T* array = reinterpret_cast<T*>(block_ + used_);
    used_ += wanted;
    return array;
  }
  template <typename T>
  T* take(const T* values, std::int64_t count) {
    T* array = take<T>(count);
    backend_.upload(array, values, static_cast<std::size_t>(count) * sizeof(T));
    return array;
  }

 private:
  static constexpr std::int64_t kAlignment = 256;

  Backend& backend_;
  std::byte* block_ = nullptr;
  std::int64_t size_ = 0, used_ = 0;
};

}  // namespace karyo::stardist
