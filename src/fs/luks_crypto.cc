// SPDX-License-Identifier: GPL-2.0
#include "fs/luks_crypto.hh"

#include <argon2.h>
#include <gcrypt.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <new>

namespace lkl::fs {
namespace {

constexpr const char* kOperation = "open the encrypted volume with";

struct Hash {
    const char* name;
    int algorithm;
};

// As LUKS headers name them.
constexpr Hash kHashes[] = {
    {"sha256", GCRY_MD_SHA256},
    {"sha512", GCRY_MD_SHA512},
    {"sha1", GCRY_MD_SHA1},
    {"sha224", GCRY_MD_SHA224},
    {"sha384", GCRY_MD_SHA384},
    {"ripemd160", GCRY_MD_RMD160},
    {"whirlpool", GCRY_MD_WHIRLPOOL},
    {"sha3-256", GCRY_MD_SHA3_256},
    {"sha3-512", GCRY_MD_SHA3_512},
    {"blake2b-512", GCRY_MD_BLAKE2B_512},
    {"blake2s-256", GCRY_MD_BLAKE2S_256},
    {"sm3", GCRY_MD_SM3},
};

Result<int> hash_algorithm(const std::string& name) {
    const auto* found = std::find_if(std::begin(kHashes), std::end(kHashes),
                                     [&](const Hash& hash) { return name == hash.name; });
    if (found == std::end(kHashes)) {
        return Error::other("this hash is not supported", kOperation, name);
    }
    return found->algorithm;
}

Error failure(gcry_error_t error, const std::string& what) {
    return Error::other(gcry_strerror(error), kOperation, what);
}

Result<Secret> pbkdf2(const LuksDerivation& derivation, std::span<const std::byte> from,
                      std::size_t size) {
    LKL_TRY(const int algorithm, hash_algorithm(derivation.hash));
    Secret key(size);
    // The library wants some byte to point at, even for an empty passphrase.
    constexpr std::byte kNone{};
    const gcry_error_t error =
        gcry_kdf_derive(from.empty() ? &kNone : from.data(), from.size(), GCRY_KDF_PBKDF2,
                        algorithm, derivation.salt.data(), derivation.salt.size(),
                        derivation.iterations, size, key.bytes().data());
    if (error != 0) {
        return failure(error, "pbkdf2-" + derivation.hash);
    }
    return key;
}

Result<Secret> argon2(const LuksDerivation& derivation, std::span<const std::byte> from,
                      std::size_t size) {
    Secret key(size);
    Secret password(from.size());
    std::copy(from.begin(), from.end(), password.bytes().begin());
    std::vector<std::byte> salt = derivation.salt;
    argon2_context context{};
    context.out = reinterpret_cast<std::uint8_t*>(key.bytes().data());
    context.outlen = static_cast<std::uint32_t>(size);
    context.pwd = reinterpret_cast<std::uint8_t*>(password.bytes().data());
    context.pwdlen = static_cast<std::uint32_t>(password.size());
    context.salt = reinterpret_cast<std::uint8_t*>(salt.data());
    context.saltlen = static_cast<std::uint32_t>(salt.size());
    context.t_cost = derivation.iterations;
    context.m_cost = derivation.memory_kib;
    context.lanes = derivation.lanes;
    const long processors = std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN));
    context.threads = std::min(derivation.lanes, static_cast<std::uint32_t>(processors));
    context.version = ARGON2_VERSION_13;
    context.flags = ARGON2_FLAG_CLEAR_PASSWORD;
    const bool data_dependent = derivation.function == LuksDerivation::Function::argon2id;
    const int result = data_dependent ? argon2id_ctx(&context) : argon2i_ctx(&context);
    if (result == ARGON2_MEMORY_ALLOCATION_ERROR) {
        return Error::host(ENOMEM, "allocate for argon2",
                           std::to_string(derivation.memory_kib) + " KiB");
    }
    if (result != ARGON2_OK) {
        return Error::other(argon2_error_message(result), kOperation, "argon2");
    }
    return key;
}

struct CipherDeleter {
    void operator()(gcry_cipher_hd_t handle) const { gcry_cipher_close(handle); }  // wipes
};

using Cipher = std::unique_ptr<std::remove_pointer_t<gcry_cipher_hd_t>, CipherDeleter>;

// "aes-xts-plain64" in its parts.
struct CipherName {
    std::string block;
    std::string mode;
    std::string counter;  // "plain64", "essiv:sha256", ...
};

CipherName split_name(const std::string& cipher) {
    const std::size_t first = cipher.find('-');
    const std::size_t second = first == std::string::npos ? first : cipher.find('-', first + 1);
    CipherName name;
    name.block = cipher.substr(0, first);
    if (first != std::string::npos) {
        name.mode =
            cipher.substr(first + 1, second == std::string::npos ? second : second - first - 1);
    }
    name.counter = second == std::string::npos ? "" : cipher.substr(second + 1);
    return name;
}

// 0: there is none.
int block_cipher(const std::string& name, std::size_t key_size) {
    const bool known = key_size == 16 || key_size == 24 || key_size == 32;
    if (name == "aes" && known) {
        return key_size == 16 ? GCRY_CIPHER_AES128
                              : (key_size == 24 ? GCRY_CIPHER_AES192 : GCRY_CIPHER_AES256);
    }
    if (name == "serpent" && known) {
        return key_size == 16 ? GCRY_CIPHER_SERPENT128
                              : (key_size == 24 ? GCRY_CIPHER_SERPENT192 : GCRY_CIPHER_SERPENT256);
    }
    if (name == "twofish" && (key_size == 16 || key_size == 32)) {
        return key_size == 16 ? GCRY_CIPHER_TWOFISH128 : GCRY_CIPHER_TWOFISH;
    }
    return 0;
}

Result<Cipher> open_cipher(const std::string& block, int mode, std::span<const std::byte> key,
                           const std::string& name) {
    const std::size_t size = mode == GCRY_CIPHER_MODE_XTS ? key.size() / 2 : key.size();
    const int algorithm = block_cipher(block, size);
    gcry_cipher_hd_t handle = nullptr;
    if (algorithm == 0 || gcry_cipher_open(&handle, algorithm, mode, 0) != 0) {
        return Error::other("this cipher is not supported for key slots, or not with keys of " +
                                std::to_string(key.size() * 8) + " bits",
                            kOperation, name);
    }
    Cipher cipher(handle);
    if (const gcry_error_t error = gcry_cipher_setkey(handle, key.data(), key.size()); error != 0) {
        return failure(error, name);
    }
    return cipher;
}

// The key that encrypts the sectors' numbers, for "essiv:HASH".
Result<Cipher> essiv_cipher(const CipherName& parts, std::span<const std::byte> key,
                            const std::string& name) {
    LKL_TRY(const int algorithm, hash_algorithm(parts.counter.substr(parts.counter.find(':') + 1)));
    Secret digest(gcry_md_get_algo_dlen(algorithm));
    gcry_md_hash_buffer(algorithm, digest.bytes().data(), key.data(), key.size());
    return open_cipher(parts.block, GCRY_CIPHER_MODE_ECB, digest.bytes(), name);
}

}  // namespace

Result<void> start_cryptography() {
    if (gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P) != 0) {
        return {};
    }
    if (gcry_check_version(GCRYPT_VERSION) == nullptr) {
        return Error::other("it is older than the one that this program was built with", "use",
                            "libgcrypt");
    }
    gcry_control(GCRYCTL_DISABLE_SECMEM, 0);
    gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
    return {};
}

Result<void> DerivationBudget::spend(const LuksDerivation& derivation, std::size_t size) {
    constexpr std::uint64_t kMostIterations = 500'000'000;
    constexpr std::uint64_t kMostMemory = std::uint64_t{4} << 20;       // KiB
    constexpr std::uint64_t kMostKibPasses = std::uint64_t{512} << 20;  // KiB
    constexpr const char* kSpend = "derive a key of the encrypted volume";
    if (derivation.function == LuksDerivation::Function::pbkdf2) {
        LKL_TRY(const int algorithm, hash_algorithm(derivation.hash));
        const std::size_t digest = gcry_md_get_algo_dlen(algorithm);
        const std::uint64_t cost = (size + digest - 1) / digest * derivation.iterations;
        if (cost > kMostIterations - iterations_) {
            return Error::other("the header asks for more than " + std::to_string(kMostIterations) +
                                    " iterations in all: it is damaged or hostile (--key-slot "
                                    "tries one key slot only)",
                                kSpend);
        }
        iterations_ += cost;
        return {};
    }
    const std::uint64_t memory = derivation.memory_kib;
    const std::uint64_t there = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) *
                                static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) / 1024;
    if (memory > kMostMemory || memory > there) {
        return Error::other("the header asks for " + std::to_string(memory) +
                                " KiB of memory; at most " +
                                std::to_string(std::min(kMostMemory, there)) + " are given here",
                            kSpend);
    }
    // Neither factor has more than 32 bits.
    if (memory * derivation.iterations > kMostKibPasses - kib_passes_) {
        return Error::other("the header asks for " + std::to_string(derivation.iterations) +
                                " passes over " + std::to_string(memory) +
                                " KiB of memory: it is damaged or hostile",
                            kSpend);
    }
    kib_passes_ += memory * derivation.iterations;
    return {};
}

Result<Secret> derive(const LuksDerivation& derivation, std::span<const std::byte> from,
                      std::size_t size, DerivationBudget& budget) {
    LKL_TRY_VOID(budget.spend(derivation, size));
    return derivation.function == LuksDerivation::Function::pbkdf2 ? pbkdf2(derivation, from, size)
                                                                   : argon2(derivation, from, size);
}

Result<void> decrypt_sectors(const std::string& cipher, std::span<const std::byte> key,
                             std::span<std::byte> data) {
    constexpr std::size_t kSector = 512;
    constexpr std::size_t kBlock = 16;
    const CipherName parts = split_name(cipher);
    const bool essiv = parts.counter.starts_with("essiv:");
    const bool plain = parts.counter == "plain" || parts.counter == "plain64";
    int mode = GCRY_CIPHER_MODE_NONE;
    if (parts.mode == "xts" && plain) {
        mode = GCRY_CIPHER_MODE_XTS;
    } else if (parts.mode == "cbc" && (plain || essiv)) {
        mode = GCRY_CIPHER_MODE_CBC;
    } else if (parts.mode == "ecb" && parts.counter.empty()) {
        mode = GCRY_CIPHER_MODE_ECB;
    } else {
        return Error::other("this cipher is not supported for key slots", kOperation, cipher);
    }
    LKL_TRY(const Cipher handle, open_cipher(parts.block, mode, key, cipher));
    Cipher counter_cipher;
    if (essiv) {
        LKL_TRY(counter_cipher, essiv_cipher(parts, key, cipher));
    }
    for (std::size_t sector = 0; sector * kSector < data.size(); ++sector) {
        std::array<std::byte, kBlock> counter{};
        for (std::size_t i = 0; i < sizeof(std::uint32_t); ++i) {
            counter[i] = static_cast<std::byte>(sector >> (8 * i) & 255U);
        }
        gcry_error_t error = 0;
        if (counter_cipher) {
            error = gcry_cipher_encrypt(counter_cipher.get(), counter.data(), kBlock, nullptr, 0);
        }
        if (error == 0 && mode != GCRY_CIPHER_MODE_ECB) {
            error = gcry_cipher_setiv(handle.get(), counter.data(), kBlock);
        }
        if (error == 0) {
            error = gcry_cipher_decrypt(handle.get(), data.data() + sector * kSector, kSector,
                                        nullptr, 0);
        }
        if (error != 0) {
            return failure(error, cipher);
        }
    }
    return {};
}

Result<Secret> merge_stripes(const std::string& hash, std::span<const std::byte> split,
                             std::uint32_t stripes) {
    LKL_TRY(const int algorithm, hash_algorithm(hash));
    const std::size_t digest_size = gcry_md_get_algo_dlen(algorithm);
    const std::size_t size = split.size() / stripes;
    Secret key(size);
    Secret input(sizeof(std::uint32_t) + digest_size);
    Secret digest(digest_size);
    for (std::uint32_t stripe = 0; stripe < stripes; ++stripe) {
        const auto part = split.subspan(std::size_t{stripe} * size, size);
        std::transform(part.begin(), part.end(), key.bytes().begin(), key.bytes().begin(),
                       [](std::byte left, std::byte right) { return left ^ right; });
        if (stripe + 1 == stripes) {
            break;
        }
        // Every piece of a digest's length is replaced by the hash of its number and itself.
        std::uint32_t piece = 0;
        for (std::size_t at = 0; at < size; at += digest_size, ++piece) {
            const std::size_t length = std::min(digest_size, size - at);
            for (std::size_t i = 0; i < sizeof(piece); ++i) {
                input.bytes()[i] = static_cast<std::byte>(piece >> (24 - 8 * i) & 255U);
            }
            const auto place = key.bytes().subspan(at, length);
            std::copy(place.begin(), place.end(), input.bytes().begin() + sizeof(piece));
            gcry_md_hash_buffer(algorithm, digest.bytes().data(), input.bytes().data(),
                                sizeof(piece) + length);
            std::copy_n(digest.bytes().begin(), length, place.begin());
        }
    }
    return key;
}

}  // namespace lkl::fs
