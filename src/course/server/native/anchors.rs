//! The places in a text that a link can lead to, which rendering will give an id.

use super::reading::{Place, Reading};
use crate::course::server::draft::{AssetDraft, BlockData, TopicBody};
use crate::platform::markdown;

#[derive(Debug, Default)]
pub struct BodyAnchors {
    html: Vec<String>,
    headings: Vec<String>,
}

/// Returns the anchors of a body. Those of all its assets count, since any may be shown.
pub fn of(body: &TopicBody, assets: &[AssetDraft]) -> BodyAnchors {
    let mut anchors = BodyAnchors::default();
    match body {
        TopicBody::Markdown(text) => anchors.add(text),
        TopicBody::Blocks(blocks) => {
            let inline = blocks.iter().filter_map(|block| block.data.as_ref());
            for data in inline.chain(assets.iter().map(|asset| &asset.payload)) {
                anchors.add_data(data);
            }
        }
    }
    anchors
}

impl BodyAnchors {
    fn add_data(&mut self, data: &BlockData) {
        match data {
            BlockData::Text { markdown } | BlockData::Callout { markdown, .. } => {
                self.add(markdown)
            }
            _ => {}
        }
    }

    fn add(&mut self, text: &str) {
        let rendered = markdown::render(text, &|_, _| None);
        self.headings
            .extend(rendered.headings.into_iter().map(|heading| heading.id));
        self.html.push(rendered.html);
    }

    pub fn check(&self, reading: &Reading, fragment: &str, place: &Place) {
        let attribute = format!(" id=\"{fragment}\"");
        let is_there = self.headings.iter().any(|id| id == fragment)
            || self.html.iter().any(|html| html.contains(&attribute));
        if !is_there {
            let guess =
                super::names::did_you_mean(fragment, self.headings.iter().map(String::as_str));
            reading.doubt(place, format!("there is no heading '#{fragment}'{guess}"));
        }
    }
}
