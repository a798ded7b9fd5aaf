//! Pages of studying.

#[cfg(feature = "hydrate")]
mod browser;
mod home;
mod outline;
#[cfg(feature = "hydrate")]
mod practice;
mod shortcuts;
mod topic;

pub use home::{learn_page, resume_page};
pub use topic::topic_page;
