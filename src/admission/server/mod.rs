//! Queries and rules of admission that only the server needs.

pub mod answers;
pub mod decisions;
pub mod desk;
pub mod fields;
pub mod jobs;
pub mod mails;
pub mod members;
pub mod notices;
pub mod offerings;
pub mod qr;
pub mod registrations;
pub mod seats;
pub mod terms;
pub mod view;
