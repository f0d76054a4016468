/* Preloaded, it lets one file call fail: the FAIL_CALL-th of those on files below FAIL_BELOW (paths between ':'),
   with EIO. FAIL_COUNT names a file that gets the number of calls at the end. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long calls;

static int is_below(const char *path) {
  const char *list = getenv("FAIL_BELOW");
  if (!list || !path) return 0;
  for (const char *at = list; *at;) {
    size_t size = strcspn(at, ":");
    if (size > 0 && strncmp(path, at, size) == 0) return 1;
    at += size + (at[size] == ':');
  }
  return 0;
}

static int fails_at(const char *path, const char *what) {
  if (!is_below(path)) return 0;
  const char *which = getenv("FAIL_CALL");
  long number = atomic_fetch_add(&calls, 1) + 1;
  if (!which || number != atol(which)) return 0;
  const char *tell = getenv("FAIL_TELL");
  if (tell) {
    int (*open_file)(const char *, int, ...) = dlsym(RTLD_NEXT, "open");
    int file = open_file(tell, O_WRONLY | O_CREAT | O_APPEND, 0644);
    char line[4200];
    int size = snprintf(line, sizeof line, "%ld %s %s\n", number, what, path);
    ssize_t (*write_file)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
    if (file >= 0 && write_file(file, line, size) < 0) { }
  }
  errno = EIO;
  return 1;
}

static int fails_on(int file, const char *what) {
  char link[64], path[4096];
  int before = errno;
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t size = readlink(link, path, sizeof path - 1);
  errno = before;
  if (size < 0) return 0;
  path[size] = 0;
  return fails_at(path, what);
}

__attribute__((destructor)) static void tell_count(void) {
  const char *name = getenv("FAIL_COUNT");
  if (!name) return;
  FILE *file = fopen(name, "w");
  if (!file) return;
  fprintf(file, "%ld", atomic_load(&calls));
  fclose(file);
}

#define REAL(name) __typeof__(&name) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

#define OPENS(name)                                       \
  int name(const char *path, int flags, ...) {            \
    va_list rest;                                         \
    va_start(rest, flags);                                \
    mode_t mode = va_arg(rest, mode_t);                   \
    va_end(rest);                                         \
    REAL(name);                                           \
    return fails_at(path, #name) ? -1 : real(path, flags, mode); \
  }
OPENS(open)
OPENS(open64)

#define ON_FILE(result, name, declared, passed)               \
  result name declared {                                      \
    REAL(name);                                               \
    return fails_on(file, #name) ? (result)-1 : real passed;  \
  }
ON_FILE(ssize_t, read, (int file, void *into, size_t size), (file, into, size))
ON_FILE(ssize_t, pread, (int file, void *into, size_t size, off_t at), (file, into, size, at))
ON_FILE(ssize_t, pread64, (int file, void *into, size_t size, off64_t at), (file, into, size, at))
ON_FILE(ssize_t, write, (int file, const void *from, size_t size), (file, from, size))
ON_FILE(ssize_t, pwrite, (int file, const void *from, size_t size, off_t at), (file, from, size, at))
ON_FILE(ssize_t, pwrite64, (int file, const void *from, size_t size, off64_t at), (file, from, size, at))
ON_FILE(ssize_t, writev, (int file, const struct iovec *from, int count), (file, from, count))
ON_FILE(int, fsync, (int file), (file))
ON_FILE(int, fdatasync, (int file), (file))
ON_FILE(int, syncfs, (int file), (file))
ON_FILE(int, ftruncate, (int file, off_t size), (file, size))

/* A close that fails has closed all the same. */
int close(int file) {
  REAL(close);
  int fails = fails_on(file, "close");
  int code = real(file);
  if (!fails) return code;
  errno = EIO;
  return -1;
}

#define ON_PATH(name, declared, passed)                    \
  int name declared {                                      \
    REAL(name);                                            \
    return fails_at(path, #name) ? -1 : real passed;       \
  }
ON_PATH(rename, (const char *path, const char *to), (path, to))
ON_PATH(link, (const char *path, const char *to), (path, to))
ON_PATH(unlink, (const char *path), (path))
ON_PATH(mkdir, (const char *path, mode_t mode), (path, mode))

FILE *fopen(const char *path, const char *mode) {
  REAL(fopen);
  return fails_at(path, "fopen") ? NULL : real(path, mode);
}

size_t fwrite(const void *from, size_t size, size_t count, FILE *file) {
  REAL(fwrite);
  return fails_on(fileno(file), "fwrite") ? 0 : real(from, size, count, file);
}

int fclose(FILE *file) {
  REAL(fclose);
  int fails = fails_on(fileno(file), "fclose");
  int code = real(file);
  if (!fails) return code;
  errno = EIO;
  return EOF;
}
