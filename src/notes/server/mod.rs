pub mod extract;
pub mod paragraphs;
pub mod store;
pub mod write;
