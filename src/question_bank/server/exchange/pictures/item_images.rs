//! Replaces the addresses of pictures in QTI's items.

use super::{Pictures, mark};
use crate::question_bank::server::exchange::markup::{Element, Node};

impl Pictures {
    /// Replaces the addresses of pictures in an item by the marks that `found` returns.
    pub fn place(
        &mut self,
        element: &mut Element,
        found: &mut impl FnMut(&mut Self, &str) -> Option<String>,
    ) {
        if element.name == "object" && is_picture(element) {
            *element = as_image(element);
        }
        if element.name == "img" {
            for (name, value) in &mut element.attributes {
                if name == "src"
                    && mark(value).is_none()
                    && let Some(mark) = found(self, value)
                {
                    *value = mark;
                }
            }
        }
        for child in &mut element.children {
            if let Node::Element(child) = child {
                self.place(child, found);
            }
        }
    }
}

fn is_picture(object: &Element) -> bool {
    let kind = object.attribute("type").unwrap_or_default();
    kind.starts_with("image/") && object.attribute("data").is_some()
}

/// Returns an `<object>` of QTI 2 as an `<img>`. Its label or its text becomes the alternative
/// text.
fn as_image(object: &Element) -> Element {
    let alt = object.attribute("label").map(str::to_owned);
    let alt = alt.unwrap_or_else(|| {
        object
            .text()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    });
    Element::new("img")
        .with("src", object.attribute("data").unwrap_or_default())
        .with("alt", alt)
}
