//! Code blocks: parses the words after the opening fence, and writes the figure of a block.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::highlight::{self, Budget, FenceLanguage};
use super::{escape, escape_text_into};

/// Parsed info string such as `rust,should_panic title="src/main.rs" labels="5=L1"`.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Info {
    /// Language in lowercase; empty if none is given.
    pub language: String,
    pub title: Option<String>,
    /// Notes that the reader needs before trying the program.
    pub flags: Vec<&'static str>,
    /// Badges for program points, by 1-based line.
    pub labels: BTreeMap<usize, String>,
}

impl Info {
    pub(super) fn parse(info: &str) -> Self {
        let mut parsed = Self::default();
        for (index, word) in words(info).into_iter().enumerate() {
            match word.split_once('=') {
                Some(("title", title)) => parsed.title = Some(title.to_owned()),
                Some(("labels", labels)) => parsed.labels = parse_labels(labels),
                Some(_) => {}
                None if index == 0 => {
                    parsed.language = word.trim_start_matches('.').to_lowercase();
                }
                None => parsed.flags.extend(flag(&word)),
            }
        }
        parsed.flags.dedup();
        parsed
    }
}

fn flag(word: &str) -> Option<&'static str> {
    match word {
        "does_not_compile" | "compile_fail" => Some("Does not compile"),
        "panics" | "should_panic" => Some("Panics"),
        "not_desired_behavior" => Some("Not the desired behavior"),
        _ => None,
    }
}

/// Splits at white space and commas outside quotes. Quotes are dropped, and so are the braces that
/// some dialects use.
fn words(info: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    for c in info.chars() {
        match quote {
            Some(open) if open == c => quote = None,
            Some(_) => word.push(c),
            None if matches!(c, '"' | '\'') => quote = Some(c),
            None if c == ',' || c.is_whitespace() => words.push(std::mem::take(&mut word)),
            None if matches!(c, '{' | '}') => {}
            None => word.push(c),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

fn parse_labels(labels: &str) -> BTreeMap<usize, String> {
    labels
        .split(',')
        .filter_map(|pair| {
            let (line, label) = pair.split_once('=')?;
            Some((line.trim().parse().ok()?, label.trim().to_owned()))
        })
        .filter(|(_, label)| !label.is_empty())
        .collect()
}

/// Returns the whole figure of a code block.
pub(super) fn figure(info: &str, code: &str, budget: &mut Budget) -> String {
    let info = Info::parse(info);
    let code = code.strip_suffix('\n').unwrap_or(code);
    let language = FenceLanguage::named(&info.language);
    let name = language.name();
    let mut html = String::with_capacity(code.len() * 2 + 200);
    let _ = write!(html, "<figure class=\"code\" data-lang=\"{name}\">");
    write_bar(&mut html, &info, language.label());
    let _ = write!(html, "<pre tabindex=\"0\"><code class=\"language-{name}\">");
    highlight::write(&mut html, &language.runs(code, budget), &info.labels);
    html.push_str("</code></pre></figure>");
    html
}

fn write_bar(html: &mut String, info: &Info, label: Option<&str>) {
    if label.is_none() && info.title.is_none() && info.flags.is_empty() {
        return;
    }
    html.push_str("<figcaption class=\"code-bar\">");
    if let Some(label) = label {
        let _ = write!(html, "<span class=\"code-lang\">{}</span>", escape(label));
    }
    if let Some(title) = &info.title {
        html.push_str("<span class=\"code-title\">");
        escape_text_into(html, title);
        html.push_str("</span>");
    }
    for flag in &info.flags {
        let _ = write!(html, "<span class=\"code-flag\">{flag}</span>");
    }
    html.push_str("</figcaption>");
}
