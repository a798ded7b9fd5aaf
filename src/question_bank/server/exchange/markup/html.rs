//! Parses HTML as people and editors write it into a tree. Any input is accepted: open elements are
//! closed at the end, and elements that are nested too deep lose their tags and keep their text.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use super::tags;
pub use super::tags::TagStrictness;
use super::{Element, MAX_DEPTH, Node, push};

pub fn parse(source: &str) -> Vec<Node> {
    parse_as(source, TagStrictness::Html)
}

pub fn parse_as(source: &str, reading: TagStrictness) -> Vec<Node> {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(tags::marked(source, reading)));
    let tokenizer = Tokenizer::new(BuilderSink(RefCell::default()), TokenizerOpts::default());
    // Feeding pauses only to run a script, and the sink never requests that.
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.0.into_inner().finish()
}

/// True for elements of MathML that are shown as they are.
#[rustfmt::skip]
pub fn is_math(name: &str) -> bool {
    matches!(
        name,
        "math" | "merror" | "mfrac" | "mi" | "mmultiscripts" | "mn" | "mo" | "mover" | "mpadded" | "mphantom"
            | "mprescripts" | "mroot" | "mrow" | "ms" | "mspace" | "msqrt" | "mstyle" | "msub" | "msubsup" | "msup"
            | "mtable" | "mtd" | "mtext" | "mtr" | "munder" | "munderover" | "semantics"
    )
}

/// True for all elements that may come with a formula, shown or not.
pub fn is_formula(name: &str) -> bool {
    let local = local(name);
    is_math(local)
        || matches!(
            local,
            "annotation"
                | "annotation-xml"
                | "maction"
                | "menclose"
                | "mfenced"
                | "mlabeledtr"
                | "none"
        )
}

/// Returns the name of a formula's element without its prefix.
fn local(name: &str) -> &str {
    match name.split_once(':') {
        Some(("m" | "mml", local)) => local,
        _ => name,
    }
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

struct BuilderSink(RefCell<Builder>);

impl TokenSink for BuilderSink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut builder = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => return builder.start(&tag),
            Token::TagToken(tag) => builder.end(local(&tag.name)),
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
    /// Number of open elements beyond the depth limit.
    sunk: usize,
    /// True within a `<script>`, whose content is dropped.
    is_swallowing: bool,
}

impl Builder {
    fn start(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name = local(&tag.name);
        if name == "script" {
            self.add(Element::new(name).into());
            self.is_swallowing = true;
            return TokenSinkResult::RawData(RawKind::ScriptData);
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

    /// Closes elements whose end tag HTML lets authors omit.
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

    /// Closes the innermost of the elements `names` and everything in it. Does nothing if one of
    /// `between` lies further in.
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
