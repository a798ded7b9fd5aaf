//! Reads `NUMBER-NAME.layout.toml`: a topic in blocks, and the assets with variants for kinds of
//! learners.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::content::{self, Wishes};
use super::fields::Fields;
use super::limits;
use super::names::{did_you_mean, is_slug};
use super::reading::{Place, Reading};
use super::source::{TomlSource, TomlValue};
use super::topic::TopicHeading;
use crate::course::server::draft::{AssetDraft, BlockDraft, BlockKind};
use crate::course::{LearnerPersona, StudyPersona};

const KINDS: &[(&str, BlockKind)] = &[
    ("text", BlockKind::Text),
    ("image", BlockKind::Image),
    ("video", BlockKind::Video),
    ("ppt", BlockKind::Ppt),
    ("code", BlockKind::Code),
    ("callout", BlockKind::Callout),
];

/// Name of the variant for learners without a variant of their own.
const DEFAULT: &str = "default";

#[derive(Debug)]
pub struct LaidOut {
    pub heading: TopicHeading,
    pub blocks: Vec<BlockDraft>,
    pub assets: Vec<AssetDraft>,
    pub wishes: Wishes,
    /// Narrations that are layouts too.
    pub narrations: Vec<(StudyPersona, Vec<BlockDraft>, Wishes)>,
}

/// Reads the layout of a topic. `default_key` comes from the file's name.
pub fn read(
    reading: &Reading,
    file: PathBuf,
    default_key: &str,
    narrations: &BTreeMap<StudyPersona, PathBuf>,
) -> Option<LaidOut> {
    let source = TomlSource::open(reading, file)?;
    let table = source.parse()?;
    let mut fields = Fields::new(&source, "a layout", &table);
    let mut contents = Contents::default();
    let mut wishes = Wishes::default();
    let heading = TopicHeading::read(&mut fields, default_key);
    let blocks = blocks(&mut fields, &mut contents, &mut wishes);
    let mut told = Vec::new();
    for (persona, file) in narrations {
        told.push(narration(reading, *persona, file.clone(), &mut contents)?);
    }
    let assets = assets(&mut fields, &contents, &mut wishes);
    fields.finish();
    Some(LaidOut {
        heading,
        blocks,
        assets,
        wishes,
        narrations: told,
    })
}

fn narration(
    reading: &Reading,
    persona: StudyPersona,
    file: PathBuf,
    contents: &mut Contents,
) -> Option<(StudyPersona, Vec<BlockDraft>, Wishes)> {
    let source = TomlSource::open(reading, file)?;
    let table = source.parse()?;
    let mut fields = Fields::new(&source, "the layout of a narration", &table);
    let mut wishes = Wishes::default();
    let blocks = blocks(&mut fields, contents, &mut wishes);
    fields.finish();
    Some((persona, blocks, wishes))
}

/// Content keys that blocks use, each with the type of its blocks and its first place.
#[derive(Debug, Default)]
struct Contents(BTreeMap<String, (BlockKind, Place)>);

impl Contents {
    fn use_key(&mut self, value: TomlValue<'_>, key: &str, kind: BlockKind) {
        let (known, first) = self
            .0
            .entry(key.to_owned())
            .or_insert_with(|| (kind, value.place()));
        if *known != kind {
            let line = first.line;
            value.complain(format!(
                "blocks of different types use the content key '{key}': the one on line {line} is {}",
                word_of(*known)
            ));
        }
    }
}

fn word_of(kind: BlockKind) -> &'static str {
    KINDS
        .iter()
        .find(|(_, known)| *known == kind)
        .map_or("", |(word, _)| word)
}

/// Ids and questions that a layout may have only once.
#[derive(Debug, Default)]
struct Met {
    ids: BTreeSet<String>,
    /// Questions in blocks that everyone sees.
    practice: BTreeSet<String>,
}

fn blocks(
    fields: &mut Fields<'_>,
    contents: &mut Contents,
    wishes: &mut Wishes,
) -> Vec<BlockDraft> {
    let tables = fields.tables("block", "a block", limits::BLOCKS);
    if tables.is_empty() {
        fields.complain("a layout needs at least one [[block]]");
    }
    let mut met = Met::default();
    let mut drafts = Vec::new();
    for table in tables {
        drafts.push(block(table, &mut met, contents, wishes));
    }
    drafts
}

fn block(
    mut fields: Fields<'_>,
    met: &mut Met,
    contents: &mut Contents,
    wishes: &mut Wishes,
) -> BlockDraft {
    let id = block_id(&mut fields, met);
    let kind = fields.required_choice("type", KINDS);
    let content = fields.get("content_key");
    let tutor_persona = fields.choice("tutor_persona", &LearnerPersona::NAMES);
    let mut own = Wishes::default();
    let data = match (kind, content) {
        (Some(kind), None) => {
            fields.rename(format!("a block of type {}", word_of(kind)));
            Some(content::read(kind, &mut fields, &mut own))
        }
        (Some(_), Some(_)) => {
            fields.rename("a block with a content_key");
            None
        }
        (None, _) => {
            content::ask_for_every_type(&mut fields);
            None
        }
    };
    if tutor_persona.is_none() {
        check_practice_once(&fields, &own, met);
    }
    wishes.add(own);
    let content_key =
        content.map(|value| content_key(value, kind, tutor_persona.is_some(), contents));
    fields.finish();
    let kind = kind.unwrap_or(BlockKind::Text);
    BlockDraft {
        id,
        kind,
        content_key,
        tutor_persona,
        data,
    }
}

fn block_id(fields: &mut Fields<'_>, met: &mut Met) -> String {
    let Some(value) = fields.require("id") else {
        return String::new();
    };
    let id = value.slug(limits::KEY);
    if !met.ids.insert(id.clone()) {
        value.complain(format!("two blocks have the id '{id}'"));
    }
    id
}

fn check_practice_once(fields: &Fields<'_>, own: &Wishes, met: &mut Met) {
    for (key, place) in &own.practice {
        if !met.practice.insert(key.clone()) {
            let message = format!("the question '{key}' is in this layout twice");
            fields.source.reading.complain(place, message);
        }
    }
}

fn content_key(
    value: TomlValue<'_>,
    kind: Option<BlockKind>,
    has_persona: bool,
    contents: &mut Contents,
) -> String {
    let key = value.slug(limits::KEY);
    if let Some(kind) = kind {
        contents.use_key(value, &key, kind);
    }
    if has_persona {
        value.complain("a block has either a content_key, whose assets say who they are for, or a tutor_persona");
    }
    key
}

/// Reads everything under `[asset]`, and compares it with the content keys that blocks use.
fn assets(fields: &mut Fields<'_>, contents: &Contents, wishes: &mut Wishes) -> Vec<AssetDraft> {
    let mut drafts = Vec::new();
    let mut met = BTreeSet::new();
    let table = fields
        .get("asset")
        .and_then(|value| Fields::of(value, "[asset]"));
    for value in table.iter().flat_map(Fields::entries) {
        met.insert(value.name);
        match contents.0.get(value.name) {
            Some((kind, _)) => drafts.extend(variants(value, *kind, wishes)),
            None => {
                let guess = did_you_mean(value.name, contents.0.keys().map(String::as_str));
                value.complain(format!(
                    "no block has the content key '{}'{guess}",
                    value.name.escape_debug()
                ));
            }
        }
    }
    for (key, (_, place)) in contents
        .0
        .iter()
        .filter(|(key, _)| !met.contains(key.as_str()) && is_slug(key))
    {
        let guess = did_you_mean(key, met.iter().copied());
        fields.source.reading.complain(
            place,
            format!("the content key '{key}' has no asset: write [asset.{key}.default]{guess}"),
        );
    }
    drafts
}

/// Reads the variants of one content key.
fn variants(value: TomlValue<'_>, kind: BlockKind, wishes: &mut Wishes) -> Vec<AssetDraft> {
    let Some(table) = Fields::of(value, "an asset") else {
        return Vec::new();
    };
    let entries = table.entries();
    if entries.is_empty() {
        value.complain(format!(
            "the asset '{0}' has no variant: write [asset.{0}.default]",
            value.name
        ));
    }
    let drafts = entries
        .into_iter()
        .filter_map(|entry| variant(entry, value.name, kind, wishes));
    drafts.collect()
}

fn variant(
    entry: TomlValue<'_>,
    content_key: &str,
    kind: BlockKind,
    wishes: &mut Wishes,
) -> Option<AssetDraft> {
    let personas = LearnerPersona::NAMES;
    let persona = personas
        .iter()
        .find(|(word, _)| *word == entry.name)
        .map(|(_, persona)| *persona);
    if persona.is_none() && entry.name != DEFAULT {
        let known = personas.iter().map(|(word, _)| *word).chain([DEFAULT]);
        let names: Vec<_> = known.clone().collect();
        let guess = did_you_mean(entry.name, known);
        let written = entry.name.escape_debug();
        entry.complain(format!(
            "'{written}' is no persona: [asset.{content_key}.PERSONA] takes {}{guess}",
            names.join(", ")
        ));
        return None;
    }
    let mut fields = Fields::of(entry, format!("an asset of type {}", word_of(kind)))?;
    let payload = content::read(kind, &mut fields, wishes);
    fields.finish();
    Some(AssetDraft {
        content_key: content_key.to_owned(),
        persona,
        kind,
        payload,
    })
}
