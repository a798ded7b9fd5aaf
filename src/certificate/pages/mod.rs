//! The pages of certificates: the learner's list, the public page of a certificate, and the page
//! for checking one.

mod certificate;
mod list;
mod verify;

pub use certificate::certificate_page;
pub use list::certificates_page;
pub use verify::verify_page;
