//! What stays in memory, however long a process lives: each test runs in a process where nobody else fills it.

#![allow(unsafe_code, reason = "a global allocator cannot be written without it")]
#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests fail like tests; clippy recognises the tests alone"
)]

mod partitions;
mod policies;

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

struct Counting;

thread_local! {
    /// The bytes that this thread has allocated and not freed.
    static HELD: Cell<isize> = const { Cell::new(0) };
}

fn count(bytes: isize) {
    // In the destructors of a dying thread there is nobody left to ask.
    let _ = HELD.try_with(|held| held.set(held.get() + bytes));
}

#[allow(
    clippy::cast_possible_wrap,
    reason = "no allocation is larger than half of the memory"
)]
const fn signed(bytes: usize) -> isize {
    bytes as isize
}

// SAFETY: hands everything on to the system's allocator; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(signed(layout.size()));
        // SAFETY: the caller's promise, handed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-signed(layout.size()));
        // SAFETY: the caller's promise, handed on.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(signed(size) - signed(layout.size()));
        // SAFETY: the caller's promise, handed on.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What `body` adds to the memory that this thread holds, in bytes.
fn growth(body: impl FnOnce()) -> isize {
    let before = HELD.get();
    body();
    HELD.get() - before
}
