//! Expands mdBook's directives that put files into pages, with their line ranges and anchors. The
//! directives are `{{#include}}`, `{{#rustdoc_include}}` and `{{#playground}}`.

mod expand;
mod find_directives;
mod part;

pub use self::expand::Expander;
pub use self::find_directives::directives;

/// Inserted into `{{#…}}` of an escaped directive, so that no later step expands it. [`unescape`]
/// removes the character.
const ESCAPED: char = '\u{e000}';

/// Marks the place of an include that was left out, until [`unescape`] removes the character. A
/// code block with nothing else is left out too.
const LEFT_OUT: char = '\u{fdd0}';

pub fn unescape(text: &str) -> String {
    text.replace([ESCAPED, LEFT_OUT], "")
}

/// Returns true if the text consists only of includes that were left out.
pub fn is_left_out(text: &str) -> bool {
    text.contains(LEFT_OUT) && text.chars().all(|c| c == LEFT_OUT || c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::course::server::draft::CourseError;
    use crate::course::server::mdbook::folder::{CourseFolder, MAX_FILE_BYTES};
    use crate::course::server::mdbook::source::{Place, Problems, Source};

    fn expand(files: &[(&str, &str)]) -> (Source, Problems) {
        let dir = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = dir.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let folder = CourseFolder::open(dir.path(), None).unwrap();
        let mut problems = Problems::default();
        let source =
            Expander::new(&folder, &mut problems).page(Path::new("src/page.md"), files[0].1);
        (source, problems)
    }

    fn expanded(page: &str, file: &str) -> String {
        let (source, problems) = expand(&[("src/page.md", page), ("code/x.rs", file)]);
        assert_eq!(problems.errors, []);
        source.text().to_owned()
    }

    const TEN: &str = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n";

    #[test]
    fn line_ranges() {
        for (part, lines) in [
            (":2", "2"),
            (":9:10", "9\n10"),
            (":9:", "9\n10"),
            ("::2", "1\n2"),
            (":20", ""),
            ("", TEN.trim_end()),
        ] {
            let page = format!("{{{{#include ../code/x.rs{part}}}}}\n");
            assert_eq!(expanded(&page, TEN), format!("{lines}\n"), "{part}");
        }
    }

    const NESTED: &str =
        "a\n// ANCHOR: all\nb\n// ANCHOR: one\nc\n// ANCHOR_END: one\nd\n// ANCHOR_END: all\ne\n";

    #[test]
    fn anchors_lose_their_markers_and_those_nested_in_them() {
        assert_eq!(expanded("{{#include ../code/x.rs:all}}", NESTED), "b\nc\nd");
        assert_eq!(
            expanded("{{#rustdoc_include ../code/x.rs:one}}", NESTED),
            "c"
        );
        assert_eq!(
            expanded("{{#include ../code/x.rs}}", NESTED),
            "a\nb\nc\nd\ne"
        );
    }

    #[test]
    fn many_openings_are_read_in_linear_time() {
        let many = 300_000;
        let begun = std::time::Instant::now();
        let nested = format!("{}}}}}", "{{#".repeat(many));
        assert_eq!(directives(&nested), []);
        let lines = format!("{}\n}}}}", "{{#a ".repeat(many));
        assert_eq!(directives(&lines), []);
        assert_eq!(directives("{{#a {{#b c}} {{#d\n}} {{#e f}}").len(), 2);
        let comments = "<!-- {{#include a.rs}} -->\n\n".repeat(many / 10);
        assert_eq!(expanded(&comments, ""), comments);
        assert!(begun.elapsed().as_secs() < 120);
    }

    #[test]
    fn the_indentation_of_an_include_counts_for_the_size_of_the_page() {
        let page = format!("{}{{{{#include ../code/x.rs}}}}\n", " ".repeat(100_000));
        let (_, problems) = expand(&[("src/page.md", &page), ("code/x.rs", &"a\n".repeat(1000))]);
        assert!(problems.errors[0].message.contains("larger than 20 MB"));
    }

    #[test]
    fn playground_title_and_escapes() {
        let shown = expanded(
            "{{#title T}}{{#playground ../code/x.rs editable}}\n",
            "fn main() {}\n",
        );
        assert_eq!(shown, "```rust,editable\nfn main() {}\n```\n");
        let shown = expanded("see \\{{#include ../code/x.rs}} here", "");
        assert_eq!(unescape(&shown), "see {{#include ../code/x.rs}} here");
    }

    #[test]
    fn an_include_keeps_the_indentation_and_the_quotation_it_stands_in() {
        assert_eq!(
            expanded("> {{#include ../code/x.rs}}\n", "a\n\nb\n"),
            "> a\n\n> b\n"
        );
        assert_eq!(
            expanded("   {{#include ../code/x.rs}}\n", "a\nb\n"),
            "   a\n   b\n"
        );
    }

    #[test]
    fn includes_nest_relative_to_the_file_they_stand_in_and_know_their_lines() {
        let (source, problems) = expand(&[
            ("src/page.md", "top\n{{#include ../parts/a.md}}\n"),
            ("parts/a.md", "in a\n{{#include b.md:2}}\n"),
            ("parts/b.md", "no\nin b\n"),
        ]);
        assert_eq!(problems.errors, []);
        assert_eq!(source.text(), "top\nin a\nin b\n");
        assert_eq!(
            source.place(source.text().len() - 2),
            Place::new(Path::new("parts/b.md"), 2)
        );
    }

    #[test]
    fn what_is_wrong_is_said_with_file_and_line() {
        let (_, problems) = expand(&[
            (
                "src/page.md",
                "x\n{{#include none.rs}}\n{{#include /etc/passwd}}\n{{#include ../../etc/passwd}}\n\
                 {{#include page.md}}\n{{#include ../a.rs:b}}\n{{#include ../loop.md}}\n",
            ),
            ("a.rs", "fn a() {}\n"),
            ("loop.md", "\n{{#include loop.md}}"),
        ]);
        let said = |list: &[CourseError]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(
            said(&problems.errors),
            [
                "src/page.md:3: the include '/etc/passwd' is an absolute path; only files of the course folder can \
                 be used",
                "src/page.md:4: the include '../../etc/passwd' leaves the course folder; --root DIR names a wider \
                 folder whose files may be used",
            ]
        );
        assert_eq!(
            said(&problems.warnings),
            [
                "src/page.md:2: the include 'none.rs' does not exist",
                "src/page.md:5: the include 'page.md' includes itself",
                "src/page.md:6: '../a.rs' has no ANCHOR named 'b'",
                "loop.md:2: the include 'loop.md' includes itself",
            ]
        );
    }

    #[test]
    fn the_name_of_a_file_ends_at_a_space_unless_it_has_one() {
        let (source, problems) = expand(&[
            (
                "src/page.md",
                "{{#include a.md some words}} {{#include b c.md}}",
            ),
            ("src/a.md", "a"),
            ("src/b c.md", "b c"),
        ]);
        assert_eq!((source.text(), problems.warnings.len()), ("a b c", 0));
    }

    #[test]
    fn deep_and_exploding_includes_are_refused() {
        let mut files = vec![("src/page.md".to_owned(), "{{#include ../f0.md}}".to_owned())];
        for level in 0..12 {
            let next = format!("{{{{#include f{}.md}}}}\n", level + 1);
            files.push((format!("f{level}.md"), next.repeat(9)));
        }
        files.push(("f12.md".to_owned(), "x".to_owned()));
        let files: Vec<_> = files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
            .collect();
        let (source, problems) = expand(&files);
        assert!(!problems.errors.is_empty());
        assert!(source.text().len() < MAX_FILE_BYTES as usize);
    }

    #[test]
    fn a_commented_include_is_left_alone() {
        let (_, problems) = expand(&[("src/page.md", "<!--\n{{#include gone.rs}}\n-->\n")]);
        assert_eq!(problems.errors, []);
    }
}
