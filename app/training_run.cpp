#include "app/training_run.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>
#include <utility>

#include "app/worker/spawn.h"
#include "core/base/atomic_file.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;

constexpr const char *kRunFile = "run.json", *kLogFile = "run.log", *kOnlyFile = "run.only.txt";
constexpr int kPatience = 10;                  // nice: a person who draws comes first
constexpr std::uintmax_t kMostRead = 8 << 20;  // of the log in one poll

/// What proc(5) says of a process; all 0 where there is none.
struct ProcessFacts {
  char state = 0;
  /// When it began, in the kernel's ticks since the machine did: tells it from a later one with the
  /// same number.
  std::uint64_t beginning = 0;
};

ProcessFacts facts_of(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::string line;
  if (!std::getline(file, line)) return {};
  const auto name_end = line.rfind(')');  // the name may hold anything
  if (name_end == std::string::npos) return {};
  std::istringstream fields(line.substr(name_end + 1));
  std::string state, field;
  fields >> state;
  constexpr int kBetween = 19;  // the state and the beginning
  for (int i = 0; i < kBetween; ++i) fields >> field;
  // Z: ended, its parent has not looked yet.
  if (!fields || state.empty() || state == "Z") return {};
  return {state[0], std::strtoull(field.c_str(), nullptr, 10)};
}

Result<nlohmann::json> read_run_file(const fs::path& model) {
  KARYO_TRY(const std::string text, read_file(model / kRunFile, 1 << 20));
  auto json = nlohmann::json::parse(text, nullptr, false);
  const auto has = [&](const char* key, auto is) {
    return json.is_object() && json.contains(key) && ((json[key]).*is)();
  };
  if (has("process", &nlohmann::json::is_number_integer) &&
      has("since", &nlohmann::json::is_number_unsigned) &&
      has("data", &nlohmann::json::is_string)) {
    return json;
  }
  return Error(ErrorCode::kBadFile, (model / kRunFile).string() + " does not describe a training",
               "Delete the file; the model itself is not touched by that.");
}

}  // namespace

TrainingRun::~TrainingRun() {
  if (state_ == State::kRunning && !let_go_) ask_to_end();
}

void TrainingRun::forget() {
  state_ = State::kNone;
  process_ = -1;
  paused_ = false;
  child_ = false;
  since_ = 0;
  status_.reset();
  log_place_ = 0;
  log_ = {};
  epochs_before_ = 0;
  history_ = {};
  failure_.reset();
  let_go_ = false;
}

Result<void> TrainingRun::start(const TrainingPlan& plan) {
  if (going_on()) {
    return Error(ErrorCode::kInvalidArgument, "a training goes on already",
                 "Stop it first; it keeps what it has learned.");
  }
  KARYO_CHECK_OK(validate(plan.config));
  std::error_code ec;
  if (!fs::exists(plan.data, ec)) {
    return Error(ErrorCode::kNotFound, "there is no folder " + plan.data.string(),
                 "Choose the folder of images to train on.");
  }
  if (fs::exists(plan.model / "config.json", ec)) {
    return Error(ErrorCode::kInvalidArgument, plan.model.string() + " holds a model already",
                 "Choose another name for the new one.");
  }
  fs::create_directories(plan.model, ec);
  if (ec) {
    return Error(ErrorCode::kIo,
                 "cannot make the folder " + plan.model.string() + ": " + ec.message(),
                 "Choose a folder that can be written to.");
  }
  forget();
  model_ = plan.model;
  data_ = plan.data;
  config_ = plan.config;
  only_ = plan.only;
  KARYO_CHECK_OK(write_train_config(model_ / "settings.json", config_));
  fs::remove(model_ / kLogFile, ec);
  std::vector<std::string> arguments{
      "train",   config_.model,   "--data",   data_.string(),
      "--model", model_.string(), "--config", (model_ / "settings.json").string()};
  if (!only_.empty()) {
    KARYO_CHECK_OK(write_file_atomically(model_ / kOnlyFile, format_train_list(only_)));
    arguments.insert(arguments.end(), {"--only", (model_ / kOnlyFile).string(), "--follow"});
  }
  if (follows_its_folder()) arguments.push_back("--follow");
  if (!plan.pretrained.empty()) {
    arguments.insert(arguments.end(), {"--pretrained", plan.pretrained.string()});
  }
  if (!plan.before.empty()) {
    arguments.insert(arguments.end(), {"--before", plan.before.string()});
  }
  return launch(std::move(arguments), plan.device);
}

Result<void> TrainingRun::resume(std::int64_t epochs) {
  if (going_on()) {
    return Error(ErrorCode::kInvalidArgument, "the training goes on already", "Wait for its end.");
  }
  if (!has_checkpoint()) {
    return Error(ErrorCode::kNotFound, "there is nothing to go on from: no epoch was completed",
                 "Start a new training.");
  }
  KARYO_TRY(const auto run, read_run_file(model_));
  TrainConfig config = config_;
  if (epochs > 0) config.epochs = epochs;
  forget();
  config_ = config;
  std::error_code ec;
  fs::remove(model_ / kLogFile, ec);
  read_history_again();
  epochs_before_ = static_cast<std::int64_t>(history_.rows.size());
  std::vector<std::string> arguments{"train",        config_.model, "--data",
                                     data_.string(), "--model",     model_.string(),
                                     "--resume",     "--epochs",    std::to_string(config_.epochs)};
  if (!only_.empty()) {
    arguments.insert(arguments.end(), {"--only", (model_ / kOnlyFile).string(), "--follow"});
  }
  if (follows_its_folder()) arguments.push_back("--follow");
  return launch(std::move(arguments), run.value("device", std::string("auto")));
}

/// CARE and Noise2Void learn from all that lies in their folder, also from what comes into it.
bool TrainingRun::follows_its_folder() const {
  std::error_code ec;
  return config_.model != "stardist" && fs::is_directory(data_, ec);
}

Result<void> TrainingRun::launch(std::vector<std::string> arguments, const std::string& device) {
  arguments.insert(arguments.end(), {"--progress", "json", "--device", device});
  host_ = place_.host;
  if (!place_.here()) {
    arguments.insert(arguments.end(), {"--on=" + place_.host, "--on-command=" + place_.command,
                                       "--on-ssh=" + place_.ssh});
  }
  const fs::path file = model_ / kLogFile;
  const int log = open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (log < 0) {
    return Error(ErrorCode::kIo, "cannot write " + file.string() + ": " + std::strerror(errno),
                 "Choose a folder that can be written to.");
  }
  const auto process = worker::spawn_worker(std::move(arguments), log);
  close(log);
  if (!process) return process.error();
  process_ = *process;
  child_ = true;
  since_ = facts_of(process_).beginning;
  started_ = fs::file_time_type::clock::now();
  state_ = State::kRunning;
  const nlohmann::json run{{"process", process_},    {"since", since_},
                           {"data", data_.string()}, {"epochs_before", epochs_before_},
                           {"host", host_},          {"device", device}};
  const auto kept = write_file_atomically(model_ / kRunFile, run.dump(2));
  changed.emit();
  return kept;
}

Result<void> TrainingRun::attach(const fs::path& model) {
  KARYO_TRY(const auto run, read_run_file(model));
  KARYO_TRY(TrainConfig config, read_train_config(model / "settings.json"));
  if (going_on() && !let_go_) stop();
  forget();
  model_ = model;
  data_ = run["data"].get<std::string>();
  config_ = std::move(config);
  only_.clear();
  if (auto images = read_train_list(model / kOnlyFile)) only_ = *std::move(images);
  std::error_code ec;
  started_ = fs::last_write_time(model / kRunFile, ec);
  host_ = run.value("host", std::string());
  process_ = run["process"].get<pid_t>();
  since_ = run["since"].get<std::uint64_t>();
  if (const auto before = run.find("epochs_before"); before != run.end() && before->is_number()) {
    epochs_before_ = before->get<std::int64_t>();
  }
  state_ = State::kRunning;
  paused_ = host_.empty() && facts_of(process_).state == 'T';
  read_history_again();
  poll();
  changed.emit();
  return {};
}

fs::path TrainingRun::going_on_in(const fs::path& models) {
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(models, ec)) {
    if (!fs::exists(entry.path() / kRunFile, ec)) continue;
    const auto run = read_run_file(entry.path());
    if (!run) continue;
    const auto since = (*run)["since"].get<std::uint64_t>();
    if (since != 0 && facts_of((*run)["process"].get<pid_t>()).beginning == since)
      return entry.path();
  }
  return {};
}

Result<void> TrainingRun::set_images(const std::vector<TrainImage>& images) {
  if (!going_on() || only_.empty() || images.empty()) {
    return Error(ErrorCode::kInvalidArgument, "no training that images can come to goes on",
                 "Start a StarDist training on the folder that is annotated.");
  }
  if (images == only_) return {};
  KARYO_CHECK_OK(write_file_atomically(model_ / kOnlyFile, format_train_list(images)));
  only_ = images;
  changed.emit();
  return {};
}

void TrainingRun::set_place(const worker::FarPlace& place) {
  if (place == place_) return;
  place_ = place;
  changed.emit();
}

void TrainingRun::set_paused(bool on) {
  if (!can_pause() || on == paused_) return;
  kill(process_, on ? SIGSTOP : SIGCONT);
  paused_ = on;
  changed.emit();
}

void TrainingRun::let_go() {
  set_paused(false);
  let_go_ = true;
}

/// What is paused hears of it when it goes on.
void TrainingRun::ask_to_end() {
  kill(process_, SIGINT);
  if (std::exchange(paused_, false)) kill(process_, SIGCONT);
}

void TrainingRun::stop() {
  if (state_ != State::kRunning) return;
  ask_to_end();
  state_ = State::kStopping;
  changed.emit();
}

Result<void> TrainingRun::discard() {
  if (going_on()) {
    kill(process_, SIGKILL);
    wait();
  }
  std::error_code ec;
  fs::remove_all(model_, ec);
  if (ec) {
    return Error(ErrorCode::kIo, "cannot delete " + model_.string() + ": " + ec.message(),
                 "Delete the folder by hand.");
  }
  forget();
  changed.emit();
  return {};
}

bool TrainingRun::process_lives() {
  if (process_ <= 0) return false;
  if (child_) {  // how it ended is known to its parent alone
    int status = 0;
    if (!status_ && waitpid(process_, &status, WNOHANG) == process_) status_ = status;
    return !status_;
  }
  return since_ != 0 && facts_of(process_).beginning == since_;
}

bool TrainingRun::poll() {
  if (!going_on()) return false;
  const bool lives = process_lives();  // before the log: what it said last is read then
  const std::int64_t epochs = log_.epochs_done();
  const std::uintmax_t place = log_place_;
  read_log();
  if (log_.epochs_done() > epochs) read_history_again();
  const bool epoch = log_.epochs_done() > epochs;
  if (!lives) ended();
  if (!lives || log_place_ != place) changed.emit();
  if (epoch) epoch_done.emit();
  return going_on();
}

void TrainingRun::read_log() {
  std::ifstream file(model_ / kLogFile, std::ios::binary);
  if (!file.seekg(static_cast<std::streamoff>(log_place_))) return;
  std::string text(64 << 10, '\0');
  for (std::uintmax_t read = 0; read < kMostRead;) {
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    const auto count = static_cast<std::size_t>(file.gcount());
    if (count == 0) break;
    log_.add(std::string_view(text).substr(0, count));
    log_place_ += count;
    read += count;
  }
}

void TrainingRun::read_history_again() {
  if (auto history = read_history(model_ / "history.csv")) history_ = *std::move(history);
}

void TrainingRun::ended() {
  for (std::uintmax_t place = 0; place != log_place_;) {  // to its end
    place = log_place_;
    read_log();
  }
  read_history_again();
  process_ = -1;
  paused_ = false;
  if (log_.stopped()) {
    state_ = State::kStopped;
  } else if (log_.result()) {
    state_ = State::kFinished;
  } else {
    state_ = State::kFailed;
    failure_ = log_.failure();
    if (failure_) return;
    const bool killed = status_ && WIFSIGNALED(*status_);
    std::string what = "the training ended before it was done";
    if (killed) what += ", by signal " + std::to_string(WTERMSIG(*status_));
    if (!log_.last_words().empty()) what += ": " + log_.last_words();
    failure_.emplace(ErrorCode::kIo, what,
                     has_checkpoint()
                         ? "Continue goes on from the last epoch. If memory ran out, a smaller "
                           "patch or batch needs less."
                         : "If memory ran out, a smaller patch or batch needs less.");
  }
}

void TrainingRun::wait() {
  while (poll()) std::this_thread::sleep_for(std::chrono::milliseconds(20));
}

bool TrainingRun::has_checkpoint() const {
  std::error_code ec;
  return !model_.empty() && fs::exists(model_ / "checkpoint.safetensors", ec);
}

double TrainingRun::progress() const {
  if (state_ == State::kFinished) return 1;
  const auto steps = static_cast<double>(config_.steps);
  const auto done =
      static_cast<double>(std::max<std::int64_t>(0, std::max(log_.epoch() - 1, epochs_before_)));
  const double within = log_.epoch() > 0 ? static_cast<double>(log_.step()) / steps : 0;
  return std::clamp((done + within) / static_cast<double>(config_.epochs), 0.0, 1.0);
}

double TrainingRun::seconds_left() const {
  if (!going_on() || log_.step_ms() <= 0) return -1;
  const double epochs = static_cast<double>(config_.epochs) * (1 - progress());
  const double epoch_seconds =
      log_.step_ms() / 1000 * static_cast<double>(config_.steps) + log_.validation_seconds();
  return epochs * epoch_seconds;
}

}  // namespace karyo
