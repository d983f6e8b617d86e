#include "base/hdf5_file.h"

#include <hdf5.h>
#include <unistd.h>

#include <algorithm>
#include <new>
#include <stdexcept>

#include "base/error.h"

namespace gigalane {

namespace {

constexpr size_t kChunkElements = 65536;

/// A handle of the C API that closes itself.
class Handle {
 public:
  Handle(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }
  Handle(Handle&& other) noexcept : id_(other.id_), close_(other.close_) { other.id_ = -1; }
  Handle(const Handle&) = delete;
  operator hid_t() const { return id_; }
  hid_t release() {
    const hid_t id = id_;
    id_ = -1;
    return id;
  }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

/// The innermost reason on HDF5's error stack.
std::string reason() {
  std::string text;
  const auto take = [](unsigned depth, const H5E_error2_t* error, void* to) -> herr_t {
    if (depth == 0 && error->desc) *static_cast<std::string*>(to) = error->desc;
    return 0;
  };
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take, &text);
  return text.empty() ? "HDF5 gives no reason" : text;
}

template <class T>
hid_t memory_type() {
  if constexpr (std::is_same_v<T, float>)
    return H5T_NATIVE_FLOAT;
  else if constexpr (std::is_same_v<T, double>)
    return H5T_NATIVE_DOUBLE;
  else if constexpr (std::is_same_v<T, int8_t>)
    return H5T_NATIVE_INT8;
  else if constexpr (std::is_same_v<T, int16_t>)
    return H5T_NATIVE_INT16;
  else if constexpr (std::is_same_v<T, int32_t>)
    return H5T_NATIVE_INT32;
  else if constexpr (std::is_same_v<T, int64_t>)
    return H5T_NATIVE_INT64;
  else if constexpr (std::is_same_v<T, uint8_t>)
    return H5T_NATIVE_UINT8;
  else if constexpr (std::is_same_v<T, uint16_t>)
    return H5T_NATIVE_UINT16;
  else if constexpr (std::is_same_v<T, uint32_t>)
    return H5T_NATIVE_UINT32;
  else {
    static_assert(std::is_same_v<T, uint64_t>, "an element type of hdf5_file.h");
    return H5T_NATIVE_UINT64;
  }
}

std::vector<hsize_t> to_hsize(const std::vector<size_t>& shape) { return {shape.begin(), shape.end()}; }

std::string shape_text(const std::vector<size_t>& shape) {
  std::string text;
  for (const size_t n : shape) text += (text.empty() ? "" : " x ") + std::to_string(n);
  return text;
}

size_t product(const std::vector<size_t>& shape, size_t first = 0) {
  size_t n = 1;
  for (size_t i = first; i < shape.size(); ++i) n *= shape[i];
  return n;
}

/// Missing groups on the way to an object are made.
Handle making_groups() {
  Handle list(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
  H5Pset_create_intermediate_group(list, 1);
  return list;
}

/// Chunked and compressed storage; `deflate` 0 leaves out compression.
Handle chunked(const std::vector<size_t>& chunk, int deflate) {
  Handle list(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_chunk(list, int(chunk.size()), to_hsize(chunk).data());
  if (deflate > 0) {
    H5Pset_shuffle(list);
    H5Pset_deflate(list, unsigned(deflate));
  }
  return list;
}

/// A damaged file may claim more values than it has room for, even deflated: refused before memory is asked
/// for.
void check_claim(hid_t file, hid_t dataset, const std::string& place) {
  constexpr double kMostDeflated = 1100;  // zlib's best is 1032
  hsize_t file_bytes = 0;
  const Handle storage(H5Dget_create_plist(dataset), H5Pclose), type(H5Dget_type(dataset), H5Tclose),
      space(H5Dget_space(dataset), H5Sclose);
  require(storage >= 0 && type >= 0 && space >= 0 && H5Fget_filesize(file, &file_bytes) >= 0, place, ": ",
          reason());
  std::vector<hsize_t> size(size_t(std::max(0, H5Sget_simple_extent_ndims(space))));
  H5Sget_simple_extent_dims(space, size.data(), nullptr);
  double bytes = double(H5Tget_size(type));
  for (const hsize_t n : size) bytes *= double(n);
  const double most = double(file_bytes) * (H5Pget_layout(storage) == H5D_CHUNKED ? kMostDeflated : 1);
  require(bytes <= most, place, ": claims ", bytes, " bytes in a file of ", file_bytes,
          ", expected a file that is not damaged");
}

}  // namespace

// files

Hdf5File::Hdf5File(const std::string& path, Mode mode, size_t user_block_bytes) : path_(path) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
  if (mode == Mode::create) {
    H5Pset_libver_bounds(access, H5F_LIBVER_EARLIEST, H5F_LIBVER_V18);
    const Handle creation(H5Pcreate(H5P_FILE_CREATE), H5Pclose);
    require(H5Pset_userblock(creation, user_block_bytes) >= 0, path, ": a user block of ", user_block_bytes,
            " bytes, expected 0 or a power of two from 512 on");
    file_ = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, creation, access);
    require(file_ >= 0, path, ": cannot create this HDF5 file: ", reason());
    return;
  }
  require(::access(path.c_str(), F_OK) == 0, path, ": no such file");
  require(::access(path.c_str(), R_OK) == 0, path, ": cannot read this file");
  require(H5Fis_hdf5(path.c_str()) > 0, path, ": not an HDF5 file, or its beginning is damaged");
  file_ = H5Fopen(path.c_str(), H5F_ACC_RDONLY, access);
  require(file_ >= 0, path, ": truncated or damaged HDF5 file: ", reason());
}

Hdf5File::~Hdf5File() {
  for (const auto& [name, id] : datasets_) H5Dclose(id);
  if (file_ >= 0) H5Fclose(file_);
}

Hdf5File::Hdf5File(Hdf5File&& other) noexcept { *this = std::move(other); }

Hdf5File& Hdf5File::operator=(Hdf5File&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(file_, other.file_);
  std::swap(datasets_, other.datasets_);
  return *this;
}

void Hdf5File::flush() {
  require(H5Fflush(file_, H5F_SCOPE_GLOBAL) >= 0, path_, ": cannot flush: ", reason());
}

void Hdf5File::close() {
  if (file_ < 0) return;
  for (const auto& [name, id] : datasets_) H5Dclose(id);
  datasets_.clear();
  const herr_t closed = H5Fclose(file_);
  file_ = -1;
  require(closed >= 0, path_, ": cannot write the last data: ", reason());
}

// groups

bool Hdf5File::has(const std::string& name) const {
  if (name == "/") return true;
  // every group on the way must be there, else HDF5 calls it an error
  for (size_t slash = name.find('/', 1); slash != std::string::npos; slash = name.find('/', slash + 1))
    if (H5Lexists(file_, name.substr(0, slash).c_str(), H5P_DEFAULT) <= 0) return false;
  return H5Lexists(file_, name.c_str(), H5P_DEFAULT) > 0;
}

std::vector<std::string> Hdf5File::list(const std::string& group) const {
  std::vector<std::string> names;
  const auto take = [](hid_t, const char* name, const H5L_info_t*, void* to) -> herr_t {
    static_cast<std::vector<std::string>*>(to)->push_back(name);
    return 0;
  };
  const Handle id(H5Gopen2(file_, group.c_str(), H5P_DEFAULT), H5Gclose);
  require(id >= 0, path_, ": no group ", group);
  require(H5Literate(id, H5_INDEX_NAME, H5_ITER_INC, nullptr, take, &names) >= 0, path_, ": ", group, ": ",
          reason());
  std::sort(names.begin(), names.end());
  return names;
}

void Hdf5File::create_group(const std::string& name) {
  if (has(name)) return;
  const Handle group(H5Gcreate2(file_, name.c_str(), making_groups(), H5P_DEFAULT, H5P_DEFAULT), H5Gclose);
  require(group >= 0, path_, ": cannot create group ", name, ": ", reason());
}

// attributes

namespace {

/// An object and one of its attributes, as errors name them.
struct AttributePlace {
  hid_t file;
  const std::string &path, &object, &name;

  std::string text() const { return path + ": attribute " + name + " of " + object; }
  Handle open_object() const {
    Handle id(H5Oopen(file, object.c_str(), H5P_DEFAULT), H5Oclose);
    require(id >= 0, path, ": no object ", object);
    return id;
  }
  void write(hid_t type, const void* value) const {
    const Handle owner = open_object(), space(H5Screate(H5S_SCALAR), H5Sclose);
    if (H5Aexists(owner, name.c_str()) > 0) H5Adelete(owner, name.c_str());
    const Handle id(H5Acreate2(owner, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
    require(id >= 0 && H5Awrite(id, type, value) >= 0, text(), ": cannot write: ", reason());
  }
  Handle open(H5T_class_t expected, const char* expected_text) const {
    const Handle owner = open_object();
    Handle id(H5Aopen(owner, name.c_str(), H5P_DEFAULT), H5Aclose);
    require(id >= 0, path, ": no attribute ", name, " of ", object);
    const Handle type(H5Aget_type(id), H5Tclose), space(H5Aget_space(id), H5Sclose);
    require(type >= 0 && H5Tget_class(type) == expected && H5Sget_simple_extent_npoints(space) == 1, text(),
            ", expected ", expected_text);
    return id;
  }
  template <class T>
  T read(H5T_class_t expected, const char* expected_text) const {
    const Handle id = open(expected, expected_text);
    T value;
    require(H5Aread(id, memory_type<T>(), &value) >= 0, text(), ": cannot read: ", reason());
    return value;
  }
};

Handle text_type(size_t size) {
  Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type, size);
  H5Tset_cset(type, H5T_CSET_UTF8);
  H5Tset_strpad(type, H5T_STR_NULLPAD);
  return type;
}

}  // namespace

void Hdf5File::set_attribute(const std::string& object, const std::string& name, const std::string& value) {
  // an empty text is one zero byte
  AttributePlace{file_, path_, object, name}.write(text_type(std::max<size_t>(value.size(), 1)),
                                                   value.c_str());
}
void Hdf5File::set_attribute(const std::string& object, const std::string& name, int64_t value) {
  AttributePlace{file_, path_, object, name}.write(H5T_NATIVE_INT64, &value);
}
void Hdf5File::set_attribute(const std::string& object, const std::string& name, double value) {
  AttributePlace{file_, path_, object, name}.write(H5T_NATIVE_DOUBLE, &value);
}

bool Hdf5File::has_attribute(const std::string& object, const std::string& name) const {
  if (!has(object)) return false;
  return H5Aexists(AttributePlace{file_, path_, object, name}.open_object(), name.c_str()) > 0;
}

std::string Hdf5File::string_attribute(const std::string& object, const std::string& name) const {
  const AttributePlace place{file_, path_, object, name};
  const Handle id = place.open(H5T_STRING, "text");
  const Handle type(H5Aget_type(id), H5Tclose);
  if (H5Tis_variable_str(type) > 0) {
    char* value = nullptr;
    require(H5Aread(id, type, &value) >= 0 && value, place.text(), ": cannot read: ", reason());
    const std::string text = value;
    H5free_memory(value);
    return text;
  }
  std::string text(H5Tget_size(type), '\0');
  require(H5Aread(id, type, text.data()) >= 0, place.text(), ": cannot read: ", reason());
  text.resize(text.find_last_not_of('\0') + 1);
  return text;
}
int64_t Hdf5File::int_attribute(const std::string& object, const std::string& name) const {
  return AttributePlace{file_, path_, object, name}.read<int64_t>(H5T_INTEGER, "an integer");
}
double Hdf5File::double_attribute(const std::string& object, const std::string& name) const {
  return AttributePlace{file_, path_, object, name}.read<double>(H5T_FLOAT, "a number");
}

// datasets

int64_t Hdf5File::dataset(const std::string& name) const {
  const auto found = datasets_.find(name);
  if (found != datasets_.end()) return found->second;
  require(has(name), path_, ": no dataset ", name);
  const hid_t id = H5Dopen2(file_, name.c_str(), H5P_DEFAULT);
  require(id >= 0, path_, ": cannot open dataset ", name, ": ", reason());
  return datasets_[name] = id;
}

std::vector<size_t> Hdf5File::shape(const std::string& name) const {
  const Handle space(H5Dget_space(dataset(name)), H5Sclose);
  const int rank = H5Sget_simple_extent_ndims(space);
  require(rank >= 0, path_, ": ", name, ": ", reason());
  std::vector<hsize_t> size(static_cast<size_t>(rank));
  H5Sget_simple_extent_dims(space, size.data(), nullptr);
  return {size.begin(), size.end()};
}

template <class T>
void Hdf5File::write(const std::string& name, const T* values, const std::vector<size_t>& shape,
                     int deflate) {
  require(!shape.empty() && shape.size() <= 4, path_, ": ", name, ": expected 1 to 4 dimensions");
  require(!has(name), path_, ": ", name, " exists already");
  const Handle space(H5Screate_simple(int(shape.size()), to_hsize(shape).data(), nullptr), H5Sclose);
  const size_t row = product(shape, 1), count = product(shape);
  std::vector<size_t> chunk = shape;
  chunk[0] = std::min(shape[0], std::max<size_t>(1, kChunkElements / std::max<size_t>(row, 1)));
  const bool compress = deflate > 0 && count > 0;
  const Handle storage = compress ? chunked(chunk, deflate) : Handle(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  const hid_t type = memory_type<T>();
  const Handle id(H5Dcreate2(file_, name.c_str(), type, space, making_groups(), storage, H5P_DEFAULT),
                  H5Dclose);
  require(id >= 0, path_, ": cannot create dataset ", name, ": ", reason());
  if (count == 0) return;
  require(H5Dwrite(id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0, path_, ": cannot write ", name,
          ": ", reason());
}

template <class T>
std::vector<T> Hdf5File::read_rows(const std::string& name, size_t first, size_t count) const {
  const hid_t id = dataset(name);
  std::vector<size_t> rows = shape(name);
  require(!rows.empty(), path_, ": ", name, " has no dimensions");
  require(first <= rows[0] && count <= rows[0] - first, path_, ": ", name, ": rows ", first, " to ",
          first + count, " of ", rows[0]);
  const Handle type(H5Dget_type(id), H5Tclose);
  const H5T_class_t expected = std::is_floating_point_v<T> ? H5T_FLOAT : H5T_INTEGER;
  require(H5Tget_class(type) == expected, path_, ": ", name, ", expected ",
          expected == H5T_FLOAT ? "floating point" : "integers");
  check_claim(file_, id, path_ + ": " + name);
  rows[0] = count;
  std::vector<T> values;
  try {
    values.resize(product(rows));
  } catch (const std::exception&) {
    fail(path_, ": ", name, ": not enough memory for ", shape_text(rows), " values");
  }
  if (values.empty()) return values;
  std::vector<hsize_t> start(rows.size(), 0);
  start[0] = first;
  const Handle from(H5Dget_space(id), H5Sclose);
  const Handle to(H5Screate_simple(int(rows.size()), to_hsize(rows).data(), nullptr), H5Sclose);
  H5Sselect_hyperslab(from, H5S_SELECT_SET, start.data(), nullptr, to_hsize(rows).data(), nullptr);
  require(H5Dread(id, memory_type<T>(), to, from, H5P_DEFAULT, values.data()) >= 0, path_, ": cannot read ",
          name, ": ", reason());
  return values;
}

template <class T>
std::vector<T> Hdf5File::read(const std::string& name) const {
  const std::vector<size_t> size = shape(name);
  require(!size.empty(), path_, ": ", name, " has no dimensions");
  return read_rows<T>(name, 0, size[0]);
}

template <class T>
std::vector<T> Hdf5File::read(const std::string& name, const std::vector<size_t>& expected) const {
  const std::vector<size_t> size = shape(name);
  require(size == expected, path_, ": ", name, " is ", shape_text(size), ", expected ", shape_text(expected));
  return read<T>(name);
}

template <class T>
void Hdf5File::create_appendable(const std::string& name, const std::vector<size_t>& row_shape,
                                 size_t chunk_rows, int deflate) {
  require(row_shape.size() <= 3 && product(row_shape) > 0 && chunk_rows > 0, path_, ": ", name,
          ": expected rows of up to 3 dimensions and chunks of at least one row");
  require(!has(name), path_, ": ", name, " exists already");
  std::vector<size_t> size = {0}, chunk = {chunk_rows};
  size.insert(size.end(), row_shape.begin(), row_shape.end());
  chunk.insert(chunk.end(), row_shape.begin(), row_shape.end());
  std::vector<hsize_t> most = to_hsize(size);
  most[0] = H5S_UNLIMITED;
  const Handle space(H5Screate_simple(int(size.size()), to_hsize(size).data(), most.data()), H5Sclose);
  Handle id(H5Dcreate2(file_, name.c_str(), memory_type<T>(), space, making_groups(), chunked(chunk, deflate),
                       H5P_DEFAULT),
            H5Dclose);
  require(id >= 0, path_, ": cannot create dataset ", name, ": ", reason());
  datasets_[name] = id.release();
}

template <class T>
void Hdf5File::append(const std::string& name, const T* rows, size_t row_count) {
  const hid_t id = dataset(name);
  std::vector<size_t> size = shape(name);
  require(!size.empty(), path_, ": ", name, " has no dimensions");
  if (row_count == 0) return;
  std::vector<hsize_t> start(size.size(), 0);
  start[0] = size[0];
  size[0] += row_count;
  require(H5Dset_extent(id, to_hsize(size).data()) >= 0, path_, ": cannot extend ", name, ": ", reason());
  size[0] = row_count;
  const std::vector<hsize_t> block = to_hsize(size);
  const Handle to(H5Dget_space(id), H5Sclose),
      from(H5Screate_simple(int(size.size()), block.data(), nullptr), H5Sclose);
  H5Sselect_hyperslab(to, H5S_SELECT_SET, start.data(), nullptr, block.data(), nullptr);
  require(H5Dwrite(id, memory_type<T>(), from, to, H5P_DEFAULT, rows) >= 0, path_, ": cannot append to ",
          name, ": ", reason());
}

void Hdf5File::write_text(const std::string& name, const std::string& text) {
  write(name, reinterpret_cast<const uint8_t*>(text.data()), {text.size()});
}
std::string Hdf5File::read_text(const std::string& name) const {
  const std::vector<uint8_t> bytes = read<uint8_t>(name);
  return {bytes.begin(), bytes.end()};
}

#define GIGALANE_HDF5_TYPE(T)                                                                                \
  template void Hdf5File::write(const std::string&, const T*, const std::vector<size_t>&, int);              \
  template std::vector<T> Hdf5File::read(const std::string&) const;                                          \
  template std::vector<T> Hdf5File::read(const std::string&, const std::vector<size_t>&) const;              \
  template std::vector<T> Hdf5File::read_rows(const std::string&, size_t, size_t) const;                     \
  template void Hdf5File::create_appendable<T>(const std::string&, const std::vector<size_t>&, size_t, int); \
  template void Hdf5File::append(const std::string&, const T*, size_t);
GIGALANE_HDF5_TYPE(float)
GIGALANE_HDF5_TYPE(double)
GIGALANE_HDF5_TYPE(int8_t)
GIGALANE_HDF5_TYPE(int16_t)
GIGALANE_HDF5_TYPE(int32_t)
GIGALANE_HDF5_TYPE(int64_t)
GIGALANE_HDF5_TYPE(uint8_t)
GIGALANE_HDF5_TYPE(uint16_t)
GIGALANE_HDF5_TYPE(uint32_t)
GIGALANE_HDF5_TYPE(uint64_t)
#undef GIGALANE_HDF5_TYPE

}  // namespace gigalane
