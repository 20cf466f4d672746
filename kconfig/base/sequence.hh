// SPDX-License-Identifier: GPL-2.0
// Containers for the many small objects of a tree.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

namespace kconfig {

/// A sequence that grows at its end and never moves an element. Elements come in
/// blocks, made by their default constructor.
template <typename T>
class StableSequence {
  public:
    /// Walks over the elements; stays valid when the sequence grows.
    template <typename Owner, typename Value>
    class Iterator {
      public:
        using iterator_category = std::forward_iterator_tag;
        using value_type = T;
        using difference_type = std::ptrdiff_t;
        using pointer = Value*;
        using reference = Value&;

        Iterator() = default;

        Iterator(Owner* owner, std::size_t at) : owner_(owner), at_(at) {}

        reference operator*() const { return (*owner_)[at_]; }

        pointer operator->() const { return &(*owner_)[at_]; }

        Iterator& operator++() {
            ++at_;
            return *this;
        }

        Iterator operator++(int) {
            Iterator before = *this;
            ++at_;
            return before;
        }

        bool operator==(const Iterator& other) const { return at_ == other.at_; }

      private:
        Owner* owner_ = nullptr;
        std::size_t at_ = 0;
    };

    using iterator = Iterator<StableSequence, T>;
    using const_iterator = Iterator<const StableSequence, const T>;

    T& operator[](std::size_t at) { return blocks_[at / kBlock][at % kBlock]; }

    const T& operator[](std::size_t at) const { return blocks_[at / kBlock][at % kBlock]; }

    /// A new last element.
    T& emplace_back() {
        if (size_ % kBlock == 0) {
            blocks_.push_back(std::make_unique<T[]>(kBlock));
        }
        ++size_;
        return (*this)[size_ - 1];
    }

    std::size_t size() const { return size_; }

    bool empty() const { return size_ == 0; }

    iterator begin() { return {this, 0}; }

    iterator end() { return {this, size_}; }

    const_iterator begin() const { return {this, 0}; }

    const_iterator end() const { return {this, size_}; }

  private:
    static constexpr std::size_t kBlock = 64;

    std::vector<std::unique_ptr<T[]>> blocks_;
    std::size_t size_ = 0;
};

/// A short list of pointers or other small values: the first few lie in the list
/// itself.
template <typename T, std::uint32_t kInside>
class ShortList {
  public:
    ShortList() = default;
    ShortList(const ShortList&) = delete;
    ShortList& operator=(const ShortList&) = delete;

    ~ShortList() {
        if (room_ > kInside) {
            delete[] place_.outside;
        }
    }

    void push_back(T value) {
        if (size_ == room_) {
            grow();
        }
        data()[size_++] = value;
    }

    T* data() { return room_ > kInside ? place_.outside : place_.inside; }

    const T* data() const { return room_ > kInside ? place_.outside : place_.inside; }

    T* begin() { return data(); }

    T* end() { return data() + size_; }

    const T* begin() const { return data(); }

    const T* end() const { return data() + size_; }

    const T& front() const { return *data(); }

    const T& back() const { return data()[size_ - 1]; }

    const T& operator[](std::size_t at) const { return data()[at]; }

    std::size_t size() const { return size_; }

    bool empty() const { return size_ == 0; }

  private:
    void grow() {
        auto bigger = std::make_unique<T[]>(std::size_t{room_} * 2);
        std::copy(begin(), end(), bigger.get());
        if (room_ > kInside) {
            delete[] place_.outside;
        }
        room_ *= 2;
        place_.outside = bigger.release();
    }

    union Place {
        T inside[kInside];
        T* outside;
    };

    std::uint32_t size_ = 0;
    std::uint32_t room_ = kInside;
    Place place_{};
};

}  // namespace kconfig
