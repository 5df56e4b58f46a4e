/*
 * Shifts the time of day that a program sees, for programs that libfaketime hangs: jemalloc, which Redis and Valkey
 * link, asks for the time before libfaketime is ready and waits for its lock for ever. So nothing here allocates,
 * locks or calls libc for the time.
 *
 * ALIBI_CLOCK names a file of 8 bytes, an int64 of nanoseconds to add. It is mapped once and must be overwritten in
 * place, never renamed. Only the time of day is shifted, never the monotonic clock.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t zero = 0;
static const volatile int64_t *offset;

static int64_t shift(void) {
  const volatile int64_t *known = __atomic_load_n(&offset, __ATOMIC_ACQUIRE);
  if (known == NULL) {
    /* Two threads may both map the file; either mapping will do. */
    const char *path = getenv("ALIBI_CLOCK");
    int file = path == NULL ? -1 : (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    known = &zero;
    if (file >= 0) {
      void *mapped = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0);
      if (mapped != MAP_FAILED) known = mapped;
      syscall(SYS_close, file);
    }
    __atomic_store_n(&offset, known, __ATOMIC_RELEASE);
  }
  return __atomic_load_n(known, __ATOMIC_RELAXED);
}

static void realtime(struct timespec *now) {
  syscall(SYS_clock_gettime, CLOCK_REALTIME, now);
  int64_t nanoseconds = (int64_t)now->tv_sec * 1000000000 + now->tv_nsec + shift();
  now->tv_sec = nanoseconds / 1000000000;
  now->tv_nsec = nanoseconds % 1000000000;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  if (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE) return (int)syscall(SYS_clock_gettime, clock, now);
  realtime(now);
  return 0;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  (void)zone;
  struct timespec exact;
  realtime(&exact);
  now->tv_sec = exact.tv_sec;
  now->tv_usec = exact.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *now) {
  struct timespec exact;
  realtime(&exact);
  if (now != NULL) *now = exact.tv_sec;
  return exact.tv_sec;
}
