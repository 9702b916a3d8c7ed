#pragma once

/// Reads JSON settings key by key, with ranges, and reports the first thing wrong.

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace karyo {

/// Parses text that may be hostile: at most 64 levels deep, no exceptions; the root has to be an
/// object. `name` stands for the file in messages. Keys keep the order of the text.
/// Errors  kBadFile, with the line and column.
Result<nlohmann::ordered_json> parse_json_object(std::string_view text, const std::string& name);

/// The same for a file of at most 16 MiB.
Result<nlohmann::ordered_json> read_json_object(const std::filesystem::path& path);

/// One key a line, nested values on the line of their key: short, and readable by people.
std::string json_text(const nlohmann::ordered_json& object);

/// Takes keys out of an object. An absent key leaves the value as it was (the default). After the
/// first error later calls change nothing; error() tells it.
class JsonKeys {
 public:
  JsonKeys(const nlohmann::ordered_json& object, std::string name)
      : object_(object), name_(std::move(name)) {}

  void read(const std::string& key, bool& value);
  void read(const std::string& key, int& value, int low, int high);
  void read(const std::string& key, double& value, double low, double high);
  void read(const std::string& key, std::string& value, const std::vector<std::string>& allowed);
  /// Any text of at most `most` bytes.
  void read_text(const std::string& key, std::string& value, std::size_t most = 256);
  /// null stands for "none".
  void read(const std::string& key, std::optional<int>& value, int low, int high);
  /// A list of `count` numbers (0: any number of them, at least 1).
  void read(const std::string& key, std::vector<int>& value, std::size_t count, int low, int high);
  void read(const std::string& key, std::vector<double>& value, std::size_t count, double low,
            double high);
  /// Marks a key as known without reading it.
  void ignore(const std::string& key) { known_.insert(key); }
  /// The value itself, marked as known; nullptr when absent.
  const nlohmann::ordered_json* find(const std::string& key);

  /// Records an error, unless there is one already.
  void fail(const std::string& key, const std::string& allowed);
  const std::optional<Error>& error() const { return error_; }
  /// Keys that were never asked for, in file order.
  std::vector<std::string> unknown() const;

 private:
  template <typename T>
  bool number(const nlohmann::ordered_json& json, T& value, double low, double high) const;
  template <typename T>
  void read_list(const std::string& key, std::vector<T>& value, std::size_t count, double low,
                 double high);

  const nlohmann::ordered_json& object_;
  std::string name_;
  std::set<std::string> known_;
  std::optional<Error> error_;
};

}  // namespace karyo
