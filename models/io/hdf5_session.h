#pragma once

/// Owning handles for the HDF5 C library, and the lock around it. For .cpp files of models/io only.

#include <hdf5.h>

#include <mutex>
#include <string>
#include <utility>

namespace karyo {

/// Keeps one HDF5 identifier and closes it.
class Hdf5Handle {
 public:
  using Close = herr_t (*)(hid_t);
  Hdf5Handle(hid_t id, Close close) : id_(id), close_(close) {}
  ~Hdf5Handle() {
    if (id_ >= 0) close_(id_);
  }
  Hdf5Handle(Hdf5Handle&& other) noexcept : id_(other.id_), close_(other.close_) { other.id_ = -1; }
  Hdf5Handle& operator=(Hdf5Handle&&) = delete;
  Hdf5Handle(const Hdf5Handle&) = delete;

  void swap(Hdf5Handle& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
  }
  explicit operator bool() const { return id_ >= 0; }
  operator hid_t() const { return id_; }  // NOLINT: stands in for the identifier in calls

 private:
  hid_t id_;
  Close close_;
};

/// Alive while HDF5 is in use: one thread at a time (the library's state is the process's own and
/// not every build of it is thread-safe), nothing printed on stderr, no filter plug-in loaded.
class Hdf5Session {
 public:
  Hdf5Session();
  ~Hdf5Session();
  Hdf5Session(const Hdf5Session&) = delete;
  Hdf5Session& operator=(const Hdf5Session&) = delete;

 private:
  std::unique_lock<std::mutex> lock_;
  H5E_auto2_t print_ = nullptr;
  void* print_data_ = nullptr;
};

/// The last thing the library complained about, in its words; empty when it said nothing.
std::string hdf5_complaint();

}  // namespace karyo
