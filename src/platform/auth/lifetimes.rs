//! Lifetimes of links in mails, of sessions and of known devices. Mails and pages take their words
//! from here.

use crate::figures;

/// Lifetime of a one-time link in a mail. Displays as "two hours".
#[derive(Debug, Clone, Copy)]
pub struct LinkLifetime {
    hours: u16,
}

/// The link that confirms a sign-up. The sign-up is kept as long.
pub const CONFIRMATION: LinkLifetime = LinkLifetime { hours: 3 * 24 };
/// The link for choosing a new password.
pub const RESET: LinkLifetime = LinkLifetime { hours: 2 };
/// The link of an invitation.
pub const INVITATION: LinkLifetime = LinkLifetime { hours: 14 * 24 };
/// The link by which an application is continued.
pub const APPLICATION: LinkLifetime = LinkLifetime { hours: 60 * 24 };

/// Days after which an unused device is signed out.
#[cfg(feature = "ssr")]
pub const IDLE_SESSION_DAYS: i64 = 30;
/// Lifetime of a session without a person, in minutes. Such a session only holds the message for
/// the next page.
#[cfg(feature = "ssr")]
pub const ANONYMOUS_SESSION_MINUTES: i64 = 30;
/// Days until a device is forgotten. Browsers keep cookies no longer, and unused rows are deleted
/// after this time.
#[cfg(feature = "ssr")]
pub const KNOWN_DEVICE_DAYS: i64 = 400;

#[cfg(feature = "ssr")]
impl LinkLifetime {
    pub fn duration(self) -> chrono::Duration {
        chrono::Duration::hours(self.hours.into())
    }
}

impl std::fmt::Display for LinkLifetime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&figures::hours(self.hours))
    }
}
