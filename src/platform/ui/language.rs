//! The language of content. The interface is English and written from left to right. Content of a
//! course declares its own language and direction.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::Erase;

/// A BCP 47 tag, such as "en" or "pt-BR".
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Language(String);

impl Language {
    pub fn new(tag: impl Into<String>) -> Self {
        Self(tag.into())
    }

    /// Returns the value of the `lang` attribute.
    pub fn tag(&self) -> String {
        self.0.clone()
    }

    /// Returns the value of the `dir` attribute.
    pub fn dir(&self) -> &'static str {
        direction(&self.0)
    }

    /// Renders a text of this language within a line of the interface.
    pub fn inline(&self, text: impl Into<String>) -> AnyView {
        let text = text.into();
        view! {
            <bdi lang=self.tag() dir=self.dir()>
                {text}
            </bdi>
        }
        .erase()
    }
}

/// Languages written from right to left, unless the tag names another script.
const RIGHT_TO_LEFT: [&str; 40] = [
    "acm", "adf", "aeb", "apc", "ar", "arc", "arq", "ars", "ary", "arz", "azb", "bal", "bgn",
    "bqi", "ckb", "dv", "fa", "glk", "haz", "he", "iw", "ji", "khw", "ks", "lrc", "luz", "mzn",
    "nqo", "pbt", "pes", "pnb", "prs", "ps", "sd", "sdh", "skr", "syr", "ug", "ur", "yi",
];

const RIGHT_TO_LEFT_SCRIPTS: [&str; 10] = [
    "adlm", "arab", "aran", "hebr", "mand", "nkoo", "rohg", "samr", "syrc", "thaa",
];

/// Returns the direction of a language tag, `ltr` or `rtl`.
pub fn direction(tag: &str) -> &'static str {
    let tag = tag.to_ascii_lowercase();
    let mut parts = tag.split(['-', '_']);
    let language = parts.next().unwrap_or_default();
    // A script has four letters. Stop at extensions, which begin with a part of one character.
    let script = parts
        .take_while(|part| part.len() > 1)
        .find(|part| part.len() == 4 && part.bytes().all(|b| b.is_ascii_alphabetic()));
    let is_rtl = match script {
        Some(script) => RIGHT_TO_LEFT_SCRIPTS.contains(&script),
        None => RIGHT_TO_LEFT.contains(&language),
    };
    if is_rtl { "rtl" } else { "ltr" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_direction_follows_the_script_and_else_the_language() {
        for tag in [
            "fa",
            "ar",
            "he",
            "iw",
            "ur",
            "yi",
            "ps",
            "sd",
            "ug",
            "dv",
            "ckb",
            "AR-eg",
            "fa-IR",
            "az-Arab",
            "ku-Arab-IQ",
            "pa-arab",
            "ar-Arab",
            "ff-Adlm",
            "ar-u-nu-latn",
            "ur-Aran",
        ] {
            assert_eq!(direction(tag), "rtl", "{tag}");
        }
        for tag in [
            "en",
            "de",
            "zh-Hant-TW",
            "ja",
            "th",
            "ar-Latn",
            "fa-Cyrl",
            "sd-Deva",
            "az",
            "pa",
            "ku",
            "arn",
            "hy",
            "en-x-arab",
            "pt-BR",
            "",
        ] {
            assert_eq!(direction(tag), "ltr", "{tag}");
        }
    }
}
