//! Code blocks: their language, their hidden lines, and the flags of mdBook that matter to a
//! learner.

use std::collections::BTreeMap;

/// Flags that say something about the code. The other flags are for mdBook's playground and test
/// runs.
const TOLD: [&str; 4] = [
    "does_not_compile",
    "panics",
    "should_panic",
    "not_desired_behavior",
];

/// A code block in the form that the platform's Markdown understands.
#[derive(Debug, Default, PartialEq)]
pub struct CodeBlock {
    pub language: String,
    pub flags: Vec<String>,
    /// File name or other title, shown above the code.
    pub title: Option<String>,
    /// Labels at the end of lines, with 1-based line numbers.
    pub labels: Vec<(usize, String)>,
    pub content: String,
}

/// Returns the words of an info string, such as `rust,ignore editable` or `rust ignore`.
pub fn words(info: &str) -> impl Iterator<Item = &str> {
    info.split([',', ' ', '\t']).filter(|word| !word.is_empty())
}

impl CodeBlock {
    /// `hidelines` maps a language to the prefix of its hidden lines. Rust's rule is built in.
    pub fn new(info: &str, content: &str, hidelines: &BTreeMap<String, String>) -> Self {
        let language = words(info)
            .next()
            .filter(|word| !word.starts_with('{'))
            .unwrap_or_default();
        let own_prefix = words(info).find_map(|word| word.strip_prefix("hidelines="));
        let prefix = own_prefix.or_else(|| hidelines.get(language).map(String::as_str));
        let content = match prefix {
            Some(prefix) => without_lines(content, |line| line.trim_start().starts_with(prefix)),
            None if language == "rust" => without_hidden_rust(content),
            None => content.to_owned(),
        };
        Self {
            language: language.to_owned(),
            flags: told_flags(info),
            content,
            ..Self::default()
        }
    }

    /// Returns the block as a fence. Each line after the first begins with `prefix`.
    pub fn markdown(&self, prefix: &str) -> String {
        let fence = "`".repeat(self.longest_run_of_ticks().max(2) + 1);
        let mut out = format!("{fence}{}\n", self.info());
        for line in self.content.lines() {
            out.push_str(if line.is_empty() {
                prefix.trim_end()
            } else {
                prefix
            });
            out.push_str(line);
            out.push('\n');
        }
        out.push_str(prefix);
        out.push_str(&fence);
        out
    }

    fn info(&self) -> String {
        let needs_language = self.language.is_empty()
            && !(self.flags.is_empty() && self.title.is_none() && self.labels.is_empty());
        let mut info = if needs_language {
            "text".to_owned()
        } else {
            self.language.clone()
        };
        for flag in &self.flags {
            info = format!("{info},{flag}");
        }
        if let Some(title) = &self.title {
            info = format!("{info} title=\"{}\"", attribute(title));
        }
        if !self.labels.is_empty() {
            let labels = self
                .labels
                .iter()
                .map(|(line, label)| format!("{line}={}", attribute(label)));
            info = format!("{info} labels=\"{}\"", labels.collect::<Vec<_>>().join(","));
        }
        info
    }

    fn longest_run_of_ticks(&self) -> usize {
        let runs = self.content.split(|c| c != '`').map(str::len);
        runs.max().unwrap_or(0)
    }
}

pub fn told_flags(info: &str) -> Vec<String> {
    let flags = words(info).skip(1).filter(|word| TOLD.contains(word));
    flags.map(str::to_owned).collect()
}

/// Replaces the characters that may not stand in an attribute of an info string.
fn attribute(text: &str) -> String {
    text.replace('"', "'")
        .replace(['`', '\n'], "")
        .replace(',', ";")
}

fn without_lines(content: &str, hidden: impl Fn(&str) -> bool) -> String {
    content
        .split_inclusive('\n')
        .filter(|line| !hidden(line))
        .collect()
}

/// Removes lines that begin with `# ` or are a lone `#`. A leading `##` becomes a visible `#`.
fn without_hidden_rust(content: &str) -> String {
    let mut out = String::with_capacity(content.len());
    for line in content.split_inclusive('\n') {
        let code = line.trim_start();
        let indent = &line[..line.len() - code.len()];
        match code.strip_prefix('#') {
            Some(rest) if rest.starts_with('#') => {
                out.push_str(indent);
                out.push_str(rest);
            }
            Some(rest) if rest.is_empty() || rest.starts_with([' ', '\n']) => {}
            _ => out.push_str(line),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(info: &str, content: &str) -> CodeBlock {
        CodeBlock::new(info, content, &BTreeMap::new())
    }

    #[test]
    fn hidden_lines_of_rust_go() {
        let code = "# use a;\n#[derive(Debug)]\n#\nfn a() {\n    # b();\n    ## c\n#![x]\n";
        let shown = "#[derive(Debug)]\nfn a() {\n    # c\n#![x]\n";
        assert_eq!(block("rust,ignore", code).content, shown);
        assert_eq!(
            block("console", "# apt install\n").content,
            "# apt install\n"
        );
    }

    #[test]
    fn other_languages_hide_what_the_book_says() {
        let hidelines = BTreeMap::from([("python".to_owned(), "~".to_owned())]);
        assert_eq!(
            CodeBlock::new("python", "~a\nb\n", &hidelines).content,
            "b\n"
        );
        assert_eq!(
            CodeBlock::new("js,hidelines=!!", "!!a\nb\n", &hidelines).content,
            "b\n"
        );
    }

    #[test]
    fn flags_for_machines_are_dropped() {
        let mut code = block("rust,ignore,does_not_compile,edition2021", "a\n");
        assert_eq!(code.markdown(""), "```rust,does_not_compile\na\n```");
        code.title = Some("src/\"main\".rs".to_owned());
        code.labels = vec![(1, "L1".to_owned()), (3, "L2".to_owned())];
        let first = "```rust,does_not_compile title=\"src/'main'.rs\" labels=\"1=L1,3=L2\"\n";
        assert!(code.markdown("> ").starts_with(first));
        assert!(code.markdown("> ").ends_with("\n> a\n> ```"));
    }

    #[test]
    fn the_fence_is_longer_than_any_in_it() {
        assert_eq!(block("", "````\n").markdown(""), "`````\n````\n`````");
    }
}
