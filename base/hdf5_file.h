/// HDF5 files: a thin layer over the C API that checks every call. A file written here opens at its last
/// flush even after a crash, in any version of HDF5 (format "earliest"). One thread at a time.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace gigalane {

/// Names are paths within the file: "/agents/x_m". Every function throws Error naming the file and the
/// object. Element types: float, double, int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t,
/// uint64_t. Numbers are converted by HDF5 where the file's type differs, except between integers and floats:
/// an Error.
class Hdf5File {
 public:
  enum class Mode { create, read };
  /// create: replaces the file, whose first `user_block_bytes` (0, or a power of two from 512 on) HDF5 leaves
  /// alone. read: opens it read-only, with a user block or without; one that is missing, truncated or not
  /// HDF5 gives one clear line.
  Hdf5File(const std::string& path, Mode mode, size_t user_block_bytes = 0);
  ~Hdf5File();
  Hdf5File(Hdf5File&& other) noexcept;
  Hdf5File& operator=(Hdf5File&& other) noexcept;

  const std::string& path() const { return path_; }

  /// Whether a group or dataset of this name exists.
  bool has(const std::string& name) const;
  /// Names of the groups and datasets in a group, sorted.
  std::vector<std::string> list(const std::string& group = "/") const;
  /// Makes a group and its parents; nothing to do if it exists.
  void create_group(const std::string& name);

  /// Attributes of a group or dataset ("/" for the file's own). Written once or replaced.
  void set_attribute(const std::string& object, const std::string& name, const std::string& value);
  void set_attribute(const std::string& object, const std::string& name, int64_t value);
  void set_attribute(const std::string& object, const std::string& name, double value);
  bool has_attribute(const std::string& object, const std::string& name) const;
  std::string string_attribute(const std::string& object, const std::string& name) const;
  int64_t int_attribute(const std::string& object, const std::string& name) const;
  double double_attribute(const std::string& object, const std::string& name) const;

  /// Writes a whole dataset of 1 to 4 dimensions, row-major, with missing groups made; `deflate` 0 to 9 (0:
  /// as it is).
  template <class T>
  void write(const std::string& name, const T* values, const std::vector<size_t>& shape, int deflate = 4);
  template <class T>
  void write(const std::string& name, const std::vector<T>& values, int deflate = 4) {
    write(name, values.data(), {values.size()}, deflate);
  }

  /// The dimensions of a dataset.
  std::vector<size_t> shape(const std::string& name) const;
  /// A whole dataset, row-major.
  template <class T>
  std::vector<T> read(const std::string& name) const;
  /// The same, which must have `expected` dimensions.
  template <class T>
  std::vector<T> read(const std::string& name, const std::vector<size_t>& expected) const;
  /// Rows [first, first + count) of the first dimension.
  template <class T>
  std::vector<T> read_rows(const std::string& name, size_t first, size_t count) const;

  /// Creates an empty dataset that grows by rows of `row_shape` (may be empty: a row is one number), in
  /// chunks of `chunk_rows` rows, deflated. Create all datasets, then flush, before appending: so a crash
  /// loses only what came after the last flush.
  template <class T>
  void create_appendable(const std::string& name, const std::vector<size_t>& row_shape, size_t chunk_rows,
                         int deflate = 4);
  /// Appends rows to it.
  template <class T>
  void append(const std::string& name, const T* rows, size_t row_count);

  /// A text of any length as a dataset of bytes (attributes hold at most 64 kB).
  void write_text(const std::string& name, const std::string& text);
  std::string read_text(const std::string& name) const;

  /// Hands everything to the operating system.
  void flush();
  /// Closes; throws if the last writes fail, which the destructor cannot.
  void close();

 private:
  int64_t dataset(const std::string& name) const;

  std::string path_;
  int64_t file_ = -1;
  mutable std::map<std::string, int64_t> datasets_;  ///< handles, open as long as the file
};

}  // namespace gigalane
