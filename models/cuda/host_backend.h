#pragma once

/// Runs kernels on the processor, one index after another: for the tests, which so compare all of
/// shape_kernels_on.h and kernel_bodies.h with their twins where there is no GPU.

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

namespace karyo::stardist {

class HostBackend {
 public:
  void* allocate(std::size_t bytes) {
    largest = largest < bytes ? bytes : largest;
    return std::malloc(bytes);
  }
  void release(void* block) { std::free(block); }
  void upload(void* to, const void* from, std::size_t bytes) { std::memcpy(to, from, bytes); }
  void download(void* to, const void* from, std::size_t bytes) { std::memcpy(to, from, bytes); }
  void fill(void* to, int byte, std::size_t bytes) { std::memset(to, byte, bytes); }
  template <typename Body>
  void launch(std::int64_t count, const Body& body) {
    ++launches;
    for (std::int64_t i = 0; i < count; ++i) body(i);
  }
  std::string name() const { return "this processor"; }

  std::size_t largest = 0;  ///< block that was asked for
  int launches = 0;
};

}  // namespace karyo::stardist
