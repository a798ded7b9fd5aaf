//! Queries of cold calls, the rules of posting, and the pages of members.

pub mod closing;
pub mod live;
pub mod member;
pub mod messages;
pub mod new_prompts;
pub mod notices;
pub mod post;
pub mod prompts;
pub mod rules;
pub mod similar;
mod unanswered;
pub mod view;
