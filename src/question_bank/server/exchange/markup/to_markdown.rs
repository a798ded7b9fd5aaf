//! Converts a tree of HTML to Markdown that shows the same. Elements that Markdown lacks and the
//! platform shows stay HTML.

use super::escape::Surroundings;
use super::html::is_block;
use super::inline::{Inline, longest_run};
use super::{Element, Node, tables};
use crate::question_bank::server::exchange::collect::Note;

/// Converts the nodes. Adds a note for everything that is lost.
pub fn to_markdown(nodes: &[Node], notes: &mut Vec<Note>) -> String {
    blocks(nodes, notes).join("\n\n")
}

pub(crate) fn blocks(nodes: &[Node], notes: &mut Vec<Note>) -> Vec<String> {
    let mut out = Vec::new();
    let mut run: Vec<&Node> = Vec::new();
    // Two lists in a row would merge into one, so the second uses another sign.
    let mut list_before = None;
    for node in nodes {
        match node {
            Node::Element(element) if holds_block(element) => {
                paragraph(&mut run, &mut out, notes);
                let other_sign = list_before == Some(false);
                list_before = is_list(element).then_some(other_sign);
                out.extend(block(element, other_sign, notes));
            }
            Node::Text(text) if run.is_empty() && text.trim().is_empty() => {}
            node => {
                list_before = None;
                run.push(node);
            }
        }
    }
    paragraph(&mut run, &mut out, notes);
    out
}

fn holds_block(element: &Element) -> bool {
    is_block(&element.name) || is_program(element) || element.elements().any(holds_block)
}

/// True for code of several lines that is marked with `<code>` alone, without `<pre>`.
fn is_program(element: &Element) -> bool {
    matches!(element.name.as_str(), "code" | "tt")
        && lines_of(&element.children).trim().contains(LINE_BREAK)
}

fn is_list(element: &Element) -> bool {
    matches!(element.name.as_str(), "ul" | "ol")
}

fn paragraph(run: &mut Vec<&Node>, out: &mut Vec<String>, notes: &mut Vec<Note>) {
    let text = inline(run.drain(..), notes);
    if !text.is_empty() {
        out.push(text);
    }
}

fn inline<'a>(nodes: impl IntoIterator<Item = &'a Node>, notes: &mut Vec<Note>) -> String {
    let mut inline = Inline::new(Surroundings::default(), notes);
    inline.nodes(nodes);
    inline.finish()
}

fn block(element: &Element, other_sign: bool, notes: &mut Vec<Note>) -> Vec<String> {
    let one = match element.name.as_str() {
        name @ ("h1" | "h2" | "h3" | "h4" | "h5" | "h6") => heading(name, element, notes),
        "pre" => code(element),
        "code" | "tt" if is_program(element) => code(element),
        "blockquote" => quote(&to_markdown(&element.children, notes)),
        "ul" | "ol" => list(element, other_sign, notes),
        "table" => return tables::table(element, notes),
        "hr" => "***".to_owned(),
        _ => return blocks(&element.children, notes),
    };
    match one.is_empty() {
        true => Vec::new(),
        false => vec![one],
    }
}

fn heading(name: &str, element: &Element, notes: &mut Vec<Note>) -> String {
    let mut text = inline(&element.children, notes).replace("\\\n", " ");
    if text.is_empty() {
        return text;
    }
    if text.ends_with('#') && !text.ends_with("\\#") {
        text.insert(text.len() - 1, '\\');
    }
    let level = name[1..].parse().unwrap_or(1);
    format!("{} {text}", "#".repeat(level))
}

fn code(element: &Element) -> String {
    let is_marked_alone = element.name != "pre";
    let code = lines_of(&element.children).replace('\u{a0}', " ");
    let code = match is_marked_alone {
        // Without `<pre>`, only `<br>` breaks a line.
        true => code.replace('\n', " "),
        false => code,
    };
    let code = code.replace(LINE_BREAK, "\n");
    let code = code.strip_prefix('\n').unwrap_or(&code).trim_end();
    if code.trim().is_empty() {
        return String::new();
    }
    let sign = "`".repeat(longest_run(code, '`').max(2) + 1);
    let language = language(element).unwrap_or_default();
    format!("{sign}{language}\n{code}\n{sign}")
}

/// Placeholder for `<br>`, which breaks a line even where `\n` does not.
const LINE_BREAK: char = '\u{2028}';

/// Returns the text with a `LINE_BREAK` for each `<br>`.
pub(crate) fn lines_of(nodes: &[Node]) -> String {
    nodes
        .iter()
        .map(|node| match node {
            Node::Text(text) => text.clone(),
            Node::Element(element) if element.name == "br" => LINE_BREAK.to_string(),
            Node::Element(element) => lines_of(&element.children),
        })
        .collect()
}

fn language(element: &Element) -> Option<&str> {
    [Some(element), element.first("code")]
        .into_iter()
        .flatten()
        .filter_map(|element| element.attribute("class"))
        .flat_map(str::split_ascii_whitespace)
        .filter_map(|class| {
            class
                .strip_prefix("language-")
                .or_else(|| class.strip_prefix("lang-"))
        })
        .find(|language| {
            language
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "+-#_".contains(c))
        })
}

fn quote(text: &str) -> String {
    text.lines()
        .map(|line| match line {
            "" => ">".to_owned(),
            line => format!("> {line}"),
        })
        .collect::<Vec<_>>()
        .join("\n")
}

fn list(element: &Element, other_sign: bool, notes: &mut Vec<Note>) -> String {
    let first: usize = element
        .attribute("start")
        .and_then(|start| start.parse().ok())
        .filter(|start| *start <= 1_000_000)
        .unwrap_or(1);
    let gap = if is_tight(element) { "\n" } else { "\n\n" };
    let mut items = Vec::new();
    for item in element.elements() {
        let text = match item.name.as_str() {
            "li" => blocks(&item.children, notes),
            _ => block(item, false, notes),
        };
        if text.is_empty() {
            continue;
        }
        let sign = match (element.name.as_str(), other_sign) {
            ("ul", false) => "- ".to_owned(),
            ("ul", true) => "* ".to_owned(),
            (_, false) => format!("{}. ", first + items.len()),
            (_, true) => format!("{}) ", first + items.len()),
        };
        items.push(indented(&sign, &text.join(gap)));
    }
    items.join(gap)
}

/// True if every item has at most a line of text and lists under it.
fn is_tight(element: &Element) -> bool {
    element
        .elements()
        .flat_map(Element::elements)
        .all(|part| !holds_block(part) || is_list(part) && part.attribute("start").is_none())
}

fn indented(sign: &str, text: &str) -> String {
    let indent = " ".repeat(sign.len());
    let lines = text.lines().enumerate().map(|(number, line)| match number {
        0 => format!("{sign}{line}"),
        _ if line.is_empty() => String::new(),
        _ => format!("{indent}{line}"),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Writes the element as HTML of one line, in which no character is a sign of Markdown.
pub(crate) fn raw(element: &Element) -> String {
    match element.name.as_str() {
        // Annotations repeat the formula for programs.
        "annotation" | "annotation-xml" => return String::new(),
        "semantics" | "maction" => {
            let shown = element
                .elements()
                .find(|child| !child.name.starts_with("annotation"));
            return shown.map(raw).unwrap_or_default();
        }
        "mfenced" => return raw(&fenced(element)),
        "menclose" => return raw(&renamed(element, "mrow")),
        "mlabeledtr" => return raw(&renamed(element, "mtr")),
        _ => {}
    }
    let mut out = format!("<{}", element.name);
    for (name, value) in &element.attributes {
        let is_kept =
            super::html::is_math(&element.name) || matches!(name.as_str(), "colspan" | "rowspan");
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.%#+ ".contains(c);
        if is_kept && value.chars().all(is_plain) {
            out.push_str(&format!(" {name}=\"{value}\""));
        }
    }
    out.push('>');
    for child in &element.children {
        match child {
            Node::Element(child) => out.push_str(&raw(child)),
            Node::Text(text) => {
                for c in text.chars() {
                    match c {
                        c if c.is_whitespace() => out.push(' '),
                        c if c.is_ascii_punctuation() => out.push_str(&format!("&#{};", c as u32)),
                        c => out.push(c),
                    }
                }
            }
        }
    }
    match element.name.as_str() {
        "br" | "hr" | "img" => out,
        name => format!("{out}</{name}>"),
    }
}

fn renamed(element: &Element, name: &str) -> Element {
    let skipped = usize::from(element.name == "mlabeledtr");
    let children = element.elements().skip(skipped);
    Element::new(name).holding(children.map(|child| child.clone().into()))
}

/// Writes out the parentheses and commas of `<mfenced>`, which browsers no longer show.
fn fenced(element: &Element) -> Element {
    let sign = |text: &str| Node::from(Element::new("mo").saying(text.trim()));
    let or = |name: &str, usual: &str| element.attribute(name).unwrap_or(usual).to_owned();
    let separators: Vec<String> = or("separators", ",")
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(String::from)
        .collect();
    let mut children = vec![sign(&or("open", "("))];
    for (at, child) in element.elements().enumerate() {
        if let Some(separator) = at
            .checked_sub(1)
            .and_then(|before| separators.get(before).or(separators.last()))
        {
            children.push(sign(separator));
        }
        children.push(child.clone().into());
    }
    children.push(sign(&or("close", ")")));
    children.retain(|child| !matches!(child, Node::Element(sign) if sign.name == "mo" && sign.children.is_empty()));
    Element::new("mrow").holding(children)
}
