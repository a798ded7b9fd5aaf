//! Slides of a nugget by rules: its headings, and the first sentence of each paragraph.

use serde_json::{Value, json};

use crate::ingest::NuggetSlide;
use crate::notes::server::extract::sentences;
use crate::platform::markdown::{PieceKind, pieces};

const MOST: usize = 7;
const LEAST: usize = 3;
/// Lines of a slide, and characters of a line.
const LINES: usize = 4;
const CHARACTERS: usize = 180;

/// Makes slides of a rendered text. A short text has fewer than three.
pub fn slides(title: &str, html: &str) -> Vec<NuggetSlide> {
    let mut parts: Vec<NuggetSlide> = vec![slide(title)];
    for piece in pieces(html) {
        match piece.kind {
            PieceKind::Heading { .. } => parts.push(slide(&piece.text)),
            PieceKind::Code => {}
            PieceKind::Table => {
                let rows = piece.text.lines().take(LINES).map(shortened);
                add(&mut parts, rows.collect());
            }
            PieceKind::Paragraph | PieceKind::ListItem => {
                let first = sentences(&piece.text).into_iter().next();
                add(&mut parts, first.map(shortened).into_iter().collect());
            }
        }
    }
    parts.retain(|part| !part.lines.is_empty());
    let mut slides = divided(parts);
    if slides.len() < LEAST {
        slides = all_sentences(title, html)
            .filter(|more| more.len() > slides.len())
            .unwrap_or(slides);
    }
    slides.truncate(MOST);
    slides
}

pub fn to_json(slides: &[NuggetSlide]) -> Value {
    json!({ "version": 1, "slides": slides })
}

pub fn of_json(value: Option<&Value>) -> Vec<NuggetSlide> {
    let slides = value.and_then(|value| value.get("slides")).cloned();
    slides
        .and_then(|slides| serde_json::from_value(slides).ok())
        .unwrap_or_default()
}

fn slide(title: &str) -> NuggetSlide {
    NuggetSlide {
        title: shortened(title),
        lines: Vec::new(),
    }
}

fn add(parts: &mut [NuggetSlide], lines: Vec<String>) {
    if let Some(part) = parts.last_mut() {
        part.lines.extend(lines);
    }
}

fn divided(parts: Vec<NuggetSlide>) -> Vec<NuggetSlide> {
    let mut slides = Vec::new();
    for part in parts {
        for lines in part.lines.chunks(LINES) {
            slides.push(NuggetSlide {
                title: part.title.clone(),
                lines: lines.to_vec(),
            });
        }
    }
    slides
}

/// A text of few paragraphs gets its sentences, two on a slide.
fn all_sentences(title: &str, html: &str) -> Option<Vec<NuggetSlide>> {
    let texts: Vec<String> = pieces(html)
        .into_iter()
        .filter(|piece| piece.kind == PieceKind::Paragraph)
        .flat_map(|piece| {
            sentences(&piece.text)
                .into_iter()
                .map(shortened)
                .collect::<Vec<_>>()
        })
        .collect();
    let slides = texts.chunks(2).map(|lines| NuggetSlide {
        title: shortened(title),
        lines: lines.to_vec(),
    });
    let slides: Vec<NuggetSlide> = slides.collect();
    (!slides.is_empty()).then_some(slides)
}

fn shortened(text: &str) -> String {
    let text = text.trim();
    if text.chars().count() <= CHARACTERS {
        return text.to_owned();
    }
    let cut: String = text.chars().take(CHARACTERS).collect();
    let end = cut.rfind(' ').unwrap_or(cut.len());
    format!("{}…", &cut[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_becomes_three_to_seven_slides() {
        let html = "<p>One is first. It goes on.</p><p>Two is next.</p><h3 id=\"x\">Part</h3>\
                    <ul><li>a</li><li>b</li></ul><p>Three. Four. Five.</p><h3>More</h3><p>Six is last.</p>";
        let found = slides("Title", html);
        assert_eq!(found[0].lines, ["One is first.", "Two is next."]);
        assert_eq!(found[1].title, "Part");
        let long = "<p>Something is said here.</p>".repeat(100);
        assert_eq!(slides("Title", &long).len(), 7);
        let one = "<p>One is. Two is. Three is. Four is. Five is. Six is.</p>";
        assert_eq!(slides("Title", one).len(), 3);
        assert_eq!(of_json(Some(&to_json(&found))), found);
    }
}
