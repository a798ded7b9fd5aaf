//! Tests of the platform with the whole site around it, which the platform's own crate has not.

mod auth;
mod http;
mod live;
mod notifications;
