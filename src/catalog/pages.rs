//! The pages of the catalog.

mod cms;
mod course;
mod list;

pub use cms::CmsPage;
pub use course::CoursePage;
pub use list::{CatalogPage, LandingPage};
