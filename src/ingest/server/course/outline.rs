//! The outline of a course that is made of a document, and the texts of its topics.

use super::NuggetPassage;
use crate::course::server::native::limits;
use crate::platform::documents::escape;

/// Nuggets of a topic where the document has no headings.
const NUGGETS_A_TOPIC: usize = 4;
/// More modules than that become topics of one module.
const MODULES: usize = 60;

#[derive(Debug, PartialEq)]
pub struct MadeModule {
    pub title: String,
    pub topics: Vec<MadeTopic>,
}

#[derive(Debug, PartialEq)]
pub struct MadeTopic {
    pub title: String,
    /// Number of headings that the module and the topic stand for. Those below stay in the text.
    pub depth: usize,
    /// Indexes of passages.
    pub passages: Vec<usize>,
}

/// The first two levels of headings become modules and topics. A heading above all others is the
/// document's title. Without headings, some passages are a topic.
pub fn outline(passages: &[NuggetPassage], title: &str) -> Vec<MadeModule> {
    let first = passages
        .iter()
        .find_map(|passage| passage.heading_path.as_slice().first());
    let is_above_all = passages.iter().all(|passage| {
        passage.heading_path.is_empty() || passage.heading_path.as_slice().first() == first
    });
    let has_below = passages
        .iter()
        .any(|passage| passage.heading_path.len() > 1);
    let mut base = usize::from(is_above_all && has_below);
    let distinct = |level: usize| {
        let names = passages
            .iter()
            .filter_map(|passage| passage.heading_path.get(level));
        let mut names: Vec<&String> = names.collect();
        names.dedup();
        names.len()
    };
    let is_flat = distinct(base) <= 1 || distinct(base) > MODULES;
    if is_flat && distinct(base + 1) > 1 && distinct(base) <= 1 {
        base += 1;
    }
    // Without a second level, the first one has the topics.
    let is_flat =
        is_flat || (base..base + 2).all(|level| distinct(level) <= 1) || distinct(base + 1) == 0;
    let mut modules: Vec<MadeModule> = Vec::new();
    for (at, passage) in passages.iter().enumerate() {
        let heading = |level: usize| passage.heading_path.get(level).cloned();
        let (module, topic, depth) = match is_flat {
            true => (title.to_owned(), heading(base), base + 1),
            false => {
                let module = heading(base).unwrap_or_else(|| "Introduction".to_owned());
                let topic = heading(base + 1).or_else(|| heading(base));
                (module, topic, base + 2)
            }
        };
        if modules.last().is_none_or(|last| last.title != module) {
            modules.push(MadeModule {
                title: module.clone(),
                topics: Vec::new(),
            });
        }
        let Some(open) = modules.last_mut() else {
            continue;
        };
        let count = open.topics.last().map_or(0, |topic| topic.passages.len());
        let name = topic.unwrap_or_else(|| match open.topics.last() {
            Some(last) if count < NUGGETS_A_TOPIC => last.title.clone(),
            Some(_) => format!("Part {}", open.topics.len() + 1),
            None => "Introduction".to_owned(),
        });
        match open.topics.last_mut().filter(|last| last.title == name) {
            Some(last) => last.passages.push(at),
            None => open.topics.push(MadeTopic {
                title: name,
                depth,
                passages: vec![at],
            }),
        }
    }
    for module in &mut modules {
        module.topics.truncate(limits::TOPICS);
    }
    modules
}

/// The text of a topic, with the headings below it.
pub fn text(passages: &[&NuggetPassage], depth: usize) -> String {
    let mut out = String::new();
    let mut above: Vec<String> = Vec::new();
    for passage in passages {
        let below: Vec<String> = passage.heading_path.iter().skip(depth).cloned().collect();
        let common = above.iter().zip(&below).take_while(|(a, b)| a == b).count();
        for (level, heading) in below.iter().enumerate().skip(common) {
            let marks = "#".repeat((level + 2).min(6));
            out.push_str(&format!("{marks} {}\n\n", escape(heading)));
        }
        above = below;
        out.push_str(passage.content.trim());
        out.push_str("\n\n");
    }
    out.chars().take(limits::TOPIC_TEXT).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::passage;
    use super::*;

    fn shown(passages: &[NuggetPassage]) -> Vec<String> {
        outline(passages, "A book")
            .into_iter()
            .flat_map(|module| {
                let name = module.title;
                module
                    .topics
                    .into_iter()
                    .map(move |topic| format!("{name}/{}:{:?}", topic.title, topic.passages))
            })
            .collect()
    }

    #[test]
    fn headings_become_modules_and_topics() {
        let all = [
            passage(&["Book"], "x"),
            passage(&["Book", "Birds"], "x"),
            passage(&["Book", "Birds", "Swans"], "x"),
            passage(&["Book", "Birds", "Swans", "Wings"], "x"),
            passage(&["Book", "Fish", "Cod"], "x"),
        ];
        assert_eq!(
            shown(&all),
            [
                "Introduction/Introduction:[0]",
                "Birds/Birds:[1]",
                "Birds/Swans:[2, 3]",
                "Fish/Cod:[4]"
            ]
        );
        let flat = [passage(&["Birds"], "x"), passage(&["Fish"], "x")];
        assert_eq!(shown(&flat), ["A book/Birds:[0]", "A book/Fish:[1]"]);
        let none: Vec<NuggetPassage> = (0..6).map(|_| passage(&[], "x")).collect();
        assert_eq!(
            shown(&none),
            ["A book/Introduction:[0, 1, 2, 3]", "A book/Part 2:[4, 5]"]
        );
        assert_eq!(text(&[&all[2], &all[3]], 3), "x\n\n## Wings\n\nx\n\n");
    }
}
