#include "app/worker/protocol.h"

#include <algorithm>
#include <cmath>

namespace karyo::worker {
namespace {

using nlohmann::json;

/// As text, so that an unknown one of another version is still an error.
constexpr std::array<std::pair<ErrorCode, const char*>, 9> kCodes{{
    {ErrorCode::kInvalidArgument, "invalid_argument"},
    {ErrorCode::kNotFound, "not_found"},
    {ErrorCode::kBadFile, "bad_file"},
    {ErrorCode::kUnsupported, "unsupported"},
    {ErrorCode::kTooLarge, "too_large"},
    {ErrorCode::kIo, "io"},
    {ErrorCode::kCancelled, "cancelled"},
    {ErrorCode::kNumeric, "numeric"},
    {ErrorCode::kInternal, "internal"},
}};

const char* text_of(ErrorCode code) {
  const auto* const found =
      std::find_if(kCodes.begin(), kCodes.end(), [&](const auto& c) { return c.first == code; });
  return found == kCodes.end() ? "internal" : found->second;
}

ErrorCode code_from(const std::string& text) {
  const auto* const found =
      std::find_if(kCodes.begin(), kCodes.end(), [&](const auto& c) { return text == c.second; });
  return found == kCodes.end() ? ErrorCode::kInternal : found->first;
}

Error not_ours(std::string_view line) {
  return {ErrorCode::kBadFile, "not a message of Karyoscope: " + std::string(line.substr(0, 80)),
          "Use the worker that came with this version of Karyoscope."};
}

/// Bytes that are no text (file names may hold any) are replaced, not thrown over.
std::string one_line(const json& object) {
  return object.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

json object_from(std::string_view line) {
  json object = json::parse(line, nullptr, false);
  return object.is_object() ? object : json();
}

std::string text_at(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

std::string line_of(const Question& question) {
  if (question.ask.empty()) return one_line({{"cancel", question.id}});
  json object = question.arguments;
  object["id"] = question.id;
  object["ask"] = question.ask;
  return one_line(object);
}

Result<Question> question_from(std::string_view line) {
  json object = object_from(line);
  const bool cancels = object.contains("cancel");
  const char* const id = cancels ? "cancel" : "id";
  if (!object.contains(id) || !object[id].is_number_unsigned()) return not_ours(line);
  Question question;
  question.id = object[id].get<std::uint64_t>();
  if (cancels) return question;
  question.ask = text_at(object, "ask");
  if (question.ask.empty()) return not_ours(line);
  object.erase("id");
  object.erase("ask");
  question.arguments = std::move(object);
  return question;
}

std::string line_of(const Answer& answer) {
  json object{{"id", answer.id}};
  switch (answer.kind) {
    case Answer::Kind::kProgress:
      object["fraction"] = answer.fraction;
      object["doing"] = answer.doing;
      break;
    case Answer::Kind::kDone:
      object["done"] = answer.done;
      break;
    case Answer::Kind::kFailed:
      object["failed"] = {{"code", text_of(answer.failed.code)},
                          {"what", answer.failed.what},
                          {"fix", answer.failed.fix}};
      break;
  }
  return one_line(object);
}

Result<Answer> answer_from(std::string_view line) {
  json object = object_from(line);
  if (!object.contains("id") || !object["id"].is_number_unsigned()) return not_ours(line);
  Answer answer;
  answer.id = object["id"].get<std::uint64_t>();
  if (object.contains("done") && object["done"].is_object()) {
    answer.kind = Answer::Kind::kDone;
    answer.done = std::move(object["done"]);
  } else if (object.contains("failed") && object["failed"].is_object()) {
    const json& failed = object["failed"];
    answer.kind = Answer::Kind::kFailed;
    answer.failed =
        Error(code_from(text_at(failed, "code")), text_at(failed, "what"), text_at(failed, "fix"));
  } else if (object.contains("fraction") && object["fraction"].is_number()) {
    answer.fraction = std::clamp(object["fraction"].get<double>(), 0.0, 1.0);
    answer.doing = text_at(object, "doing");
  } else {
    return not_ours(line);
  }
  return answer;
}

Result<void> LineBuffer::add(std::string_view bytes) {
  bytes_ += bytes;
  if (bytes_.size() > kLongestLine && bytes_.find('\n') == std::string::npos) {
    return Error(ErrorCode::kTooLarge, "a message of over 1 MiB",
                 "Use the worker that came with this version of Karyoscope.");
  }
  return {};
}

bool LineBuffer::take(std::string& line) {
  const auto end = bytes_.find('\n');
  if (end == std::string::npos) return false;
  line = bytes_.substr(0, end);
  bytes_.erase(0, end + 1);
  return true;
}

}  // namespace karyo::worker
