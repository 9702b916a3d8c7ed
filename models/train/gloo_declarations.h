#pragma once

/// As much of Gloo as LibTorch's header of its Gloo backend asks for by name.
///
/// PyPI's wheel has Gloo inside libtorch_cpu.so and leaves its headers out. ProcessGroupGloo.hpp
/// holds Gloo's objects by pointers alone and nothing of ours touches them, so declarations are
/// enough: no size and no layout of Gloo's is known here. models/train/CMakeLists.txt puts this
/// file in the place of Gloo's headers where LibTorch's folder has none.

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace gloo {

class Context {
 public:
  void setTimeout(std::chrono::milliseconds timeout);
};

namespace transport {

class Device;

class UnboundBuffer {
 public:
  virtual ~UnboundBuffer() = default;
};

}  // namespace transport

namespace rendezvous {

class Store {
 public:
  virtual ~Store() = default;
  virtual void set(const std::string& key, const std::vector<char>& data) = 0;
  virtual std::vector<char> get(const std::string& key) = 0;
  virtual void wait(const std::vector<std::string>& keys) = 0;
  virtual void wait(const std::vector<std::string>& keys,
                    const std::chrono::milliseconds& timeout) = 0;
};

}  // namespace rendezvous
}  // namespace gloo
