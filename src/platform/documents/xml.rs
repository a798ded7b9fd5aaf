//! XML of Office files and EPUB as a tree. Document types are read over: their entities are never
//! defined, so no document can grow when it is parsed.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};

const MAX_ELEMENTS: usize = 4_000_000;
const MAX_DEPTH: usize = 200;

/// An element, with names without their prefixes.
#[derive(Debug, Default)]
pub struct XmlElement {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub children: Vec<XmlNode>,
}

#[derive(Debug)]
pub enum XmlNode {
    Element(XmlElement),
    Text(String),
}

impl XmlElement {
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let mut attributes = self.attributes.iter();
        let found = attributes.find(|(known, _)| known == name)?;
        Some(found.1.as_str())
    }

    pub fn elements(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter_map(|node| match node {
            XmlNode::Element(element) => Some(element),
            XmlNode::Text(_) => None,
        })
    }

    /// The first child with this name.
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.elements().find(|element| element.name == name)
    }

    /// All descendants with this name, in order.
    pub fn all<'a>(&'a self, name: &str) -> Vec<&'a Self> {
        let mut found = Vec::new();
        self.collect(name, &mut found);
        found
    }

    fn collect<'a>(&'a self, name: &str, found: &mut Vec<&'a Self>) {
        for element in self.elements() {
            if element.name == name {
                found.push(element);
            }
            element.collect(name, found);
        }
    }

    /// All text within.
    pub fn text(&self) -> String {
        let mut out = String::new();
        self.add_text(&mut out);
        out
    }

    fn add_text(&self, out: &mut String) {
        for node in &self.children {
            match node {
                XmlNode::Text(text) => out.push_str(text),
                XmlNode::Element(element) => element.add_text(out),
            }
        }
    }
}

/// Parses a document.
///
/// # Errors
///
/// A sentence.
pub fn parse(content: &[u8]) -> Result<XmlElement, String> {
    const BROKEN: &str = "The file is damaged: a part of it is not well-formed XML.";
    let text = super::text::decode(content);
    let mut reader = Reader::from_str(&text);
    reader.config_mut().expand_empty_elements = true;
    reader.config_mut().check_end_names = false;
    let mut open: Vec<XmlElement> = vec![XmlElement::default()];
    let mut count = 0;
    loop {
        let event = reader.read_event().map_err(|_| BROKEN.to_owned())?;
        let push = |open: &mut Vec<XmlElement>, text: &str| {
            if let Some(element) = open.last_mut() {
                match element.children.last_mut() {
                    Some(XmlNode::Text(last)) => last.push_str(text),
                    _ => element.children.push(XmlNode::Text(text.to_owned())),
                }
            }
        };
        match event {
            Event::Start(start) => {
                count += 1;
                if count > MAX_ELEMENTS || open.len() > MAX_DEPTH {
                    return Err("The file is nested too deeply or has too many parts.".to_owned());
                }
                open.push(element(&start));
            }
            Event::End(_) => {
                // The outermost entry stands for the document itself, and stays.
                if open.len() > 1
                    && let Some(element) = open.pop()
                    && let Some(parent) = open.last_mut()
                {
                    parent.children.push(XmlNode::Element(element));
                }
            }
            Event::Text(found) => {
                push(
                    &mut open,
                    &found.xml10_content().map_err(|_| BROKEN.to_owned())?,
                );
            }
            Event::CData(found) => {
                push(
                    &mut open,
                    &found.xml10_content().map_err(|_| BROKEN.to_owned())?,
                );
            }
            Event::GeneralRef(reference) => {
                if let Ok(Some(c)) = reference.resolve_char_ref() {
                    push(&mut open, c.encode_utf8(&mut [0; 4]));
                } else if let Some(text) = reference
                    .decode()
                    .ok()
                    .and_then(|name| resolve_predefined_entity(&name))
                {
                    push(&mut open, text);
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    while open.len() > 1 {
        if let (Some(element), Some(parent)) = (open.pop(), open.last_mut()) {
            parent.children.push(XmlNode::Element(element));
        }
    }
    open.pop()
        .and_then(|root| {
            root.children.into_iter().find_map(|node| match node {
                XmlNode::Element(element) => Some(element),
                XmlNode::Text(_) => None,
            })
        })
        .ok_or_else(|| BROKEN.to_owned())
}

fn element(start: &BytesStart<'_>) -> XmlElement {
    let local = |name: &[u8]| String::from_utf8_lossy(name).into_owned();
    let mut all = start.attributes();
    let attributes = all.with_checks(false).flatten().take(64);
    let attributes = attributes.filter_map(|attribute| {
        let value = attribute.unescape_value().ok()?;
        Some((
            local(attribute.key.local_name().as_ref()),
            value.into_owned(),
        ))
    });
    XmlElement {
        name: local(start.local_name().as_ref()),
        attributes: attributes.collect(),
        children: Vec::new(),
    }
}
