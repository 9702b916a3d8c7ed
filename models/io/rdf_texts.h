#pragma once

/// What a package of ours says for people: README.md and whom to cite.

#include <nlohmann/json.hpp>
#include <string>

#include "models/io/model_export.h"

namespace karyo {

/// [{text, doi}] of the methods.
nlohmann::ordered_json rdf_citations(const ModelFolder& model);

/// Markdown: what the model does, how to run it in Python and here, how it was validated.
std::string package_readme(const ModelFolder& model, const ExportDetails& details);

}  // namespace karyo
