// SPDX-License-Identifier: GPL-2.0
// std::mutex with the annotations that Clang's thread safety analysis (-Wthread-safety) reads.
#pragma once

#include <mutex>

#if defined(__clang__)
#define LKL_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define LKL_THREAD_ANNOTATION(x)
#endif

#define LKL_CAPABILITY(name) LKL_THREAD_ANNOTATION(capability(name))
#define LKL_SCOPED_CAPABILITY LKL_THREAD_ANNOTATION(scoped_lockable)
#define LKL_GUARDED_BY(mutex) LKL_THREAD_ANNOTATION(guarded_by(mutex))
#define LKL_REQUIRES(...) LKL_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))
#define LKL_EXCLUDES(...) LKL_THREAD_ANNOTATION(locks_excluded(__VA_ARGS__))
#define LKL_ACQUIRE(...) LKL_THREAD_ANNOTATION(acquire_capability(__VA_ARGS__))
#define LKL_RELEASE(...) LKL_THREAD_ANNOTATION(release_capability(__VA_ARGS__))
#define LKL_RETURN_CAPABILITY(mutex) LKL_THREAD_ANNOTATION(lock_returned(mutex))

namespace lkl {

class LKL_CAPABILITY("mutex") Mutex {
  public:
    void lock() LKL_ACQUIRE() { mutex_.lock(); }

    void unlock() LKL_RELEASE() { mutex_.unlock(); }

  private:
    std::mutex mutex_;
};

class LKL_SCOPED_CAPABILITY MutexLock {
  public:
    explicit MutexLock(Mutex& mutex) LKL_ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }

    ~MutexLock() LKL_RELEASE() { mutex_.unlock(); }

    MutexLock(const MutexLock&) = delete;
    MutexLock& operator=(const MutexLock&) = delete;

  private:
    Mutex& mutex_;
};

}  // namespace lkl
