#include "models/io/model_before.h"

#include <unistd.h>

#include "core/base/atomic_file.h"
#include "models/io/csbdeep_layout.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;

constexpr const char* kBefore = "before";
constexpr std::uintmax_t kMostWeightBytes = std::uintmax_t{2} << 30;

bool is_there(const fs::path& path) {
  std::error_code ec;
  return fs::exists(path, ec);
}

/// An error of before/, with the way out of it.
Error or_go_without(const Error& why, const fs::path& model) {
  Error error(ErrorCode::kBadFile, why.what,
              why.fix + " To go without the restoration: karyoscope restore-first \"" +
                  model.string() + "\" --remove.");
  error.code = why.code;
  return error;
}

Error disk_error(const fs::path& model, const std::string& why) {
  return {ErrorCode::kIo, "cannot change " + model.string() + ": " + why,
          "Check the free space and the rights of the folder."};
}

/// A folder in the model's that is filled before it gets its name, or that has lost it; its rest
/// goes with this object.
class Aside {
 public:
  explicit Aside(const fs::path& model)
      : path_(model / ("." + std::string(kBefore) + "-" + std::to_string(::getpid()))) {
    clear();
  }
  ~Aside() { clear(); }
  Aside(const Aside&) = delete;
  Aside& operator=(const Aside&) = delete;
  const fs::path& path() const { return path_; }

 private:
  void clear() const {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  fs::path path_;
};

Result<void> copy_whole(const fs::path& from, const fs::path& to) {
  KARYO_TRY(const std::string bytes, read_file(from, kMostWeightBytes));
  return write_file_atomically(to, bytes);
}

/// What prediction needs, and no more.
Result<void> copy_model(const ModelFolder& model, const fs::path& to) {
  KARYO_CHECK_OK(copy_whole(model.path / "config.json", to / "config.json"));
  KARYO_CHECK_OK(copy_whole(model.weights, to / "weights_best.h5"));
  if (!model.record) return {};
  return copy_whole(model.path / "karyoscope.json", to / "karyoscope.json");
}

Result<void> keep_name(ModelFolder& model, const std::string& name) {
  ModelRecord record = model.record.value_or(ModelRecord{});
  record.before = name;
  return model.save_record(record);
}

Result<ModelFolder> sound_before(const ModelFolder& model) {
  const fs::path folder = before_folder(model.path);
  if (!is_there(folder)) {
    return Error(ErrorCode::kNotFound,
                 model.path.string() + " restores images first, with \"" + before_name(model) +
                     "\", and its folder before/ is missing",
                 "Copy the whole model folder again, with before/ in it.");
  }
  KARYO_TRY(auto before, ModelFolder::open(folder));
  if (before.weights.empty()) {
    return Error(ErrorCode::kNotFound, folder.string() + " has no weights",
                 "Copy the whole model folder again, with before/ in it.");
  }
  const StarDistConfig& config = *model.stardist;
  KARYO_CHECK_OK(check_comes_before(before, config.n_dim, config.n_channel_in));
  return before;
}

}  // namespace

fs::path before_folder(const fs::path& model) {
  return model / kBefore;
}

std::string before_name(const ModelFolder& model) {
  return model.record && !model.record->before.empty() ? model.record->before : kBefore;
}

Result<std::shared_ptr<const ModelFolder>> open_before(const ModelFolder& model) {
  const bool named = model.record && !model.record->before.empty();
  const fs::path folder = before_folder(model.path);
  if (!named && !is_there(folder)) return std::shared_ptr<const ModelFolder>();
  if (!model.stardist) {
    return Error(ErrorCode::kUnsupported,
                 model.path.string() + " restores images and has a model in before/ itself",
                 "One restoration can come before a StarDist model: take the folder before/ away.");
  }
  auto before = sound_before(model);
  if (!before) return or_go_without(before.error(), model.path);
  return std::make_shared<const ModelFolder>(*std::move(before));
}

Result<FoundRestoration> find_restoration(const fs::path& path) {
  KARYO_TRY(auto folder, ModelFolder::open(path));
  if (folder.before) return FoundRestoration{folder.before, before_name(folder)};
  const fs::path whole = fs::absolute(path).lexically_normal();
  const fs::path name = whole.has_filename() ? whole.filename() : whole.parent_path().filename();
  if (folder.weights.empty()) {
    return Error(ErrorCode::kNotFound, path.string() + " has no weights yet",
                 "Train it to the end of its first epoch.");
  }
  if (folder.stardist) {
    return Error(ErrorCode::kUnsupported, path.string() + " finds objects and restores no images",
                 "Choose a CARE or Noise2Void model to come first.");
  }
  return FoundRestoration{std::make_shared<const ModelFolder>(std::move(folder)), name.string()};
}

Result<FoundRestoration> find_restoration_of(const fs::path& path) {
  KARYO_TRY(const auto folder, ModelFolder::open(path));
  if (!folder.before) return FoundRestoration{};
  return FoundRestoration{folder.before, before_name(folder)};
}

Result<void> check_comes_before(const ModelFolder& restoration, int n_dim, int channels) {
  if (!restoration.csbdeep) {
    return Error(ErrorCode::kUnsupported,
                 restoration.path.string() + " finds objects and restores no images",
                 "Choose a CARE or Noise2Void model to come first.");
  }
  const CsbdeepConfig& config = *restoration.csbdeep;
  if (config.n_dim > n_dim) {
    return Error(ErrorCode::kUnsupported,
                 "the restoration is of stacks (3D), and the model that comes after it looks at "
                 "planes (2D)",
                 "Choose a 2D restoration, or a 3D model to come after it.");
  }
  if (channels == 0 || config.n_channel_out == channels) return {};
  return Error(ErrorCode::kUnsupported,
               "the restoration gives another number of channels (" +
                   std::to_string(config.n_channel_out) +
                   ") than the model that comes after it takes (" + std::to_string(channels) + ")",
               "Choose models of the same channels.");
}

Result<ModelFolder> put_before(const fs::path& path, const FoundRestoration& restoration) {
  KARYO_TRY(auto model, ModelFolder::open(path));
  if (model.before) {
    return Error(
        ErrorCode::kInvalidArgument,
        path.string() + " restores images already, with \"" + before_name(model) + "\"",
        "Take that out first: karyoscope restore-first \"" + path.string() + "\" --remove.");
  }
  if (!model.stardist) {
    return Error(ErrorCode::kUnsupported, path.string() + " finds no objects",
                 "Choose a StarDist model; images are restored for it.");
  }
  const ModelFolder& from = *restoration.folder;
  KARYO_CHECK_OK(check_comes_before(from, model.stardist->n_dim, model.stardist->n_channel_in));
  const auto sound = read_csbdeep_weights(from.weights, *from.csbdeep);
  if (!sound) return sound.error();

  KARYO_CHECK_OK(copy_before(path, restoration));
  if (const auto kept = keep_name(model, restoration.name); !kept) {
    const Aside aside(path);  // nothing comes before it, as it was
    std::error_code ignored;
    fs::rename(before_folder(path), aside.path(), ignored);
    return kept.error();
  }
  return ModelFolder::open(path);
}

Result<void> copy_before(const fs::path& model, const FoundRestoration& restoration) {
  const Aside aside(model);
  KARYO_CHECK_OK(copy_model(*restoration.folder, aside.path()));
  std::error_code ec;
  fs::rename(aside.path(), before_folder(model), ec);
  return ec ? Result<void>(disk_error(model, ec.message())) : Result<void>();
}

Result<ModelFolder> take_out_before(const fs::path& path) {
  KARYO_TRY(auto model, ModelFolder::open_alone(path));
  const bool named = model.record && !model.record->before.empty();
  const bool there = is_there(before_folder(path));
  if (!named && !there) {
    return Error(ErrorCode::kNotFound, path.string() + " restores no images first",
                 "Nothing has to be taken out.");
  }
  const std::string name = named ? model.record->before : std::string();
  // Broken off after this it still restores; the folder is what counts.
  if (named) KARYO_CHECK_OK(keep_name(model, ""));
  if (!there) return model;
  const Aside aside(path);
  std::error_code ec;
  fs::rename(before_folder(path), aside.path(), ec);
  if (!ec) return model;
  const std::string why = ec.message();
  if (named) static_cast<void>(keep_name(model, name));
  return disk_error(path, why);
}

}  // namespace karyo
