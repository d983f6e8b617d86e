/// The safetensors format (https://github.com/huggingface/safetensors): the size of a header, the header in
/// JSON (names, types, shapes, places, and texts as "__metadata__"), then the numbers. Loading runs no code.
#pragma once
#include <string>

#include "policy/actor.h"

namespace gigalane {

/// Weights of the actor under the names of Network::parameters(), described by describe(). Written
/// atomically.
void save_safetensors(const Actor&, const std::string& path);
/// Throws Error with one line on a missing, truncated, damaged or foreign file.
Actor load_safetensors(const std::string& path);

}  // namespace gigalane
