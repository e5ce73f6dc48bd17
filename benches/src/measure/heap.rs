//! Allocations and bytes on the heap, counted per thread.

#![allow(unsafe_code, reason = "a global allocator cannot be written without it")]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

/// The system's allocator, with the calls of each thread counted. A program that wants figures makes it its global allocator.
#[derive(Debug)]
pub struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
    static BYTES: Cell<i64> = const { Cell::new(0) };
}

/// The allocations of a piece of code on this thread, and the bytes that it has left allocated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heap {
    /// Allocations and reallocations.
    pub allocations: u64,
    /// Allocated, and not freed.
    pub bytes: i64,
}

/// What `run` does to the heap, and what it returns.
pub fn of<R>(run: impl FnOnce() -> R) -> (Heap, R) {
    let before = (ALLOCATIONS.get(), BYTES.get());
    let result = run();
    let heap = Heap {
        allocations: ALLOCATIONS.get() - before.0,
        bytes: BYTES.get() - before.1,
    };
    (heap, result)
}

fn count(allocations: u64, bytes: usize, freed: usize) {
    let change = i64::try_from(bytes).unwrap_or(i64::MAX) - i64::try_from(freed).unwrap_or(i64::MAX);
    // In the destructors of a dying thread there is nobody left to ask.
    let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + allocations));
    let _ = BYTES.try_with(|count| count.set(count.get().wrapping_add(change)));
}

// SAFETY: hands everything on to the system's allocator; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(1, layout.size(), 0);
        // SAFETY: the caller's promise, handed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(0, 0, layout.size());
        // SAFETY: the caller's promise, handed on.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(1, size, layout.size());
        // SAFETY: the caller's promise, handed on.
        unsafe { System.realloc(pointer, layout, size) }
    }
}
