//! Certificates of completed courses: their pages, their public verification, and their owners'
//! ratings of the course.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(all(test, feature = "ssr"))]
mod tests;

use serde::{Deserialize, Serialize};

use crate::platform::ui::Language;

/// Longest text that is checked, in bytes. All our credentials are shorter.
pub const VERIFIED_BYTES: u32 = 16_000;
/// Longest comment on a course, in characters.
pub const FEEDBACK_CHARACTERS: u32 = 2_000;

/// Kind of program in which the course was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(diesel_derive_enum::DbEnum))]
#[cfg_attr(
    feature = "ssr",
    db_enum(existing_type_path = "crate::platform::db::schema::sql_types::ProgramType")
)]
#[serde(rename_all = "snake_case")]
pub enum ProgramType {
    SelfPaced,
    Cohort,
    Workshop,
}

impl ProgramType {
    pub fn label(self) -> &'static str {
        match self {
            Self::SelfPaced => "Self-paced course",
            Self::Cohort => "Course in a cohort",
            Self::Workshop => "Workshop",
        }
    }
}

/// The public content of a certificate. Dates are in the organization's time zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateFacts {
    pub code: String,
    /// Public URL of the certificate.
    pub address: String,
    pub learner_name: String,
    pub course_title: String,
    pub course_language: Language,
    pub organization_name: String,
    pub program: ProgramType,
    /// Date for people, and the machine-readable date.
    pub completed_on: (String, String),
    pub issued_on: String,
    pub revoked_on: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificatePage {
    pub facts: CertificateFacts,
    /// Present only if the viewer owns the certificate.
    pub own: Option<OwnCertificate>,
    pub may_revoke: bool,
    /// True if a new certificate may replace this one, which was revoked.
    pub may_issue_anew: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnCertificate {
    pub rating: Option<i16>,
    pub feedback: String,
    pub revocation_reason: Option<String>,
}

/// Result of checking a code or a credential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    Genuine(CertificateFacts),
    Revoked(CertificateFacts),
    /// Not genuine, with the reason.
    Refused(String),
}
