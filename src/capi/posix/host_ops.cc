// SPDX-License-Identifier: GPL-2.0
// lkl_host_ops: thin wraps of POSIX for programs that call them. The kernel uses none of these.
#include <lkl/lkl_host_ops.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csetjmp>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <new>

#include "base/check.hh"
#include "capi/host_hooks.hh"

struct lkl_sem {
    sem_t semaphore;
};

struct lkl_mutex {
    pthread_mutex_t mutex;
};

struct lkl_tls_key {
    pthread_key_t key;
};

namespace {

void print_to_stdout(const char* text, int length) {
    while (length > 0) {
        const ssize_t written = ::write(STDOUT_FILENO, text, static_cast<std::size_t>(length));
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return;  // nobody to tell
        }
        text += written;
        length -= static_cast<int>(written);
    }
}

lkl_sem* sem_alloc(int count) {
    auto sem = std::unique_ptr<lkl_sem>(new (std::nothrow) lkl_sem);
    if (!sem || count < 0 || ::sem_init(&sem->semaphore, 0, static_cast<unsigned>(count)) != 0) {
        return nullptr;
    }
    return sem.release();
}

void sem_free(lkl_sem* sem) {
    if (sem != nullptr) {
        ::sem_destroy(&sem->semaphore);
        delete sem;
    }
}

void sem_up(lkl_sem* sem) {
    LKL_CHECK(::sem_post(&sem->semaphore) == 0);
}

void sem_down(lkl_sem* sem) {
    while (::sem_wait(&sem->semaphore) != 0) {
        LKL_CHECK(errno == EINTR);
    }
}

lkl_mutex* mutex_alloc(int recursive) {
    auto mutex = std::unique_ptr<lkl_mutex>(new (std::nothrow) lkl_mutex);
    pthread_mutexattr_t attributes;
    if (!mutex || ::pthread_mutexattr_init(&attributes) != 0) {
        return nullptr;
    }
    ::pthread_mutexattr_settype(&attributes,
                                recursive != 0 ? PTHREAD_MUTEX_RECURSIVE : PTHREAD_MUTEX_NORMAL);
    const int status = ::pthread_mutex_init(&mutex->mutex, &attributes);
    ::pthread_mutexattr_destroy(&attributes);
    return status == 0 ? mutex.release() : nullptr;
}

void mutex_free(lkl_mutex* mutex) {
    if (mutex != nullptr) {
        ::pthread_mutex_destroy(&mutex->mutex);
        delete mutex;
    }
}

void mutex_lock(lkl_mutex* mutex) {
    LKL_CHECK(::pthread_mutex_lock(&mutex->mutex) == 0);
}

void mutex_unlock(lkl_mutex* mutex) {
    LKL_CHECK(::pthread_mutex_unlock(&mutex->mutex) == 0);
}

struct ThreadStart {
    void (*function)(void*);
    void* argument;
};

void* run_thread(void* data) {
    const std::unique_ptr<ThreadStart> start(static_cast<ThreadStart*>(data));
    start->function(start->argument);
    return nullptr;
}

lkl_thread_t thread_create(void (*function)(void*), void* argument) {
    auto start = std::unique_ptr<ThreadStart>(new (std::nothrow) ThreadStart{function, argument});
    pthread_t thread{};
    if (!start || ::pthread_create(&thread, nullptr, run_thread, start.get()) != 0) {
        return 0;
    }
    static_cast<void>(start.release());  // the thread's now
    return static_cast<lkl_thread_t>(thread);
}

void thread_detach() {
    ::pthread_detach(::pthread_self());
}

void thread_exit() {
    ::pthread_exit(nullptr);
}

int thread_join(lkl_thread_t thread) {
    return ::pthread_join(static_cast<pthread_t>(thread), nullptr) == 0 ? 0 : -1;
}

lkl_thread_t thread_self() {
    return static_cast<lkl_thread_t>(::pthread_self());
}

int thread_equal(lkl_thread_t a, lkl_thread_t b) {
    return ::pthread_equal(static_cast<pthread_t>(a), static_cast<pthread_t>(b));
}

long gettid_of_host() {
    return ::syscall(SYS_gettid);
}

lkl_tls_key* tls_alloc(void (*destructor)(void*)) {
    auto key = std::unique_ptr<lkl_tls_key>(new (std::nothrow) lkl_tls_key);
    if (!key || ::pthread_key_create(&key->key, destructor) != 0) {
        return nullptr;
    }
    return key.release();
}

void tls_free(lkl_tls_key* key) {
    if (key != nullptr) {
        ::pthread_key_delete(key->key);
        delete key;
    }
}

int tls_set(lkl_tls_key* key, void* data) {
    return ::pthread_setspecific(key->key, data) == 0 ? 0 : -1;
}

void* tls_get(lkl_tls_key* key) {
    return ::pthread_getspecific(key->key);
}

void* mem_alloc(unsigned long size) {
    return std::malloc(size);
}

unsigned long long time_ns() {
    constexpr unsigned long long kSecond = 1'000'000'000;
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<unsigned long long>(now.tv_sec) * kSecond +
           static_cast<unsigned long long>(now.tv_nsec);
}

static_assert(sizeof(std::jmp_buf) <= sizeof(lkl_jmp_buf));
static_assert(alignof(std::jmp_buf) <= alignof(lkl_jmp_buf));

void jmp_buf_set(lkl_jmp_buf* buffer, void (*function)()) {
    if (setjmp(*reinterpret_cast<std::jmp_buf*>(buffer->buf)) == 0) {
        function();
    }
}

void jmp_buf_longjmp(lkl_jmp_buf* buffer, int value) {
    std::longjmp(*reinterpret_cast<std::jmp_buf*>(buffer->buf), value);
}

}  // namespace

struct lkl_host_operations lkl_host_ops = {
    .virtio_devices = nullptr,
    .print = print_to_stdout,
    .panic = lkl::capi::default_panic,
    .sem_alloc = sem_alloc,
    .sem_free = sem_free,
    .sem_up = sem_up,
    .sem_down = sem_down,
    .mutex_alloc = mutex_alloc,
    .mutex_free = mutex_free,
    .mutex_lock = mutex_lock,
    .mutex_unlock = mutex_unlock,
    .thread_create = thread_create,
    .thread_detach = thread_detach,
    .thread_exit = thread_exit,
    .thread_join = thread_join,
    .thread_self = thread_self,
    .thread_equal = thread_equal,
    .gettid = gettid_of_host,
    .tls_alloc = tls_alloc,
    .tls_free = tls_free,
    .tls_set = tls_set,
    .tls_get = tls_get,
    .mem_alloc = mem_alloc,
    .mem_free = std::free,
    .memcpy = std::memcpy,
    .memset = std::memset,
    .time = time_ns,
    .jmp_buf_set = jmp_buf_set,
    .jmp_buf_longjmp = jmp_buf_longjmp,
};
