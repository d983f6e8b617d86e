/// What a policy is once it has left training: its card, its network's shape and its weights. Checkpoints and
/// .safetensors files are read into it, exports and drivers are made from it.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "policy/checkpoint.h"
#include "policy/driver.h"
#include "policy/network_config.h"

namespace gigalane {

struct Actor {
  PolicyCard card;
  NetworkConfig network;
  std::string version;                        ///< of the program that trained it
  std::map<std::string, NamedArray> tensors;  ///< names as in Network::parameters()
};

/// Throws Error with one line, naming `path`: another observation layout, a missing tensor or one of another
/// shape.
Actor read_actor(const Checkpoint&, const std::string& path);
/// From a checkpoint's file, a run's folder (its newest checkpoint; a damaged one is logged) or .safetensors.
Actor load_actor(const std::string& path);

/// What describes the actor in exports: keys and texts, among them "observation_version" and
/// "observation_layout".
std::map<std::string, std::string> describe(const Actor&);
/// The other way: card and network. Throws Error naming `path`.
Actor read_description(const std::map<std::string, std::string>&, const std::string& path);
/// Throws Error unless `version` is this program's observation version.
void check_observation_version(const std::string& path, const std::string& version);
/// Checks that the tensors are those of the network, and signs the card.
void check_tensors(Actor&, const std::string& path);

}  // namespace gigalane
