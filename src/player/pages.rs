//! The pages of studying.

#[cfg(feature = "hydrate")]
mod awake;
mod home;
mod outline;
mod topic;

pub use home::{LearnPage, ResumePage};
pub use topic::TopicPage;
