#include "app/worker/train_far.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <mutex>
#include <set>

#include "app/worker/far_session.h"
#include "app/worker/said.h"
#include "core/base/atomic_file.h"
#include "core/base/sha256.h"
#include "core/dataset/class_table.h"
#include "core/dataset/dataset_folder.h"
#include "core/dataset/image_folder.h"
#include "core/dataset/restoration_folder.h"
#include "models/io/model_before.h"
#include "models/train/restored_images.h"

namespace karyo::worker {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::chrono::milliseconds kFollow{1000}, kFollowFolder{5000};
constexpr const char *kList = "only.txt", *kSettings = "given.json";

double number(const json& event, const char* key) {
  const auto found = event.find(key);
  return found != event.end() && found->is_number() ? found->get<double>()
                                                    : std::numeric_limits<double>::quiet_NaN();
}

std::int64_t count(const json& event, const char* key) {
  const double value = number(event, key);
  return value >= 0 && value < 1e15 ? static_cast<std::int64_t>(value) : 0;
}

/// "train/images/a.tif" of a file in the folder of the images.
FarFile of_data(const fs::path& root, const fs::path& file) {
  return {"data/" + file.lexically_proximate(root).generic_string(), file};
}

Result<std::vector<FarFile>> pairs_with_masks(const fs::path& data, std::int64_t dims,
                                              const std::vector<TrainImage>& only) {
  KARYO_TRY(const auto dataset, open_dataset(data, dims, names_of(only)));
  KARYO_CHECK_OK(dataset.usable());
  std::vector<FarFile> files;
  for (const DatasetPair& pair : dataset.pairs) {
    files.push_back(of_data(data, pair.image));
    files.push_back(of_data(data, pair.mask));
    if (const auto table = class_table_of(pair.mask); !table.empty()) {
      files.push_back(of_data(data, table));
    }
  }
  return files;
}

/// The files that a training of this kind reads.
Result<std::vector<FarFile>> files_of(const TrainRequest& request) {
  const std::int64_t dims = request.config.dims;
  if (request.config.model == "stardist") {
    return pairs_with_masks(request.data, dims, request.only);
  }
  std::vector<FarFile> files;
  if (request.config.model == "care") {
    KARYO_TRY(const auto dataset, open_restoration(request.data, dims));
    KARYO_CHECK_OK(dataset.usable());
    for (const auto& pair : dataset.pairs) {
      files.push_back(of_data(request.data, pair.low));
      files.push_back(of_data(request.data, pair.high));
    }
    return files;
  }
  KARYO_TRY(const auto dataset, open_images(request.data, dims));
  KARYO_CHECK_OK(dataset.usable());
  const bool alone = fs::is_regular_file(request.data);
  const fs::path root = alone ? request.data.parent_path() : request.data;
  for (const auto& image : dataset.images) files.push_back(of_data(root, image.path));
  return files;
}

/// Files of a model folder and of what comes before it, without what the window keeps there of a
/// run.
std::vector<FarFile> model_files(const fs::path& folder, const std::string& as) {
  std::vector<FarFile> files;
  std::error_code ec;
  if (const auto before = before_folder(folder); fs::is_directory(before, ec)) {
    files = model_files(before, as + "/" + before.filename().string());
  }
  for (const auto& entry : fs::directory_iterator(folder, ec)) {
    const std::string name = entry.path().filename().string();
    if (!entry.is_regular_file(ec) || name.starts_with('.') || name.starts_with("run.")) continue;
    files.push_back({as + "/" + name, entry.path()});
  }
  return files;
}

/// Hands the events of a worker to an observer. What it says beside them is kept.
class EventReader {
 public:
  EventReader(TrainObserver& observer, const TrainConfig& config)
      : observer_(observer), config_(config) {}

  void take(const std::string& line) {
    const json event = json::parse(line, nullptr, false);
    if (!event.is_object()) {
      said_.take(line);
      return;
    }
    const std::string kind = event.value("event", "");
    if (kind == "note") observer_.on_note(event.value("text", ""));
    if (kind == "step") {
      observer_.on_step({count(event, "epoch"), count(event, "step"), config_.epochs, config_.steps,
                         number(event, "loss"), number(event, "ms")});
    }
    if (kind == "epoch") take_epoch(event);
    if (kind == "done") take_end(event);
  }
  const std::optional<TrainSummary>& summary() const { return summary_; }
  const Said& said() const { return said_; }

 private:
  void take_epoch(const json& event) {
    static const std::set<std::string> kOwn{"event",   "epoch",      "epochs",
                                            "loss",    "val_loss",   "learning_rate",
                                            "seconds", "memory_mib", "best"};
    TrainEpochEvent epoch;
    epoch.epoch = count(event, "epoch");
    epoch.epochs = count(event, "epochs");
    epoch.loss = number(event, "loss");
    epoch.val_loss = number(event, "val_loss");
    epoch.learning_rate = number(event, "learning_rate");
    epoch.seconds = number(event, "seconds");
    epoch.memory_mib = number(event, "memory_mib");
    epoch.best = event.value("best", false);
    for (const auto& [name, value] : event.items()) {
      if (kOwn.contains(name) || !value.is_number()) continue;
      const bool validation = name.starts_with("val_");
      (validation ? epoch.val_parts : epoch.parts)
          .emplace_back(validation ? name.substr(4) : name, value.get<double>());
    }
    observer_.on_epoch(epoch);
  }
  void take_end(const json& event) {
    TrainSummary summary;
    summary.epochs_done = count(event, "epochs");
    summary.best_epoch = count(event, "best_epoch");
    summary.best_val_loss = number(event, "best_val_loss");
    summary.stopped = event.value("stopped", false);
    summary.prob_threshold = event.value("prob", 0.0);
    summary.nms_threshold = event.value("nms", 0.0);
    summary.seconds = number(event, "seconds");
    summary.peak_memory_bytes = count(event, "peak_memory_bytes");
    summary_ = summary;
  }

  TrainObserver& observer_;
  const TrainConfig& config_;
  std::optional<TrainSummary> summary_;
  Said said_;
};

/// Which training this is: the same for the same model folder of the same computer and person.
std::string id_of(const fs::path& model) {
  std::array<char, 256> host{};
  static_cast<void>(gethostname(host.data(), host.size() - 1));
  std::error_code ec;
  return sha256(std::string(host.data()) + "\n" + std::to_string(getuid()) + "\n" +
                fs::weakly_canonical(model, ec).string());
}

/// Files that are written here for the other side alone.
class Notes {
 public:
  static Result<Notes> make() {
    std::error_code ec;
    std::string name = (fs::temp_directory_path(ec) / "karyoscope-far-XXXXXX").string();
    if (!ec && mkdtemp(name.data()) != nullptr) return Notes(name);
    return Error(ErrorCode::kIo, "no folder for passing files can be made: " + name,
                 "Make room in the folder for temporary files, or name another with TMPDIR.");
  }
  Notes(Notes&& other) noexcept : folder_(std::exchange(other.folder_, {})) {}
  Notes& operator=(Notes&&) = delete;
  Notes(const Notes&) = delete;
  ~Notes() {
    std::error_code ignored;
    if (!folder_.empty()) fs::remove_all(folder_, ignored);
  }
  fs::path at(const char* name) const { return folder_ / name; }

 private:
  explicit Notes(fs::path folder) : folder_(std::move(folder)) {}
  fs::path folder_;
};

/// Where the model that comes first lies over there, which keeps its name.
std::string place_of(const FoundRestoration& restoration) {
  return "before/" + restoration.name;
}

std::vector<std::string> arguments_for(const TrainRequest& request,
                                       const FoundRestoration& restoration, int threads) {
  std::error_code ec;
  const bool alone = fs::is_regular_file(request.data, ec);
  std::vector<std::string> arguments{
      "train",      request.config.model,
      "--data",     alone ? "data/" + request.data.filename().string() : std::string("data"),
      "--model",    "model",
      "--config",   kSettings,
      "--device",   request.device,
      "--progress", "json"};
  const auto add = [&](bool wanted, std::initializer_list<std::string> words) {
    if (wanted) arguments.insert(arguments.end(), words);
  };
  add(request.resume, {"--resume"});
  add(!request.only.empty(), {"--only", kList});
  add(!request.follow.empty(), {"--follow"});
  add(!request.pretrained.empty(), {"--pretrained", "pretrained"});
  add(!request.before.empty(),
      {"--before", restoration.folder ? place_of(restoration) : kNoRestoration});
  add(request.memory_bytes > 0,
      {"--memory", std::to_string(std::max<std::int64_t>(1, request.memory_bytes >> 20)) + "MiB"});
  add(threads > 0, {"--threads", std::to_string(threads)});
  return arguments;
}

/// Everything that the training over there reads.
Result<std::vector<FarFile>> all_files(const TrainRequest& request,
                                       const FoundRestoration& restoration, const Notes& notes) {
  KARYO_TRY(auto files, files_of(request));
  const auto add = [&](std::vector<FarFile> more) {
    files.insert(files.end(), more.begin(), more.end());
  };
  if (request.resume) add(model_files(request.model, "model"));
  if (!request.pretrained.empty()) add(model_files(request.pretrained, "pretrained"));
  if (!request.before.empty() && restoration.folder) {
    add(model_files(restoration.folder->path, place_of(restoration)));
  }
  KARYO_CHECK_OK(write_train_config(notes.at(kSettings), request.config));
  files.push_back({kSettings, notes.at(kSettings)});
  if (!request.only.empty()) {
    KARYO_CHECK_OK(write_file_atomically(notes.at(kList), format_train_list(request.only)));
    files.push_back({kList, notes.at(kList)});
  }
  return files;
}

/// Images that come to a training: the list is looked at, and what is new in it is sent before it.
class Follower {
 public:
  Follower(const TrainRequest& request, const Notes& notes, FarSession& session)
      : request_(request), list_(notes.at(kList)), session_(session), known_(request.only) {}

  /// What cannot be sent is said once, and the training goes on with what it has.
  std::string look() {
    const auto now = std::chrono::steady_clock::now();
    const auto pause = request_.config.model == "stardist" ? kFollow : kFollowFolder;
    if (request_.follow.empty() || now - looked_ < pause) return {};
    looked_ = now;
    const auto sent = send_new();
    if (sent || sent.error().what == problem_) return {};
    problem_ = sent.error().what;
    return "the images stay as they were: " + problem_ + " (" + sent.error().fix + ")";
  }

 private:
  Result<void> send_new() {
    if (request_.config.model != "stardist") {  // all that lies in the folder
      KARYO_TRY(const auto files, files_of(request_));
      return session_.send(files);
    }
    KARYO_TRY(const auto wanted, read_train_list(request_.follow));
    if (wanted == known_) return {};
    KARYO_TRY(auto files, pairs_with_masks(request_.data, request_.config.dims, wanted));
    KARYO_CHECK_OK(write_file_atomically(list_, format_train_list(wanted)));
    files.push_back({kList, list_});  // the last: what it names is there by then
    KARYO_CHECK_OK(session_.send(files));
    known_ = wanted;
    problem_.clear();
    return {};
  }

  const TrainRequest& request_;
  fs::path list_;
  FarSession& session_;
  std::vector<TrainImage> known_;
  std::string problem_;
  std::chrono::steady_clock::time_point looked_;
};

std::string mib(std::int64_t bytes) {
  return std::to_string((bytes + (1 << 20) - 1) >> 20) + " MiB";
}

}  // namespace

Result<TrainSummary> train_far(const FarPlace& place, const TrainRequest& request, int threads,
                               TrainObserver& observer, TaskControl& control) {
  if (!request.preview.empty() || !request.place.alone()) {
    return Error(ErrorCode::kUnsupported,
                 "--every-epoch and several processes do not go with another computer",
                 "Leave them or --on out.");
  }
  std::error_code ec;
  const fs::path data = fs::absolute(request.data, ec);
  TrainRequest whole = request;
  whole.data = data;
  if (!request.resume && fs::exists(request.model / "config.json", ec)) {
    return Error(ErrorCode::kInvalidArgument, request.model.string() + " holds a model already",
                 "Choose another name for the new one.");
  }
  fs::create_directories(request.model, ec);
  if (ec) {
    return Error(ErrorCode::kIo,
                 "cannot make the folder " + request.model.string() + ": " + ec.message(),
                 "Choose a folder that can be written to.");
  }
  KARYO_TRY(const auto restoration, restoration_for(request));
  KARYO_TRY(const auto notes, Notes::make());
  KARYO_TRY(const auto files, all_files(whole, restoration, notes));
  KARYO_TRY(const auto session, FarSession::connect(place, control));
  observer.on_note("computes on " + place.host + ": " + session->greeting().device);
  const bool alone = fs::is_regular_file(data, ec);
  KARYO_CHECK_OK(session->begin(id_of(request.model), alone ? data.parent_path() : data));
  KARYO_CHECK_OK(session->send(files));
  observer.on_note(std::to_string(files.size()) + " files are on " + place.host + ", " +
                   std::to_string(session->known_files()) + " of them from before; sent " +
                   mib(session->sent_bytes()));

  // Only files of the model's own folder come back.
  if (restoration.folder && !request.resume) {
    KARYO_CHECK_OK(copy_before(request.model, restoration));
  }
  EventReader events(observer, request.config);
  Follower follower(whole, notes, *session);
  std::mutex turn;  // the observer hears from this thread and from the one that listens
  FarSession::Run run;
  run.model = request.model;
  run.said = [&](const std::string& line) {
    const std::lock_guard lock(turn);
    events.take(line);
  };
  run.between = [&] {
    const std::string note = follower.look();
    const std::lock_guard lock(turn);
    if (!note.empty()) observer.on_note(note);
  };
  KARYO_TRY(const int status, session->run(arguments_for(whole, restoration, threads), run));
  if (events.summary()) return *events.summary();
  if (events.said().failure) return events.said().failure->in(place.host);
  return Error(ErrorCode::kIo,
               "the training on " + place.host + " ended with status " + std::to_string(status) +
                   (events.said().last_words.empty() ? "" : ": " + events.said().last_words),
               "Try again; if memory ran out, a smaller patch or batch needs less.");
}

}  // namespace karyo::worker
