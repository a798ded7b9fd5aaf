//! The server's part of mastery.

pub mod concepts;
pub mod drawing;
pub mod evidence;
pub mod map;
pub mod map_html;
pub mod model;
pub mod store;
