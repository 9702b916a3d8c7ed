// A karyoscope.db from elsewhere. 'D' and the file; or 'R' and a script of rows, which are put into
// sound tables with sums that are right: damage is found by those, malice is not.

#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>

#include "annotation/journal_codec.h"
#include "annotation/journal_database.h"
#include "annotation/journal_recovery.h"

namespace {

using namespace karyo;
namespace fs = std::filesystem;

const Index3 kShape{2, 70, 130};

/// One folder, in memory where the system has such a place.
const fs::path& database_path() {
  static const fs::path path = [] {
    std::error_code none;
    const fs::path shared = "/dev/shm";
    const fs::path base = fs::is_directory(shared, none) ? shared : fs::temp_directory_path();
    const fs::path folder = base / ("fuzz_journal." + std::to_string(::getpid()));
    fs::create_directories(folder);
    return folder / "karyoscope.db";
  }();
  return path;
}

/// Numbers and texts one after the other; past the end 0 and empty.
class Script {
 public:
  explicit Script(std::string_view bytes) : left_(bytes) {}
  bool at_end() const { return left_.empty(); }
  /// Small ones mostly: places that fit are what makes the next check matter.
  std::int64_t number() {
    const std::uint8_t first = byte();
    if (first < 0xf0) return first % 16;
    std::int64_t value = 0;
    for (int i = 0; i < 8; ++i) value = value << 8 | byte();
    return value;
  }
  std::string_view text() {
    const std::size_t size = std::size_t{byte()} | std::size_t{byte()} << 8;
    const std::string_view found = left_.substr(0, size);
    left_.remove_prefix(found.size());
    return found;
  }

 private:
  std::uint8_t byte() {
    if (left_.empty()) return 0;
    const auto value = static_cast<std::uint8_t>(left_.front());
    left_.remove_prefix(1);
    return value;
  }
  std::string_view left_;
};

/// Tables and one image of kShape, made once.
const std::string& sound_file() {
  static const std::string file = [] {
    const fs::path& path = database_path();
    fs::remove(path);
    {
      auto database =
          JournalDatabase::open_for_writing(path, JournalDatabase::Safety::kNetwork, nullptr);
      if (!database || !database->put_image({1, "a", "", 0, 2, kShape}) ||
          !database->put_mask(1, {0, std::nullopt})) {
        std::abort();
      }
    }
    std::ifstream in(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }();
  return file;
}

void put_rows(sqlite::Connection& sql, Script script) {
  static_cast<void>(sql.run("BEGIN"));
  while (!script.at_end()) {
    const std::int64_t table = script.number();
    const std::int64_t a = script.number(), b = script.number(), c = script.number(),
                       d = script.number();
    switch (table % 5) {
      case 0:
        static_cast<void>(sqlite::put_row(sql, "INSERT OR REPLACE INTO log VALUES(?,?,?,?,?,?)",
                                          std::int64_t{1}, a, b, c, d % 2));
        break;
      case 1:
        static_cast<void>(sqlite::put_row(sql, "INSERT OR REPLACE INTO mask VALUES(?,?,?,?,?,?,?)",
                                          std::int64_t{1}, a, b % 2, c, d, std::int64_t{0}));
        break;
      case 2:
        static_cast<void>(sqlite::put_row(sql, "INSERT OR REPLACE INTO note VALUES(?,?,?,?)",
                                          std::int64_t{1}, script.text(),
                                          sqlite::Blob{script.text()}));
        break;
      default: {
        // The payload as it is, or a sound one around numbers of the script.
        std::string tiles(script.text());
        if (d % 2 == 0) {
          LabelPart part{a, b, {{0, 0, 0}, {c, d, 130}}, {}};
          for (std::int64_t i = script.number(); i > 0 && i < 65; --i) {
            auto tile = std::make_shared<WritableTile>();
            tile->ids()[static_cast<std::size_t>(i)] = static_cast<std::uint32_t>(c);
            part.tiles.push_back({script.number(), i % 2 == 0 ? tile : nullptr, tile});
          }
          tiles = pack(part);
        }
        static_cast<void>(sqlite::put_row(
            sql, "INSERT OR REPLACE INTO step VALUES(?,?,?,?,?,?,?,?,?,?)", a, std::int64_t{1}, b,
            c, script.text(), script.text(), d, sqlite::Blob{script.text()}, sqlite::Blob{tiles}));
      }
    }
  }
  static_cast<void>(sql.run("COMMIT"));
}

/// All that opening a folder and its images reads.
void read_all(const fs::path& path) {
  auto opened = JournalDatabase::open_for_reading(path, true, nullptr);
  if (!opened) return;
  JournalDatabase& database = *opened;
  static_cast<void>(database.settings());
  static_cast<void>(database.free_step());
  const auto images = database.images();
  if (!images) return;
  constexpr std::size_t kMostImages = 4;
  for (std::size_t i = 0; i < std::min(images->size(), kMostImages); ++i) {
    const StoredImage& image = (*images)[i];
    static_cast<void>(database.unsaved(image.id));
    static_cast<void>(database.notes(image.id));
    const std::vector<LabelVolume> base(2, LabelVolume(kShape));
    constexpr std::uint64_t kMostBytes = 32 << 20;
    const auto found = recover_image(database, image, base, std::nullopt, kMostBytes);
    if (!found || found->found.changed_outside) continue;
    // What comes out is of use: undo and redo find their tiles.
    if (found->found.labels.size() != base.size()) std::abort();
    for (const JournalStep& step : found->found.steps) {
      if (!check_step(step, 2, kShape)) std::abort();
      for (const LabelChange& change : step.labels) {
        LabelVolume labels = found->found.labels[static_cast<std::size_t>(change.frame)];
        labels.swap_tiles(change.before);
      }
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  const fs::path& path = database_path();
  const bool rows = data[0] == 'R';
  const std::string_view file = rows ? std::string_view(sound_file()) : rest;
  std::ofstream(path, std::ios::binary | std::ios::trunc)
      .write(file.data(), static_cast<std::streamsize>(file.size()));
  if (rows) {
    auto sql = sqlite::Connection::open(path, sqlite::Connection::Mode::kWrite, nullptr);
    if (!sql) return 0;
    // On a disk that is none nothing has to be safe.
    static_cast<void>(sql->run("PRAGMA journal_mode=MEMORY"));
    static_cast<void>(sql->run("PRAGMA synchronous=OFF"));
    put_rows(*sql, Script(rest));
  }
  read_all(path);
  return 0;
}
