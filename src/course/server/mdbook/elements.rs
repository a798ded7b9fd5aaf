//! Converts elements that books write as raw HTML or as syntax of their preprocessors. These are
//! listings, captions, file names, pictures, permissions, icons and comments.

use std::collections::HashMap;
use std::ops::Range;

use super::code::CodeBlock;
use super::html::{self, Tag, Token};
use super::permissions;
use super::rewrite::{Context, Resolved};
use super::scan::{self, PageBlock, PageBlockKind, Scan};
use super::source::{Edits, Source};

/// Font Awesome icons that books mention, with a character for each.
const ICONS: [(&str, &str); 21] = [
    ("fa-eye", "👁"),
    ("fa-play", "▶"),
    ("fa-bars", "☰"),
    ("fa-search", "🔍"),
    ("fa-edit", "✎"),
    ("fa-pencil", "✎"),
    ("fa-print", "⎙"),
    ("fa-angle-left", "‹"),
    ("fa-angle-right", "›"),
    ("fa-level-up", "↱"),
    ("fa-level-down", "↳"),
    ("fa-arrow-right", "→"),
    ("fa-arrow-left", "←"),
    ("fa-arrow-up", "↑"),
    ("fa-arrow-down", "↓"),
    ("fa-rotate-left", "↺"),
    ("fa-undo", "↺"),
    ("fa-check", "✓"),
    ("fa-times", "✗"),
    ("fa-star", "★"),
    ("fa-warning", "⚠"),
];

pub fn rewrite(
    scan: &Scan,
    source: &Source,
    cx: &mut Context<'_, '_>,
    edits: &mut Edits,
    fences: &mut HashMap<usize, CodeBlock>,
) {
    let mut elements = Elements {
        scan,
        source,
        edits: &mut *edits,
        listings: Vec::new(),
        in_icon: false,
        done_to: 0,
        warnings: Vec::new(),
    };
    elements.file_names(fences);
    elements.captions(cx);
    for range in &scan.html {
        elements.html(range.clone(), cx, fences);
    }
    for listing in std::mem::take(&mut elements.listings) {
        let message = match elements.end_behind_code(&listing) {
            true => "this <Listing> is never closed; it was ended behind its code",
            false => "this <Listing> is never closed and has no code; its caption was kept",
        };
        cx.problems
            .left_out(&source.place(listing.tag.start), message);
    }
    permissions::badges(scan, source.text(), edits);
}

struct Elements<'a> {
    scan: &'a Scan,
    source: &'a Source,
    edits: &'a mut Edits,
    /// Open listings, outermost first.
    listings: Vec<Listing>,
    /// True after the start tag of an icon was removed; its end tag must be removed too.
    in_icon: bool,
    /// Text before this offset was already handled as part of an element.
    done_to: usize,
    /// Offsets of the end tags of `<div class="warning">`.
    warnings: Vec<usize>,
}

struct Listing {
    tag: Range<usize>,
    caption: Option<String>,
}

impl Elements<'_> {
    fn text(&self) -> &str {
        self.source.text()
    }

    fn words_of(&self, block: &PageBlock) -> &str {
        &self.text()[block.range.clone()]
    }

    /// Makes `<span class="filename">Filename: src/main.rs</span>` above a code block the block's
    /// title.
    fn file_names(&mut self, fences: &mut HashMap<usize, CodeBlock>) {
        for (index, block) in self.scan.blocks.iter().enumerate() {
            let Some(name) = span_text(self.words_of(block), "filename") else {
                continue;
            };
            let name = name
                .trim()
                .strip_prefix("Filename:")
                .unwrap_or(name)
                .trim()
                .to_owned();
            let next = self.scan.next_sibling(index).map(|next| next.kind);
            if let Some(PageBlockKind::Fence(fence)) = next {
                if let Some(code) = fences.get_mut(&fence) {
                    code.title = Some(scan::plain(&name));
                }
                self.edits.delete(block.range.clone());
            } else {
                self.edits
                    .replace(block.range.clone(), format!("**{name}**"));
            }
        }
    }

    /// Makes a figure of code or a picture with `<span class="caption">…</span>` below it. Other
    /// captions, for example above a table, stay paragraphs.
    fn captions(&mut self, cx: &mut Context<'_, '_>) {
        for (index, block) in self.scan.blocks.iter().enumerate() {
            let Some(caption) = span_text(self.words_of(block), "caption") else {
                continue;
            };
            let caption = caption.trim().to_owned();
            let Some(shown) = self.scan.previous_sibling(index) else {
                continue;
            };
            let class = match shown.kind {
                PageBlockKind::Fence(_) => " class=\"listing\"",
                PageBlockKind::Paragraph | PageBlockKind::Html
                    if is_picture(self.words_of(shown)) =>
                {
                    ""
                }
                _ => continue,
            };
            let caption = self.caption_html(&caption, block.range.start, cx);
            let prefix = scan::line_prefix(self.text(), shown.range.start);
            let blank = prefix.trim_end().to_owned();
            self.edits.insert(
                shown.range.start,
                format!("<figure{class}>\n{blank}\n{prefix}"),
            );
            self.edits.replace(
                block.range.clone(),
                format!("<figcaption>{caption}</figcaption>\n{prefix}</figure>\n{blank}\n"),
            );
        }
    }

    fn caption_html(&self, caption: &str, at: usize, cx: &mut Context<'_, '_>) -> String {
        let source = Source::at(caption, &self.source.place(at));
        let markdown = super::rewrite::question_text(&source, "", cx);
        scan::inline_html(&markdown)
    }

    fn html(
        &mut self,
        range: Range<usize>,
        cx: &mut Context<'_, '_>,
        fences: &mut HashMap<usize, CodeBlock>,
    ) {
        if let Some(code) = editor(&self.text()[range.clone()]) {
            self.edits
                .replace(range, format!("{}\n", code.markdown("")));
            return;
        }
        for token in html::tokens(self.text(), range.clone()) {
            match token {
                Token::Comment(comment) => self.edits.delete(comment),
                Token::Tag(tag) if tag.range.start < self.done_to => {}
                Token::Tag(tag) if tag.is("Listing") => self.listing(&tag, cx, fences),
                Token::Tag(tag) if tag.has_class("hidden") => self.hidden(&tag),
                Token::Tag(tag) if tag.is("div") => self.div(&tag, range.end, cx),
                Token::Tag(tag) => self.tag(&tag, cx),
            }
        }
    }

    /// Removes an element of the class `hidden`, which mdBook does not show.
    fn hidden(&mut self, tag: &Tag) {
        let end = self.end_of(tag).map_or(tag.range.end, |close| close.end);
        self.edits.delete(tag.range.start..end);
        self.done_to = end;
    }

    /// Converts mdBook's warning boxes and Aquascope's permission diagrams. Other boxes stay.
    fn div(&mut self, tag: &Tag, end: usize, cx: &mut Context<'_, '_>) {
        if tag.closing && self.warnings.contains(&tag.range.start) {
            self.edits.replace(tag.range.clone(), "</aside>");
        } else if has_class_starting(tag, "permission-stack") {
            let (dots, stop) = permissions::stack(self.text(), tag, end);
            self.edits.replace(tag.range.start..stop, dots);
            self.done_to = stop;
        } else if let Some(close) = self.end_of(tag).filter(|_| tag.has_class("warning")) {
            let open = "<aside class=\"callout warning\"><p class=\"callout-title\">Warning</p>";
            self.edits.replace(tag.range.clone(), open);
            self.warnings.push(close.start);
        } else {
            self.tag(tag, cx);
        }
    }

    /// Returns the end tag of an element, which may be in a later piece of raw HTML.
    fn end_of(&self, open: &Tag) -> Option<Range<usize>> {
        let mut depth = 0;
        let later = self
            .scan
            .html
            .iter()
            .filter(|range| range.end > open.range.start);
        for token in later.flat_map(|range| html::tokens(self.text(), range.clone())) {
            match token {
                Token::Tag(tag) if tag.range.start >= open.range.start && tag.is(&open.name) => {
                    depth += if tag.closing { -1 } else { 1 };
                    if depth == 0 {
                        return Some(tag.range);
                    }
                }
                _ => {}
            }
        }
        None
    }

    fn listing(
        &mut self,
        tag: &Tag,
        cx: &mut Context<'_, '_>,
        fences: &mut HashMap<usize, CodeBlock>,
    ) {
        if tag.closing {
            let Some(listing) = self.listings.pop() else {
                cx.problems.warn(
                    &self.source.place(tag.range.start),
                    "this </Listing> closes nothing",
                );
                self.edits.delete(tag.range.clone());
                return;
            };
            let end = self.end_of_figure(&listing, tag.range.start);
            self.edits.replace(tag.range.clone(), end);
            self.begin_figure(&listing);
            return;
        }
        if let Some(name) = tag.value("file-name").filter(|name| !name.is_empty()) {
            let mut code = self.scan.fences.iter().enumerate();
            let first = code.find(|(_, fence)| fence.range.start >= tag.range.end);
            if let Some(code) = first.and_then(|(index, _)| fences.get_mut(&index)) {
                code.title = Some(name.to_owned());
            }
        }
        let number = tag.value("number").filter(|number| !number.is_empty());
        let words = tag.value("caption").filter(|caption| !caption.is_empty());
        let caption = match (number, words) {
            (Some(number), Some(words)) => Some(format!("Listing {number}: {words}")),
            (Some(number), None) => Some(format!("Listing {number}")),
            (None, words) => words.map(str::to_owned),
        };
        let caption = caption.map(|caption| self.caption_html(&caption, tag.range.start, cx));
        self.listings.push(Listing {
            tag: tag.range.clone(),
            caption,
        });
    }

    fn begin_figure(&mut self, listing: &Listing) {
        let prefix = scan::line_prefix(self.text(), listing.tag.start);
        let start = match listing.caption {
            Some(_) => format!("<figure class=\"listing\">\n{}", blank_line(&prefix)),
            None => String::new(),
        };
        self.edits.replace(listing.tag.clone(), start);
    }

    fn end_of_figure(&self, listing: &Listing, at: usize) -> String {
        let prefix = scan::line_prefix(self.text(), at);
        match &listing.caption {
            Some(caption) => {
                let blank = blank_line(&prefix);
                format!("<figcaption>{caption}</figcaption>\n{prefix}</figure>\n{blank}")
            }
            None => String::new(),
        }
    }

    /// Ends a listing without an end tag after its code block. Returns false if there is no code
    /// block; then only the caption stays.
    fn end_behind_code(&mut self, listing: &Listing) -> bool {
        let mut later = self.scan.blocks.iter();
        let next = later.find(|block| block.range.start >= listing.tag.end);
        match next.filter(|block| matches!(block.kind, PageBlockKind::Fence(_))) {
            Some(code) => {
                let prefix = scan::line_prefix(self.text(), code.range.start);
                let blank = prefix.trim_end();
                let end = self.end_of_figure(listing, code.range.start);
                let end = match end.is_empty() {
                    true => end,
                    false => format!("\n{blank}\n{prefix}{end}"),
                };
                self.edits.insert(code.range.end, end);
                self.begin_figure(listing);
                true
            }
            None => {
                let caption = listing.caption.clone().unwrap_or_default();
                self.edits.replace(listing.tag.clone(), caption);
                false
            }
        }
    }

    fn tag(&mut self, tag: &Tag, cx: &mut Context<'_, '_>) {
        if tag.is("i") {
            self.icon(tag);
        }
        if tag.closing {
            return;
        }
        if let Some(span) = permissions::absent(tag) {
            self.edits.replace(tag.range.clone(), span);
        } else if let Some(source) = tag.attribute("src") {
            let target = cx.links.image(cx.page, &source.value);
            match cx.resolved(target, self.source, source.range.start) {
                // A missing picture is replaced by its description.
                Resolved::Nowhere if tag.is("img") => {
                    let alt = html::escaped(tag.value("alt").unwrap_or_default());
                    self.edits.replace(tag.range.clone(), alt);
                }
                resolved => self.attribute("src", source.range.clone(), resolved),
            }
        } else if let Some(href) = tag.attribute("href") {
            let target = cx.links.link(cx.page, &href.value);
            let resolved = cx.resolved(target, self.source, href.range.start);
            self.attribute("href", href.range.clone(), resolved);
        }
    }

    fn attribute(&mut self, name: &str, range: Range<usize>, resolved: Resolved) {
        match resolved {
            Resolved::Kept => {}
            Resolved::To(target) => self
                .edits
                .replace(range, format!("{name}=\"{}\"", html::escaped(&target))),
            Resolved::Nowhere => self.edits.delete(range),
        }
    }

    /// Replaces `<i class="fa fa-check"></i>` by a character. Other `<i>` elements are italics and
    /// stay.
    fn icon(&mut self, tag: &Tag) {
        if tag.closing {
            if std::mem::take(&mut self.in_icon) {
                self.edits.delete(tag.range.clone());
            }
        } else if has_class_starting(tag, "fa-") {
            let known = ICONS.iter().find(|(class, _)| tag.has_class(class));
            let character = known.map_or("", |(_, character)| character);
            self.edits.replace(tag.range.clone(), character);
            self.in_icon = true;
        }
    }
}

/// Returns an empty line that stays in the quotation. A line without `>` would end the quotation.
fn blank_line(prefix: &str) -> String {
    match prefix.trim_end() {
        "" => "\n".to_owned(),
        quotation => quotation.to_owned(),
    }
}

/// Returns the content of the span if the whole text is one span of this class.
fn span_text<'t>(text: &'t str, class: &str) -> Option<&'t str> {
    if !text.starts_with("<span") {
        return None;
    }
    let tokens = html::tokens(text, 0..text.len());
    let mut spans = tokens.iter().filter_map(|token| match token {
        Token::Tag(tag) if tag.is("span") => Some(tag),
        _ => None,
    });
    let (open, close) = (spans.next()?, spans.next()?);
    let whole = open.range.start == 0 && close.range.end == text.len() && close.closing;
    (whole && open.has_class(class)).then(|| &text[open.range.end..close.range.start])
}

/// Returns true if a block consists of one picture.
fn is_picture(text: &str) -> bool {
    let html = text.starts_with("<img") && text.ends_with('>') && text.matches('<').count() == 1;
    html || text.starts_with("![") && text.ends_with([')', ']']) && !text.contains('\n')
}

fn has_class_starting(tag: &Tag, start: &str) -> bool {
    tag.value("class").is_some_and(|classes| {
        classes
            .split_whitespace()
            .any(|class| class.starts_with(start))
    })
}

/// Converts `<pre><code class="ide">`, an editor for Rust in the book, to a code block.
fn editor(block: &str) -> Option<CodeBlock> {
    let tokens = html::tokens(block, 0..block.len());
    let open = tokens.iter().find_map(|token| match token {
        Token::Tag(tag) if tag.is("code") && tag.has_class("ide") => Some(tag.range.end),
        _ => None,
    })?;
    let content = block[open..].split("</code>").next()?.trim_matches('\n');
    block.starts_with("<pre").then(|| CodeBlock {
        language: "rust".to_owned(),
        content: format!("{}\n", html::decoded(content)),
        ..CodeBlock::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_that_are_all_of_a_paragraph() {
        let text = "<span class=\"caption\">Listing 4-7: the `a` of\n`b`</span>";
        assert_eq!(
            span_text(text, "caption"),
            Some("Listing 4-7: the `a` of\n`b`")
        );
        assert_eq!(
            span_text("<span class=\"caption\">a</span> b", "caption"),
            None
        );
        assert_eq!(span_text(text, "filename"), None);
    }

    #[test]
    fn editors_become_code() {
        let block = "<pre>\n<code class=\"ide\">\nfn a(s: &str) -> Vec<u8> {}\n</code>\n</pre>";
        assert_eq!(
            editor(block).unwrap().content,
            "fn a(s: &str) -> Vec<u8> {}\n"
        );
        assert_eq!(editor("<pre><code>a</code></pre>"), None);
    }
}
