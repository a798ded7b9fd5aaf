//! Creating notifications, their mails, and the addresses that their links lead to.

pub mod addresses;
pub mod digest;
pub mod mails;
pub mod store;
mod timing;

pub use self::store::{
    NewNotification, note, notify, notify_in_digest, notify_until_read, notify_without_mail,
    withdraw,
};
