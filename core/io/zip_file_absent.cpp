// Stands in for zip_file.cpp where libzip is missing.

#include "core/base/left_out.h"
#include "core/io/zip_file.h"

namespace karyo {
namespace {

Error absent() {
  return left_out("read and write zip archives", "libzip-dev");
}

}  // namespace

void ZipFile::Close::operator()(zip*) const {}

Result<ZipFile> ZipFile::open(const std::filesystem::path&, const ZipLimits&) {
  return absent();
}

Result<std::string> ZipFile::read(const std::string&, std::uint64_t) const {
  return absent();
}

Result<void> write_zip(const std::filesystem::path&, std::span<const ZipEntry>) {
  return absent();
}

}  // namespace karyo
