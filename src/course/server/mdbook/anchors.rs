//! The places in a page that links can point at, and their ids once the page is a topic. Anchors
//! are mdBook's heading ids and the ids of raw HTML.

use std::collections::HashMap;

use super::html::{self, Token};
use super::scan::Scan;
use super::unique::Unique;

#[derive(Debug, Default)]
pub struct PageAnchors {
    /// mdBook's id to the topic's id; the topic's id is empty for the top of the page.
    ids: HashMap<String, String>,
}

/// Returns the index of the heading that repeats the page's title: the first visible thing on the
/// page. The topic's page shows the title itself, so this heading is left out.
pub fn title_heading(scan: &Scan, text: &str) -> Option<usize> {
    let heading = scan
        .headings
        .first()
        .filter(|heading| !heading.in_container)?;
    let before = text.get(..heading.range.start)?;
    let before = strip_invisible(before);
    before.trim().is_empty().then_some(0)
}

/// Removes comments and empty anchors of former headings, which may stand above the title.
fn strip_invisible(text: &str) -> String {
    let mut visible = String::new();
    let mut done = 0;
    for token in html::tokens(text, 0..text.len()) {
        let range = match token {
            Token::Comment(range) => range,
            Token::Tag(tag) if tag.is("a") || tag.is("span") || tag.is("div") => tag.range,
            Token::Tag(_) => continue,
        };
        visible.push_str(&text[done..range.start]);
        done = range.end;
    }
    visible.push_str(&text[done..]);
    visible
}

impl PageAnchors {
    pub fn of(scan: &Scan, text: &str) -> Self {
        let title = title_heading(scan, text);
        let mut ids = HashMap::new();
        let mut in_book = Unique::numbered_from(1);
        let mut in_topic = Unique::numbered_from(1);
        for (index, heading) in scan.headings.iter().enumerate() {
            let id = heading.id.clone().unwrap_or_else(|| book_id(&heading.text));
            // Links to the title lead to the top of the page: the topic has no such heading.
            let topic_id = match title {
                Some(title) if title == index => String::new(),
                _ => in_topic.take(topic_id(&id)),
            };
            ids.entry(in_book.take(id)).or_insert(topic_id);
        }
        for range in &scan.html {
            for token in html::tokens(text, range.clone()) {
                if let Token::Tag(tag) = token {
                    for id in [tag.value("id"), tag.value("name").filter(|_| tag.is("a"))]
                        .into_iter()
                        .flatten()
                    {
                        ids.insert(id.to_owned(), id.to_owned());
                    }
                }
            }
        }
        Self { ids }
    }

    /// Returns the topic's fragment; an empty one means the top of the page. None if the page has
    /// no such place.
    pub fn resolve(&self, fragment: &str) -> Option<&str> {
        let exact = self.ids.get(fragment);
        let exact = exact.or_else(|| self.ids.get(&fragment.to_lowercase()));
        exact
            .or_else(|| self.ids.get(&book_id(fragment)))
            .map(String::as_str)
    }
}

/// Makes an id of a heading's text, as mdBook does.
fn book_id(text: &str) -> String {
    let text = text.trim().chars();
    let id = text.filter_map(|c| match c {
        c if c.is_alphanumeric() || c == '_' || c == '-' => Some(c.to_ascii_lowercase()),
        c if c.is_whitespace() => Some('-'),
        _ => None,
    });
    id.collect()
}

/// Makes a topic's id as `platform::markdown` does. A heading of punctuation alone gets an id too.
fn topic_id(book_id: &str) -> String {
    match book_id.to_lowercase() {
        id if id.is_empty() => "section".to_owned(),
        id if id.starts_with("ly-") => format!("section-{id}"),
        id => id,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::server::mdbook::scan::scan;

    fn anchors(text: &str) -> PageAnchors {
        PageAnchors::of(&scan(text), text)
    }

    #[test]
    fn headings_as_mdbook_names_them() {
        let anchors =
            anchors("# Page\n\n## The `?` Operator\n\n## Setup\n\n## Setup\n\n## Own {#mine}\n");
        assert_eq!(anchors.resolve("page"), Some(""));
        assert_eq!(anchors.resolve("the--operator"), Some("the--operator"));
        assert_eq!(anchors.resolve("setup-1"), Some("setup-1"));
        assert_eq!(anchors.resolve("mine"), Some("mine"));
        assert_eq!(anchors.resolve("gone"), None);
    }

    #[test]
    fn html_ids_count_and_may_stand_above_the_title() {
        let anchors = anchors(
            "<!-- Old -->\n<a id=\"old-name\"></a>\n\n# New\n\nText <span id=\"x\"></span>\n",
        );
        assert_eq!(anchors.resolve("old-name"), Some("old-name"));
        assert_eq!(anchors.resolve("new"), Some(""));
        assert_eq!(anchors.resolve("x"), Some("x"));
    }

    #[test]
    fn headings_of_signs_alone_are_places_too() {
        let text = "# Page\n\n## `::`\n\n## !!!\n\n## ly-x\n";
        let anchors = anchors(text);
        let rendered = crate::platform::markdown::render(&text[8..], &|_, _| None);
        let ids: Vec<_> = rendered
            .headings
            .iter()
            .map(|heading| &heading.id)
            .collect();
        let resolved = ["", "-1", "ly-x"].map(|fragment| anchors.resolve(fragment).unwrap());
        assert_eq!(ids, resolved);
    }

    #[test]
    fn a_heading_below_text_is_not_the_title() {
        assert_eq!(
            anchors("Text\n\n# Heading\n").resolve("heading"),
            Some("heading")
        );
    }
}
