//! PowerPoint presentations (Office Open XML, ECMA-376). Each slide is a page, with its notes.

use super::blocks::{Block, ListItem, ReadDocument, ReadPage};
use super::inline::{self, Run};
use super::package::{BROKEN, ZipPackage};
use super::xml::XmlElement;
use super::{ReadProgress, ReadResult};

pub fn read(content: &[u8], progress: &mut dyn ReadProgress) -> ReadResult {
    let package = ZipPackage::open(content)?;
    let presentation = package.xml("ppt/presentation.xml")?.ok_or(BROKEN)?;
    let relations = package.relationships("ppt/presentation.xml")?;
    let slides: Vec<String> = presentation
        .child("sldIdLst")
        .into_iter()
        .flat_map(XmlElement::elements)
        .filter_map(|slide| {
            // Both the slide's own number and its relationship are called id.
            let ids = slide.attributes.iter().filter(|(name, _)| name == "id");
            ids.filter_map(|(_, id)| relations.get(id)).next()
        })
        .map(|relation| relation.target.clone())
        .collect();
    super::check_pages(slides.len(), "slide")?;
    progress.total(slides.len());
    let mut is_empty = true;
    let mut without_text = Vec::new();
    for (at, name) in slides.iter().enumerate() {
        let slide = package.xml(name)?.ok_or(BROKEN)?;
        let mut reader = SlideReader::default();
        reader.shapes(&slide);
        let notes = package.relationships(name)?;
        let notes = notes
            .values()
            .find(|relation| relation.kind == "notesSlide");
        if let Some(relation) = notes
            && let Some(notes) = package.xml(&relation.target)?
        {
            reader.notes(&notes);
        }
        if reader.blocks.is_empty() && reader.title.is_empty() {
            without_text.push(at + 1);
        }
        let mut blocks = Vec::new();
        if !reader.title.is_empty() {
            blocks.push(Block::Heading {
                level: 2,
                text: reader.title.clone(),
            });
        }
        blocks.append(&mut reader.blocks);
        is_empty &= blocks.is_empty();
        progress.page(ReadPage {
            number: at + 1,
            label: inline::plain_text(&reader.title),
            blocks,
        });
    }
    if is_empty {
        return Err("The presentation has no text. Its slides may be pictures.".to_owned());
    }
    let (title, language) = package.properties()?;
    let title = title.filter(|title| title != "PowerPoint Presentation");
    Ok(ReadDocument {
        title,
        language,
        page_kind: "slide".to_owned(),
        notes: super::pdf::without_text("Slide", &without_text),
    })
}

#[derive(Default)]
struct SlideReader {
    title: String,
    blocks: Vec<Block>,
}

impl SlideReader {
    fn shapes(&mut self, parent: &XmlElement) {
        for element in parent.elements() {
            match element.name.as_str() {
                "sp" => self.shape(element),
                "graphicFrame" => {
                    for table in element.all("tbl") {
                        self.table(table);
                    }
                }
                "pic" => {
                    let alt = element.all("cNvPr").into_iter().next();
                    let alt = alt.and_then(|picture| picture.attribute("descr"));
                    if let Some(alt) = alt.map(str::trim).filter(|alt| !alt.is_empty()) {
                        let alt = inline::escape(alt);
                        self.blocks.push(Block::Image { alt });
                    }
                }
                // Alternatives for older programs say the same again.
                "Fallback" => {}
                _ => self.shapes(element),
            }
        }
    }

    fn shape(&mut self, shape: &XmlElement) {
        let place = shape.all("ph").into_iter().next();
        let kind = place.map(|place| place.attribute("type").unwrap_or("body"));
        if matches!(kind, Some("sldNum" | "dt" | "ftr" | "hdr")) {
            return;
        }
        let Some(body) = shape.child("txBody") else {
            return;
        };
        if matches!(kind, Some("title" | "ctrTitle")) && self.title.is_empty() {
            let texts: Vec<String> = paragraphs(body).map(|(_, _, text)| text).collect();
            self.title = inline::escape(&inline::plain_text(&texts.join(" ")));
            return;
        }
        // Bodies have bullets unless a paragraph says otherwise.
        let has_bullets = matches!(kind, Some("body" | "obj"));
        let mut items: Vec<ListItem> = Vec::new();
        let mut ordered = false;
        for (depth, bullet, text) in paragraphs(body) {
            let is_item = match bullet {
                Bullet::None => false,
                Bullet::Sign | Bullet::Number => true,
                Bullet::Inherited => has_bullets,
            };
            if is_item {
                ordered |= bullet == Bullet::Number;
                items.push(ListItem { depth, text });
            } else {
                self.end(&mut items, ordered);
                self.blocks.push(Block::Paragraph { text });
            }
        }
        self.end(&mut items, ordered);
    }

    fn end(&mut self, items: &mut Vec<ListItem>, ordered: bool) {
        match items.len() {
            0 => {}
            // A single item is a text.
            1 => self.blocks.extend(
                items
                    .drain(..)
                    .map(|item| Block::Paragraph { text: item.text }),
            ),
            _ => self.blocks.push(Block::List {
                ordered,
                items: std::mem::take(items),
            }),
        }
    }

    fn table(&mut self, table: &XmlElement) {
        let rows = table.elements().filter(|row| row.name == "tr");
        let rows = rows.map(|row| {
            let cells = row.elements().filter(|cell| cell.name == "tc");
            let cells = cells.map(|cell| {
                let body = cell.child("txBody");
                let texts = body
                    .into_iter()
                    .flat_map(paragraphs)
                    .map(|(_, _, text)| text);
                texts.collect::<Vec<_>>().join(" ")
            });
            cells.collect()
        });
        let rows: Vec<Vec<String>> = rows.collect();
        if !rows.is_empty() {
            self.blocks.push(Block::Table { rows });
        }
    }

    fn notes(&mut self, notes: &XmlElement) {
        for shape in notes.all("sp") {
            let place = shape.all("ph").into_iter().next();
            if place.and_then(|place| place.attribute("type")) != Some("body") {
                continue;
            }
            let texts = shape.child("txBody").into_iter().flat_map(paragraphs);
            let texts = texts.map(|(_, _, text)| Block::Paragraph { text });
            self.blocks.extend(texts);
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bullet {
    Inherited,
    None,
    Sign,
    Number,
}

/// The paragraphs of a body that have text, with their depths and bullets.
fn paragraphs(body: &XmlElement) -> impl Iterator<Item = (u8, Bullet, String)> {
    let paragraphs = body.elements().filter(|part| part.name == "p");
    paragraphs.filter_map(|paragraph| {
        let properties = paragraph.child("pPr");
        let depth = properties.and_then(|part| part.attribute("lvl")?.parse().ok());
        let has = |name: &str| properties.is_some_and(|part| part.child(name).is_some());
        let bullet = if has("buNone") {
            Bullet::None
        } else if has("buAutoNum") {
            Bullet::Number
        } else if has("buChar") || has("buBlip") {
            Bullet::Sign
        } else {
            Bullet::Inherited
        };
        let runs = paragraph
            .elements()
            .filter_map(|part| match part.name.as_str() {
                "r" | "fld" => {
                    let marks = part.child("rPr");
                    let is =
                        |name: &str| marks.and_then(|marks| marks.attribute(name)) == Some("1");
                    Some(Run {
                        text: part.child("t").map(XmlElement::text).unwrap_or_default(),
                        bold: is("b"),
                        italic: is("i"),
                        code: false,
                    })
                }
                "br" => Some(Run {
                    text: " ".to_owned(),
                    ..Run::default()
                }),
                _ => None,
            });
        let text = inline::write(&runs.collect::<Vec<_>>());
        (!text.is_empty()).then(|| (depth.unwrap_or(0).min(8), bullet, text))
    })
}
