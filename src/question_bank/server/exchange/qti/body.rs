//! Texts of an item: the prompt around its interaction and the explanation after the answer.

use crate::question_bank::server::exchange::collect::Note;
use crate::question_bank::server::exchange::markup::to_xhtml::source_of;
use crate::question_bank::server::exchange::markup::{Element, Node, push};
use crate::question_bank::server::exchange::pictures::mark;

/// Placeholder for the answer in the middle of a text.
const GAP: &str = "_____";

/// Returns the text of the item as Markdown.
pub fn prompt(body: &Element, interaction: &Element, notes: &mut Vec<Note>) -> String {
    let text = source_of(&shown(&body.children, interaction), notes);
    // Some tools write the question twice: as a text and as the interaction's prompt.
    match text.split_once("\n\n") {
        Some((once, again)) if once == again && interaction.first("prompt").is_some() => {
            again.to_owned()
        }
        _ => text,
    }
}

/// Returns the nodes with the interaction replaced by its prompt or by a gap. Elements that not
/// everybody may see are left out.
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
    let prompt = interaction.first("prompt").map(|prompt| Element {
        name: "div".to_owned(),
        ..prompt.clone()
    });
    let prompt = prompt.map(Node::from).into_iter();
    match interaction.name.as_str() {
        // These interactions have their answers within their text.
        "gapMatchInteraction" | "hottextInteraction" => {
            let labels = gaps(interaction);
            let is_text = |node: &&Node| match node {
                Node::Element(part) => {
                    !matches!(part.name.as_str(), "prompt" | "gapText" | "gapImg")
                }
                Node::Text(_) => true,
            };
            let text = interaction.children.iter().filter(is_text).cloned();
            let text = marked(&text.collect::<Vec<_>>(), &labels);
            prompt.chain(shown(&text, interaction)).collect()
        }
        _ => prompt.collect(),
    }
}

/// Returns the gaps of the interaction's text with their labels, such as `(1)`. A single gap has no
/// label.
pub fn gaps(interaction: &Element) -> Vec<(&str, String)> {
    let parts = interaction.walk().into_iter();
    let gaps: Vec<&str> = parts
        .filter(|part| part.name == "gap")
        .filter_map(|gap| gap.attribute("identifier"))
        .collect();
    let is_alone = gaps.len() == 1;
    let label = |number: usize| match is_alone {
        true => String::new(),
        false => format!("({number})"),
    };
    gaps.into_iter()
        .zip(1..)
        .map(|(gap, number)| (gap, label(number)))
        .collect()
}

/// Draws gaps as underscores, and highlights the parts that can be chosen.
fn marked(nodes: &[Node], labels: &[(&str, String)]) -> Vec<Node> {
    let mut out = Vec::new();
    for node in nodes {
        let node = match node {
            Node::Text(_) => node.clone(),
            Node::Element(element) if element.name == "gap" => {
                let identifier = element.attribute("identifier");
                let label = labels.iter().find(|(gap, _)| Some(*gap) == identifier);
                let label = label.map_or("", |(_, label)| label);
                Node::Text(format!(" {label} {GAP}"))
            }
            Node::Element(element) => Element {
                name: match element.name.as_str() {
                    "hottext" => "mark".to_owned(),
                    name => name.to_owned(),
                },
                attributes: element.attributes.clone(),
                children: marked(&element.children, labels),
            }
            .into(),
        };
        push(&mut out, node);
    }
    out
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

/// Renames QTI elements that only hold text to their HTML counterparts.
fn renamed(element: Element) -> Element {
    let name = match element.name.as_str() {
        "rubricBlock" | "contentBody" => "div".to_owned(),
        _ => element.name,
    };
    Element { name, ..element }
}

/// Returns the Markdown of a choice.
pub fn choice(choice: &Element, notes: &mut Vec<Note>) -> String {
    source_of(&shown(&choice.children, choice), notes)
}

/// Returns the address of the element's first picture whose content is not in the file.
pub fn missing_picture(element: &Element) -> Option<&str> {
    let parts = element.walk().into_iter();
    parts
        .filter(|part| part.name == "img")
        .filter_map(|picture| picture.attribute("src"))
        .find(|source| mark(source).is_none())
}

/// Joins paragraphs to one line. A block of code with one line becomes inline code; other blocks
/// are left as they are.
pub fn line(text: &str) -> String {
    let text = text.replace("\\\n", " ");
    if let Some(code) = text
        .strip_prefix("```")
        .and_then(|code| code.strip_suffix("\n```"))
        && let Some((_, code)) = code.split_once('\n')
        && !code.contains(['\n', '`'])
    {
        return format!("`{}`", code.trim());
    }
    let begins_block = |line: &str| {
        let digits = line.trim_start_matches(|c: char| c.is_ascii_digit());
        let is_number = digits.len() < line.len() && digits.starts_with([')', '.']);
        is_number
            || ["```", "- ", "* ", "> ", "#", "|", "$$", "<table"]
                .iter()
                .any(|sign| line.starts_with(sign))
    };
    match text.lines().any(begins_block) {
        true => text,
        false => text.split("\n\n").collect::<Vec<_>>().join(" "),
    }
}

/// Joins all feedback of the item, whatever answer it belongs to, without repetitions. Only the
/// first 100 pieces are read.
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
