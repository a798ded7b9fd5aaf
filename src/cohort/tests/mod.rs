mod access;
mod home;
mod lists;
mod members;
mod notices;
mod triggers;
