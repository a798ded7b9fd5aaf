//! Pages of writing courses.

mod new;
mod outline;

pub use new::new_course_page;
pub use outline::outline_page;
