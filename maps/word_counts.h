/// Words and how often they occur, for errors that say what a file has; internal to maps/.
#pragma once
#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace gigalane {

class WordCounts {
 public:
  void add(const std::string& word) { ++counts_[word.empty() ? "none" : word.substr(0, 40)]; }
  int total() const {
    int sum = 0;
    for (const auto& [word, count] : counts_) sum += count;
    return sum;
  }
  /// "sidewalk (12), shoulder (3)": the most frequent ones.
  std::string text() const {
    constexpr size_t kMost = 6;
    std::vector<std::pair<int, std::string>> order;
    for (const auto& [word, count] : counts_) order.push_back({-count, word});
    std::sort(order.begin(), order.end());
    std::string text;
    for (size_t k = 0; k < std::min(kMost, order.size()); ++k)
      text += (k > 0 ? ", " : "") + order[k].second + " (" + std::to_string(-order[k].first) + ")";
    return order.size() > kMost ? text + ", ..." : text;
  }

 private:
  std::map<std::string, int> counts_;
};

/// "a, b or c".
inline std::string any_of_words(const std::vector<std::string>& words) {
  std::string text;
  for (size_t k = 0; k < words.size(); ++k)
    text += (k == 0 ? "" : k + 1 < words.size() ? ", " : " or ") + words[k];
  return text;
}

}  // namespace gigalane
