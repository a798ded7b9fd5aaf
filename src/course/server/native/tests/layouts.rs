//! Tests of topics in blocks, and of their assets.

use super::Sketch;
use crate::course::server::draft::{
    AssetDraft, BlockData, BlockDraft, BlockKind, CalloutTone, TopicBody,
};
use crate::course::{LearnerPersona, StudyPersona};

const FILE: &str = "01-start/01-hello.layout.toml";

/// Returns the sketch with its topic as a layout. `lines` begin on line 2.
fn layout(lines: &str) -> Sketch {
    Sketch::new()
        .without("01-start/01-hello.md")
        .with(FILE, format!("title = \"Hello\"\n{lines}\n"))
}

fn blocks_of(body: &TopicBody) -> &[BlockDraft] {
    match body {
        TopicBody::Blocks(blocks) => blocks,
        TopicBody::Markdown(text) => panic!("{text}"),
    }
}

#[track_caller]
fn refuses(lines: &str, place: &str) {
    layout(lines).fails_with(&format!("{FILE}:{place}"));
}

fn markdown(text: &str) -> BlockData {
    BlockData::Text {
        markdown: text.to_owned(),
    }
}

#[test]
fn every_type_of_block_is_read() {
    let lines = r#"
block = [
  { id = "a", type = "text", markdown = "A", tutor_persona = "pseudo_coder" },
  { id = "b", type = "image", image = "x.svg", alt = "X", caption = "C" },
  { id = "c", type = "video", video = "https://youtu.be/dQw4w9WgXcQ", title = "T" },
  { id = "d", type = "ppt", slides = ["One", "Two"] },
  { id = "e", type = "ppt", file = "x.pdf", title = "T" },
  { id = "f", type = "code", code = "x\n", language = "rust" },
  { id = "g", type = "callout", tone = "tip", markdown = "G" },
  { id = "h", type = "code", code = { file = "x.py" }, language = "python" },
  { id = "i", type = "text", markdown = { file = "parts/i.md" } },
]"#;
    let topic = layout(lines)
        .with("01-start/x.svg", "x")
        .with("01-start/x.pdf", "x")
        .with("01-start/x.py", "print(1)\n")
        .with("01-start/parts/i.md", "![x](../x.svg)")
        .first_topic();
    let blocks = blocks_of(&topic.body);
    assert_eq!(blocks[0].tutor_persona, Some(LearnerPersona::PseudoCoder));
    let data: Vec<_> = blocks
        .iter()
        .map(|block| block.data.clone().unwrap())
        .collect();
    assert_eq!(data[0], markdown("A"));
    let image = "file:01-start/x.svg".to_owned();
    assert_eq!(
        data[1],
        BlockData::Image {
            image,
            alt: "X".to_owned(),
            caption: Some("C".to_owned())
        }
    );
    assert!(matches!(&data[2], BlockData::Video { title: Some(title), .. } if title == "T"));
    assert_eq!(
        data[3],
        BlockData::Ppt {
            slides: vec!["One".to_owned(), "Two".to_owned()]
        }
    );
    assert_eq!(
        data[4],
        BlockData::PptFile {
            file: "file:01-start/x.pdf".to_owned(),
            title: "T".to_owned()
        }
    );
    let code = |code: &str, language: &str| BlockData::Code {
        code: code.to_owned(),
        language: language.to_owned(),
        caption: None,
    };
    assert_eq!(data[5], code("x", "rust"));
    assert_eq!(
        data[6],
        BlockData::Callout {
            callout: CalloutTone::Tip,
            markdown: "G".to_owned(),
            title: None
        }
    );
    assert_eq!(data[7], code("print(1)", "python"));
    assert_eq!(data[8], markdown("![x](file:01-start/x.svg)"));
}

#[test]
fn assets_are_chosen_by_key_and_persona() {
    let lines = "[[block]]\nid = \"a\"\ntype = \"text\"\ncontent_key = \"why\"\n\
        [asset.why.default]\nmarkdown = \"D\"\n[asset.why.rote_memorizer]\nmarkdown = \"R\"";
    let topic = layout(lines).first_topic();
    let block = &blocks_of(&topic.body)[0];
    assert_eq!(
        (block.content_key.as_deref(), &block.data),
        (Some("why"), &None)
    );
    let asset = |persona, text: &str| AssetDraft {
        content_key: "why".to_owned(),
        persona,
        kind: BlockKind::Text,
        payload: markdown(text),
    };
    assert_eq!(
        topic.assets,
        [
            asset(None, "D"),
            asset(Some(LearnerPersona::RoteMemorizer), "R")
        ]
    );
}

#[test]
fn content_keys_and_assets_match() {
    let block = "[[block]]\nid = \"a\"\ntype = \"text\"\ncontent_key = \"why\"\n";
    refuses(
        block,
        "5: the content key 'why' has no asset: write [asset.why.default]",
    );
    let good = "[asset.why.default]\nmarkdown = \"D\"\n";
    refuses(
        &format!("{block}{good}[asset.wy.default]\nmarkdown = \"x\""),
        "8: no block has the content key 'wy'; did you mean 'why'?",
    );
    refuses(
        &format!("{block}[asset.why.rote_memoriser]\nmarkdown = \"x\""),
        "6: 'rote_memoriser' is no persona: [asset.why.PERSONA] takes non_it_migrant, rote_memorizer, english_hesitant, last_minute_panic, pseudo_coder, default; did you mean 'rote_memorizer'?",
    );
    refuses(
        &format!("{block}[asset.why.default]\nmarkdown = \"x\"\nalt = \"y\""),
        "8: unknown key 'alt' in an asset of type text; it can have markdown",
    );
    refuses(
        &format!("{block}[[block]]\nid = \"b\"\ntype = \"code\"\ncontent_key = \"why\"\n{good}"),
        "9: blocks of different types use the content key 'why': the one on line 5 is text",
    );
}

#[test]
fn blocks_are_strict() {
    refuses("block = []", "1: a layout needs at least one [[block]]");
    refuses(
        "[[block]]\nid = \"a\"\ntype = \"text\"\nmarkdown = \"x\"\n[[block]]\nid = \"a\"\ntype = \"text\"\nmarkdown = \"y\"",
        "7: two blocks have the id 'a'",
    );
    refuses(
        "[[block]]\nid = \"a\"\ntype = \"quote\"\nmarkdown = \"x\"",
        "4: 'type' is \"quote\", but must be one of \"text\", \"image\", \"video\", \"ppt\", \"code\", \"callout\"",
    );
    refuses(
        "[[block]]\nid = \"a\"\ntype = \"image\"\nimage = \"x.svg\"\nalt = \"x\"",
        "5: the file 'x.svg' does not exist",
    );
    refuses(
        "[[block]]\nid = \"a\"\ntype = \"text\"\nmarkdown = \"x\"\ntutor_persona = \"default\"",
        "6: 'tutor_persona' is \"default\", but must be one of \"non_it_migrant\", \"rote_memorizer\", \"english_hesitant\", \"last_minute_panic\", \"pseudo_coder\"",
    );
    let asset = "[asset.why.default]\nmarkdown = \"D\"\n";
    refuses(
        &format!(
            "[[block]]\nid = \"a\"\ntype = \"text\"\ncontent_key = \"why\"\nmarkdown = \"x\"\n{asset}"
        ),
        "6: unknown key 'markdown' in a block with a content_key; it can have content_key, id, tutor_persona, type",
    );
    refuses(
        &format!(
            "[[block]]\nid = \"a\"\ntype = \"text\"\ncontent_key = \"why\"\ntutor_persona = \"pseudo_coder\"\n{asset}"
        ),
        "5: a block has either a content_key, whose assets say who they are for, or a tutor_persona",
    );
    refuses(
        "[[block]]\nid = \"a\"\ntype = \"text\"\nmarkdown = \" \"",
        "5: 'markdown' is empty",
    );
    refuses(
        "[[block]]\nid = \"a\"\ntype = \"text\"\nmarkdown = { file = \"p.md\" }",
        "5: the file 'p.md' does not exist",
    );
}

#[test]
fn links_within_a_layout_reach_all_its_texts() {
    let block = |id: &str, text: &str| {
        format!("[[block]]\nid = \"{id}\"\ntype = \"text\"\nmarkdown = '''\n{text}\n'''\n")
    };
    layout(&format!(
        "{}{}",
        block("a", "[x](#later)"),
        block("b", "## Later")
    ))
    .read();
    refuses(
        &block("a", "one\n[x](#later)"),
        "7: there is no heading '#later'",
    );
}

#[test]
fn a_question_is_shown_once_to_everyone() {
    let quiz =
        "[[question]]\nkey = \"q\"\nprompt = \"P?\"\ntype = \"ordering\"\nitems = [\"a\", \"b\"]\n";
    let block = |id: &str, more: &str| {
        format!(
            "[[block]]\nid = \"{id}\"\ntype = \"text\"\nmarkdown = \"{{{{question q}}}}\"\n{more}"
        )
    };
    let personal = block("b", "tutor_persona = \"pseudo_coder\"\n");
    layout(&format!("{}{personal}", block("a", "")))
        .with_quiz(quiz)
        .read();
    layout(&format!("{}{}", block("a", ""), block("b", "")))
        .with_quiz(quiz)
        .fails_with(&format!(
            "{FILE}:9: the question 'q' is in this layout twice"
        ));
}

#[test]
fn slides_can_be_in_a_file() {
    for written in ["\"decks/a.md\"", "{ file = \"decks/a.md\" }"] {
        let block = format!("[[block]]\nid = \"a\"\ntype = \"ppt\"\nslides = {written}");
        let topic = layout(&block)
            .with("01-start/decks/a.md", "One\n\n---\n\nTwo\n")
            .first_topic();
        let Some(BlockData::Ppt { slides }) = &blocks_of(&topic.body)[0].data else {
            panic!("slides")
        };
        assert_eq!(
            slides.iter().map(|slide| slide.trim()).collect::<Vec<_>>(),
            ["One", "Two"]
        );
    }
    refuses(
        "[[block]]\nid = \"a\"\ntype = \"ppt\"\nslides = 3",
        "5: 'slides' must be a list of pages or a Markdown file, not an integer",
    );
}

#[test]
fn narrations_of_a_layout_are_layouts_or_texts() {
    let lines = "[[block]]\nid = \"a\"\ntype = \"text\"\ncontent_key = \"why\"\n[asset.why.default]\nmarkdown = \"D\"\n\
        [asset.how.default]\nmarkdown = \"H\"";
    let topic = layout(lines)
        .with(
            "01-start/01-hello.sports.layout.toml",
            "[[block]]\nid = \"a\"\ntype = \"text\"\ncontent_key = \"how\"\n",
        )
        .with("01-start/01-hello.cooking.md", "Stir.")
        .first_topic();
    assert_eq!(
        blocks_of(&topic.narrations[&StudyPersona::Sports])[0]
            .content_key
            .as_deref(),
        Some("how")
    );
    assert_eq!(
        topic.narrations[&StudyPersona::Cooking],
        TopicBody::Markdown("Stir.".to_owned())
    );
    assert_eq!(topic.assets.len(), 2);
}
