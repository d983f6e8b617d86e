#include "maps/xml_tags.h"

#include <algorithm>

#include "base/error.h"

namespace gigalane {

bool TagScanner::next() {
  constexpr size_t kNone = std::string::npos;
  if (empty_) --depth_;
  empty_ = false;
  for (size_t at = end_; (at = xml_.find('<', at)) != kNone;) {
    const char following = at + 1 < xml_.size() ? xml_[at + 1] : '\0';
    if (following == '!' || following == '?') {
      at = past_instruction(at);
      if (at == kNone) return false;
    } else if (following == '/') {
      --depth_;
      ++at;
    } else {
      begin_ = at;
      end_ = end_of_tag(at);
      empty_ = end_ < xml_.size() && xml_[end_ - 1] == '/';
      if (end_ < xml_.size()) ++depth_;
      return true;
    }
  }
  return false;
}

size_t TagScanner::past_instruction(size_t at) const {
  const char* end = xml_.compare(at, 4, "<!--") == 0        ? "-->"
                    : xml_.compare(at, 9, "<![CDATA[") == 0 ? "]]>"
                                                            : ">";
  return xml_.find(end, at);
}

size_t TagScanner::end_of_tag(size_t at) const {
  char quote = '\0';
  for (; at < xml_.size() && (quote || xml_[at] != '>'); ++at)
    if (quote ? xml_[at] == quote : xml_[at] == '"' || xml_[at] == '\'') quote = quote ? '\0' : xml_[at];
  return at;
}

int line_at(const std::string& text, size_t byte) {
  return 1 + int(std::count(text.begin(), text.begin() + std::ptrdiff_t(std::min(byte, text.size())), '\n'));
}

void check_depth(const std::string& xml, const std::string& origin) {
  constexpr int kDeepest = 64;
  for (TagScanner tags(xml); tags.next();)
    if (tags.depth() > kDeepest)
      fail(origin, ":", line_at(xml, tags.begin()), ": elements over ", kDeepest,
           " deep within each other, expected streets or a network");
}

size_t same_element(const std::string& xml, const std::string& made, int line, int column) {
  size_t stop = 0;
  for (int k = 1; k < line && stop != std::string::npos; ++k) {
    stop = made.find('\n', stop);
    if (stop != std::string::npos) ++stop;
  }
  if (stop == std::string::npos) return stop;
  stop += size_t(std::max(0, column - 1));
  size_t begin = std::string::npos;
  TagScanner of_source(xml);
  for (TagScanner of_made(made); of_made.next() && of_made.begin() <= stop && of_source.next();)
    begin = of_source.begin();
  return begin;
}

}  // namespace gigalane
