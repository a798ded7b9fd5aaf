//! Word documents (Office Open XML, ECMA-376).

use std::collections::{HashMap, HashSet};

use super::blocks::{Block, ListItem, ReadDocument, ReadPage, of_rows};
use super::inline::{self, Run};
use super::package::{BROKEN, ZipPackage};
use super::xml::{XmlElement, XmlNode};
use super::{ReadProgress, ReadResult};

pub fn read(content: &[u8], progress: &mut dyn ReadProgress) -> ReadResult {
    let package = ZipPackage::open(content)?;
    let document = package.xml("word/document.xml")?.ok_or(BROKEN)?;
    let body = document.child("body").ok_or(BROKEN)?;
    let styles = Styles::of(package.xml("word/styles.xml")?.as_ref());
    let numbering = numbered_lists(package.xml("word/numbering.xml")?.as_ref());
    let notes = footnotes(package.xml("word/footnotes.xml")?.as_ref());
    let mut reader = DocxReader {
        styles,
        numbering,
        pages: vec![Vec::new()],
        items: Vec::new(),
        ordered: false,
        code: Vec::new(),
        referenced: Vec::new(),
        has_marks: false,
    };
    reader.blocks(body);
    reader.end_list();
    reader.end_code();
    reader.add_footnotes(&notes);
    if reader.pages.iter().all(Vec::is_empty) {
        return Err("The document has no text.".to_owned());
    }
    super::check_pages(reader.pages.len(), "page")?;
    let has_marks = reader.has_marks;
    progress.total(reader.pages.len());
    for (at, blocks) in reader.pages.into_iter().enumerate() {
        progress.page(ReadPage {
            number: at + 1,
            label: String::new(),
            blocks,
        });
    }
    let (title, language) = package.properties()?;
    Ok(ReadDocument {
        title,
        language,
        page_kind: if has_marks { "page" } else { "part" }.to_owned(),
        notes: Vec::new(),
    })
}

/// Levels of headings by the ids of styles, and the styles of code.
struct Styles {
    levels: HashMap<String, u8>,
    code: HashSet<String>,
}

impl Styles {
    fn of(root: Option<&XmlElement>) -> Self {
        let mut levels = HashMap::new();
        let mut code = HashSet::new();
        for style in root.into_iter().flat_map(XmlElement::elements) {
            let Some(id) = style.attribute("styleId") else {
                continue;
            };
            let name = style.child("name").and_then(|name| name.attribute("val"));
            let name = name.unwrap_or_default().to_lowercase();
            let outline = style.child("pPr").and_then(|part| part.child("outlineLvl"));
            let outline = outline.and_then(|level| level.attribute("val")?.parse::<u8>().ok());
            let level = match name.strip_prefix("heading ") {
                Some(number) => number.trim().parse().ok(),
                None if name == "title" => Some(1),
                None => outline.filter(|level| *level < 9).map(|level| level + 1),
            };
            if let Some(level) = level {
                levels.insert(id.to_owned(), level.clamp(1, 6));
            }
            if name.contains("code") || name.contains("preformatted") {
                code.insert(id.to_owned());
            }
        }
        Self { levels, code }
    }
}

/// Lists with numbers, by their ids and levels.
fn numbered_lists(root: Option<&XmlElement>) -> HashSet<(String, String)> {
    let Some(root) = root else {
        return HashSet::new();
    };
    let mut kinds: HashMap<&str, Vec<(&str, bool)>> = HashMap::new();
    for list in root.elements().filter(|list| list.name == "abstractNum") {
        let levels = list.elements().filter(|level| level.name == "lvl");
        let levels = levels.filter_map(|level| {
            let format = level.child("numFmt")?.attribute("val")?;
            Some((
                level.attribute("ilvl")?,
                !matches!(format, "bullet" | "none"),
            ))
        });
        if let Some(id) = list.attribute("abstractNumId") {
            kinds.insert(id, levels.collect());
        }
    }
    let mut found = HashSet::new();
    for list in root.elements().filter(|list| list.name == "num") {
        let base = list
            .child("abstractNumId")
            .and_then(|id| id.attribute("val"));
        let levels = base.and_then(|base| kinds.get(base)).into_iter().flatten();
        for (level, _) in levels.filter(|(_, is_numbered)| *is_numbered) {
            if let Some(id) = list.attribute("numId") {
                found.insert((id.to_owned(), (*level).to_owned()));
            }
        }
    }
    found
}

fn footnotes(root: Option<&XmlElement>) -> HashMap<String, String> {
    let notes = root.into_iter().flat_map(XmlElement::elements);
    let notes = notes.filter(|note| note.attribute("type").is_none());
    let notes = notes.filter_map(|note| {
        let text = inline::escape(&note.text());
        Some((note.attribute("id")?.to_owned(), text)).filter(|(_, text)| !text.is_empty())
    });
    notes.collect()
}

struct DocxReader {
    styles: Styles,
    numbering: HashSet<(String, String)>,
    pages: Vec<Vec<Block>>,
    items: Vec<ListItem>,
    ordered: bool,
    code: Vec<String>,
    /// Ids of footnotes with the page that refers to them.
    referenced: Vec<(usize, String)>,
    /// True once a break of pages was found. Word notes where it broke pages when it saved.
    has_marks: bool,
}

impl DocxReader {
    fn blocks(&mut self, parent: &XmlElement) {
        for element in parent.elements() {
            match element.name.as_str() {
                "p" => self.paragraph(element),
                "tbl" => self.table(element),
                "sdt" | "sdtContent" | "ins" | "customXml" | "smartTag" => self.blocks(element),
                _ => {}
            }
        }
    }

    fn paragraph(&mut self, element: &XmlElement) {
        let properties = element.child("pPr");
        let of = |name: &str| properties.and_then(|part| part.child(name));
        let style = of("pStyle")
            .and_then(|style| style.attribute("val"))
            .unwrap_or_default();
        let breaks_before = of("pageBreakBefore").is_some_and(is_on);
        if breaks_before {
            self.next_page();
        }
        let mut found = DocxInline::default();
        collect(element, &mut found);
        if found.breaks_first > 0 {
            self.next_page();
        }
        let page = self.pages.len();
        self.referenced
            .extend(found.notes.iter().map(|id| (page, id.clone())));
        let outline = of("outlineLvl").and_then(|level| level.attribute("val")?.parse::<u8>().ok());
        let level = outline
            .filter(|level| *level < 9)
            .map(|level| (level + 1).clamp(1, 6));
        let level = level.or_else(|| self.styles.levels.get(style).copied());
        let text = inline::write(&found.runs);
        let list = of("numPr").and_then(|part| {
            let id = part.child("numId")?.attribute("val")?.to_owned();
            let depth = part.child("ilvl").and_then(|level| level.attribute("val"));
            (id != "0").then(|| (id, depth.unwrap_or("0").to_owned()))
        });
        if self.styles.code.contains(style) {
            self.end_list();
            let plain: String = found.runs.iter().map(|run| run.text.as_str()).collect();
            self.code.push(plain.replace('\0', ""));
        } else if !text.is_empty() {
            self.end_code();
            match (level, list) {
                (Some(level), _) => {
                    self.end_list();
                    let plain: String = found.runs.iter().map(|run| run.text.as_str()).collect();
                    let text = inline::escape(&plain);
                    self.push(Block::Heading { level, text });
                }
                (None, Some((id, depth))) => {
                    let ordered = self.numbering.contains(&(id, depth.clone()));
                    if depth == "0" && ordered != self.ordered {
                        self.end_list();
                        self.ordered = ordered;
                    }
                    let depth = depth.parse().unwrap_or(0).min(8);
                    self.items.push(ListItem { depth, text });
                }
                (None, None) => {
                    self.end_list();
                    self.push(Block::Paragraph { text });
                }
            }
        } else {
            self.end_code();
        }
        for alt in found.pictures {
            self.end_list();
            self.push(Block::Image { alt });
        }
        for _ in 0..found.breaks_after {
            self.next_page();
        }
    }

    fn table(&mut self, element: &XmlElement) {
        self.end_list();
        self.end_code();
        let rows = element.elements().filter(|row| row.name == "tr");
        let rows = rows.map(|row| {
            let cells = row.elements().filter(|cell| cell.name == "tc");
            let cells = cells.map(|cell| {
                let mut found = DocxInline::default();
                collect(cell, &mut found);
                inline::write(&found.runs)
            });
            cells.collect::<Vec<String>>()
        });
        for block in of_rows(rows.collect()) {
            self.push(block);
        }
    }

    /// Footnotes stand at the end of the page that refers to them.
    fn add_footnotes(&mut self, notes: &HashMap<String, String>) {
        for (page, id) in std::mem::take(&mut self.referenced) {
            if let (Some(text), Some(blocks)) = (notes.get(&id), self.pages.get_mut(page - 1)) {
                blocks.push(Block::Paragraph { text: text.clone() });
            }
        }
    }

    fn next_page(&mut self) {
        self.end_list();
        self.end_code();
        self.has_marks = true;
        self.pages.push(Vec::new());
    }

    fn end_list(&mut self) {
        let items = std::mem::take(&mut self.items);
        if !items.is_empty() {
            let ordered = self.ordered;
            self.push(Block::List { ordered, items });
        }
    }

    fn end_code(&mut self) {
        let lines = std::mem::take(&mut self.code);
        if lines.iter().any(|line| !line.trim().is_empty()) {
            self.push(Block::Code {
                language: String::new(),
                text: lines.join("\n"),
            });
        }
    }

    fn push(&mut self, block: Block) {
        if let Some(page) = self.pages.last_mut() {
            page.push(block);
        }
    }
}

/// True unless the property says that it is off.
fn is_on(property: &XmlElement) -> bool {
    !matches!(property.attribute("val"), Some("0" | "false" | "off"))
}

#[derive(Default)]
struct DocxInline {
    runs: Vec<Run>,
    pictures: Vec<String>,
    notes: Vec<String>,
    breaks_first: usize,
    breaks_after: usize,
}

impl DocxInline {
    fn page_break(&mut self) {
        match self.runs.iter().all(|run| run.text.trim().is_empty()) {
            true => self.breaks_first += 1,
            false => self.breaks_after = 1,
        }
    }
}

/// Collects the text of a paragraph or cell. Deleted text and the codes of fields are left out.
fn collect(parent: &XmlElement, found: &mut DocxInline) {
    for element in parent.elements() {
        match element.name.as_str() {
            "r" => run(element, found),
            "del" | "moveFrom" | "pPr" | "instrText" => {}
            "p" => {
                if !found.runs.is_empty() {
                    found.runs.push(plain(" "));
                }
                collect(element, found);
            }
            "oMath" => found.runs.push(plain(&element.text())),
            _ => collect(element, found),
        }
    }
}

fn plain(text: &str) -> Run {
    Run {
        text: text.to_owned(),
        ..Run::default()
    }
}

fn run(element: &XmlElement, found: &mut DocxInline) {
    let properties = element.child("rPr");
    let has = |name: &str| {
        properties
            .and_then(|part| part.child(name))
            .is_some_and(is_on)
    };
    let (bold, italic) = (has("b"), has("i"));
    for node in &element.children {
        let XmlNode::Element(part) = node else {
            continue;
        };
        let text = match part.name.as_str() {
            "t" => part.text(),
            "tab" | "cr" => " ".to_owned(),
            "noBreakHyphen" => "-".to_owned(),
            "br" if part.attribute("type") == Some("page") => {
                found.page_break();
                continue;
            }
            "br" => " ".to_owned(),
            "lastRenderedPageBreak" => {
                found.page_break();
                continue;
            }
            "footnoteReference" => {
                found.notes.extend(part.attribute("id").map(str::to_owned));
                continue;
            }
            "drawing" | "pict" | "AlternateContent" => {
                let alt = part.all("docPr").into_iter().find_map(|picture| {
                    let alt = picture.attribute("descr").unwrap_or_default().trim();
                    (!alt.is_empty()).then(|| inline::escape(alt))
                });
                found.pictures.extend(alt);
                // Text in boxes.
                for content in part.all("txbxContent").into_iter().take(1) {
                    found.runs.push(plain(" "));
                    collect(content, found);
                }
                continue;
            }
            _ => continue,
        };
        found.runs.push(Run {
            text,
            bold,
            italic,
            code: false,
        });
    }
}
