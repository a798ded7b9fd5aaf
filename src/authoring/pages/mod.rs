//! Pages of writing courses.

mod new;
mod outline;
mod outline_notes;

pub use new::new_course_page;
pub use outline::outline_page;
