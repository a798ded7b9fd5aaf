//! Pages of the catalog.

mod cms;
mod course;
mod list;

pub use cms::cms_page;
pub use course::course_page;
pub use list::{HEADLINE, INTRODUCTION, catalog_page, landing_page};
