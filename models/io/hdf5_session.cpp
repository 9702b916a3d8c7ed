#include "models/io/hdf5_session.h"

namespace karyo {
namespace {

std::mutex& library_mutex() {
  static std::mutex mutex;  // guards state that HDF5 itself keeps for the whole process
  return mutex;
}

}  // namespace

Hdf5Session::Hdf5Session() : lock_(library_mutex()) {
  H5Eget_auto2(H5E_DEFAULT, &print_, &print_data_);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  // A dataset may name a filter that HDF5 would look for as a shared library on disk.
  H5PLset_loading_state(0);
}

Hdf5Session::~Hdf5Session() {
  H5Eclear2(H5E_DEFAULT);
  H5Eset_auto2(H5E_DEFAULT, print_, print_data_);
}

std::string hdf5_complaint() {
  std::string text;
  H5Ewalk2(
      H5E_DEFAULT, H5E_WALK_UPWARD,
      [](unsigned, const H5E_error2_t* error, void* data) -> herr_t {
        auto& first = *static_cast<std::string*>(data);
        if (first.empty() && error->desc != nullptr) first = error->desc;
        return 0;
      },
      &text);
  return text;
}

}  // namespace karyo
