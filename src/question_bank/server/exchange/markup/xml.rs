//! Parses XML into a tree and writes it. Document types and their entities are not supported, so no
//! document can grow when it is parsed.

use std::fmt::Write;

use quick_xml::Reader;
use quick_xml::escape::{EscapeError, resolve_predefined_entity};
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::{Element, MAX_DEPTH, Node, push};
use crate::question_bank::server::exchange::collect::shortened;

/// Most elements of one document.
const MAX_ELEMENTS: usize = 200_000;
const MAX_ATTRIBUTES: usize = 64;

/// Returns the root element. The error is a sentence that says what is wrong with the file.
pub fn parse(text: impl AsRef<str>) -> Result<Element, String> {
    let text = text.as_ref();
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut tree = Tree::default();
    loop {
        let event = reader
            .read_event()
            .map_err(|error| broken(text, reader.error_position(), &error.to_string()))?;
        let at = reader.buffer_position();
        let broken = |message: &str| broken(text, at, message);
        match event {
            Event::Start(start) => tree.open(element(&start).map_err(|why| broken(&why))?)?,
            Event::End(_) => tree.close(),
            Event::Text(found) => {
                let found = found.xml10_content().map_err(|_| broken("not UTF-8"))?;
                tree.text(&found).map_err(broken)?;
            }
            Event::CData(found) => {
                let found = found.xml10_content().map_err(|_| broken("not UTF-8"))?;
                tree.text(&found).map_err(broken)?;
            }
            Event::GeneralRef(reference) => {
                let c = character(&reference).map_err(|why| broken(&why))?;
                tree.text(&c).map_err(broken)?;
            }
            Event::DocType(_) => {
                return Err(
                    "The file declares a document type (<!DOCTYPE …>), which is not accepted. Take that line out."
                        .to_owned(),
                );
            }
            // The text is already decoded, whatever encoding the declaration names.
            Event::Decl(_) | Event::Empty(_) | Event::Comment(_) | Event::PI(_) => {}
            Event::Eof => return tree.finish().map_err(broken),
        }
    }
}

fn broken(text: &str, at: u64, message: &str) -> String {
    let at = usize::try_from(at).unwrap_or(usize::MAX);
    let line = 1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count();
    format!(
        "The file is not well-formed XML, line {line}: {}.",
        shortened(message)
    )
}

#[derive(Default)]
struct Tree {
    open: Vec<Element>,
    root: Option<Element>,
    count: usize,
}

impl Tree {
    fn open(&mut self, element: Element) -> Result<(), String> {
        self.count += 1;
        if self.count > MAX_ELEMENTS {
            return Err(format!("The file has more than {MAX_ELEMENTS} elements."));
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(format!(
                "The file is nested deeper than {MAX_DEPTH} elements."
            ));
        }
        if self.open.is_empty() && self.root.is_some() {
            return Err("The file has more than one root element.".to_owned());
        }
        self.open.push(element);
        Ok(())
    }

    fn close(&mut self) {
        if let Some(element) = self.open.pop() {
            match self.open.last_mut() {
                Some(parent) => push(&mut parent.children, element.into()),
                None => self.root = Some(element),
            }
        }
    }

    fn text(&mut self, text: &str) -> Result<(), &'static str> {
        match self.open.last_mut() {
            Some(parent) => push(&mut parent.children, Node::Text(text.to_owned())),
            None if !text.trim().is_empty() => return Err("text outside of the root element"),
            None => {}
        }
        Ok(())
    }

    fn finish(self) -> Result<Element, &'static str> {
        match (self.open.last(), self.root) {
            (None, Some(root)) => Ok(root),
            _ => Err("the file ends too early"),
        }
    }
}

fn element(start: &BytesStart<'_>) -> Result<Element, String> {
    let mut element = Element::new(name(start.local_name().as_ref())?);
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        if element.attributes.len() >= MAX_ATTRIBUTES {
            return Err(format!("more than {MAX_ATTRIBUTES} attributes"));
        }
        if attribute.key.as_namespace_binding().is_some() {
            continue;
        }
        let value = attribute
            .unescape_value()
            .map_err(|error| error.to_string())?;
        let key = name(attribute.key.local_name().into_inner())?.to_owned();
        element.attributes.push((key, value.into_owned()));
    }
    Ok(element)
}

fn name(bytes: &[u8]) -> Result<&str, String> {
    std::str::from_utf8(bytes).map_err(|_| "a name is not UTF-8".to_owned())
}

fn character(reference: &BytesRef<'_>) -> Result<String, String> {
    if let Some(c) = reference
        .resolve_char_ref()
        .map_err(|error| error.to_string())?
    {
        return Ok(c.to_string());
    }
    let name = reference.decode().map_err(|_| "not UTF-8".to_owned())?;
    match resolve_predefined_entity(&name) {
        Some(text) => Ok(text.to_owned()),
        None => Err(EscapeError::UnrecognizedEntity(0..name.len(), name.into_owned()).to_string()),
    }
}

pub const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// Writes the element as XML. Each element has a line of its own if white space has no meaning
/// there.
pub fn write(out: &mut String, element: &Element) {
    out.push('<');
    out.push_str(&element.name);
    for (name, value) in &element.attributes {
        let _ = write!(out, " {name}=\"");
        escape(out, value, true);
        out.push('"');
    }
    if element.name == "math" {
        out.push_str(" xmlns=\"http://www.w3.org/1998/Math/MathML\"");
    }
    if element.children.is_empty() {
        out.push_str("/>");
        return;
    }
    out.push('>');
    let line_end = if is_structure(element) { "\n" } else { "" };
    for child in &element.children {
        out.push_str(line_end);
        match child {
            Node::Element(child) => write(out, child),
            Node::Text(text) => escape(out, text, false),
        }
    }
    out.push_str(line_end);
    let _ = write!(out, "</{}>", element.name);
}

fn is_structure(element: &Element) -> bool {
    let name = element.name.as_str();
    let holds_elements = element
        .children
        .iter()
        .all(|child| matches!(child, Node::Element(_)));
    holds_elements
        && (name.starts_with("qti-")
            || matches!(name, "manifest" | "metadata" | "resources" | "resource"))
}

fn escape(out: &mut String, text: &str, in_attribute: bool) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // XML parsers would turn these characters into spaces or line feeds.
            '\r' => out.push_str("&#13;"),
            '\n' if in_attribute => out.push_str("&#10;"),
            '\t' if in_attribute => out.push_str("&#9;"),
            c => out.push(c),
        }
    }
}
