//! Converts Markdown to the XHTML that QTI allows in items, and back without loss.

use super::html::{self, is_math};
use super::{Element, Node, elements, push, to_markdown, xml};
use crate::platform::markdown;
use crate::question_bank::server::exchange::collect::{Note, hash};

/// Attribute with the Markdown source of an element, used if the content alone does not tell it.
const SOURCE: &str = "data-markdown";
/// Attribute with a hash of the content to which the Markdown source belongs.
const CONTENT: &str = "data-markdown-of";

/// Converts the text to one `<div>`.
pub fn block(source: &str) -> Node {
    content(source, xhtml(source)).into()
}

/// Converts a short text, without an element around it if possible.
pub fn inline(source: &str) -> Vec<Node> {
    let nodes = without_paragraph(xhtml(source));
    let element = content(source, nodes);
    match element.attributes.is_empty() {
        true => element.children,
        false => vec![element.into()],
    }
}

fn content(source: &str, nodes: Vec<Node>) -> Element {
    let div = Element::new("div");
    let div = match to_markdown(&nodes, &mut Vec::new()) == source {
        true => div,
        false => div.with(SOURCE, source).with(CONTENT, fingerprint(&nodes)),
    };
    div.holding(nodes)
}

fn fingerprint(nodes: &[Node]) -> String {
    let mut text = String::new();
    xml::write(&mut text, &Element::new("div").holding(nodes.to_vec()));
    hash(&[text])
}

/// Returns the Markdown of nodes that `block` or `inline` may have made. If somebody changed the
/// nodes since, their content counts instead of the stored source.
pub fn source_of(nodes: &[Node], notes: &mut Vec<Note>) -> String {
    let mut parts = nodes.iter().filter(|node| !node.is_blank());
    if let (Some(Node::Element(element)), None) = (parts.next(), parts.next())
        && let Some(source) = element.attribute(SOURCE)
        && element.attribute(CONTENT) == Some(&fingerprint(&element.children))
    {
        return source.to_owned();
    }
    to_markdown(nodes, notes)
}

fn xhtml(source: &str) -> Vec<Node> {
    let html = markdown::render(source, &|_, _| None).html;
    let mut nodes = clean(&html::parse(&html));
    trim(&mut nodes);
    nodes
}

fn trim(nodes: &mut Vec<Node>) {
    while nodes.last().is_some_and(Node::is_blank) {
        nodes.pop();
    }
}

fn without_paragraph(mut nodes: Vec<Node>) -> Vec<Node> {
    match nodes.as_mut_slice() {
        [Node::Element(only)] if only.name == "p" => std::mem::take(&mut only.children),
        _ => nodes,
    }
}

fn clean(nodes: &[Node]) -> Vec<Node> {
    let mut out = Vec::new();
    for node in nodes {
        match node {
            Node::Text(_) => push(&mut out, node.clone()),
            Node::Element(element) => {
                for node in cleaned(element) {
                    push(&mut out, node);
                }
            }
        }
    }
    out
}

fn cleaned(element: &Element) -> Vec<Node> {
    let name = match element.name.as_str() {
        "pre" => return vec![code(element).into()],
        "figcaption" | "input" | "wbr" => return Vec::new(),
        "aside" => "blockquote",
        "section" | "details" => "div",
        "summary" => "p",
        // The sign that links to a heading is not part of the text.
        "a" if element.attribute("class") == Some("anchor") => return Vec::new(),
        "a" if element
            .attribute("href")
            .is_none_or(|href| href.starts_with('#')) =>
        {
            ""
        }
        name if is_kept(name) || is_math(name) => name,
        _ => "",
    };
    let children = clean(&element.children);
    if name.is_empty() {
        return children;
    }
    let mut copy = Element::new(name).holding(children);
    for (attribute, value) in &element.attributes {
        if keeps(name, attribute) {
            copy.attributes.push((attribute.clone(), value.clone()));
        }
    }
    if name == "img" && copy.attribute("alt").is_none() {
        copy = copy.with("alt", "");
    }
    vec![copy.into()]
}

/// Returns the program without its syntax colors.
fn code(element: &Element) -> Element {
    let inner = element.first("code").unwrap_or(element);
    let code = Element::new("code").saying(&inner.text());
    let code = match inner.attribute("class") {
        Some(class) if class.starts_with("language-") => code.with("class", class),
        _ => code,
    };
    Element::new("pre").holding([code.into()])
}

#[rustfmt::skip]
fn is_kept(name: &str) -> bool {
    matches!(
        name,
        "a" | "abbr" | "b" | "blockquote" | "br" | "caption" | "cite" | "code" | "dd" | "dfn" | "div" | "dl" | "dt"
            | "em" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "hr" | "i" | "img" | "kbd" | "li" | "ol" | "p" | "q"
            | "rp" | "rt" | "ruby" | "samp" | "strong" | "sub" | "sup" | "table" | "tbody" | "td" | "tfoot" | "th"
            | "thead" | "tr" | "ul" | "var"
    )
}

fn keeps(element: &str, attribute: &str) -> bool {
    match element {
        "a" => attribute == "href",
        "img" => matches!(attribute, "src" | "alt"),
        "td" | "th" => matches!(attribute, "colspan" | "rowspan"),
        "math" => attribute == "display",
        name => is_math(name) && attribute != "class",
    }
}

/// Returns the addresses of pictures that are not on the web. A file that leaves the site does not
/// carry them.
pub fn own_pictures(source: &str) -> Vec<String> {
    fn find(nodes: &[Node], found: &mut Vec<String>) {
        for element in elements(nodes) {
            if let ("img", Some(address)) = (element.name.as_str(), element.attribute("src"))
                && !address.contains("://")
            {
                found.push(address.to_owned());
            }
            find(&element.children, found);
        }
    }
    let mut found = Vec::new();
    if source.contains("![") || source.contains("<img") {
        find(&xhtml(source), &mut found);
    }
    found
}
