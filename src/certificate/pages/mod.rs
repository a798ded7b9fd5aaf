//! The pages of certificates: the learner's own, each one's public page, and the one where anything is checked.

mod certificate;
mod list;
mod verify;

pub use certificate::certificate_page;
pub use list::certificates_page;
pub use verify::verify_page;
