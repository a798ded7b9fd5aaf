//! Walks over a page's Markdown once, parsing as mdBook does, and notes the position of each
//! element. The rewriting steps read these notes and edit the source text.

use std::collections::HashMap;
use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd};

use super::html::{self, Token};

#[derive(Debug, Default)]
pub struct Scan {
    /// Blocks in the order of the page. Containers (lists, quotations) come before their content.
    pub blocks: Vec<PageBlock>,
    pub headings: Vec<PageHeading>,
    pub fences: Vec<Fence>,
    pub links: Vec<Link>,
    /// Ranges of link definitions (`[name]: address`), each with its address.
    pub definitions: Vec<(Range<usize>, String)>,
    /// Raw HTML: whole blocks, and each inline tag.
    pub html: Vec<Range<usize>>,
    /// Runs of ordinary text.
    pub texts: Vec<Range<usize>>,
    /// Code blocks and spans, in order. Nothing in them is an element of the book.
    code: Vec<Range<usize>>,
    comments: Vec<Range<usize>>,
}

#[derive(Debug)]
pub struct PageBlock {
    pub kind: PageBlockKind,
    pub range: Range<usize>,
    /// Number of the innermost container, 0 for the page.
    pub container: usize,
    /// Index of the block before this one in the same container.
    previous: Option<usize>,
    /// Index of the block after this one in the same container.
    next: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageBlockKind {
    Paragraph,
    /// Index in `headings`.
    Heading(usize),
    /// Index in `fences`.
    Fence(usize),
    Html,
    /// A quotation, with the number of the container that it opens.
    Quote(usize),
    Other,
}

#[derive(Debug)]
pub struct PageHeading {
    pub range: Range<usize>,
    pub level: usize,
    /// Plain text.
    pub text: String,
    /// Id written as `{#id}`.
    pub id: Option<String>,
    /// True if the heading has anything in braces.
    pub has_attributes: bool,
    pub in_container: bool,
}

#[derive(Debug)]
pub struct Fence {
    pub range: Range<usize>,
    pub info: String,
    /// Content without the marks of the containers around it.
    pub content: String,
    /// Offset of the content in the page.
    pub content_start: usize,
}

#[derive(Debug)]
pub struct Link {
    pub range: Range<usize>,
    /// Range of the text between the square brackets.
    pub inner: Range<usize>,
    pub target: String,
    pub title: String,
    pub is_image: bool,
}

fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
}

pub fn scan(text: &str) -> Scan {
    let parser = Parser::new_ext(text, options());
    let definitions = parser.reference_definitions().iter();
    let definitions = definitions.map(|(_, found)| (found.span.clone(), found.dest.to_string()));
    let mut walk = Walk {
        scan: Scan {
            definitions: definitions.collect(),
            ..Scan::default()
        },
        text,
        containers: vec![0],
        last_container: 0,
        last_blocks: HashMap::new(),
        links: Vec::new(),
        heading: None,
        fence: None,
    };
    for (event, range) in parser.into_offset_iter() {
        walk.event(event, range);
    }
    let html = walk.scan.html.iter();
    walk.scan.comments = html.flat_map(|range| comments_in(text, range)).collect();
    walk.scan
}

/// Returns the ranges of a text's HTML comments, except those in code.
pub fn comments(text: &str) -> Vec<Range<usize>> {
    scan(text).comments
}

fn comments_in(text: &str, html: &Range<usize>) -> Vec<Range<usize>> {
    let tokens = html::tokens(text, html.clone()).into_iter();
    let comments = tokens.filter_map(|token| match token {
        Token::Comment(comment) => Some(comment),
        Token::Tag(_) => None,
    });
    comments.collect()
}

/// Returns the words of a piece of Markdown, without any markup.
pub fn plain(markdown: &str) -> String {
    let mut out = String::new();
    for event in Parser::new_ext(markdown, options()) {
        match event {
            Event::Text(text) | Event::Code(text) => out.push_str(&text),
            Event::SoftBreak | Event::HardBreak | Event::End(TagEnd::Paragraph) => out.push(' '),
            _ => {}
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Renders Markdown of one paragraph to HTML, without the paragraph's tags.
pub fn inline_html(markdown: &str) -> String {
    let mut html = String::new();
    let parser = Parser::new_ext(markdown, options());
    pulldown_cmark::html::push_html(&mut html, parser);
    let html = html.trim();
    let inner = html
        .strip_prefix("<p>")
        .and_then(|html| html.strip_suffix("</p>"));
    inner
        .filter(|inner| !inner.contains("<p>"))
        .unwrap_or(html)
        .replace('\n', " ")
}

impl Scan {
    pub fn in_code(&self, offset: usize) -> bool {
        is_within(&self.code, offset)
    }

    /// Returns true if `offset` is in code or in a comment.
    pub fn is_inert(&self, offset: usize) -> bool {
        self.in_code(offset) || is_within(&self.comments, offset)
    }

    /// Returns true if `offset` is in raw HTML.
    pub fn in_html(&self, offset: usize) -> bool {
        is_within(&self.html, offset)
    }

    /// Returns the block after this one in the same container.
    pub fn next_sibling(&self, index: usize) -> Option<&PageBlock> {
        self.blocks[index].next.map(|next| &self.blocks[next])
    }

    pub fn previous_sibling(&self, index: usize) -> Option<&PageBlock> {
        let previous = self.blocks[index].previous;
        previous.map(|previous| &self.blocks[previous])
    }
}

/// Returns true if one of the ranges contains `offset`. The ranges must be in order and must not
/// overlap.
pub fn is_within(ranges: &[Range<usize>], offset: usize) -> bool {
    let after = ranges.partition_point(|range| range.start <= offset);
    after > 0 && ranges[after - 1].end > offset
}

/// Returns the prefix of new lines inserted at `offset`. It keeps them in the list items and
/// quotations that are open there. `offset` must be the beginning of a block.
pub fn line_prefix(text: &str, offset: usize) -> String {
    let start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    let lead = &text[start..offset];
    lead.chars()
        .map(|c| if c == '>' || c == '\t' { c } else { ' ' })
        .collect()
}

/// Returns the same prefix as `line_prefix`, for an offset that may be inside a block.
pub fn container_prefix(text: &str, offset: usize) -> String {
    let start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    let lead = &text[start..offset];
    let begins_block = |c: char| c.is_ascii_digit() || " \t>-*+.)".contains(c);
    if lead.chars().all(begins_block) {
        return line_prefix(text, offset);
    }
    lead.chars().take_while(|c| " \t>".contains(*c)).collect()
}

struct Walk<'t> {
    scan: Scan,
    text: &'t str,
    containers: Vec<usize>,
    last_container: usize,
    /// Index of the last block of each container.
    last_blocks: HashMap<usize, usize>,
    /// Links that are open, outermost first.
    links: Vec<Link>,
    heading: Option<PageHeading>,
    fence: Option<Fence>,
}

impl Walk<'_> {
    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.words(&text, range, false),
            Event::Code(text) => {
                self.scan.code.push(range.clone());
                self.words(&text, range, true);
            }
            Event::InlineHtml(_) => self.scan.html.push(range),
            Event::SoftBreak | Event::HardBreak => {
                if let Some(heading) = &mut self.heading {
                    heading.text.push(' ');
                }
            }
            Event::Rule => self.block(PageBlockKind::Other, range),
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        match tag {
            Tag::Paragraph => self.block(PageBlockKind::Paragraph, range),
            Tag::Heading {
                level,
                id,
                classes,
                attrs,
            } => {
                self.block(
                    PageBlockKind::Heading(self.scan.headings.len()),
                    range.clone(),
                );
                self.heading = Some(PageHeading {
                    range: trimmed(self.text, range),
                    level: level_number(level),
                    text: String::new(),
                    has_attributes: id.is_some() || !classes.is_empty() || !attrs.is_empty(),
                    id: id.map(|id| id.to_string()),
                    in_container: self.containers.len() > 1,
                });
            }
            Tag::CodeBlock(CodeBlockKind::Fenced(info)) => {
                let range = trimmed(self.text, range);
                self.block(PageBlockKind::Fence(self.scan.fences.len()), range.clone());
                self.scan.code.push(range.clone());
                self.fence = Some(Fence {
                    content_start: range.end,
                    range,
                    info: info.to_string(),
                    content: String::new(),
                });
            }
            Tag::CodeBlock(CodeBlockKind::Indented) => {
                self.scan.code.push(range.clone());
                self.block(PageBlockKind::Other, range);
            }
            Tag::HtmlBlock => {
                self.scan.html.push(range.clone());
                self.block(PageBlockKind::Html, range);
            }
            Tag::BlockQuote(_) => {
                self.block(PageBlockKind::Quote(self.last_container + 1), range);
                self.open_container();
            }
            Tag::Item | Tag::FootnoteDefinition(_) => self.open_container(),
            Tag::List(_) | Tag::Table(_) => self.block(PageBlockKind::Other, range),
            // An autolink such as `<https://…>` is complete already.
            Tag::Link {
                link_type: LinkType::Autolink | LinkType::Email,
                ..
            } => {}
            Tag::Link {
                dest_url, title, ..
            } => {
                self.open_link(&dest_url, &title, false, range);
            }
            Tag::Image {
                dest_url, title, ..
            } => {
                self.open_link(&dest_url, &title, true, range);
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => self.scan.headings.extend(self.heading.take()),
            TagEnd::CodeBlock => self.scan.fences.extend(self.fence.take()),
            TagEnd::BlockQuote(_) | TagEnd::Item | TagEnd::FootnoteDefinition => {
                self.containers.pop();
            }
            TagEnd::Link | TagEnd::Image => self.close_link(matches!(tag, TagEnd::Image)),
            _ => {}
        }
    }

    fn words(&mut self, text: &str, range: Range<usize>, is_code: bool) {
        if let Some(fence) = &mut self.fence {
            fence.content.push_str(text);
            fence.content_start = fence.content_start.min(range.start);
            return;
        }
        if let Some(heading) = &mut self.heading {
            heading.text.push_str(text);
        }
        if !is_code && !self.scan.in_code(range.start) {
            self.scan.texts.push(range);
        }
    }

    fn block(&mut self, kind: PageBlockKind, range: Range<usize>) {
        let container = self.containers.last().copied().unwrap_or_default();
        let index = self.scan.blocks.len();
        let previous = self.last_blocks.insert(container, index);
        if let Some(previous) = previous {
            self.scan.blocks[previous].next = Some(index);
        }
        self.scan.blocks.push(PageBlock {
            kind,
            range: trimmed(self.text, range),
            container,
            previous,
            next: None,
        });
    }

    fn open_container(&mut self) {
        self.last_container += 1;
        self.containers.push(self.last_container);
    }

    fn open_link(&mut self, target: &str, title: &str, is_image: bool, range: Range<usize>) {
        let start = range.start + if is_image { 2 } else { 1 };
        let link = Link {
            inner: start..start,
            range,
            target: target.to_owned(),
            title: title.to_owned(),
            is_image,
        };
        self.links.push(link);
    }

    fn close_link(&mut self, is_image: bool) {
        // An autolink was never opened here, so its end must not close the link around it.
        let Some(mut link) = self.links.pop_if(|link| link.is_image == is_image) else {
            return;
        };
        link.inner.end = inner_end(self.text, &link);
        self.scan.links.push(link);
    }
}

/// Returns the end of a link's text: its closing bracket, not counting brackets in code and after
/// backslashes.
fn inner_end(text: &str, link: &Link) -> usize {
    let bytes = text.as_bytes();
    let mut depth = 0usize;
    let mut at = link.inner.start;
    while at < link.range.end {
        match bytes[at] {
            b'\\' => at += 1,
            b'`' => {
                let run = bytes[at..].iter().take_while(|byte| **byte == b'`').count();
                let ticks = "`".repeat(run);
                at += run - 1;
                if let Some(close) = text[at + 1..link.range.end].find(&ticks) {
                    at += close + run;
                }
            }
            b'[' => depth += 1,
            b']' if depth == 0 => return at,
            b']' => depth -= 1,
            _ => {}
        }
        at += 1;
    }
    link.range.end
}

/// Trims white space from the end. Some of the parser's ranges include the line's end, and some
/// don't.
fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let end = range.start + text[range.clone()].trim_end().len();
    range.start..end
}

fn level_number(level: HeadingLevel) -> usize {
    level as usize
}
