#include "app/gui/picture_file.h"

#include <QString>

#include "core/base/atomic_file.h"

namespace karyo::gui {

Result<void> write_png(const QImage& picture, const std::filesystem::path& path) {
  KARYO_TRY(auto file, AtomicFile::create(path));
  if (!picture.save(QString::fromStdString(file.temporary_path().string()), "PNG")) {
    return Error(ErrorCode::kIo, "the picture could not be written to " + path.string(),
                 "Check that the disk has room and that you may write there.");
  }
  return file.commit();
}

}  // namespace karyo::gui
