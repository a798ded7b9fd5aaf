//! Tidies HTML that authors have influenced, in one pass. Closes open elements, completes links and
//! images, and collects the text for search. Keeps nesting shallow: the repair rules of browsers,
//! which the sanitizer follows, take quadratic time or worse in depth. Safety is left to the
//! sanitizer, which runs afterwards.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use html5ever::{Attribute, LocalName};

use super::reading::ReadableText;
use super::{Heading, TargetKind, escape, escape_text_into, nesting, sanitize, target};

/// Depth from which elements lose their tags and keep their text.
const MAX_DEPTH: usize = 64;
const MAX_REMOVED: usize = 20;

type Resolve<'a> = &'a dyn Fn(&str, TargetKind) -> Option<String>;

pub(super) struct Tidy {
    pub html: String,
    pub text: String,
    pub words: u32,
    /// See `Rendered::removed`.
    pub removed: Vec<String>,
}

pub(super) fn tidy(html: &str, headings: &[Heading], resolve: Resolve) -> Tidy {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(html));
    let sink = TidySink(RefCell::new(Writer::new(html.len(), headings, resolve)));
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    // Feeding pauses only to run scripts, which the sink never requests.
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.0.into_inner().finish()
}

struct TidySink<'a>(RefCell<Writer<'a>>);

impl TokenSink for TidySink<'_> {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut writer = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => return writer.start(&tag),
            Token::TagToken(tag) => writer.end(&tag.name),
            Token::CharacterTokens(text) => writer.text(&text),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

struct Writer<'a> {
    resolve: Resolve<'a>,
    /// Ids of headings. Other elements that claim such an id lose it.
    heading_ids: HashSet<&'a str>,
    html: String,
    open: Vec<OpenElement>,
    /// Open elements beyond the depth limit, which are not written, and their number by name.
    sunk: Vec<LocalName>,
    sunk_counts: HashMap<LocalName, usize>,
    /// Content of an open script or style sheet, dropped at its end tag. Without an end tag it is
    /// shown, because it would hold the rest of the page.
    swallowed: Option<String>,
    ids: HashSet<String>,
    reading: ReadableText,
    removed: Vec<String>,
}

struct OpenElement {
    name: LocalName,
    /// Parts that the renderer adds, which nobody searches for.
    is_furniture: bool,
    is_code: bool,
}

impl<'a> Writer<'a> {
    fn new(len: usize, headings: &'a [Heading], resolve: Resolve<'a>) -> Self {
        Self {
            resolve,
            heading_ids: headings.iter().map(|heading| heading.id.as_str()).collect(),
            html: String::with_capacity(len + len / 8),
            open: Vec::new(),
            sunk: Vec::new(),
            sunk_counts: HashMap::new(),
            swallowed: None,
            ids: HashSet::new(),
            reading: ReadableText::default(),
            removed: Vec::new(),
        }
    }

    fn start(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name = &*tag.name;
        if let "script" | "style" = name {
            self.note_removed(format!("<{name}>"));
            self.swallowed = Some(String::new());
            return TokenSinkResult::RawData(match name {
                "script" => RawKind::ScriptData,
                _ => RawKind::Rawtext,
            });
        }
        let is_control = name == "input" && value_of(tag, "type") != Some("checkbox");
        if !sanitize::allows(name) || is_control {
            self.note_removed(format!("<{name}>"));
            self.reading.push(" ", false);
            return TokenSinkResult::Continue;
        }
        if nesting::is_block(name) {
            self.reading.end_line();
        }
        if self.sunk.is_empty() {
            self.close_implied(name);
        }
        self.open_element(tag);
        TokenSinkResult::Continue
    }

    fn open_element(&mut self, tag: &Tag) {
        let name = &*tag.name;
        let parent = self.open.last().map(|element| &*element.name);
        if !nesting::may_hold(parent, name) {
            return;
        }
        let is_empty = nesting::is_void(name) || tag.self_closing;
        if (self.open.len() >= MAX_DEPTH || !self.sunk.is_empty()) && !is_empty {
            self.sunk.push(tag.name.clone());
            *self.sunk_counts.entry(tag.name.clone()).or_default() += 1;
            return;
        }
        self.write_start(tag);
        if !is_empty {
            let (in_furniture, in_code) = self.surroundings();
            self.open.push(OpenElement {
                name: tag.name.clone(),
                is_furniture: in_furniture || is_furniture(tag),
                is_code: in_code || name == "pre",
            });
        } else if !nesting::is_void(name) {
            self.write_end(name);
        }
    }

    fn end(&mut self, name: &LocalName) {
        if let "script" | "style" = &**name {
            self.swallowed = None;
            return;
        }
        if self.sunk_counts.get(name).is_some_and(|count| *count > 0) {
            self.rise_through(name);
            return;
        }
        let from_top = self.open.iter().rev();
        let reached = from_top
            .take_while(|element| !nesting::stops_end(&element.name, name))
            .position(|element| element.name == *name);
        if let Some(distance) = reached {
            self.sunk.clear();
            self.sunk_counts.clear();
            self.close_top(distance + 1);
        }
    }

    fn rise_through(&mut self, name: &LocalName) {
        while let Some(sunk) = self.sunk.pop() {
            if let Some(count) = self.sunk_counts.get_mut(&sunk) {
                *count -= 1;
            }
            if nesting::is_block(&sunk) {
                self.reading.end_line();
            }
            if sunk == *name {
                return;
            }
        }
    }

    /// Closes elements that end implicitly when `name` begins, such as a paragraph before a list.
    fn close_implied(&mut self, name: &str) {
        while let Some(count) = self.implied_by(name) {
            self.close_top(count);
        }
    }

    fn implied_by(&self, name: &str) -> Option<usize> {
        for (index, element) in self.open.iter().rev().enumerate() {
            if nesting::ends_before(&element.name, name) {
                return Some(index + 1);
            }
            if nesting::shields(&element.name, name) {
                return None;
            }
        }
        None
    }

    fn close_top(&mut self, count: usize) {
        for element in self.open.split_off(self.open.len() - count).iter().rev() {
            self.write_end(&element.name);
            if nesting::is_block(&element.name) {
                self.reading.end_line();
            }
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(swallowed) = &mut self.swallowed {
            swallowed.push_str(text);
            return;
        }
        let kept = self.without_dropped_newline(text);
        escape_text_into(&mut self.html, kept);
        let (is_furniture, is_code) = self.surroundings();
        if !is_furniture {
            self.reading.push(text, is_code);
        }
    }

    /// Removes all newlines at the start of a `<pre>`. Parsers drop the first one, so of several
    /// kept newlines each parse would drop another.
    fn without_dropped_newline<'t>(&self, text: &'t str) -> &'t str {
        let is_pre = self.open.last().is_some_and(|top| &*top.name == "pre");
        if is_pre && self.html.ends_with(" tabindex=\"0\">") {
            text.trim_start_matches('\n')
        } else {
            text
        }
    }

    fn finish(mut self) -> Tidy {
        if let Some(text) = self.swallowed.take() {
            self.text(&text);
        }
        self.close_top(self.open.len());
        let (text, words) = self.reading.finish();
        Tidy {
            html: self.html,
            text,
            words,
            removed: self.removed,
        }
    }

    /// Returns whether the current place is furniture, and whether it is code.
    fn surroundings(&self) -> (bool, bool) {
        self.open
            .last()
            .map_or((false, false), |top| (top.is_furniture, top.is_code))
    }

    fn write_start(&mut self, tag: &Tag) {
        let name = &*tag.name;
        if name == "table" {
            self.html.push_str("<div class=\"table\" tabindex=\"0\">");
        }
        self.html.push('<');
        self.html.push_str(name);
        for attribute in &tag.attrs {
            self.write_given(tag, attribute);
        }
        match name {
            "pre" => self.write_attribute("tabindex", "0"),
            // A wide formula scrolls, like code and tables.
            "math" if value_of(tag, "display") == Some("block") => {
                self.write_attribute("tabindex", "0");
            }
            "img" => self.complete_image(tag),
            "input" => self.complete_checkbox(tag),
            _ => {}
        }
        self.html.push('>');
    }

    fn write_end(&mut self, name: &str) {
        let name = match name {
            "th" if self.has_just_begun("<th") => self.without_header(),
            _ => name,
        };
        self.html.push_str("</");
        self.html.push_str(name);
        self.html.push('>');
        if name == "table" {
            self.html.push_str("</div>");
        }
    }

    /// Returns whether the element that begins with `start` is empty so far.
    fn has_just_begun(&self, start: &str) -> bool {
        self.html.rfind(start).is_some_and(|at| {
            let rest = &self.html[at..];
            rest.find('>').is_some_and(|end| end + 1 == rest.len())
        })
    }

    /// Makes the empty header that was just begun a cell, because it names nothing. Returns the
    /// name of a cell.
    fn without_header(&mut self) -> &'static str {
        if let Some(at) = self.html.rfind("<th") {
            self.html.replace_range(at..at + "<th".len(), "<td");
        }
        "td"
    }

    /// Writes an attribute of the source. Attributes that the renderer sets on all elements are
    /// dropped.
    fn write_given(&mut self, tag: &Tag, attribute: &Attribute) {
        let value = &*attribute.value;
        match (&*tag.name, &*attribute.name.local) {
            (_, handler) if handler.starts_with("on") => self.note_removed(handler.to_owned()),
            (_, "rel" | "target" | "tabindex" | "loading" | "decoding") => {}
            (_, "id") => self.write_id(tag, value),
            ("a", "name") if value_of(tag, "id").is_none() => self.write_id(tag, value),
            ("a", "href") => self.write_link(tag, value),
            ("img", "src") => self.write_target("src", value, TargetKind::Image),
            (name, "style") if sanitize::is_math(name) => self.write_alignment(value),
            (_, name) => self.write_attribute(name, value),
        }
    }

    fn write_id(&mut self, tag: &Tag, id: &str) {
        let is_heading = matches!(&*tag.name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6");
        let is_free = is_heading || !self.heading_ids.contains(id);
        if is_free && sanitize::is_content_id(id) && self.ids.insert(id.to_owned()) {
            self.write_attribute("id", id);
        }
    }

    fn write_link(&mut self, tag: &Tag, href: &str) {
        if is_furniture(tag) {
            self.write_attribute("href", href);
        } else {
            self.write_target("href", href, TargetKind::Link);
        }
    }

    fn write_target(&mut self, attribute: &str, written: &str, kind: TargetKind) {
        let written = written.trim();
        let resolved = match written {
            "" => None,
            _ => (self.resolve)(written, kind),
        };
        match target::checked(resolved.as_deref().unwrap_or(written)) {
            Ok(address) => {
                self.write_attribute(attribute, &address);
                if kind == TargetKind::Link && target::is_external(&address) {
                    self.write_attribute("rel", sanitize::EXTERNAL_REL);
                }
            }
            Err(offence) => self.note_removed(offence),
        }
    }

    /// Replaces inline styles that align cells of formulas by classes. The pages' security policy
    /// forbids inline styles.
    fn write_alignment(&mut self, style: &str) {
        if style.contains("text-align: left") {
            self.write_attribute("class", "math-left");
        } else if style.contains("text-align: right") {
            self.write_attribute("class", "math-right");
        }
    }

    fn complete_image(&mut self, tag: &Tag) {
        match value_of(tag, "alt") {
            Some(alt) => self.reading.push(&format!(" {alt} "), false),
            None => self.write_attribute("alt", ""),
        }
        self.write_attribute("loading", "lazy");
        self.write_attribute("decoding", "async");
    }

    fn complete_checkbox(&mut self, tag: &Tag) {
        let label = match value_of(tag, "checked") {
            Some(_) => "Done",
            None => "Not done",
        };
        self.write_attribute("aria-label", label);
    }

    fn write_attribute(&mut self, name: &str, value: &str) {
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if name.bytes().all(is_name) {
            self.html.push(' ');
            self.html.push_str(name);
            self.html.push_str("=\"");
            self.html.push_str(&escape(value));
            self.html.push('"');
        }
    }

    fn note_removed(&mut self, what: String) {
        if self.removed.len() < MAX_REMOVED && !self.removed.contains(&what) {
            self.removed.push(what);
        }
    }
}

fn value_of<'t>(tag: &'t Tag, name: &str) -> Option<&'t str> {
    let attribute = tag
        .attrs
        .iter()
        .find(|attribute| &*attribute.name.local == name)?;
    Some(&attribute.value)
}

/// Returns true for anchors, labels and marks that the renderer adds around the author's text.
fn is_furniture(tag: &Tag) -> bool {
    let class = value_of(tag, "class").unwrap_or_default();
    matches!(
        class,
        "anchor" | "code-lang" | "code-flag" | "code-label" | "footnote-ref"
    ) || value_of(tag, "data-footnote-ref").is_some()
        || value_of(tag, "data-footnote-backref").is_some()
}
