//! A course as somebody else sees it: a visitor, a learner with a persona, or one learner. The mark
//! of such a view and its rules are in `platform::auth::viewing`.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;

/// Value of a form for somebody who is not signed in.
pub const AS_VISITOR: &str = "visitor";
/// Value of a form for one learner, whose name is in another field.
pub const AS_LEARNER: &str = "learner";
/// Begins the values for study personas and for learner personas.
pub const AS_STUDY: &str = "study:";
pub const AS_KIND: &str = "kind:";
