// A library to be loaded before all others: the call numbered FAIL_CALL of those that touch files below one of the
// folders in FAIL_UNDER (with ':' between them) fails with an I/O error, as a broken disk would have it; 0 lets all
// pass. Each such call is a line of the file FAIL_LOG: its number, its name and the path.
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define FILES 65536
static char paths[FILES][512];  // of open files below the folders; empty for others
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static long calls, failing = -1;
static int log_file = -1;

static void begin(void) {
  if (failing >= 0) return;
  const char* number = getenv("FAIL_CALL");
  const char* log = getenv("FAIL_LOG");
  failing = number ? atol(number) : 0;
  if (log) log_file = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
}

static int below(const char* path) {
  const char* folder = getenv("FAIL_UNDER");
  while (folder && *folder) {
    const char* end = strchrnul(folder, ':');
    const size_t length = (size_t)(end - folder);
    if (strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == 0)) return 1;
    folder = *end ? end + 1 : end;
  }
  return 0;
}

// Whether this call is the one; counted and logged.
static int fails(const char* call, const char* path) {
  if (path == NULL || !*path || !below(path)) return 0;
  pthread_mutex_lock(&mutex);
  begin();
  const long number = ++calls;
  if (log_file >= 0) {
    char line[1024];
    const int length = snprintf(line, sizeof line, "%ld %s %s\n", number, call, path);
    syscall(SYS_write, log_file, line, length < (int)sizeof line ? (size_t)length : sizeof line - 1);
  }
  pthread_mutex_unlock(&mutex);
  if (number != failing) return 0;
  errno = EIO;
  return 1;
}

static const char* path_of(int file) { return file >= 0 && file < FILES ? paths[file] : ""; }

static int opened(int file) {
  if (file < 0 || file >= FILES) return file;
  char link[64], path[512];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  const long length = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1);
  path[length > 0 ? length : 0] = 0;
  strcpy(paths[file], below(path) ? path : "");
  return file;
}

#define REAL(type, name, ...)                                 \
  static type (*real)(__VA_ARGS__);                           \
  if (!real) real = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

#define OPEN(name)                                            \
  int name(const char* path, int flags, ...) {                \
    REAL(int, name, const char*, int, ...);                   \
    va_list more;                                             \
    va_start(more, flags);                                    \
    const mode_t mode = va_arg(more, mode_t);                 \
    va_end(more);                                             \
    if (fails("open", path)) return -1;                       \
    return opened(real(path, flags, mode));                   \
  }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                          \
  int name(int folder, const char* path, int flags, ...) {    \
    REAL(int, name, int, const char*, int, ...);              \
    va_list more;                                             \
    va_start(more, flags);                                    \
    const mode_t mode = va_arg(more, mode_t);                 \
    va_end(more);                                             \
    if (fails("open", *path == '/' ? path : path_of(folder))) return -1; \
    return opened(real(folder, path, flags, mode));           \
  }
OPENAT(openat)
OPENAT(openat64)

#define FOPEN(name)                                           \
  FILE* name(const char* path, const char* mode) {            \
    REAL(FILE*, name, const char*, const char*);              \
    if (fails("open", path)) return NULL;                     \
    FILE* file = real(path, mode);                            \
    if (file) opened(fileno(file));                           \
    return file;                                              \
  }
FOPEN(fopen)
FOPEN(fopen64)

#define ON_FILE(type, name, types, names)                     \
  type name types {                                           \
    static type(*real) types;                                 \
    if (!real) real = (type(*) types)dlsym(RTLD_NEXT, #name); \
    if (fails(#name, path_of(file))) return -1;               \
    return real names;                                        \
  }
ON_FILE(ssize_t, read, (int file, void* bytes, size_t size), (file, bytes, size))
ON_FILE(ssize_t, pread, (int file, void* bytes, size_t size, off_t at), (file, bytes, size, at))
ON_FILE(ssize_t, pread64, (int file, void* bytes, size_t size, off64_t at), (file, bytes, size, at))
ON_FILE(ssize_t, write, (int file, const void* bytes, size_t size), (file, bytes, size))
ON_FILE(ssize_t, pwrite, (int file, const void* bytes, size_t size, off_t at), (file, bytes, size, at))
ON_FILE(ssize_t, pwrite64, (int file, const void* bytes, size_t size, off64_t at), (file, bytes, size, at))
ON_FILE(ssize_t, writev, (int file, const struct iovec* parts, int count), (file, parts, count))
ON_FILE(int, fsync, (int file), (file))
ON_FILE(int, fdatasync, (int file), (file))
ON_FILE(int, ftruncate, (int file, off_t size), (file, size))
ON_FILE(int, ftruncate64, (int file, off64_t size), (file, size))

int close(int file) {
  REAL(int, close, int);
  char path[512];
  strcpy(path, path_of(file));
  if (file >= 0 && file < FILES) paths[file][0] = 0;
  const int code = real(file);  // a file whose close fails is closed
  return fails("close", path) ? -1 : code;
}

int fclose(FILE* file) {
  REAL(int, fclose, FILE*);
  const int number = fileno(file);
  char path[512];
  strcpy(path, path_of(number));
  if (number >= 0 && number < FILES) paths[number][0] = 0;
  const int code = real(file);
  return fails("close", path) ? EOF : code;
}

size_t fwrite(const void* bytes, size_t size, size_t count, FILE* file) {
  REAL(size_t, fwrite, const void*, size_t, size_t, FILE*);
  return fails("write", path_of(fileno(file))) ? 0 : real(bytes, size, count, file);
}

size_t fread(void* bytes, size_t size, size_t count, FILE* file) {
  REAL(size_t, fread, void*, size_t, size_t, FILE*);
  return fails("read", path_of(fileno(file))) ? 0 : real(bytes, size, count, file);
}

int fflush(FILE* file) {
  REAL(int, fflush, FILE*);
  return file && fails("flush", path_of(fileno(file))) ? EOF : real(file);
}

#define ON_PATH(name, types, names)                           \
  int name types {                                            \
    static int(*real) types;                                  \
    if (!real) real = (int(*) types)dlsym(RTLD_NEXT, #name);  \
    if (fails(#name, path)) return -1;                        \
    return real names;                                        \
  }
ON_PATH(rename, (const char* path, const char* to), (path, to))
ON_PATH(link, (const char* path, const char* to), (path, to))
ON_PATH(unlink, (const char* path), (path))
ON_PATH(remove, (const char* path), (path))
ON_PATH(rmdir, (const char* path), (path))
ON_PATH(mkdir, (const char* path, mode_t mode), (path, mode))
ON_PATH(renameat, (int folder, const char* path, int other, const char* to), (folder, path, other, to))
ON_PATH(linkat, (int folder, const char* path, int other, const char* to, int flags), (folder, path, other, to, flags))
ON_PATH(unlinkat, (int folder, const char* path, int flags), (folder, path, flags))

DIR* opendir(const char* path) {
  REAL(DIR*, opendir, const char*);
  return fails("opendir", path) ? NULL : real(path);
}
