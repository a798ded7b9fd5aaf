//! Tests of the sources themselves: the floors of the features, the form of comments, and the names
//! of types.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The modules of the crate from the lowest floor up. Each imports only modules before it.
///
/// Code of tests is exempt: a test of a low floor may drive the whole site.
const FLOORS: &[&str] = &[
    "platform",
    "paths",
    "course",
    "teaching",
    "activity",
    "enrollment",
    "notes",
    "question_bank",
    "exercise",
    "import",
    "authoring",
    "practice",
    "certificate",
    "quiz",
    "exam",
    "cohort",
    "admission",
    "coldcall",
    "tutor_chat",
    "catalog",
    "player",
    "gradebook",
    "today",
    "study",
    "ingest",
    "drafting",
    "mastery",
    "narrative",
    "people",
    "insights",
    "find",
    // Everything below is put together here.
    "bundles",
    "routes",
    "app",
    "server",
    "cli",
    "lib",
    "main",
    // Builders for tests of every floor. Only tests may import them.
    "testing",
];

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// The top-level module that a file of `src` belongs to.
fn module_of(file: &Path) -> String {
    let relative = file.strip_prefix(sources()).unwrap();
    let first = relative.components().next().unwrap().as_os_str();
    let first = first.to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

fn is_test(file: &Path) -> bool {
    file.strip_prefix(sources())
        .unwrap()
        .components()
        .any(|part| {
            let name = part.as_os_str().to_str().unwrap().trim_end_matches(".rs");
            name == "tests" || name == "testing" || name.ends_with("_tests")
        })
}

/// The source without comments and without the inline test module at its end.
fn code(source: &str) -> String {
    let code = match source.find("#[cfg(test)]\nmod ") {
        Some(at) if source[at..].contains(" {\n") => &source[..at],
        _ => source,
    };
    code.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The top-level modules that `crate::` paths of the code name.
fn imports(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(group) => {
                let mut depth = 0;
                let mut name = String::new();
                for c in group.chars() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => {
                            found.insert(first_name(&name));
                            name.clear();
                            continue;
                        }
                        _ => {}
                    }
                    if depth == 0 {
                        name.push(c);
                    }
                }
                found.insert(first_name(&name));
            }
            None => {
                found.insert(first_name(rest));
            }
        }
    }
    found.remove("");
    found
}

fn first_name(path: &str) -> String {
    path.trim_start()
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect()
}

#[test]
fn each_module_imports_only_lower_floors() {
    let floor = |module: &str| FLOORS.iter().position(|name| *name == module);
    let mut wrong = Vec::new();
    for file in rust_files(&sources()) {
        if is_test(&file) {
            continue;
        }
        let module = module_of(&file);
        let Some(own) = floor(&module) else {
            wrong.push(format!("{module} has no floor in FLOORS"));
            continue;
        };
        let source = std::fs::read_to_string(&file).unwrap();
        for import in imports(&code(&source)) {
            if import != module && floor(&import).is_some_and(|other| other > own) {
                let file = file.strip_prefix(sources()).unwrap().display();
                wrong.push(format!("{file} imports {import}, which is above {module}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn imports_are_found_in_every_form() {
    let code =
        "use crate::quiz::{a, b};\nuse crate::{exam::{c, d}, paths};\nlet x = crate::player::y();";
    let found: Vec<String> = imports(code).into_iter().collect();
    assert_eq!(found, ["exam", "paths", "player", "quiz"]);
}

/// Words that open a riddle: a sentence has its subject first.
const OPENERS: [&str; 7] = ["What", "Who", "Whoever", "Whose", "Whom", "Where", "Nor"];
const MAX_COLUMNS: usize = 100;

/// The problems of a line, if it is a comment.
fn comment_problems(line: &str) -> Vec<&'static str> {
    let Some(comment) = line.trim_start().strip_prefix("//") else {
        return Vec::new();
    };
    let text = comment.trim_start_matches(['/', '!']).trim_start();
    let sentences = text
        .match_indices(['.', '!', '?', ':', ';'])
        .map(|(at, sign)| &text[at + sign.len()..])
        .filter(|rest| rest.starts_with(' '))
        .chain([text]);
    let is_riddle = |sentence: &str| {
        let word = sentence.trim_start().split(|c: char| !c.is_alphanumeric());
        word.take(1).any(|word| OPENERS.contains(&word))
    };
    let mut problems = Vec::new();
    if line.chars().count() > MAX_COLUMNS {
        problems.push("over 100 columns");
    }
    if sentences.into_iter().any(is_riddle) {
        problems.push("a sentence without its subject first");
    }
    problems
}

#[test]
fn comments_are_plain_sentences_of_at_most_100_columns() {
    let mut wrong = Vec::new();
    let benches = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches");
    for file in rust_files(&sources())
        .into_iter()
        .chain(rust_files(&benches))
    {
        let source = std::fs::read_to_string(&file).unwrap();
        for (line, number) in source.lines().zip(1..) {
            for problem in comment_problems(line) {
                wrong.push(format!("{}:{number}: {problem}: {line}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn riddles_and_long_lines_are_found() {
    let long = format!("    // {}", "x".repeat(MAX_COLUMNS));
    assert_eq!(comment_problems(&long), ["over 100 columns"]);
    assert_eq!(comment_problems("/// What came of it.").len(), 1);
    assert_eq!(comment_problems("// Kept. Nor is it sent.").len(), 1);
    assert!(comment_problems("//! Queries of courses: whoever asks, one statement.").is_empty());
    assert!(comment_problems("let what = \"// What\";").is_empty());
}

/// Names of types that may be declared in more than one feature.
const SHARED_NAMES: &[&str] = &[
    // Enums of PostgreSQL: `platform/db/schema.rs` declares the SQL type, a feature the Rust enum.
    "AttemptStatus",
    "ContentType",
    "EnrollmentStatus",
    "LearnerPersona",
    "MemberStatus",
    "NuggetStatus",
    "OrderStatus",
    "ProgramType",
    "QuestionType",
    "RegistrationStatus",
    "StudyPersona",
    // Associated types of others' traits: http_body's `Body` and the router's
    // `MatchNestedRoutes`.
    "Data",
    // Associated type of `TryFrom`, of codecs and of http_body's `Body`.
    "Error",
    // Associated type of html5ever's `TokenSink`.
    "Handle",
];

/// The types that the code declares, with associated types and those inside of functions.
fn declared_types(code: &str) -> BTreeSet<String> {
    code.lines()
        .filter_map(|line| {
            let line = line.trim_start();
            let line = match line.strip_prefix("pub") {
                Some(rest) if rest.starts_with('(') => rest.split_once(')')?.1.trim_start(),
                Some(rest) => rest.trim_start(),
                None => line,
            };
            let (keyword, rest) = line.split_once(' ')?;
            let is_type = matches!(keyword, "struct" | "enum" | "trait" | "type" | "union");
            is_type.then(|| first_name(rest))
        })
        .filter(|name| name.starts_with(|c: char| c.is_ascii_uppercase()))
        .collect()
}

#[test]
fn no_type_name_is_declared_in_two_features() {
    let mut declared: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for file in rust_files(&sources()) {
        if is_test(&file) {
            continue;
        }
        let source = std::fs::read_to_string(&file).unwrap();
        let path = file.strip_prefix(sources()).unwrap().display().to_string();
        for name in declared_types(&code(&source)) {
            let features = declared.entry(name).or_default();
            features.entry(module_of(&file)).or_insert(path.clone());
        }
    }
    let is_shared = |name: &str| SHARED_NAMES.contains(&name);
    let wrong: Vec<String> = declared
        .iter()
        .filter(|(name, features)| features.len() > 1 && !is_shared(name))
        .map(|(name, features)| {
            let files: Vec<&str> = features.values().map(String::as_str).collect();
            format!("{name} is declared in {}", files.join(" and "))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let idle: Vec<&&str> = SHARED_NAMES
        .iter()
        .filter(|name| declared.get(**name).is_none_or(|found| found.len() < 2))
        .collect();
    assert!(idle.is_empty(), "not declared twice: {idle:?}");
}

#[test]
fn types_are_found_in_every_form() {
    let code = "pub struct A<T> {\n    pub(super) enum B {\npub(in crate::x) trait C: D {\n    \
                type E = F;\nstruct G(u8);\nlet type_h = 1;\nuse type_i;\n#[derive(J)]";
    let found: Vec<String> = declared_types(code).into_iter().collect();
    assert_eq!(found, ["A", "B", "C", "E", "G"]);
}

/// Returns the classes that a stylesheet defines by themselves, outside of media queries.
fn defined_classes(css: &str) -> BTreeSet<String> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-';
    css.lines()
        .filter_map(|line| {
            let rest = line.strip_prefix('.')?;
            let name = rest.strip_suffix(" {").or(rest.strip_suffix(','))?;
            name.chars().all(is_name).then(|| name.to_owned())
        })
        .collect()
}

#[test]
fn no_class_is_defined_in_two_stylesheets() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("style");
    let mut defined: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let file = entry.unwrap();
        let name = file.file_name().into_string().unwrap();
        // Print hides what others show.
        if name == "print.css" {
            continue;
        }
        for class in defined_classes(&std::fs::read_to_string(file.path()).unwrap()) {
            defined.entry(class).or_default().insert(name.clone());
        }
    }
    assert!(defined.len() > 100);
    defined.retain(|_, files| files.len() > 1);
    assert!(defined.is_empty(), "{defined:?}");
}
