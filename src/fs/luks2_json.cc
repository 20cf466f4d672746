// SPDX-License-Identifier: GPL-2.0
// The JSON area of LUKS version 2.
#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>

#include "fs/luks.hh"

namespace lkl::fs {
namespace {

using Json = nlohmann::json;

constexpr unsigned kMostSlots = 32;  // and digests

// Takes values out of an object. What is missing or of another kind is remembered, not thrown.
class Reader {
  public:
    [[nodiscard]] const Json& member(const Json& object, const char* name) {
        static const Json nothing;
        if (!object.is_object() || !object.contains(name)) {
            complain(name);
            return nothing;
        }
        return *object.find(name);
    }

    std::string text(const Json& object, const char* name) {
        const auto* value = member(object, name).get_ptr<const std::string*>();
        if (value == nullptr) {
            complain(name);
            return "";
        }
        return *value;
    }

    std::uint32_t number(const Json& object, const char* name) {
        const auto* value = member(object, name).get_ptr<const std::uint64_t*>();
        if (value == nullptr || *value > std::numeric_limits<std::uint32_t>::max()) {
            complain(name);
            return 0;
        }
        return static_cast<std::uint32_t>(*value);
    }

    // Large numbers are decimal strings.
    std::uint64_t decimal(const Json& object, const char* name) {
        const std::string digits = text(object, name);
        std::uint64_t value = 0;
        const auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (error != std::errc() || end != digits.data() + digits.size()) {
            complain(name);
        }
        return value;
    }

    std::vector<std::byte> base64(const Json& object, const char* name) {
        std::vector<std::byte> bytes;
        std::string letters = text(object, name);
        while (!letters.empty() && letters.back() == '=') {
            letters.pop_back();
        }
        std::uint32_t bits = 0;
        unsigned count = 0;
        for (const char letter : letters) {
            constexpr std::string_view kAlphabet =
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
            const std::size_t value = kAlphabet.find(letter);
            if (value == std::string_view::npos) {
                complain(name);
                return {};
            }
            bits = bits << 6U | static_cast<std::uint32_t>(value);
            count += 6;
            if (count >= 8) {
                count -= 8;
                bytes.push_back(static_cast<std::byte>(bits >> count & 255U));
            }
        }
        return bytes;
    }

    void complain(const char* name) {
        if (complaint_.empty()) {
            complaint_ = std::string("\"") + name + "\" is missing or no sound value";
        }
    }

    [[nodiscard]] const std::string& complaint() const { return complaint_; }

  private:
    std::string complaint_;
};

// Names of keyslots are numbers, each written in one way.
unsigned index_of(Reader& reader, const std::string& name) {
    for (unsigned value = 0; value < kMostSlots; ++value) {
        if (name == std::to_string(value)) {
            return value;
        }
    }
    reader.complain("keyslots");
    return 0;
}

LuksDerivation read_derivation(Reader& reader, const Json& object) {
    LuksDerivation derivation;
    const std::string type = reader.text(object, "type");
    derivation.salt = reader.base64(object, "salt");
    if (type == "pbkdf2") {
        derivation.hash = reader.text(object, "hash");
        derivation.iterations = reader.number(object, "iterations");
        return derivation;
    }
    if (type != "argon2i" && type != "argon2id") {
        reader.complain("kdf");
    }
    derivation.function =
        type == "argon2i" ? LuksDerivation::Function::argon2i : LuksDerivation::Function::argon2id;
    derivation.iterations = reader.number(object, "time");
    derivation.memory_kib = reader.number(object, "memory");
    derivation.lanes = reader.number(object, "cpus");
    return derivation;
}

LuksKeySlot read_slot(Reader& reader, const Json& object) {
    LuksKeySlot slot;
    slot.key_size = reader.number(object, "key_size");
    const Json& splitter = reader.member(object, "af");
    if (reader.text(splitter, "type") != "luks1") {
        reader.complain("af");
    }
    slot.stripes = reader.number(splitter, "stripes");
    slot.splitter_hash = reader.text(splitter, "hash");
    const Json& area = reader.member(object, "area");
    slot.offset = reader.decimal(area, "offset");
    slot.cipher = reader.text(area, "encryption");
    slot.cipher_key_size = reader.number(area, "key_size");
    if (std::uint64_t{slot.key_size} * slot.stripes > reader.decimal(area, "size")) {
        reader.complain("area");
    }
    slot.derivation = read_derivation(reader, reader.member(object, "kdf"));
    return slot;
}

LuksSegment read_segment(Reader& reader, const Json& object) {
    LuksSegment segment;
    segment.offset = reader.decimal(object, "offset");
    if (reader.text(object, "size") != "dynamic") {
        segment.size = reader.decimal(object, "size");
    }
    segment.iv_offset = reader.decimal(object, "iv_tweak");
    segment.cipher = reader.text(object, "encryption");
    segment.sector_size = reader.number(object, "sector_size");
    return segment;
}

bool lists(const Json& array, const std::string& name) {
    return array.is_array() && std::find(array.begin(), array.end(), Json(name)) != array.end();
}

// Brackets within brackets: a library that walks deep nesting by recursion would run out of stack.
bool nests_too_deep(std::string_view text) {
    constexpr int kMost = 16;
    int depth = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char byte = text[i];
        if (quoted && byte == '\\') {
            ++i;
        } else if (byte == '"') {
            quoted = !quoted;
        } else if (!quoted && (byte == '{' || byte == '[')) {
            if (++depth > kMost) {
                return true;
            }
        } else if (!quoted && (byte == '}' || byte == ']')) {
            --depth;
        }
    }
    return false;
}

// What the tools cannot do, or an empty text.
std::string unsupported(const Json& json) {
    const Json& config = json.contains("config") ? json["config"] : Json();
    if (config.is_object() && config.contains("requirements")) {
        const Json& requirements = config["requirements"];
        if (requirements.is_object() && requirements.contains("mandatory") &&
            !requirements["mandatory"].empty()) {
            constexpr std::size_t kMostShown = 200;
            return "it asks for something that is not supported (" +
                   requirements["mandatory"]
                       .dump(-1, ' ', true, Json::error_handler_t::replace)
                       .substr(0, kMostShown) +
                   "; a re-encryption that was begun is ended by \"cryptsetup reencrypt\")";
        }
    }
    for (const char* name : {"keyslots", "digests"}) {
        if (json[name].size() > kMostSlots) {
            return "it has " + std::to_string(json[name].size()) + " " + name + "; " +
                   std::to_string(kMostSlots) + " are possible";
        }
    }
    const Json& segments = json["segments"];
    if (segments.size() != 1) {
        return "it has " + std::to_string(segments.size()) + " segments; one is supported";
    }
    const Json& segment = *segments.begin();
    if (segment.is_object() && segment.contains("integrity")) {
        return "it is encrypted with authentication (dm-integrity), which is not supported";
    }
    return "";
}

void read_slots(Reader& reader, const Json& slots, LuksHeader& header) {
    for (const auto& [name, object] : slots.items()) {
        if (!object.is_object() || object.value("type", Json()) != "luks2") {
            continue;  // "reencrypt": no key in it
        }
        LuksKeySlot slot = read_slot(reader, object);
        slot.number = index_of(reader, name);
        slot.last_resort = object.contains("priority") && object["priority"] == 0;
        if (std::count(header.digest.slots.begin(), header.digest.slots.end(), slot.number) != 0) {
            // "priority" 2 comes before 1, which is what a slot has that says nothing.
            const bool first = object.contains("priority") && object["priority"] == 2;
            header.slots.insert(first ? header.slots.begin() : header.slots.end(), std::move(slot));
        }
    }
}

}  // namespace

Result<LuksHeader> parse_luks2_json(std::string_view text, std::uint64_t area_start,
                                    std::uint64_t size, const std::string& path) {
    const auto refuse = [&](const std::string& reason) {
        return Error::other(reason, "read the LUKS header of", path);
    };
    if (nests_too_deep(text)) {
        return refuse("its JSON area is damaged: it is nested too deep");
    }
    const Json json = Json::parse(text.begin(), text.end(), nullptr, false);
    for (const char* name : {"keyslots", "segments", "digests"}) {
        if (!json.is_object() || !json.contains(name) || !json[name].is_object()) {
            return refuse("its JSON area is damaged: there are no " + std::string(name));
        }
    }
    if (const std::string reason = unsupported(json); !reason.empty()) {
        return refuse(reason);
    }
    Reader reader;
    LuksHeader header;
    const std::string segment_name = json["segments"].begin().key();
    const Json& segment = *json["segments"].begin();
    if (reader.text(segment, "type") != "crypt") {
        reader.complain("segments");
    }
    header.segment = read_segment(reader, segment);
    bool found = false;
    for (const Json& digest : json["digests"]) {
        if (!lists(reader.member(digest, "segments"), segment_name)) {
            continue;
        }
        found = true;
        header.digest.derivation = read_derivation(reader, digest);
        header.digest.value = reader.base64(digest, "digest");
        const Json& slots = reader.member(digest, "keyslots");
        if (!slots.is_array() || slots.size() > kMostSlots) {
            reader.complain("digests");
            break;
        }
        for (const Json& slot : slots) {
            const auto* name = slot.get_ptr<const std::string*>();
            header.digest.slots.push_back(name == nullptr ? 0 : index_of(reader, *name));
        }
        break;
    }
    if (!found || header.digest.derivation.function != LuksDerivation::Function::pbkdf2) {
        reader.complain("digests");
    }
    read_slots(reader, json["keyslots"], header);
    if (!reader.complaint().empty()) {
        return refuse("its JSON area is damaged: " + reader.complaint());
    }
    header.version = 2;
    LKL_TRY_VOID(check_luks_header(header, area_start, size, path));
    return header;
}

}  // namespace lkl::fs
