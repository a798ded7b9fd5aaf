//! What pages look like (`page`), what code looks like (`code`), and what must never get through (`safety`).

mod code;
mod page;
mod safety;
mod vectors;

use super::*;

fn html(source: &str) -> String {
    render(source, &|_, _| None).html
}
