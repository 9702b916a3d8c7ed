// karyoscope-worker serve: answers the window's questions until it closes the line (protocol.h).

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/worker/commands.h"
#include "app/worker/protocol.h"
#include "app/worker/sides.h"
#include "core/io/image_io.h"
#include "models/io/candidates_file.h"
#include "models/model.h"
#include "models/process.h"

namespace karyo::worker {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int kProgressMs = 100;

Result<std::string> text_of(const json& arguments, const char* name) {
  const auto found = arguments.find(name);
  if (found != arguments.end() && found->is_string()) return found->get<std::string>();
  return Error(ErrorCode::kInvalidArgument, std::string("the question says no ") + name,
               "Use the worker that came with this version of Karyoscope.");
}

double number_of(const json& arguments, const char* name, double otherwise) {
  const auto found = arguments.find(name);
  return found != arguments.end() && found->is_number() ? found->get<double>() : otherwise;
}

/// When the weights were written of a model and of what comes before it.
std::vector<fs::file_time_type> written(const ModelFolder& folder) {
  std::error_code absent;
  std::vector<fs::file_time_type> times{fs::last_write_time(folder.weights, absent)};
  if (folder.before) times.push_back(fs::last_write_time(folder.before->weights, absent));
  return times;
}

/// Keeps the model of the last question, as long as its weights are the same files.
class Models {
 public:
  explicit Models(std::string device) : device_(std::move(device)) {}

  Result<Predictor*> get(const std::string& path) {
    KARYO_TRY(const ModelFolder folder, ModelFolder::open(path));
    const auto times = written(folder);
    if (predictor_ && path == path_ && times == times_) return predictor_.get();
    predictor_.reset();
    KARYO_TRY(predictor_, open_predictor(path, device_, "auto"));
    in_3d_ = folder.stardist && folder.stardist->n_dim == 3;
    path_ = path;
    times_ = times;
    return predictor_.get();
  }
  /// Whether the one that was asked for last finds bodies in a stack.
  bool in_3d() const { return in_3d_; }

 private:
  std::string device_, path_;
  bool in_3d_ = false;
  std::vector<fs::file_time_type> times_;
  std::unique_ptr<Predictor> predictor_;
};

Result<json> open_model(Models& models, const json& arguments) {
  KARYO_TRY(const std::string path, text_of(arguments, "model"));
  KARYO_TRY(const Predictor* const predictor, models.get(path));
  return json{{"description", predictor->description()}};
}

/// "part" in all planes of an image. Errors: kInvalidArgument.
Result<std::optional<Box3>> part_of(const json& arguments, const Index3& shape) {
  const auto found = arguments.find("part");
  if (found == arguments.end()) return std::optional<Box3>();
  std::array<std::int64_t, 4> at{};
  bool good = found->is_array() && found->size() == at.size();
  for (std::size_t i = 0; good && i < at.size(); ++i) {
    good = (*found)[i].is_number_integer();
    if (good) at[i] = (*found)[i].get<std::int64_t>();
  }
  if (!good) {
    return Error(ErrorCode::kInvalidArgument, "the question's part is no box",
                 "Use the worker that came with this version of Karyoscope.");
  }
  return std::optional(Box3{{0, at[0], at[1]}, {shape.z, at[2], at[3]}});
}

/// Points as they lie in the image that was not mirrored.
template <int Axes>
void turn_back(stardist::CandidatesOf<Axes>& found, int side, const Index3& shape) {
  const auto height = static_cast<float>(shape.y - 1), width = static_cast<float>(shape.x - 1);
  for (auto& point : found.points) {
    float &y = point[Axes - 2], &x = point[Axes - 1];
    if ((side & 1) != 0) y = height - y;
    if ((side & 2) != 0) x = width - x;
  }
}

Result<json> find_candidates(Models& models, const json& arguments, TaskControl& control) {
  KARYO_TRY(const std::string path, text_of(arguments, "model"));
  KARYO_TRY(const std::string picture, text_of(arguments, "image"));
  KARYO_TRY(const std::string output, text_of(arguments, "output"));
  control.report(0, "Loading the model");
  KARYO_TRY(Predictor* const predictor, models.get(path));
  const int side = static_cast<int>(number_of(arguments, "side", 0)) & (kMostSides - 1);
  KARYO_TRY(Volume image, read_image(picture));
  if (side > 0) {
    KARYO_TRY(image, mirrored(image, side));
  }
  PredictSettings settings;
  settings.prob = number_of(arguments, "least", 0.1);
  KARYO_TRY(settings.part, part_of(arguments, image.shape().zyx()));
  control.report(0, "Looking for nuclei");
  if (models.in_3d()) {
    KARYO_TRY(auto found, predictor->candidates_3d(image, 0, settings, control));
    turn_back(found, side, image.shape().zyx());
    KARYO_CHECK_OK(write_candidates(output, found));
    return json{{"count", found.size()}};
  }
  const double z = number_of(arguments, "z", 0);
  if (!(z >= 0 && z < static_cast<double>(image.shape().z))) {
    return Error(ErrorCode::kInvalidArgument, picture + " has no plane " + std::to_string(z),
                 "Planes count from 0.");
  }
  KARYO_TRY(auto found,
            predictor->candidates(image, 0, static_cast<std::int64_t>(z), settings, control));
  turn_back(found, side, image.shape().zyx());
  KARYO_CHECK_OK(write_candidates(output, found));
  return json{{"count", found.size()}};
}

Result<json> answer_to(const Question& question, Models& models, TaskControl& control) {
  if (question.ask == "open") return open_model(models, question.arguments);
  if (question.ask == "candidates") return find_candidates(models, question.arguments, control);
  return Error(ErrorCode::kUnsupported, "the worker does not know \"" + question.ask + "\"",
               "Use the worker that came with this version of Karyoscope.");
}

/// The line to the window. Libraries that print to stdout print to stderr instead.
class Line {
 public:
  Line() : out_(fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)) { dup2(STDERR_FILENO, STDOUT_FILENO); }
  ~Line() { close(out_); }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  /// False when nobody listens any more.
  bool say(const Answer& answer) const {
    const std::string line = line_of(answer);
    for (std::size_t said = 0; said < line.size();) {
      const ssize_t n = write(out_, line.data() + said, line.size() - said);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return false;
      said += static_cast<std::size_t>(n);
    }
    return true;
  }

  /// Reads what has come into `questions`. False at the end, or when it is no line of ours.
  bool hear(std::deque<Question>& questions) {
    std::array<char, 4096> bytes{};
    const ssize_t n = read(STDIN_FILENO, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) return true;
    if (n <= 0 || !buffer_.add({bytes.data(), static_cast<std::size_t>(n)})) return false;
    for (std::string text; buffer_.take(text);) {
      auto question = question_from(text);
      if (!question) return false;
      questions.push_back(*std::move(question));
    }
    return true;
  }

 private:
  int out_;
  LineBuffer buffer_;
};

/// One question at a time, on a thread of its own, so that the line stays open meanwhile.
class Work {
 public:
  Work(Question question, Models& models, int bell)
      : id_(question.id),
        task_([this, question = std::move(question), &models, bell](TaskControl& control) {
          answer_.emplace(answer_to(question, models, control));
          static_cast<void>(write(bell, "!", 1));
          return Result<void>();
        }) {}
  std::uint64_t id() const { return id_; }
  bool finished() const { return task_.finished(); }
  void cancel() { task_.control().request_cancel(); }

  Answer progress() {
    const auto at = task_.control().progress();
    Answer answer;
    answer.id = id_;
    answer.fraction = at.fraction;
    answer.doing = at.doing;
    return answer;
  }
  Answer result() {
    Answer answer;
    answer.id = id_;
    const auto outcome = task_.wait();  // not well only after an exception
    if (outcome && answer_ && *answer_) {
      answer.kind = Answer::Kind::kDone;
      answer.done = **answer_;
    } else {
      answer.kind = Answer::Kind::kFailed;
      answer.failed = outcome ? answer_->error() : outcome.error();
    }
    return answer;
  }

 private:
  std::uint64_t id_;
  std::optional<Result<json>> answer_;
  Task task_;  // last: it starts at once
};

Result<void> serve(cli::Console& console) {
  tune_process(console.options().threads);
  Models models(console.options().device);
  Line line;
  std::array<int, 2> bell{};
  if (pipe2(bell.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
    return Error(ErrorCode::kIo, "no pipe can be made", "Close programs with many open files.");
  }
  std::deque<Question> questions;
  std::unique_ptr<Work> work;
  for (;;) {
    if (!work) {
      while (!questions.empty() && questions.front().ask.empty()) questions.pop_front();
      if (!questions.empty()) {
        work = std::make_unique<Work>(std::move(questions.front()), models, bell[1]);
        questions.pop_front();
      }
    }
    std::array<pollfd, 2> waiting{{{STDIN_FILENO, POLLIN, 0}, {bell[0], POLLIN, 0}}};
    const int ready = poll(waiting.data(), waiting.size(), work ? kProgressMs : -1);
    if (waiting[0].revents != 0 && !line.hear(questions)) break;
    if (!work) continue;
    if (waiting[1].revents != 0 || work->finished()) {  // what failed by an exception rings no bell
      if (!line.say(work->result())) break;
      work.reset();
      for (char rung = 0; read(bell[0], &rung, 1) > 0;) {
      }
      continue;
    }
    if (ready == 0 && !line.say(work->progress())) break;
    const bool unwanted = std::any_of(questions.begin(), questions.end(), [&](const Question& q) {
      return q.ask.empty() && q.id == work->id();
    });
    if (unwanted) work->cancel();
  }
  if (work) work->cancel();
  return {};
}

}  // namespace

void add_serve_command(cli::Cli& command_line) {
  command_line.add_command("serve", "Answers the window's questions, a JSON object a line",
                           [](cli::Console& console) { return serve(console); });
}

}  // namespace karyo::worker
