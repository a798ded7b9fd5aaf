//! Highlights syntax: reduces syntect's scopes to a few short classes, and writes as few spans as
//! possible.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxReference, SyntaxSet};

use super::{escape_text_into, powershell, session};

/// Limits of highlighted code. Larger blocks and longer lines are data rather than reading matter,
/// and are shown plain.
const MAX_BLOCK_BYTES: usize = 64 * 1024;
const MAX_LINE_BYTES: usize = 500;

/// Loaded on first use, which takes some milliseconds. A grammar's patterns are compiled when its
/// language first appears.
static SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(two_face::syntax::extra_newlines);

/// Returns the inner HTML of `<code>`. None for plain text and unknown languages.
pub fn highlight(code: &str, language: &str) -> Option<String> {
    let language = FenceLanguage::named(&language.to_lowercase());
    if matches!(language.grammar, Grammar::Plain) {
        return None;
    }
    let mut html = String::with_capacity(code.len() * 2);
    let runs = language.runs(code, &mut Budget::default());
    write(&mut html, &runs, &BTreeMap::new());
    Some(html)
}

/// Role of a token for the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Keyword,
    String,
    Comment,
    Number,
    Function,
    Type,
    Macro,
    Prompt,
    Emphasis,
    Inserted,
    Deleted,
}

impl Class {
    fn tags(self) -> (&'static str, &'static str) {
        const END: &str = "</span>";
        match self {
            Self::Keyword => ("<span class=\"k\">", END),
            Self::String => ("<span class=\"s\">", END),
            Self::Comment => ("<span class=\"c\">", END),
            Self::Number => ("<span class=\"n\">", END),
            Self::Function => ("<span class=\"f\">", END),
            Self::Type => ("<span class=\"t\">", END),
            Self::Macro => ("<span class=\"m\">", END),
            Self::Prompt => ("<span class=\"p\">", END),
            Self::Emphasis => ("<span class=\"o\">", END),
            Self::Inserted => ("<ins>", "</ins>"),
            Self::Deleted => ("<del>", "</del>"),
        }
    }
}

/// Code cut into runs of one class. Neighbors of one class form one run, including the white space
/// between them.
#[derive(Debug, Default)]
pub(super) struct Runs {
    runs: Vec<(Option<Class>, String)>,
    /// Pending white space. It joins the last run if the next token has the same class.
    gap: String,
}

impl Runs {
    pub(super) fn push(&mut self, class: Option<Class>, text: &str) {
        let (token, space) = text.split_at(text.trim_end().len());
        if !token.is_empty() {
            self.push_token(class, token);
        }
        self.gap.push_str(space);
    }

    /// Adds a token including its white space.
    pub(super) fn push_token(&mut self, class: Option<Class>, token: &str) {
        match self.runs.last_mut() {
            Some((last, run)) if *last == class => {
                run.push_str(&self.gap);
                run.push_str(token);
                self.gap.clear();
            }
            _ => {
                self.flush_gap();
                self.runs.push((class, token.to_owned()));
            }
        }
    }

    fn flush_gap(&mut self) {
        if !self.gap.is_empty() {
            let gap = std::mem::take(&mut self.gap);
            match self.runs.last_mut() {
                Some((None, run)) => run.push_str(&gap),
                _ => self.runs.push((None, gap)),
            }
        }
    }

    fn plain(code: &str) -> Self {
        let mut runs = Self::default();
        runs.push(None, code);
        runs
    }
}

/// Writes runs as HTML, with a badge at the end of each labeled line (1-based).
pub(super) fn write(html: &mut String, runs: &Runs, labels: &BTreeMap<usize, String>) {
    let mut line = 1;
    let gap = (None, runs.gap.clone());
    for (class, text) in runs.runs.iter().chain([&gap]) {
        let mut pieces = text.split('\n');
        let mut stretch = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            if let Some(label) = labels.get(&line) {
                write_run(html, *class, &std::mem::take(&mut stretch));
                write_label(html, label);
            }
            line += 1;
            stretch.push('\n');
            stretch.push_str(piece);
        }
        write_run(html, *class, &stretch);
    }
    if let Some(label) = labels.get(&line) {
        write_label(html, label);
    }
}

fn write_run(html: &mut String, class: Option<Class>, text: &str) {
    match class.map(Class::tags) {
        Some((start, end)) if !text.trim().is_empty() => {
            html.push_str(start);
            escape_text_into(html, text);
            html.push_str(end);
        }
        _ => escape_text_into(html, text),
    }
}

fn write_label(html: &mut String, label: &str) {
    html.push_str("<span class=\"code-label\">");
    escape_text_into(html, label);
    html.push_str("</span>");
}

/// Time that a document's code blocks may take together. Grammars backtrack, so a hostile block
/// could take minutes. Blocks after the limit stay plain. Ordinary pages need a hundredth of the
/// limit.
pub(super) struct Budget(Duration);

impl Default for Budget {
    fn default() -> Self {
        // Tests compare the output and may run on busy machines.
        Self(Duration::from_secs(if crate::runs_tests() {
            60
        } else {
            5
        }))
    }
}

/// A language as named after a fence.
pub(super) struct FenceLanguage {
    name: String,
    label: Option<String>,
    grammar: Grammar,
}

enum Grammar {
    Plain,
    /// Prompts, commands and output. Scripts without a prompt use the named grammar.
    Session(Option<&'static str>),
    PowerShell,
    Syntax(&'static SyntaxReference),
}

/// Names after the fence with the language's own name first, then the label in the bar, then the
/// grammar.
const LANGUAGES: &[(&str, &str, &str)] = &[
    ("rust rs", "Rust", "Rust"),
    ("toml", "TOML", "TOML"),
    ("python py python3", "Python", "Python"),
    ("html htm xhtml", "HTML", "HTML"),
    ("css", "CSS", "CSS"),
    ("javascript js mjs cjs jsx node", "JavaScript", "JavaScript"),
    ("typescript ts mts", "TypeScript", "TypeScript"),
    ("json jsonc json5", "JSON", "JSON"),
    ("sql postgresql psql mysql sqlite", "SQL", "SQL"),
    ("yaml yml", "YAML", "YAML"),
    ("c h", "C", "C"),
    ("cpp c++ cc cxx hpp", "C++", "C++"),
    ("csharp c# cs", "C#", "C#"),
    ("diff patch", "Diff", "Diff"),
    ("x86asm asm nasm assembly", "Assembly", "x86_64 Assembly"),
    ("markdown md", "Markdown", "Markdown"),
    ("makefile make", "Makefile", "Makefile"),
    ("dockerfile docker", "Dockerfile", "Dockerfile"),
];

impl FenceLanguage {
    /// Returns the language with this name, which must be in lowercase.
    pub(super) fn named(name: &str) -> Self {
        let (name, label, grammar) = match name {
            "" | "text" | "txt" | "plain" | "plaintext" | "none" => ("text", None, Grammar::Plain),
            "console" | "terminal" | "shell-session" | "shellsession" => {
                ("console", Some("Console"), Grammar::Session(None))
            }
            "sh" | "bash" | "shell" | "zsh" => (
                "sh",
                Some("Shell"),
                Grammar::Session(Some("Bourne Again Shell (bash)")),
            ),
            "cmd" | "bat" | "batch" | "dos" => (
                "cmd",
                Some("Command Prompt"),
                Grammar::Session(Some("Batch File")),
            ),
            "powershell" | "pwsh" | "ps1" | "posh" => {
                ("powershell", Some("PowerShell"), Grammar::PowerShell)
            }
            _ => return Self::with_syntax(name),
        };
        Self {
            name: name.to_owned(),
            label: label.map(str::to_owned),
            grammar,
        }
    }

    fn with_syntax(name: &str) -> Self {
        let known = LANGUAGES
            .iter()
            .find(|(names, ..)| names.split(' ').any(|known| known == name));
        let syntax = match known {
            Some((_, _, grammar)) => SYNTAXES.find_syntax_by_name(grammar),
            None => SYNTAXES.find_syntax_by_token(name),
        };
        let label = match (known, syntax) {
            (Some((_, label, _)), _) => (*label).to_owned(),
            (None, Some(syntax)) => syntax.name.clone(),
            (None, None) => name.to_owned(),
        };
        let name = known
            .and_then(|(names, ..)| names.split(' ').next())
            .unwrap_or(name);
        let is_name = |c: char| c.is_ascii_alphanumeric() || "+#-_.".contains(c);
        Self {
            name: if name.len() <= 40 && name.chars().all(is_name) {
                name
            } else {
                "text"
            }
            .to_owned(),
            label: Some(label),
            grammar: syntax.map_or(Grammar::Plain, Grammar::Syntax),
        }
    }

    /// Returns a name of ASCII letters, digits and `+#-_.`, which can stand in a class.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Returns the label shown above the code. None for plain text.
    pub(super) fn label(&self) -> Option<&str> {
        self.label.as_deref()
    }

    pub(super) fn runs(&self, code: &str, budget: &mut Budget) -> Runs {
        let is_readable =
            code.len() <= MAX_BLOCK_BYTES && code.lines().all(|line| line.len() <= MAX_LINE_BYTES);
        if !is_readable {
            return Runs::plain(code);
        }
        match self.grammar {
            Grammar::Plain => None,
            Grammar::Session(script) => session::runs(code).or_else(|| {
                let syntax = SYNTAXES.find_syntax_by_name(script?)?;
                parse(code, syntax, budget)
            }),
            Grammar::PowerShell => session::runs(code).or_else(|| Some(powershell::runs(code))),
            Grammar::Syntax(syntax) => parse(code, syntax, budget),
        }
        .unwrap_or_else(|| Runs::plain(code))
    }
}

/// Highlights code with a grammar. None if the grammar fails or the time is up.
fn parse(code: &str, syntax: &SyntaxReference, budget: &mut Budget) -> Option<Runs> {
    let started = Instant::now();
    let mut state = ParseState::new(syntax);
    let mut scopes = ScopeStack::new();
    let mut runs = Runs::default();
    for line in code.split_inclusive('\n') {
        // The grammars expect every line to end with a newline.
        let ended = format!("{}\n", line.trim_end_matches('\n'));
        if started.elapsed() > budget.0 {
            budget.0 = Duration::ZERO;
            return None;
        }
        let mut done = 0;
        for (at, change) in state.parse_line(&ended, &SYNTAXES).ok()? {
            let at = at.min(line.len());
            let token = line.get(done..at)?;
            runs.push(class_of(token, &scopes), token);
            done = at;
            scopes.apply(&change).ok()?;
        }
        let token = line.get(done..)?;
        runs.push(class_of(token, &scopes), token);
    }
    budget.0 = budget.0.saturating_sub(started.elapsed());
    Some(runs)
}

/// Returns the class of the innermost scope that has one.
fn class_of(token: &str, scopes: &ScopeStack) -> Option<Class> {
    let scopes = scopes.as_slice();
    let is_key = |key: Scope| scopes.iter().any(|scope| key.is_prefix_of(*scope));
    if JSON_KEY.is_some_and(is_key) {
        return Some(Class::Macro);
    }
    let rule_for = |scope: &Scope| RULES.iter().find(|(prefix, _)| prefix.is_prefix_of(*scope));
    let (_, class) = scopes.iter().rev().find_map(rule_for)?;
    match class {
        // Grammars have one scope for `fn`, `struct` and `bool`, and one for `and` and `&&`.
        Some(Class::Keyword) if PRIMITIVE_TYPES.contains(&token) => Some(Class::Type),
        Some(Class::Keyword) if !token.contains(char::is_alphanumeric) => None,
        class => *class,
    }
}

/// Scope of keys in JSON. The innermost scope of a key says only that it is a string.
static JSON_KEY: LazyLock<Option<Scope>> =
    LazyLock::new(|| Scope::new("meta.mapping.key.json").ok());

const PRIMITIVE_TYPES: &[&str] = &[
    "bool", "boolean", "byte", "char", "double", "f32", "f64", "float", "i128", "i16", "i32",
    "i64", "i8", "int", "isize", "long", "number", "short", "signed", "str", "string", "u128",
    "u16", "u32", "u64", "u8", "unsigned", "usize", "void",
];

/// Scope prefixes and their classes; the first match wins. `None` ends the search with plain text.
static RULES: LazyLock<Vec<(Scope, Option<Class>)>> = LazyLock::new(|| {
    use Class::*;
    [
        ("comment", Some(Comment)),
        ("meta.interpolation", None),
        // Keys of data.
        ("entity.name.tag.toml", Some(Macro)),
        ("entity.name.tag.yaml", Some(Macro)),
        ("string", Some(String)),
        ("constant.character", Some(String)),
        ("constant.numeric", Some(Number)),
        ("constant.language", Some(Number)),
        ("constant.other.color", Some(Number)),
        ("support.constant.property-value", Some(Number)),
        ("keyword.other.unit", Some(Number)),
        ("keyword", Some(Keyword)),
        ("storage", Some(Keyword)),
        ("variable.language", Some(Keyword)),
        ("entity.name.function", Some(Function)),
        ("support.function", Some(Function)),
        ("variable.function", Some(Function)),
        ("entity.name.macro", Some(Macro)),
        ("support.macro", Some(Macro)),
        ("entity.other.attribute-name", Some(Macro)),
        ("variable.annotation", Some(Macro)),
        ("meta.annotation", Some(Macro)),
        ("meta.attribute", Some(Macro)),
        ("meta.preprocessor", Some(Macro)),
        ("entity.name.tag", Some(Keyword)),
        ("entity.name.section", Some(Type)),
        ("entity.name.table", Some(Type)),
        ("entity.name.type", Some(Type)),
        ("entity.name.struct", Some(Type)),
        ("entity.name.enum", Some(Type)),
        ("entity.name.union", Some(Type)),
        ("entity.name.class", Some(Type)),
        ("entity.name.trait", Some(Type)),
        ("entity.name.impl", Some(Type)),
        ("entity.other.inherited-class", Some(Type)),
        ("support.type", Some(Type)),
        ("support.class", Some(Type)),
        ("markup.inserted", Some(Inserted)),
        ("markup.deleted", Some(Deleted)),
        ("meta.diff.header", Some(Comment)),
        ("meta.diff.range", Some(Comment)),
        ("markup.heading", Some(Type)),
        ("markup.bold", Some(Emphasis)),
        ("markup.italic", Some(Emphasis)),
        ("markup.raw", Some(String)),
    ]
    .into_iter()
    .filter_map(|(prefix, class)| Some((Scope::new(prefix).ok()?, class)))
    .collect()
});
