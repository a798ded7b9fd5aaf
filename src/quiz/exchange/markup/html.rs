//! HTML as people and editors write it, to a tree. It ends on any input: what is left open is closed, and what is
//! nested too deep loses its tags and keeps its text.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use super::{Element, MAX_DEPTH, Node, push};

pub fn parse(source: &str) -> Vec<Node> {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(with_text_kept(source)));
    let tokenizer = Tokenizer::new(Sink(RefCell::default()), TokenizerOpts::default());
    // Feeding pauses only for scripts to run, which the sink never asks for.
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.0.into_inner().finish()
}

/// Reading a tag takes the square of its attributes; those that people write have a few.
const MAX_ATTRIBUTES: usize = 100;

/// Without comments, and with what only looks like a tag escaped: in "a Vec<String>" it is text. So is all that comes after a tag with more attributes
/// than any has.
fn with_text_kept(source: &str) -> String {
    let mut out = String::with_capacity(source.len() + source.len() / 16);
    let mut rest = source;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if rest.starts_with("!--") {
            rest = rest.split_once("-->").map_or("", |(_, after)| after);
        } else if !is_known(rest.strip_prefix('/').unwrap_or(rest)) {
            out.push_str("&lt;");
        } else if let Some(end) = tag_end(rest) {
            out.push('<');
            out.push_str(&rest[..end]);
            rest = after_program(&rest[..end], &rest[end..]);
        } else {
            out.push_str("&lt;");
            out.push_str(&rest.replace('<', "&lt;"));
            rest = "";
        }
    }
    out.push_str(rest);
    out
}

/// What follows the tag, without what only programs and style sheets say.
fn after_program<'a>(tag: &str, rest: &'a str) -> &'a str {
    let ends_name = |c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>');
    let name = tag.split(ends_name).next().unwrap_or_default();
    if !["script", "style"]
        .iter()
        .any(|raw| raw.eq_ignore_ascii_case(name))
    {
        return rest;
    }
    let ends = |at: usize| {
        let after = &rest[at + 2..];
        after
            .get(..name.len())
            .is_some_and(|end| end.eq_ignore_ascii_case(name))
            && after[name.len()..].starts_with(ends_name)
    };
    rest.match_indices("</")
        .find(|(at, _)| ends(*at))
        .map_or("", |(at, _)| &rest[at..])
}

/// Where the tag ends that the text begins with, as the tokenizer finds it; None where it has too many attributes.
fn tag_end(text: &str) -> Option<usize> {
    enum At {
        TagName,
        Gap,
        Name,
        AfterName,
        BeforeValue,
        Quoted(u8),
        Value,
    }
    let mut at = At::TagName;
    let mut attributes = 0;
    for (place, byte) in text.bytes().enumerate() {
        let is_space = byte.is_ascii_whitespace();
        at = match (at, byte) {
            (At::Quoted(sign), byte) if byte == sign => At::Gap,
            (At::Quoted(sign), _) => At::Quoted(sign),
            (_, b'>') => return Some(place + 1),
            (At::TagName | At::Gap | At::Value, _) if is_space => At::Gap,
            (At::TagName | At::Gap | At::Name | At::AfterName, b'/') => At::Gap,
            (At::TagName, _) => At::TagName,
            (At::Name | At::AfterName, b'=') => At::BeforeValue,
            (At::Name | At::AfterName, _) if is_space => At::AfterName,
            (At::Name, _) => At::Name,
            (At::Gap | At::AfterName, _) => {
                attributes += 1;
                if attributes > MAX_ATTRIBUTES {
                    return None;
                }
                At::Name
            }
            (At::BeforeValue, _) if is_space => At::BeforeValue,
            (At::BeforeValue, b'"' | b'\'') => At::Quoted(byte),
            (At::BeforeValue | At::Value, _) => At::Value,
        };
    }
    Some(text.len())
}

fn is_known(tag: &str) -> bool {
    let end = tag
        .find(|c: char| !c.is_ascii_alphanumeric() && c != ':')
        .unwrap_or(tag.len());
    let name = tag[..end].to_ascii_lowercase();
    // Word processors bring names with a prefix.
    name.contains(':') || KNOWN.contains(&name.as_str()) || is_math(&name)
}

#[rustfmt::skip]
const KNOWN: &[&str] = &[
    "a", "abbr", "acronym", "address", "area", "article", "aside", "audio", "b", "base", "bdi", "bdo", "big",
    "blockquote", "body", "br", "button", "canvas", "caption", "center", "cite", "code", "col", "colgroup", "dd", "del",
    "details", "dfn", "div", "dl", "dt", "em", "embed", "fieldset", "figcaption", "figure", "font", "footer", "form",
    "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hr", "html", "i", "iframe", "img", "input", "ins", "kbd",
    "label", "legend", "li", "link", "main", "map", "mark", "meta", "nav", "object", "ol", "optgroup", "option", "p",
    "param", "pre", "q", "rb", "rp", "rt", "ruby", "s", "samp", "script", "section", "select", "small", "source", "span",
    "strike", "strong", "style", "sub", "summary", "sup", "svg", "table", "tbody", "td", "textarea", "tfoot", "th",
    "thead", "time", "title", "tr", "track", "tt", "u", "ul", "var", "video", "wbr",
];

/// The elements of formulas.
#[rustfmt::skip]
pub fn is_math(name: &str) -> bool {
    matches!(
        name,
        "math" | "merror" | "mfrac" | "mi" | "mmultiscripts" | "mn" | "mo" | "mover" | "mpadded" | "mphantom"
            | "mprescripts" | "mroot" | "mrow" | "ms" | "mspace" | "msqrt" | "mstyle" | "msub" | "msubsup" | "msup"
            | "mtable" | "mtd" | "mtext" | "mtr" | "munder" | "munderover" | "semantics"
    )
}

fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "br"
            | "col"
            | "embed"
            | "hr"
            | "img"
            | "input"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "wbr"
    )
}

struct Sink(RefCell<Builder>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut builder = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => return builder.start(&tag),
            Token::TagToken(tag) => builder.end(&tag.name),
            Token::CharacterTokens(text) => builder.text(&text),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

#[derive(Default)]
struct Builder {
    done: Vec<Node>,
    open: Vec<Element>,
    /// Open elements beyond the depth limit.
    sunk: usize,
    /// Within a script or a style sheet.
    is_swallowing: bool,
}

impl Builder {
    fn start(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name = &*tag.name;
        if let "script" | "style" = name {
            self.is_swallowing = true;
            return TokenSinkResult::RawData(match name {
                "script" => RawKind::ScriptData,
                _ => RawKind::Rawtext,
            });
        }
        self.close_implied(name);
        let mut element = Element::new(name);
        element.attributes = tag
            .attrs
            .iter()
            .map(|attribute| {
                (
                    attribute.name.local.to_string(),
                    attribute.value.to_string(),
                )
            })
            .collect();
        if is_void(name) || tag.self_closing {
            self.add(element.into());
        } else if self.open.len() >= MAX_DEPTH {
            self.sunk += 1;
        } else {
            self.open.push(element);
        }
        TokenSinkResult::Continue
    }

    /// Elements whose end nobody needs to write.
    fn close_implied(&mut self, name: &str) {
        match name {
            "li" => self.close(&["li"], &["ul", "ol"]),
            "dt" | "dd" => self.close(&["dt", "dd"], &["dl"]),
            "td" | "th" => self.close(&["td", "th"], &["tr", "table"]),
            "tr" => self.close(&["tr"], &["table"]),
            "thead" | "tbody" | "tfoot" => self.close(&["thead", "tbody", "tfoot"], &["table"]),
            name if is_block(name) => self.close(&["p"], BLOCKS),
            _ => {}
        }
    }

    /// Closes the innermost of these elements, with all that is in it, unless one of the others lies between.
    fn close(&mut self, names: &[&str], between: &[&str]) {
        let found = self
            .open
            .iter()
            .rposition(|element| names.contains(&element.name.as_str()));
        if let Some(at) = found
            && !self.open[at + 1..]
                .iter()
                .any(|element| between.contains(&element.name.as_str()))
        {
            self.close_to(at);
        }
    }

    fn close_to(&mut self, at: usize) {
        while self.open.len() > at
            && let Some(element) = self.open.pop()
        {
            self.add(element.into());
        }
    }

    fn end(&mut self, name: &str) {
        if self.is_swallowing {
            self.is_swallowing = false;
        } else if self.sunk > 0 {
            self.sunk -= 1;
        } else if is_table_part(name) {
            self.close(&[name], &[]);
        } else {
            self.close(&[name], &["td", "th"]);
        }
    }

    fn text(&mut self, text: &str) {
        if !self.is_swallowing {
            self.add(Node::Text(text.to_owned()));
        }
    }

    fn add(&mut self, node: Node) {
        match self.open.last_mut() {
            Some(parent) => push(&mut parent.children, node),
            None => push(&mut self.done, node),
        }
    }

    fn finish(mut self) -> Vec<Node> {
        self.close_to(0);
        self.done
    }
}

fn is_table_part(name: &str) -> bool {
    matches!(
        name,
        "table" | "thead" | "tbody" | "tfoot" | "tr" | "td" | "th"
    )
}

#[rustfmt::skip]
const BLOCKS: &[&str] = &[
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html",
    "legend", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th",
    "thead", "tr", "ul",
];

pub fn is_block(name: &str) -> bool {
    BLOCKS.contains(&name)
}
