//! HTML: pages that were saved or fetched, chapters of EPUB, and rendered Markdown.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use super::blocks::{Block, ListItem, ReadDocument, of_rows};
use super::inline::{self, Run};
use super::{ReadProgress, ReadResult, text};

/// The parts of a page, in the order of its text.
#[derive(Debug, Default)]
pub struct HtmlParts {
    pub title: Option<String>,
    pub language: Option<String>,
    pub blocks: Vec<Block>,
    places: Vec<BlockPlace>,
}

/// The place of a block, to tell the text of a page from what is around it.
#[derive(Debug, Clone, Copy, Default)]
struct BlockPlace {
    is_main: bool,
    is_article: bool,
    /// Within navigation, a footer or a form.
    is_around: bool,
    characters: usize,
    /// Characters of links.
    linked: usize,
}

/// Fewest characters of an element that is taken for the whole text.
const MAIN_CHARACTERS: usize = 200;

pub fn read(content: &[u8], progress: &mut dyn ReadProgress) -> ReadResult {
    let source = decode(content);
    text::check_length(&source)?;
    let parts = main_text(&source);
    let (title, language) = (parts.title.clone(), parts.language.clone());
    let read = text::one_page(parts.blocks, title, progress)?;
    Ok(ReadDocument { language, ..read })
}

/// Decodes a page by its mark or the encoding that it declares in its head.
fn decode(content: &[u8]) -> String {
    let head = String::from_utf8_lossy(&content[..content.len().min(2_048)]).to_lowercase();
    let declared = head.split_once("charset=").map(|(_, rest)| {
        let name = rest.trim_start_matches(['"', '\'']);
        let end = name.find(|c: char| !c.is_alphanumeric() && !matches!(c, '-' | '_' | ':'));
        name[..end.unwrap_or(name.len())].to_owned()
    });
    let encoding = declared.and_then(|name| encoding_rs::Encoding::for_label(name.as_bytes()));
    match encoding {
        Some(encoding) if std::str::from_utf8(content).is_err() => {
            encoding.decode(content).0.replace('\0', "")
        }
        _ => text::decode(content),
    }
}

/// The main text of a page. An element `main` or `article` with enough text is the main text; else
/// it is everything outside of navigation whose characters are mostly not links. The density of
/// links is one of the features of Kohlschütter, Fankhauser and Nejdl, “Boilerplate Detection using
/// Shallow Text Features” (WSDM 2010).
pub fn main_text(source: &str) -> HtmlParts {
    let mut parts = blocks(source);
    let kept = std::mem::take(&mut parts.blocks);
    let places = std::mem::take(&mut parts.places);
    let sum = |is_in: fn(&BlockPlace) -> bool| -> usize {
        let places = places
            .iter()
            .filter(|place| is_in(place) && !place.is_around);
        places.map(|place| place.characters).sum()
    };
    let (in_main, in_article) = (sum(|place| place.is_main), sum(|place| place.is_article));
    let is_kept = |place: &BlockPlace| {
        let is_text = place.linked * 2 <= place.characters;
        if in_article >= MAIN_CHARACTERS && in_article * 2 >= in_main {
            place.is_article && !place.is_around
        } else if in_main >= MAIN_CHARACTERS {
            place.is_main && !place.is_around
        } else {
            is_text && !place.is_around
        }
    };
    let chosen = kept.iter().zip(&places).filter(|(_, place)| is_kept(place));
    let chosen: Vec<Block> = chosen.map(|(block, _)| block.clone()).collect();
    // A page that is nothing but links is taken as it is.
    parts.blocks = if chosen.is_empty() { kept } else { chosen };
    parts
}

/// All blocks of a page.
pub fn blocks(source: &str) -> HtmlParts {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(source));
    let sink = HtmlSink(RefCell::default());
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    // Feeding pauses only to run scripts, which the sink never requests.
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    let mut reader = tokenizer.sink.0.into_inner();
    reader.flush();
    reader.end_list();
    reader.end_table();
    reader.parts
}

struct HtmlSink(RefCell<HtmlReader>);

impl TokenSink for HtmlSink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut reader = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => {
                reader.start(&tag);
                // The tokenizer alone does not know that these hold no tags.
                return match &*tag.name {
                    "script" | "style" | "noscript" | "iframe" | "noembed" | "noframes" => {
                        TokenSinkResult::RawData(html5ever::tokenizer::states::RawKind::Rawtext)
                    }
                    "title" | "textarea" => {
                        TokenSinkResult::RawData(html5ever::tokenizer::states::RawKind::Rcdata)
                    }
                    _ => TokenSinkResult::Continue,
                };
            }
            Token::TagToken(tag) => reader.end(&tag.name),
            Token::CharacterTokens(text) => reader.text(&text),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

/// Elements whose content is not text.
const SKIPPED: [&str; 13] = [
    "script", "style", "noscript", "iframe", "template", "svg", "object", "select", "textarea",
    "button", "canvas", "noembed", "noframes",
];

/// Elements around the text of a page.
const AROUND: [&str; 4] = ["nav", "footer", "form", "aside"];

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum OpenBlock {
    #[default]
    Paragraph,
    Heading(u8),
    Item,
    Cell,
}

#[derive(Default)]
struct HtmlReader {
    parts: HtmlParts,
    open: OpenBlock,
    runs: Vec<Run>,
    /// Numbers of open elements that mark text.
    bold: usize,
    italic: usize,
    code: usize,
    links: usize,
    linked: usize,
    main: usize,
    article: usize,
    around: usize,
    /// Lists that are open; true for numbered ones.
    lists: Vec<bool>,
    items: Vec<ListItem>,
    list_linked: usize,
    table: Option<Vec<Vec<String>>>,
    tables: usize,
    pre: Option<(String, String)>,
    skipped: Vec<String>,
    title: Option<String>,
    pictures: Vec<String>,
}

impl HtmlReader {
    fn start(&mut self, tag: &Tag) {
        let name = &*tag.name;
        let attribute = |name: &str| {
            let mut attributes = tag.attrs.iter();
            let found = attributes.find(|each| &*each.name.local == name)?;
            Some(found.value.trim().to_owned()).filter(|value| !value.is_empty())
        };
        if name == "html" {
            self.parts.language = attribute("lang").or_else(|| attribute("xml:lang"));
        }
        if SKIPPED.contains(&name) || (name == "math" && !tag.self_closing) {
            if !tag.self_closing {
                self.skipped.push(name.to_owned());
            }
            if name == "math"
                && let Some(formula) = attribute("alttext")
            {
                self.push_text(&formula);
            }
            return;
        }
        if !self.skipped.is_empty() {
            return;
        }
        if self.pre.is_some() {
            let named = attribute("class").and_then(|class| language(&class));
            if let (Some((language, _)), Some(named)) = (&mut self.pre, named) {
                *language = named;
            }
            return;
        }
        match name {
            "title" => self.title = Some(String::new()),
            "b" | "strong" | "dfn" => self.bold += 1,
            "i" | "em" | "cite" => self.italic += 1,
            "code" | "kbd" | "samp" | "tt" => self.code += 1,
            "a" => self.links += 1,
            "br" => self.push_text(" "),
            "img" => {
                if let Some(alt) = attribute("alt") {
                    self.pictures.push(inline::escape(&alt));
                }
            }
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" if self.tables == 0 => {
                self.flush();
                self.end_list();
                self.open = OpenBlock::Heading(name.as_bytes()[1] - b'0');
            }
            "pre" => {
                self.flush();
                self.end_list();
                let language = attribute("class").and_then(|class| language(&class));
                self.pre = Some((language.unwrap_or_default(), String::new()));
            }
            "ul" | "ol" if self.tables == 0 => {
                self.flush();
                self.lists.push(name == "ol");
            }
            "li" if self.tables == 0 => {
                self.flush();
                self.open = OpenBlock::Item;
            }
            "table" => {
                if self.tables == 0 {
                    self.flush();
                    self.end_list();
                    self.table = Some(Vec::new());
                }
                self.tables += 1;
            }
            "tr" if self.tables == 1 => {
                if let Some(rows) = &mut self.table {
                    rows.push(Vec::new());
                }
            }
            "td" | "th" if self.tables == 1 => {
                self.runs.clear();
                self.open = OpenBlock::Cell;
            }
            "hr" => self.flush(),
            _ if is_block(name) => self.block_edge(),
            _ => {}
        }
        if is_block(name) && !tag.self_closing {
            self.main += usize::from(name == "main");
            self.article += usize::from(name == "article");
            self.around += usize::from(AROUND.contains(&name));
        }
    }

    fn end(&mut self, name: &str) {
        if let Some(skipped) = self.skipped.last() {
            if skipped == name {
                self.skipped.pop();
            }
            return;
        }
        let less = |count: &mut usize| *count = count.saturating_sub(1);
        match name {
            "pre" => {
                if let Some((language, text)) = self.pre.take() {
                    let text = text.trim_matches('\n').trim_end().replace('\0', "");
                    if !text.trim().is_empty() {
                        self.push(Block::Code { language, text });
                    }
                }
            }
            _ if self.pre.is_some() => {}
            "title" => {
                let title = self.title.take().map(|title| inline::joined(&title));
                if self.parts.title.is_none() {
                    self.parts.title = title.filter(|title| !title.is_empty());
                }
            }
            "b" | "strong" | "dfn" => less(&mut self.bold),
            "i" | "em" | "cite" => less(&mut self.italic),
            "code" | "kbd" | "samp" | "tt" => less(&mut self.code),
            "a" => less(&mut self.links),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "li" if self.tables == 0 => self.flush(),
            "ul" | "ol" if self.tables == 0 => {
                self.flush();
                if self.lists.len() <= 1 {
                    self.end_list();
                }
                self.lists.pop();
            }
            "td" | "th" if self.tables == 1 => {
                let text = inline::write(&std::mem::take(&mut self.runs));
                self.open = OpenBlock::Paragraph;
                if let Some(row) = self.table.as_mut().and_then(|rows| rows.last_mut()) {
                    row.push(text);
                }
            }
            "table" => {
                less(&mut self.tables);
                if self.tables == 0 {
                    self.end_table();
                }
            }
            _ if is_block(name) => self.block_edge(),
            _ => {}
        }
        match name {
            "main" => less(&mut self.main),
            "article" => less(&mut self.article),
            _ if AROUND.contains(&name) => less(&mut self.around),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if !self.skipped.is_empty() {
            return;
        }
        if let Some(title) = &mut self.title {
            title.push_str(text);
        } else if let Some((_, code)) = &mut self.pre {
            code.push_str(text);
        } else {
            self.push_text(text);
        }
    }

    fn push_text(&mut self, text: &str) {
        if self.runs.is_empty() && text.trim().is_empty() {
            return;
        }
        if self.links > 0 {
            self.linked += text.trim().chars().count();
        }
        self.runs.push(Run {
            text: text.to_owned(),
            bold: self.bold > 0,
            italic: self.italic > 0,
            code: self.code > 0,
        });
    }

    /// A block begins or ends within something else. Paragraphs of an item or a cell are one.
    fn block_edge(&mut self) {
        match self.open {
            OpenBlock::Cell | OpenBlock::Item => self.push_text(" "),
            OpenBlock::Paragraph | OpenBlock::Heading(_) => self.flush(),
        }
    }

    /// Ends the text that is open.
    fn flush(&mut self) {
        let runs = std::mem::take(&mut self.runs);
        let open = std::mem::take(&mut self.open);
        let text = inline::write(&runs);
        if !text.is_empty() {
            match open {
                OpenBlock::Heading(level) => {
                    // A heading's marks say nothing.
                    let plain: String = runs.iter().map(|run| run.text.as_str()).collect();
                    let text = inline::escape(&plain);
                    self.push(Block::Heading { level, text });
                }
                OpenBlock::Item if !self.lists.is_empty() => {
                    let depth = u8::try_from(self.lists.len() - 1).unwrap_or(9).min(9);
                    self.list_linked += std::mem::take(&mut self.linked);
                    self.items.push(ListItem { depth, text });
                }
                OpenBlock::Paragraph if !self.lists.is_empty() && !self.items.is_empty() => {
                    self.list_linked += std::mem::take(&mut self.linked);
                    if let Some(item) = self.items.last_mut() {
                        item.text = format!("{} {text}", item.text);
                    }
                }
                _ => self.push(Block::Paragraph { text }),
            }
        }
        if self.lists.is_empty() && self.tables == 0 {
            for alt in std::mem::take(&mut self.pictures) {
                self.push(Block::Image { alt });
            }
        }
    }

    fn end_list(&mut self) {
        let items = std::mem::take(&mut self.items);
        if !items.is_empty() {
            let ordered = self.lists.first().copied().unwrap_or_default();
            self.linked = std::mem::take(&mut self.list_linked);
            self.push(Block::List { ordered, items });
        }
    }

    fn end_table(&mut self) {
        for block in of_rows(self.table.take().unwrap_or_default()) {
            self.push(block);
        }
    }

    fn push(&mut self, block: Block) {
        self.parts.places.push(BlockPlace {
            is_main: self.main > 0,
            is_article: self.article > 0,
            is_around: self.around > 0,
            characters: block.characters(),
            linked: std::mem::take(&mut self.linked),
        });
        self.parts.blocks.push(block);
    }
}

/// The language of code that a class such as `language-rust` names.
fn language(class: &str) -> Option<String> {
    let mut classes = class.split_whitespace();
    let named = classes.find_map(|class| class.strip_prefix("language-"))?;
    Some(named.chars().filter(|c| c.is_alphanumeric()).collect())
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "section"
            | "article"
            | "main"
            | "header"
            | "footer"
            | "nav"
            | "aside"
            | "blockquote"
            | "figure"
            | "figcaption"
            | "dl"
            | "dt"
            | "dd"
            | "address"
            | "details"
            | "summary"
            | "form"
            | "fieldset"
            | "body"
            | "center"
            | "tbody"
            | "thead"
            | "caption"
    )
}
