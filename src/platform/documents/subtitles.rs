//! WebVTT and SubRip. Cues become paragraphs, a part for each ten minutes.

use super::blocks::{Block, ReadDocument, ReadPage};
use super::{ReadProgress, ReadResult, inline, text};

const MINUTES: u64 = 10;
/// A paragraph ends at a sentence after this many characters.
const PARAGRAPH: usize = 400;

pub fn read(content: &[u8], progress: &mut dyn ReadProgress) -> ReadResult {
    let source = text::decode(content);
    text::check_length(&source)?;
    let cues = cues(&source);
    let last = cues.last().map_or(0, |(seconds, _)| *seconds);
    let parts = usize::try_from(last / (MINUTES * 60))
        .unwrap_or(usize::MAX)
        .saturating_add(1);
    if cues.is_empty() {
        return Err("The file has no subtitles.".to_owned());
    }
    super::check_pages(parts, "part")?;
    progress.total(parts);
    for part in 0..parts {
        let from = part as u64 * MINUTES * 60;
        let until = from + MINUTES * 60;
        let texts = cues.iter().filter(|(at, _)| (from..until).contains(at));
        progress.page(ReadPage {
            number: part + 1,
            label: format!("From minute {}", from / 60),
            blocks: paragraphs(texts.map(|(_, text)| text.as_str())),
        });
    }
    Ok(ReadDocument {
        page_kind: "part".to_owned(),
        ..ReadDocument::default()
    })
}

fn paragraphs<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open = String::new();
    for text in texts {
        if !open.is_empty() {
            open.push(' ');
        }
        open.push_str(text);
        if open.len() > PARAGRAPH && open.ends_with(['.', '!', '?', '。', '！', '？']) {
            let text = inline::escape(&std::mem::take(&mut open));
            blocks.push(Block::Paragraph { text });
        }
    }
    if !open.trim().is_empty() {
        blocks.push(Block::Paragraph {
            text: inline::escape(&open),
        });
    }
    blocks
}

/// Cues with the second in which they begin. Cues that repeat the one before, as rolling captions
/// do, count once.
fn cues(source: &str) -> Vec<(u64, String)> {
    let mut cues: Vec<(u64, String)> = Vec::new();
    let mut time = None;
    for line in source.lines().map(str::trim) {
        if let Some((begin, _)) = line.split_once("-->") {
            time = seconds(begin.trim());
            continue;
        }
        if line.is_empty() {
            time = None;
        }
        let Some(at) = time else { continue };
        let said = without_tags(line);
        let repeats = cues.last().is_some_and(|(_, last)| *last == said);
        if !said.is_empty() && !repeats {
            // Times that run backward would lose cues.
            let at = cues.last().map_or(at, |(before, _)| at.max(*before));
            cues.push((at, said));
        }
    }
    cues
}

/// Reads “01:02:03.400”, “02:03.400” or “01:02:03,400”.
fn seconds(time: &str) -> Option<u64> {
    let whole = time.split(['.', ',']).next()?;
    let mut sum: u64 = 0;
    for part in whole.split(':') {
        sum = sum
            .checked_mul(60)?
            .checked_add(part.trim().parse().ok()?)?;
    }
    Some(sum)
}

/// The line without marks such as `<i>` and `<v Speaker>`.
fn without_tags(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('<') {
        out.push_str(before);
        match after.split_once('>') {
            Some((_, after)) => rest = after,
            None => {
                rest = after;
                break;
            }
        }
    }
    out.push_str(rest);
    inline::joined(
        &out.replace("&amp;", "&")
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&nbsp;", " "),
    )
}
