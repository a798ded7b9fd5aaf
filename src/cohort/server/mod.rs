//! Memberships and what they allow, and the home that members share.

pub mod access;
pub mod announcements;
pub mod calendar;
pub mod cold_calls;
pub mod course_news;
pub mod dates;
pub mod due;
pub mod home;
pub mod jobs;
pub mod lately;
pub mod messages;
pub mod newcomers;
pub mod notices;
pub mod sessions;
pub mod standing;
pub mod store;
pub mod work;
