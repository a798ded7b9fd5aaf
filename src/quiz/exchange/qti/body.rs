//! What an item shows around its interaction, and what it says after it.

use crate::quiz::exchange::collect::Note;
use crate::quiz::exchange::markup::to_xhtml::source_of;
use crate::quiz::exchange::markup::{Element, Node, push};

/// Stands where an answer goes in the middle of a text.
const GAP: &str = "_____";

/// The text of the item, as Markdown.
pub fn prompt(body: &Element, interaction: &Element, notes: &mut Vec<Note>) -> String {
    source_of(&shown(&body.children, interaction), notes)
}

/// The nodes with the interaction replaced by its prompt or a gap, and without what only some may see.
fn shown(nodes: &[Node], interaction: &Element) -> Vec<Node> {
    let mut out = Vec::new();
    for node in nodes {
        let Node::Element(element) = node else {
            push(&mut out, node.clone());
            continue;
        };
        if element.name.ends_with("Interaction") {
            for part in replacement(element, nodes) {
                push(&mut out, part);
            }
        } else if !is_hidden(element) {
            let children = shown(&element.children, interaction);
            let is_emptied = children.iter().all(Node::is_blank) && holds(element, interaction);
            if !is_emptied {
                let copy = Element {
                    children,
                    ..element.clone()
                };
                push(&mut out, renamed(copy).into());
            }
        }
    }
    out
}

fn replacement(interaction: &Element, siblings: &[Node]) -> Vec<Node> {
    if is_inline(interaction) {
        let has_text = siblings.iter().any(|node| match node {
            Node::Text(text) => !text.trim().is_empty(),
            Node::Element(element) => !element.text().trim().is_empty() && element != interaction,
        });
        return match has_text {
            true => vec![Node::Text(GAP.to_owned())],
            false => Vec::new(),
        };
    }
    match interaction.first("prompt") {
        Some(prompt) => vec![
            Element {
                name: "div".to_owned(),
                ..prompt.clone()
            }
            .into(),
        ],
        None => Vec::new(),
    }
}

pub fn is_inline(interaction: &Element) -> bool {
    matches!(
        interaction.name.as_str(),
        "textEntryInteraction" | "inlineChoiceInteraction"
    )
}

fn holds(element: &Element, interaction: &Element) -> bool {
    element.walk().contains(&interaction)
}

fn is_hidden(element: &Element) -> bool {
    match element.name.as_str() {
        "feedbackInline" | "feedbackBlock" | "stylesheet" => true,
        "rubricBlock" => !element
            .attribute("view")
            .unwrap_or_default()
            .split_whitespace()
            .any(|view| view == "candidate"),
        _ => false,
    }
}

/// Elements of QTI that only hold text are what HTML would have there.
fn renamed(element: Element) -> Element {
    let name = match element.name.as_str() {
        "rubricBlock" | "contentBody" => "div".to_owned(),
        _ => element.name,
    };
    Element { name, ..element }
}

/// A choice's own text.
pub fn choice(choice: &Element, notes: &mut Vec<Note>) -> String {
    source_of(&shown(&choice.children, choice), notes)
}

/// Everything that is said after the answer, whatever the answer was. More than so many pieces would be too long.
pub fn explanation(root: &Element, notes: &mut Vec<Note>) -> Option<String> {
    const MOST: usize = 100;
    let is_feedback = |element: &&Element| {
        matches!(
            element.name.as_str(),
            "modalFeedback" | "feedbackInline" | "feedbackBlock"
        )
    };
    let mut paragraphs: Vec<String> = Vec::new();
    for element in root.walk().into_iter().filter(is_feedback).take(MOST) {
        let content = element.first("contentBody").unwrap_or(element);
        let text = source_of(&content.children, notes);
        if !text.is_empty() && !paragraphs.contains(&text) {
            paragraphs.push(text);
        }
    }
    (!paragraphs.is_empty()).then(|| paragraphs.join("\n\n"))
}
