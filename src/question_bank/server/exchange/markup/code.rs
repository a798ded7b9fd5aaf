//! Finds programs within texts. Line breaks, indentation and blank lines matter in programs, and no
//! sign is markup.

use std::ops::Range;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmbeddedProgram {
    /// Byte range of the program. It includes the fence, but not the tags of `<pre>`.
    pub range: Range<usize>,
    pub is_fenced: bool,
}

/// Longest row of backticks that is read as a fence.
const LONGEST_FENCE: usize = 16;

/// Returns the programs of a text in order: the content of `<pre>` and the blocks between fences.
/// No program goes beyond a line for which `ends` is true, or contains one of `answers`, which are
/// in order.
pub fn programs(
    text: &str,
    ends: impl Fn(&str) -> bool,
    answers: &[Range<usize>],
) -> Vec<EmbeddedProgram> {
    let lines = lines(text, ends);
    let mut found: Vec<EmbeddedProgram> = Vec::new();
    let mut seeker = Seeker {
        answers,
        fences: [0; LONGEST_FENCE + 1],
        preformatted: 0,
    };
    let mut done = 0;
    for (number, line) in lines.iter().enumerate() {
        if line.end <= done || line.is_comment && line.start >= done {
            continue;
        }
        if line.start >= done
            && let Some(range) = seeker.fence(text, &lines, number)
        {
            done = range.end;
            found.push(EmbeddedProgram {
                range,
                is_fenced: true,
            });
            continue;
        }
        let mut at = line.start.max(done);
        while let Some(range) = seeker.preformatted(text, at..line.end, line.limit) {
            at = range.end;
            done = range.end;
            found.push(EmbeddedProgram {
                range,
                is_fenced: false,
            });
        }
    }
    found
}

struct SourceLine {
    start: usize,
    end: usize,
    /// Byte position of the next line at which every program ends.
    limit: usize,
    is_comment: bool,
}

fn lines(text: &str, ends: impl Fn(&str) -> bool) -> Vec<SourceLine> {
    let mut lines = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        lines.push(SourceLine {
            start,
            end: start + line.len(),
            limit: 0,
            is_comment: line.trim_start().starts_with("//"),
        });
        start += line.len();
    }
    let mut limit = text.len();
    for line in lines.iter_mut().rev() {
        line.limit = limit;
        if ends(&text[line.start..line.end]) {
            limit = line.start;
        }
    }
    lines
}

/// Remembers failed searches, so that no end is searched for twice and the work stays linear.
struct Seeker<'a> {
    answers: &'a [Range<usize>],
    /// For each number of backticks, the position before which no fence of this length has an end.
    fences: [usize; LONGEST_FENCE + 1],
    preformatted: usize,
}

impl Seeker<'_> {
    /// Returns the end of the first answers that begin after `start`, or `limit` if that is nearer.
    fn limit(&self, start: usize, limit: usize) -> usize {
        let next = self.answers.partition_point(|range| range.start < start);
        (self.answers.get(next)).map_or(limit, |range| range.end.min(limit))
    }

    fn fence(&mut self, text: &str, lines: &[SourceLine], number: usize) -> Option<Range<usize>> {
        let line = &lines[number];
        let (offset, length) = opening(&text[line.start..line.end])?;
        if line.start < *self.fences.get(length)? {
            return None;
        }
        let limit = self.limit(line.start + offset, line.limit);
        let inner = lines[number + 1..].iter();
        let found = inner
            .take_while(|inner| inner.start < limit)
            .find_map(|inner| Some(inner.start + closing(&text[inner.start..inner.end], length)?));
        if found.is_none() {
            *self.fences.get_mut(length)? = limit;
        }
        Some(line.start + offset..found?)
    }

    fn preformatted(
        &mut self,
        text: &str,
        within: Range<usize>,
        limit: usize,
    ) -> Option<Range<usize>> {
        if within.start < self.preformatted || within.start >= within.end {
            return None;
        }
        let mut at = within.start;
        let tag = loop {
            at += find(&text[at..within.end], "<pre")? + 4;
            let tag = &text[at..within.end];
            if tag.starts_with(['>', ' ', '\n']) {
                break tag;
            }
        };
        let inner = at + tag.find('>').map_or(0, |end| end + 1);
        let limit = self.limit(inner, limit);
        match find(&text[inner..limit.max(inner)], "</pre") {
            Some(end) => Some(inner..inner + end),
            None => {
                self.preformatted = limit;
                None
            }
        }
    }
}

fn find(text: &str, sign: &str) -> Option<usize> {
    let is_sign = |at: &usize| {
        (text.get(*at..*at + sign.len())).is_some_and(|found| found.eq_ignore_ascii_case(sign))
    };
    text.match_indices('<').map(|(at, _)| at).find(is_sign)
}

/// Finds the byte position in the line at which a fence begins, and its number of backticks. A
/// fence stands at the beginning of a line or after the signs that GIFT has there.
fn opening(line: &str) -> Option<(usize, usize)> {
    let mut rest = line.trim_start();
    if let Some(titled) = rest.strip_prefix("::") {
        rest = titled
            .split_once("::")
            .map_or(rest, |(_, body)| body.trim_start());
    }
    rest = rest.trim_start_matches(['{', '=', '~', ' ']);
    if rest.starts_with('[') {
        rest = rest
            .split_once(']')
            .map_or(rest, |(_, body)| body.trim_start());
    }
    let length = rest.bytes().take_while(|byte| *byte == b'`').count();
    let is_fence = length >= 3 && !rest[length..].contains('`');
    is_fence.then(|| (line.len() - rest.len(), length))
}

/// Finds the byte position in the line at which a fence of `length` backticks ends. Answers may
/// follow it.
fn closing(line: &str, length: usize) -> Option<usize> {
    let rest = line.trim_start();
    let found = rest.bytes().take_while(|byte| *byte == b'`').count();
    let after = rest[found..].trim();
    let is_end =
        found >= length && (after.is_empty() || after.starts_with(['{', '}', '#', '~', '=']));
    is_end.then(|| line.len() - rest.len() + found)
}

/// Returns the language and the lines of a fenced program, without the indentation that all lines
/// share.
pub fn fenced(program: &str) -> (&str, String) {
    let length = program.bytes().take_while(|byte| *byte == b'`').count();
    let (info, body) = program[length..].split_once('\n').unwrap_or_default();
    let body = body.rsplit_once('\n').map_or("", |(body, _)| body);
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let least = (body
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(indent))
    .min();
    let lines = body
        .lines()
        .map(|line| line.get(least.unwrap_or(0)..).unwrap_or_default());
    let language = info.split_whitespace().next().unwrap_or_default();
    (language, lines.collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        let programs = programs(text, |line| line.starts_with("::"), &[]);
        programs
            .into_iter()
            .map(|program| &text[program.range])
            .collect()
    }

    #[test]
    fn programs_are_found_where_they_end() {
        assert_eq!(
            found("a <pre>x\n\ny</pre> b <PRE class='c'>z</PRE>"),
            ["x\n\ny", "z"]
        );
        assert_eq!(found("a <pre>x\n::t:: b</pre>"), [""; 0]);
        assert_eq!(found("a <present>x</pre>"), [""; 0]);
        assert_eq!(found("```rust\nx\n\n```\nb ```c```"), ["```rust\nx\n\n```"]);
        assert_eq!(found("::t::[markdown]```\nx\n``` {=a}"), ["```\nx\n```"]);
        assert_eq!(found("````\n```\n````"), ["````\n```\n````"]);
        assert_eq!(found("```\nx\n::t::\n```"), [""; 0]);
        assert_eq!(found("// <pre>\nx</pre>"), [""; 0]);
        let indented = "```rust \n  fn f() {\n      x\n  }\n  ```";
        assert_eq!(fenced(indented), ("rust", "fn f() {\n    x\n}".to_owned()));
    }
}
