#include "arrow/array.h"

#include <utility>

namespace cadenza::arrow {
namespace {

/// What an exported schema points to, itself and its children.
struct SchemaHolder {
  Field field;
  std::vector<ArrowSchema> children;
  std::vector<ArrowSchema*> pointers;
};

void ReleaseSchema(ArrowSchema* schema) {
  // A receiver may have taken a child out, which is then marked as released.
  for (int64_t i = 0; i < schema->n_children; ++i) {
    ArrowSchema* child = schema->children[i];
    if (child->release) child->release(child);
  }
  delete static_cast<SchemaHolder*>(schema->private_data);
  schema->release = nullptr;
}

void ExportField(Field field, ArrowSchema* out) {
  auto holder = std::make_unique<SchemaHolder>();
  holder->field = std::move(field);
  holder->children.resize(holder->field.children.size());
  for (size_t i = 0; i < holder->children.size(); ++i) {
    ExportField(holder->field.children[i], &holder->children[i]);
    holder->pointers.push_back(&holder->children[i]);
  }
  *out = {.format = holder->field.format.c_str(),
          .name = holder->field.name.c_str(),
          .metadata = nullptr,
          .flags = holder->field.nullable ? kNullable : 0,
          .n_children = static_cast<int64_t>(holder->children.size()),
          .children = holder->pointers.data(),
          .dictionary = nullptr,
          .release = ReleaseSchema,
          .private_data = nullptr};
  out->private_data = holder.release();
}

struct ArrayHolder {
  std::shared_ptr<const std::string> owner;
  std::vector<const void*> buffers;
  std::vector<ArrowArray> children;
  std::vector<ArrowArray*> pointers;
};

void ReleaseArray(ArrowArray* array) {
  for (int64_t i = 0; i < array->n_children; ++i) {
    ArrowArray* child = array->children[i];
    if (child->release) child->release(child);
  }
  delete static_cast<ArrayHolder*>(array->private_data);
  array->release = nullptr;
}

void ExportArray(Array array, const std::shared_ptr<const std::string>& owner, ArrowArray* out) {
  auto holder = std::make_unique<ArrayHolder>();
  holder->owner = owner;
  holder->buffers = std::move(array.buffers);
  holder->children.resize(array.children.size());
  for (size_t i = 0; i < array.children.size(); ++i) {
    ExportArray(std::move(array.children[i]), owner, &holder->children[i]);
    holder->pointers.push_back(&holder->children[i]);
  }
  *out = {.length = array.length,
          .null_count = array.null_count,
          .offset = 0,
          .n_buffers = static_cast<int64_t>(holder->buffers.size()),
          .n_children = static_cast<int64_t>(holder->children.size()),
          .buffers = holder->buffers.data(),
          .children = holder->pointers.data(),
          .dictionary = nullptr,
          .release = ReleaseArray,
          .private_data = nullptr};
  out->private_data = holder.release();
}

}  // namespace

void ExportSchema(const std::vector<Field>& fields, ArrowSchema* out) {
  ExportField({.name = "", .format = "+s", .nullable = false, .children = fields}, out);
}

void ExportBatch(Batch batch, ArrowArray* out) {
  ExportArray(std::move(batch.columns), batch.owner, out);
}

}  // namespace cadenza::arrow
