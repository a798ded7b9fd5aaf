//! Pages of cold calls for tutors.

mod answers;
mod message;
mod moderation;
mod prompt;
mod prompts;

pub use self::answers::answers_page;
pub use self::moderation::moderation_page;
pub use self::prompt::prompt_page;
pub use self::prompts::prompts_page;
