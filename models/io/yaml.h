#pragma once

/// YAML as JSON values: the descriptions (rdf.yaml) of bioimage.io packages.
///
/// A text is taken as hostile: at most 4 MiB, 64 levels, 10 000 keys a mapping, and what aliases
/// stand for counts as if it were written out, so that a few lines cannot ask for gigabytes. Tags
/// are not obeyed; nothing is executed.
/// Source  YAML 1.2 core schema; events by libyaml.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace karyo {

/// The first document of a text, whose root has to be a mapping. Plain scalars become null, bool,
/// integer or number by the core schema (infinity and NaN stay text, since JSON has none); keys are
/// text. `name` stands for the file in messages.
/// Errors  kBadFile (with the line); kTooLarge (a limit above).
Result<nlohmann::ordered_json> parse_yaml(std::string_view text, const std::string& name);

/// A mapping in block style, texts in quotation marks; lists of plain values on one line. Reads
/// back as it was.
std::string yaml_text(const nlohmann::ordered_json& object);

}  // namespace karyo
