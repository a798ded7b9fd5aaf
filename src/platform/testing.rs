//! Tells the platform that its program is a runner of tests. The server that is built with the
//! tests has this code, too, and must not behave like one.

use std::sync::atomic::{AtomicBool, Ordering};

static RUNS_TESTS: AtomicBool = AtomicBool::new(cfg!(test));

/// Begins to behave as in tests. Databases for tests call it.
pub fn begin() {
    RUNS_TESTS.store(true, Ordering::Relaxed);
}

/// True in a runner of tests.
pub fn runs_tests() -> bool {
    RUNS_TESTS.load(Ordering::Relaxed)
}
