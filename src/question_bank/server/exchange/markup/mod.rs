//! Converts marked-up text between Markdown and other formats. XML and HTML share one tree. There
//! is a parser for each, a writer of XML, and a conversion between the tree and Markdown in both
//! directions.

pub mod code;
pub mod escape;
pub mod formulas;
pub mod html;
mod inline;
mod tables;
mod tags;
pub mod to_markdown;
pub mod to_xhtml;
pub mod xml;

use super::collect::Note;
pub use to_markdown::to_markdown;

/// Deepest nesting of elements.
pub const MAX_DEPTH: usize = 64;

#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    Element(Element),
    Text(String),
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Element {
    /// Name without a prefix.
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Node>,
}

impl Node {
    pub fn is_blank(&self) -> bool {
        matches!(self, Self::Text(text) if text.trim().is_empty())
    }
}

impl Element {
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..Self::default()
        }
    }

    pub fn with(mut self, attribute: &str, value: impl Into<String>) -> Self {
        self.attributes.push((attribute.to_owned(), value.into()));
        self
    }

    pub fn holding(mut self, children: impl IntoIterator<Item = Node>) -> Self {
        for child in children {
            push(&mut self.children, child);
        }
        self
    }

    pub fn saying(self, text: &str) -> Self {
        self.holding([Node::Text(text.to_owned())])
    }

    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    pub fn is_true(&self, attribute: &str) -> bool {
        matches!(self.attribute(attribute), Some("true" | "1"))
    }

    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        elements(&self.children)
    }

    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.elements().filter(move |child| child.name == name)
    }

    pub fn first<'a>(&'a self, name: &'a str) -> Option<&'a Element> {
        self.all(name).next()
    }

    /// Returns all text within the element.
    pub fn text(&self) -> String {
        text_of(&self.children)
    }

    /// Returns the element and all elements within it, in document order.
    pub fn walk(&self) -> Vec<&Element> {
        let mut found = vec![self];
        for child in self.elements() {
            found.extend(child.walk());
        }
        found
    }
}

impl From<Element> for Node {
    fn from(element: Element) -> Self {
        Self::Element(element)
    }
}

pub fn elements(nodes: &[Node]) -> impl Iterator<Item = &Element> {
    nodes.iter().filter_map(|node| match node {
        Node::Element(element) => Some(element),
        Node::Text(_) => None,
    })
}

pub fn text_of(nodes: &[Node]) -> String {
    nodes
        .iter()
        .map(|node| match node {
            Node::Element(element) => element.text(),
            Node::Text(text) => text.clone(),
        })
        .collect()
}

/// Appends a node. Adjacent texts are joined, so that trees can be compared.
pub fn push(nodes: &mut Vec<Node>, node: Node) {
    match (nodes.last_mut(), node) {
        (_, Node::Text(text)) if text.is_empty() => {}
        (Some(Node::Text(before)), Node::Text(text)) => before.push_str(&text),
        (_, node) => nodes.push(node),
    }
}

/// Longest source that is converted, in bytes. A longer one would be refused as too long anyway,
/// and converting it would take time.
const MAX_SOURCE: usize = 256 * 1024;

/// Returns the text of a source in HTML without its markup. A source that is too long to be
/// converted is returned as it is.
pub fn words(source: &str) -> String {
    match source.len() > MAX_SOURCE {
        true => source.to_owned(),
        false => text_of(&html::parse(source)),
    }
}

/// Markup of a text in Moodle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Markup {
    /// HTML in which line breaks count.
    Moodle,
    Html,
    Plain,
    Markdown,
}

impl Markup {
    pub fn markdown(self, source: &str, notes: &mut Vec<Note>) -> String {
        match self {
            _ if source.len() > MAX_SOURCE => source.to_owned(),
            Self::Moodle => to_markdown(&text_nodes(source.trim()), notes),
            Self::Html => to_markdown(&html::parse(source), notes),
            Self::Plain => source
                .trim()
                .lines()
                .map(plain_line)
                .collect::<Vec<_>>()
                .join("\\\n"),
            Self::Markdown => formulas::read(source.trim()),
        }
    }

    /// Converts a text that must not become empty. A source of a single tag is shown as text if the
    /// tag would show nothing.
    pub fn spoken(self, source: &str, notes: &mut Vec<Note>) -> String {
        let markdown = self.markdown(source, notes);
        let source = source.trim();
        let is_tag = source.starts_with('<') && source.matches('<').count() == 1;
        let name = source.trim_start_matches('<').to_ascii_lowercase();
        let is_shown = ["img", "video", "audio", "embed", "!"]
            .iter()
            .any(|shown| name.starts_with(shown));
        match is_tag && (markdown.is_empty() && !is_shown || name.starts_with("hr")) {
            true => escape::text(source),
            false => markdown,
        }
    }
}

/// Parses text that may contain tags. Fenced programs become programs, although Moodle would show
/// them as text.
fn text_nodes(source: &str) -> Vec<Node> {
    let mut nodes = Vec::new();
    let mut done = 0;
    let text = |text: &str, nodes: &mut Vec<Node>| {
        for node in html::parse_as(text, html::TagStrictness::Text) {
            push(nodes, node);
        }
    };
    for program in code::programs(source, |_| false, &[]) {
        if program.is_fenced {
            text(source[done..program.range.start].trim_end(), &mut nodes);
            let (language, lines) = code::fenced(&source[program.range.clone()]);
            let code = Element::new("code").with("class", format!("language-{language}"));
            nodes.push(
                Element::new("pre")
                    .holding([code.saying(&lines).into()])
                    .into(),
            );
            done = program.range.end;
        }
    }
    text(&source[done..], &mut nodes);
    nodes
}

/// Escapes a line of plain text. Moodle shows the indentation, so it becomes non-breaking spaces.
fn plain_line(line: &str) -> String {
    let text = line.trim();
    let indent = line.trim_end().chars().count() - text.chars().count();
    format!("{}{}", "\u{a0}".repeat(indent), escape::text(text))
}
