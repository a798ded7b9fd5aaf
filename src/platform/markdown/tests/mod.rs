//! Tests of pages (`page`), of code blocks (`code`), and of content that must be removed
//! (`safety`).

mod code;
mod page;
mod safety;
mod vectors;

use super::*;

fn html(source: &str) -> String {
    render(source, &|_, _| None).html
}
