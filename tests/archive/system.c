/* Counts the calls to the system that change files below a folder, and kills its process at one of them.

   Loaded before all else, with LD_PRELOAD. dedup_arm(ROOT, n, edge): die at the n-th call from now on, before
   it (0), after it (1), or, where bytes are written, with half of them written (2); dedup_seen(): how many
   there were. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[PATH_MAX];
static atomic_int seen;
static int target, edge;

void dedup_arm(const char *folder, int n, int at) {
    strcpy(root, folder ? folder : "");
    target = n;
    edge = at;
    if (folder) seen = 0;
}

int dedup_seen(void) { return seen; }

static int counts(const char *path) { return root[0] && strncmp(path, root, strlen(root)) == 0; }

static int counts_open(int fd) {
    char link[64], path[PATH_MAX];
    if (!root[0]) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, path, sizeof path - 1);
    if (size < 0) return 0;
    path[size] = 0;
    return counts(path);
}

static int strikes(int is_counted) { return is_counted && atomic_fetch_add(&seen, 1) + 1 == target; }

static void die(void) { kill(getpid(), SIGKILL); pause(); }

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define CALL(type, name, parameters, arguments, is_counted)      \
    type name parameters {                                       \
        int now = strikes(is_counted);                           \
        if (now && edge != 1) die();                             \
        type given = REAL(name) arguments;                       \
        if (now) die();                                          \
        return given;                                            \
    }

#define WRITE(name, parameters, arguments, half)                 \
    ssize_t name parameters {                                    \
        int now = strikes(counts_open(fd));                      \
        if (now && edge == 0) die();                             \
        ssize_t given = now && edge == 2 ? REAL(name) half : REAL(name) arguments; \
        if (now) die();                                          \
        return given;                                            \
    }

WRITE(write, (int fd, const void *data, size_t size), (fd, data, size), (fd, data, size / 2))
WRITE(pwrite, (int fd, const void *data, size_t size, off_t at), (fd, data, size, at), (fd, data, size / 2, at))
WRITE(pwrite64, (int fd, const void *data, size_t size, off64_t at), (fd, data, size, at), (fd, data, size / 2, at))
CALL(int, fsync, (int fd), (fd), counts_open(fd))
CALL(int, fdatasync, (int fd), (fd), counts_open(fd))
CALL(int, ftruncate, (int fd, off_t size), (fd, size), counts_open(fd))
CALL(int, ftruncate64, (int fd, off64_t size), (fd, size), counts_open(fd))
CALL(int, rename, (const char *one, const char *other), (one, other), counts(other))
CALL(int, link, (const char *one, const char *other), (one, other), counts(other))
CALL(int, unlink, (const char *path), (path), counts(path))
CALL(int, remove, (const char *path), (path), counts(path))
CALL(int, mkdir, (const char *path, mode_t mode), (path, mode), counts(path))
