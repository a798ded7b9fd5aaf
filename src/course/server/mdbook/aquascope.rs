//! Converts Aquascope's code blocks: Rust with hidden lines and with markers in backticks.
//! Aquascope's diagrams of a running program are not drawn. Program points that the text mentions
//! (L1, L2 …) become labels of their lines.

use std::ops::Range;

use super::code::{CodeBlock, words};

/// Longest list of program points that is followed through calls. Longer lists would not help a
/// reader.
const MAX_POINTS: usize = 40;

pub fn is_aquascope(info: &str) -> bool {
    words(info).next() == Some("aquascope")
}

/// A marker in a line with the text between its brackets. Examples are `` `[]` ``, `` `{}` `` and
/// `` `(focus,paths:*v)` ``.
struct Marker<'t> {
    range: Range<usize>,
    open: u8,
    inner: &'t str,
}

fn markers(line: &str) -> Vec<Marker<'_>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = line[from..].find('`').map(|at| from + at) {
        from = start + 1;
        let open = line.as_bytes().get(from).copied().unwrap_or_default();
        let close = match open {
            b'[' => "]`",
            b'{' => "}`",
            b'(' => ")`",
            _ => continue,
        };
        let Some(end) = line[from..].find(close).map(|at| from + at) else {
            continue;
        };
        found.push(Marker {
            range: start..end + 2,
            open,
            inner: &line[from + 1..end],
        });
        from = end + 2;
    }
    found
}

/// A program without its markers but with its hidden lines, and the program points.
struct AquascopeProgram {
    text: String,
    /// Offset in `text` of each program point, and the shown line (0-based) that carries its label.
    points: Vec<(usize, usize)>,
    shown: Vec<String>,
    /// Lines (0-based) with labels that the author wrote in words.
    remarks: Vec<(usize, String)>,
}

pub fn code_block(info: &str, content: &str) -> CodeBlock {
    // `interpreter+permissions` is one word of the info string.
    let has = |wanted: &str| words(info).any(|word| word.split('+').any(|part| part == wanted));
    let program = AquascopeProgram::read(content);
    let mut labels = program.remarks.clone();
    if has("interpreter") {
        for (number, point) in program.order().into_iter().enumerate() {
            labels.push((program.points[point].1, format!("L{}", number + 1)));
        }
    }
    labels.sort_by_key(|(line, _)| *line);
    CodeBlock {
        language: "rust".to_owned(),
        flags: if has("shouldFail") {
            vec!["does_not_compile".to_owned()]
        } else {
            Vec::new()
        },
        title: None,
        labels: joined(labels),
        content: program
            .shown
            .iter()
            .map(|line| format!("{line}\n"))
            .collect(),
    }
}

/// Joins the labels of each line, and numbers lines from 1.
fn joined(labels: Vec<(usize, String)>) -> Vec<(usize, String)> {
    let mut joined: Vec<(usize, String)> = Vec::new();
    for (line, label) in labels {
        match joined.last_mut() {
            Some((last, text)) if *last == line + 1 => *text = format!("{text} {label}"),
            _ => joined.push((line + 1, label)),
        }
    }
    joined
}

impl AquascopeProgram {
    fn read(content: &str) -> Self {
        let mut program = Self {
            text: String::new(),
            points: Vec::new(),
            shown: Vec::new(),
            remarks: Vec::new(),
        };
        for line in content.lines() {
            match line.strip_prefix('#') {
                Some(hidden) if !hidden.starts_with(['[', '!']) => program.text.push_str(hidden),
                // A backslash escapes a `#` at the beginning of a shown line.
                _ => program.read_shown(line.strip_prefix('\\').unwrap_or(line)),
            }
            program.text.push('\n');
        }
        program
    }

    fn read_shown(&mut self, line: &str) {
        let markers = markers(line);
        let mut code = String::new();
        let mut done = 0;
        let mut points = Vec::new();
        for marker in &markers {
            code.push_str(&line[done..marker.range.start]);
            done = marker.range.end;
            if marker.open == b'[' && marker.inner.is_empty() {
                points.push(code.len());
            } else if marker.open == b'[' {
                self.remarks
                    .push((self.shown.len(), marker.inner.to_owned()));
            }
        }
        code.push_str(&line[done..]);
        for point in points {
            // A point before a line's code belongs to the line above, like a point after that line.
            let leads = code[..point].trim().is_empty() && !self.shown.is_empty();
            let line = self.shown.len() - usize::from(leads);
            self.points.push((self.text.len() + point, line));
        }
        self.text.push_str(&code);
        if markers.is_empty() {
            self.shown.push(code);
        } else if !code.trim().is_empty() || self.shown.is_empty() {
            self.shown.push(code.trim_end().to_owned());
        }
    }

    /// Returns the points in the order in which the program reaches them. A trace numbers points
    /// this way, not in the order of the page. A point reached twice is listed once; points never
    /// reached come last.
    fn order(&self) -> Vec<usize> {
        let code = without_literals(&self.text);
        let functions = functions(&code);
        let mut order = Vec::new();
        if let Some(main) = functions
            .iter()
            .position(|function| function.name == "main")
        {
            self.follow(main, &code, &functions, &mut vec![main], &mut order);
        }
        for point in 0..self.points.len() {
            if !order.contains(&point) {
                order.push(point);
            }
        }
        order
    }

    fn follow(
        &self,
        function: usize,
        code: &str,
        functions: &[Function<'_>],
        calls: &mut Vec<usize>,
        order: &mut Vec<usize>,
    ) {
        let body = functions[function].body.clone();
        let mut at = body.start;
        loop {
            for (point, (offset, _)) in self.points.iter().enumerate() {
                if *offset == at && !order.contains(&point) {
                    order.push(point);
                }
            }
            if at >= body.end || order.len() >= MAX_POINTS {
                break;
            }
            if let Some(nested) = functions.iter().find(|inner| inner.start == at) {
                at = nested.body.end;
                continue;
            }
            let word = word_at(code, at);
            if let Some(called) =
                called(code, at, word, functions).filter(|called| !calls.contains(called))
            {
                calls.push(called);
                self.follow(called, code, functions, calls, order);
                calls.pop();
            }
            at += word.len().max(1);
        }
    }
}

struct Function<'t> {
    name: &'t str,
    /// Offset of the word `fn`.
    start: usize,
    body: Range<usize>,
}

fn functions(code: &str) -> Vec<Function<'_>> {
    let mut functions = Vec::new();
    for (start, _) in code.match_indices("fn ") {
        let name = word_at(code, start + 3);
        let starts_word = start == 0 || !is_word(code.as_bytes()[start - 1]);
        let open = opening_brace(code, start).filter(|_| starts_word && !name.is_empty());
        if let Some(open) = open {
            let body = open + 1..closing_brace(code, open);
            functions.push(Function { name, start, body });
        }
    }
    functions
}

/// Returns the opening brace of the function that begins at `start`. None for a function without a
/// body, which ends in a semicolon.
fn opening_brace(code: &str, start: usize) -> Option<usize> {
    let mut depth = 0i32;
    for (at, byte) in code.bytes().enumerate().skip(start) {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth -= 1,
            b'{' if depth == 0 => return Some(at),
            b';' if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

fn closing_brace(code: &str, open: usize) -> usize {
    let mut depth = 0usize;
    for (at, byte) in code.bytes().enumerate().skip(open) {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 1 => return at,
            b'}' => depth -= 1,
            _ => {}
        }
    }
    code.len()
}

/// Returns the index of the function that the word at `at` calls, if the word is a call.
fn called(code: &str, at: usize, word: &str, functions: &[Function<'_>]) -> Option<usize> {
    let after = code[at + word.len()..].trim_start();
    let starts_word = at == 0 || !is_word(code.as_bytes()[at - 1]);
    if !starts_word || !(after.starts_with('(') || after.starts_with("::<")) {
        return None;
    }
    functions.iter().position(|function| function.name == word)
}

fn word_at(code: &str, at: usize) -> &str {
    let length = code.as_bytes()[at..]
        .iter()
        .take_while(|byte| is_word(**byte))
        .count();
    &code[at..at + length]
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Blanks strings, character literals and comments, and replaces other characters than ASCII. The
/// result has the same length in bytes, so offsets stay valid.
fn without_literals(code: &str) -> String {
    let bytes = code.as_bytes();
    let mut out: Vec<u8> = bytes
        .iter()
        .map(|byte| if byte.is_ascii() { *byte } else { b'_' })
        .collect();
    let mut at = 0;
    while at < bytes.len() {
        let end = match bytes[at] {
            b'"' => closing_quote(bytes, at, b'"'),
            b'\'' if bytes.get(at + 2) == Some(&b'\'') || bytes.get(at + 1) == Some(&b'\\') => {
                closing_quote(bytes, at, b'\'')
            }
            b'/' if bytes.get(at + 1) == Some(&b'/') => bytes[at..]
                .iter()
                .position(|byte| *byte == b'\n')
                .map_or(bytes.len(), |length| at + length),
            _ => at,
        };
        out[at..end].fill(b' ');
        at = end.max(at + 1);
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn closing_quote(bytes: &[u8], start: usize, quote: u8) -> usize {
    let mut at = start + 1;
    while at < bytes.len() && bytes[at] != quote {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(bytes.len())
}

/// Removes the author's marks around changed code (`` `[new]` ``), and labels the lines as changed.
pub fn with_marked_changes(mut block: CodeBlock) -> CodeBlock {
    let mut content = String::new();
    for (index, line) in block.content.lines().enumerate() {
        let (plain, changed) = without_marks(line);
        if changed {
            block.labels.push((index + 1, "changed".to_owned()));
        }
        content.push_str(plain.trim_end());
        content.push('\n');
    }
    block.content = content;
    block
}

/// Returns a line without the marks around its changed parts, and whether it had any.
pub fn without_marks(line: &str) -> (String, bool) {
    let marked = line.contains("`[") && line.contains("]`");
    let plain = if marked {
        line.replace("`[", "").replace("]`", "")
    } else {
        line.to_owned()
    };
    (plain, marked)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(info: &str, code: &str) -> Vec<(usize, String)> {
        code_block(info, code).labels
    }

    fn at(labels: &[(usize, &str)]) -> Vec<(usize, String)> {
        labels
            .iter()
            .map(|(line, label)| (*line, (*label).to_owned()))
            .collect()
    }

    #[test]
    fn points_are_numbered_as_the_program_runs() {
        let code = "fn main() {\n    let n = 5;`[]`\n    let y = plus_one(n);`[]`\n}\n\n\
                    fn plus_one(x: i32) -> i32 {\n    `[]`x + 1\n}\n";
        assert_eq!(
            labels("aquascope,interpreter,horizontal", code),
            at(&[(2, "L1"), (3, "L3"), (6, "L2")])
        );
        let shown = code_block("aquascope,interpreter", code).content;
        assert!(shown.contains("    let n = 5;\n") && shown.contains("{\n    x + 1\n"));
    }

    #[test]
    fn two_points_of_one_line_stand_where_they_are() {
        let code = "fn main() {\n  f();`[]`\n}\nfn f() {\n    `[]`a();`[]`\n}\n";
        assert_eq!(
            labels("aquascope,interpreter", code),
            at(&[(2, "L3"), (4, "L1"), (5, "L2")])
        );
    }

    #[test]
    fn hidden_lines_go_but_count_for_the_order() {
        let code = "#fn main() {\nlet a = 5;`[]`\nb += 1;`[]`\n#}\n";
        let block = code_block("aquascope,interpreter,shouldFail", code);
        assert_eq!(block.content, "let a = 5;\nb += 1;\n");
        assert_eq!(block.labels, at(&[(1, "L1"), (2, "L2")]));
        assert_eq!(block.flags, ["does_not_compile"]);
    }

    #[test]
    fn markers_of_permissions_leave_nothing() {
        let code = "#fn main() {\nlet s = &v[0];`(focus,paths:*s)`\nlet t = *s;`[]``{}`   \n#}\n#[a]\n\\#[b]\n";
        let block = code_block("aquascope,permissions,stepper", code);
        assert_eq!(block.content, "let s = &v[0];\nlet t = *s;\n#[a]\n#[b]\n");
        assert_eq!(block.labels, []);
    }

    #[test]
    fn words_in_a_marker_are_a_label() {
        let code = "fn main() {\n    x();`[this is the permission]`\n}\n";
        assert_eq!(
            labels("aquascope,permissions", code),
            at(&[(2, "this is the permission")])
        );
    }

    #[test]
    fn strings_comments_and_methods() {
        let code = "impl R {\n  fn set(&mut self) {\n    self.max();`[]` // f( }\n  }\n}\n\
                    fn main() {\n  println!(\"set( {{\");\n  r.set();`[]`\n  `[]`\n}\n";
        assert_eq!(
            labels("aquascope,interpreter+permissions", code),
            at(&[(3, "L1"), (8, "L2 L3")])
        );
    }

    #[test]
    fn marked_changes() {
        let block = CodeBlock {
            content: "fn a(s: `[String]`) {\n    `[b]`   \n}\n".to_owned(),
            ..CodeBlock::default()
        };
        let block = with_marked_changes(block);
        assert_eq!(block.content, "fn a(s: String) {\n    b\n}\n");
        assert_eq!(block.labels, at(&[(1, "changed"), (2, "changed")]));
    }
}
