#include <tiffio.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <limits>
#include <utility>

#include "core/io/tiff_page.h"

namespace karyo::io {

struct TiffHandle::State {
  std::shared_ptr<const ByteSource> source;
  std::uint64_t position = 0;
  bool big_endian = false;
  std::string message;
  bool doubtful_sizes = false;
  TIFF* tiff = nullptr;

  static State& of(void* handle) { return *static_cast<State*>(handle); }

  static tmsize_t read(thandle_t handle, void* to, tmsize_t count) {
    State& state = of(handle);
    const auto had = state.source->read_some(
        state.position, {static_cast<std::byte*>(to), static_cast<std::size_t>(count)});
    state.position += had;
    return static_cast<tmsize_t>(had);
  }
  static tmsize_t write(thandle_t, void*, tmsize_t) { return 0; }
  static toff_t seek(thandle_t handle, toff_t offset, int whence) {
    State& state = of(handle);
    if (whence == SEEK_CUR) offset += state.position;
    if (whence == SEEK_END) offset += state.source->size();
    return state.position = offset;
  }
  static int close(thandle_t) { return 0; }
  static toff_t size(thandle_t handle) { return of(handle).source->size(); }
  static int map(thandle_t, void**, toff_t*) { return 0; }
  static void unmap(thandle_t, void*, toff_t) {}

  static int on_error(TIFF*, void* handle, const char*, const char* format, va_list arguments) {
    State& state = of(handle);
    if (state.message.empty()) state.message = text_of(format, arguments);
    return 1;
  }
  static int on_warning(TIFF*, void* handle, const char*, const char* format, va_list arguments) {
    State& state = of(handle);
    std::string text = text_of(format, arguments);
    // Most warnings are about tags nobody needs. These mean that pixels were made up: PackBits runs
    // past the end of a strip, a JPEG stream that stops, strip sizes that libtiff replaces.
    const bool lost = text.find("Discarding") != std::string::npos ||
                      text.find("remature end") != std::string::npos ||
                      text.find("ByteCounts\" field, ignoring") != std::string::npos;
    if (lost && state.message.empty()) state.message = std::move(text);
    return 1;
  }
  static std::string text_of(const char* format, va_list arguments) {
    char text[400];
    std::vsnprintf(text, sizeof text, format, arguments);
    return text;
  }
};

TiffHandle::TiffHandle(std::unique_ptr<State> state) : state_(std::move(state)) {}
TiffHandle::TiffHandle(TiffHandle&&) noexcept = default;
TiffHandle::~TiffHandle() {
  if (state_ && state_->tiff != nullptr) TIFFClose(state_->tiff);
}

Result<TiffHandle> TiffHandle::open(std::shared_ptr<const ByteSource> source,
                                    const TiffStructure& structure) {
  auto state = std::make_unique<State>();
  state->source = std::move(source);
  state->big_endian = structure.big_endian;
  // What libtiff may ask for at once: a strip as stored (no longer than the file), a table of
  // strips (2-byte entries become 8), a row, its codecs' own state.
  constexpr std::uint64_t kBase = std::uint64_t{64} << 20;
  const std::uint64_t most = static_cast<std::uint64_t>(std::numeric_limits<tmsize_t>::max()) / 8;
  const auto cap = static_cast<tmsize_t>(kBase + 4 * std::min(state->source->size(), most));
  TIFFOpenOptions* options = TIFFOpenOptionsAlloc();
  TIFFOpenOptionsSetMaxSingleMemAlloc(options, cap);
  TIFFOpenOptionsSetErrorHandlerExtR(options, State::on_error, state.get());
  TIFFOpenOptionsSetWarningHandlerExtR(options, State::on_warning, state.get());
  // h: no page yet; m: no memory mapping; c: strips as they are; D: their tables when asked for.
  state->tiff =
      TIFFClientOpenExt("image", "rhmcD", state.get(), State::read, State::write, State::seek,
                        State::close, State::size, State::map, State::unmap, options);
  TIFFOpenOptionsFree(options);
  if (state->tiff == nullptr) {
    return Error(ErrorCode::kBadFile,
                 state->message.empty() ? "the TIFF header is broken" : state->message,
                 "The file is damaged; copy or export it again.");
  }
  return TiffHandle(std::move(state));
}

Result<void> TiffHandle::go_to(std::uint64_t offset) {
  state_->message.clear();
  const bool found = TIFFSetSubDirectory(state_->tiff, offset) != 0;
  const std::string reason = take_message();
  state_->doubtful_sizes = reason.find("field, ignoring") != std::string::npos;
  if (!found) {
    return Error(ErrorCode::kBadFile,
                 "the page directory at byte " + std::to_string(offset) + " cannot be read" +
                     (reason.empty() ? "" : ": " + reason),
                 "The file is damaged; copy or export it again.");
  }
  return {};
}

tiff* TiffHandle::raw() const {
  return state_->tiff;
}
const ByteSource& TiffHandle::source() const {
  return *state_->source;
}
bool TiffHandle::big_endian() const {
  return state_->big_endian;
}
bool TiffHandle::doubtful_sizes() const {
  return state_->doubtful_sizes;
}
std::string TiffHandle::take_message() {
  return std::exchange(state_->message, {});
}

}  // namespace karyo::io
