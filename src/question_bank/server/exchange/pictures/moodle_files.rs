//! Replaces the addresses of files in Moodle's XML.

use std::collections::HashMap;

use super::{Pictures, REFUSED, percent_decoded};
use crate::question_bank::server::exchange::collect::shortened;
use crate::question_bank::server::exchange::markup::{Element, Node};

impl Pictures {
    /// Replaces the addresses of Moodle's files in texts by the marks of the files.
    pub fn place_files(element: &mut Element) {
        let files: HashMap<String, String> = element
            .all("file")
            .filter_map(|file| {
                let name = file.attribute("name")?;
                let folder = file.attribute("path").unwrap_or("/");
                let path = format!("{folder}/{name}");
                let path = path.split('/').filter(|part| !part.is_empty());
                let mark = file.text();
                let mark = match mark.trim().strip_prefix(REFUSED) {
                    Some(rest) => format!("{REFUSED}{}{}", rest, shortened(name)),
                    None => mark.trim().to_owned(),
                };
                Some((path.collect::<Vec<_>>().join("/"), mark))
            })
            .collect();
        for child in &mut element.children {
            let Node::Element(child) = child else {
                continue;
            };
            if child.name == "text" && !files.is_empty() {
                for node in &mut child.children {
                    if let Node::Text(text) = node {
                        *text = with_files(text, &files);
                    }
                }
            } else if child.name != "file" {
                Self::place_files(child);
            }
        }
    }
}

fn with_files(text: &str, files: &HashMap<String, String>) -> String {
    const SIGN: &str = "@@PLUGINFILE@@/";
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(SIGN) {
        let (before, found) = rest.split_at(at);
        let found = &found[SIGN.len()..];
        let quote = before.chars().next_back();
        let ends = |c: char| match quote {
            Some('"' | '\'') => Some(c) == quote,
            Some('(') => c == ')' || c.is_whitespace(),
            _ => c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>'),
        };
        let end = found.find(ends).unwrap_or(found.len());
        let path = found[..end].split(['?', '#']).next().unwrap_or_default();
        let path = percent_decoded(&path.replace("&amp;", "&"));
        out.push_str(before);
        match files.get(&path) {
            Some(mark) => out.push_str(mark),
            None => out.push_str(&rest[at..at + SIGN.len() + end]),
        }
        rest = &found[end..];
    }
    out + rest
}
