//! Links from an answer to the places of the course that it quotes.

use super::answer::{AnswerPlace, Quotation};
use crate::paths::topic_path;
use crate::platform::encode;

/// Words of a quotation by which the browser finds the passage.
const WORDS: usize = 8;

/// Address of the heading, within the topic's page.
pub fn place_href(course: &str, place: &AnswerPlace) -> String {
    let path = topic_path(course, &place.topic_slug);
    match &place.anchor {
        Some(anchor) => format!("{path}#{}", encode(anchor)),
        None => path,
    }
}

/// Address of the passage: the browser shows it highlighted. Source of the form: the specification
/// "URL Fragment Text Directives", in which a hyphen separates parts.
pub fn passage_href(course: &str, quotation: &Quotation) -> String {
    let words: Vec<&str> = quotation.text.split_whitespace().take(WORDS).collect();
    let text = encode(&words.join(" ")).replace('-', "%2D");
    let place = place_href(course, &quotation.source);
    let hash = if place.contains('#') { "" } else { "#" };
    match text.is_empty() {
        true => place,
        false => format!("{place}{hash}:~:text={text}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quotation(text: &str, anchor: Option<&str>) -> Quotation {
        Quotation {
            text: text.to_owned(),
            chunk_id: String::new(),
            start: 0,
            end: 0,
            source: AnswerPlace {
                topic_slug: "t".to_owned(),
                topic_title: "T".to_owned(),
                heading: None,
                anchor: anchor.map(str::to_owned),
            },
        }
    }

    #[test]
    fn a_quotation_is_found_by_its_first_words() {
        let long = "A well-known rule, & more: one two three four five six";
        assert_eq!(
            passage_href("c", &quotation(long, Some("the-rule"))),
            "/learn/c/t#the-rule:~:text=A%20well%2Dknown%20rule%2C%20%26%20more%3A%20one%20two%20three"
        );
        assert_eq!(
            passage_href("c", &quotation("Say it.", None)),
            "/learn/c/t#:~:text=Say%20it."
        );
        assert_eq!(
            passage_href("c", &quotation("", Some("é"))),
            "/learn/c/t#%C3%A9"
        );
    }
}
