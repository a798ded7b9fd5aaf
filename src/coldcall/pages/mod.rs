//! Cold calls for members: the box in which one answers, and the thread that answering reveals.

mod answer;
mod message;
mod page;
mod thread;

pub use self::answer::{cold_calls, prompt};
pub use self::page::cold_call_page;
