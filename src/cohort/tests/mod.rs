mod access;
mod home;
mod lists;
mod members;
mod triggers;
