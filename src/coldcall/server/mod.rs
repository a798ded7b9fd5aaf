//! Queries of cold calls, the rules of posting, and the pages of members.

pub mod live;
pub mod member;
pub mod messages;
pub mod new_prompts;
pub mod notices;
pub mod post;
pub mod prompts;
pub mod rules;
pub mod similar;
pub mod view;
